// The table of moves, and who sees, edits and makes them: every status × move × role × ownership.
import { test } from 'tap';
import {
  allowedMoves,
  isOwn,
  type Move,
  maySee,
  requireBackdating,
  requireComplete,
  requireEdit,
  type Standing,
  statusAfter,
  visibilityAfter,
} from '../../src/articles/rules.ts';
import { MOVES } from '../../src/articles/schema.ts';
import type { Actor } from '../../src/context.ts';
import { Problem } from '../../src/core/problem.ts';
import { ARTICLE_STATUSES, type ArticleStatus, ROLES, type Role } from '../../src/db/schema/columns.ts';

const NOW = 1_000_000;
const OWN_KEY = 'key-own';

const actor = (role: Role, id = OWN_KEY, authorId: string | null = null): Actor => ({
  kind: 'key',
  id,
  name: role,
  role,
  authorId,
});

const standing = (status: ArticleStatus, createdBy: string | null = OWN_KEY): Standing => ({
  status,
  publicFrom: status === 'published' || status === 'archived' ? 1 : null,
  publicUntil: status === 'archived' ? 2 : null,
  createdBy,
  authorIds: ['author-1'],
});

const outcome = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
};

const TABLE: Record<ArticleStatus, Partial<Record<Move, ArticleStatus | 'deleted'>>> = {
  draft: { publish: 'published', trash: 'trashed' },
  published: { unpublish: 'draft', archive: 'archived', trash: 'trashed' },
  archived: { publish: 'published', unpublish: 'draft', trash: 'trashed', restore: 'draft' },
  trashed: { restore: 'draft', delete: 'deleted' },
};

test('an editor makes every move of the table and no other, whosever the article is', async (t) => {
  for (const status of ARTICLE_STATUSES) {
    for (const move of MOVES) {
      const expected = TABLE[status][move] ?? 'transition_refused';
      for (const who of [actor('editor'), actor('admin', 'another'), { kind: 'system' } as const]) {
        t.equal(
          outcome(() => statusAfter(move, who, standing(status, null), NOW)),
          expected,
          `${status} ${move}`,
        );
      }
    }
  }
});

test('a reporter publishes and unpublishes its own, and trashes its own drafts', async (t) => {
  const allowed: Record<ArticleStatus, Move[]> = {
    draft: ['publish', 'trash'],
    published: ['unpublish'],
    archived: ['publish', 'unpublish'],
    trashed: [],
  };
  for (const status of ARTICLE_STATUSES) {
    t.same(allowedMoves(actor('reporter'), standing(status)), allowed[status], status);
    for (const move of MOVES) {
      const next = TABLE[status][move];
      const expected = allowed[status].includes(move)
        ? next
        : next === undefined
          ? 'transition_refused'
          : 'forbidden';
      t.equal(
        outcome(() => statusAfter(move, actor('reporter'), standing(status), NOW)),
        expected,
        `${status} ${move}`,
      );
    }
  }
});

test('a contributor may do nothing but trash its own drafts', async (t) => {
  t.same(allowedMoves(actor('contributor'), standing('draft')), ['trash']);
  for (const status of ['published', 'archived', 'trashed'] as const) {
    t.same(allowedMoves(actor('contributor'), standing(status)), [], status);
  }
});

test('moderators, sites and readers make no move at all', async (t) => {
  const reader: Actor = { kind: 'reader', address: '192.0.2.1', agent: null };
  for (const who of [actor('moderator'), actor('site'), reader]) {
    for (const status of ARTICLE_STATUSES) t.same(allowedMoves(who, standing(status)), []);
  }
});

test("another's draft is not found to a writer, another's public article is forbidden to change", async (t) => {
  for (const role of ['contributor', 'reporter'] as const) {
    const stranger = actor(role, 'stranger');
    t.equal(
      outcome(() => requireEdit(stranger, standing('draft'), NOW)),
      'not_found',
    );
    t.equal(
      outcome(() => statusAfter('publish', stranger, standing('draft'), NOW)),
      'not_found',
    );
    t.equal(
      outcome(() => requireEdit(stranger, standing('published'), NOW)),
      'forbidden',
    );
    t.equal(
      outcome(() => statusAfter('unpublish', stranger, standing('published'), NOW)),
      'forbidden',
    );
  }
});

test('own is what the key made, or what names the author the key is tied to', async (t) => {
  t.ok(isOwn(actor('reporter'), standing('draft')));
  t.ok(isOwn(actor('reporter', 'stranger', 'author-1'), standing('draft')));
  t.notOk(isOwn(actor('reporter', 'stranger', 'author-2'), standing('draft')));
  t.notOk(isOwn(actor('reporter', 'stranger'), standing('draft', null)));
  t.notOk(isOwn({ kind: 'system' }, standing('draft', null)));
});

test('who may see: editors all, writers their own and what is public, others what is public, readers nothing', async (t) => {
  const seen = (who: Actor, status: ArticleStatus) => maySee(who, standing(status), NOW);
  for (const role of ROLES) {
    const isAll = role === 'editor' || role === 'admin';
    const isWriter = role === 'contributor' || role === 'reporter';
    t.equal(seen(actor(role), 'draft'), isAll || isWriter, `${role}, own draft`);
    t.equal(seen(actor(role, 'stranger'), 'draft'), isAll, `${role}, another's draft`);
    t.equal(seen(actor(role, 'stranger'), 'published'), true, `${role}, published`);
    t.equal(seen(actor(role, 'stranger'), 'archived'), isAll, `${role}, archived`);
  }
  t.notOk(maySee({ kind: 'reader', address: '', agent: null }, standing('draft'), NOW));
});

test('a contributor changes its own drafts only, a reporter its own in any state, nobody what is in the trash', async (t) => {
  const edit = (who: Actor, status: ArticleStatus) => outcome(() => requireEdit(who, standing(status), NOW));
  t.equal(edit(actor('contributor'), 'draft'), undefined);
  t.equal(edit(actor('contributor'), 'published'), 'forbidden');
  t.equal(edit(actor('reporter'), 'published'), undefined);
  t.equal(edit(actor('moderator'), 'published'), 'forbidden');
  t.equal(edit(actor('site'), 'published'), 'forbidden');
  t.equal(edit({ kind: 'reader', address: '', agent: null }, 'published'), 'not_found');
  t.equal(edit(actor('editor'), 'trashed'), 'transition_refused');
});

test('the first publication is kept for ever, and archiving leaves a trace that unpublishing does not', async (t) => {
  const nothing = { publishedAt: null, modifiedAt: null, publicFrom: null, publicUntil: null };
  const first = visibilityAfter('published', nothing, 100);
  t.same(first, { publishedAt: 100, modifiedAt: 100, publicFrom: 100, publicUntil: null });
  t.same(visibilityAfter('published', nothing, 100, 40).publishedAt, 40);
  const back = visibilityAfter('draft', first, 200);
  t.same(back, { publishedAt: 100, modifiedAt: 100, publicFrom: null, publicUntil: null });
  t.same(visibilityAfter('published', back, 300), {
    publishedAt: 100,
    modifiedAt: 300,
    publicFrom: 100,
    publicUntil: null,
  });
  t.same(visibilityAfter('archived', first, 200), { ...first, publicUntil: 200 });
});

test('what is public has a title, a text and an author, and all that is missing is named at once', async (t) => {
  t.doesNotThrow(() => requireComplete({ title: 'T', bodyText: 'B', authors: 1 }));
  t.throws(() => requireComplete({ title: ' ', bodyText: '\n', authors: 0 }), {
    code: 'publish_incomplete',
    errors: [{ pointer: '/title' }, { pointer: '/body' }, { pointer: '/authors' }],
  });
});

test('only editors set a first publication by hand, in the past, of what is published', async (t) => {
  const set = (role: Role, at: number, isPublished: boolean) =>
    outcome(() => requireBackdating(actor(role), at, isPublished, NOW));
  t.equal(set('reporter', 1, true), 'forbidden');
  t.equal(
    outcome(() => requireBackdating({ kind: 'reader', address: '', agent: null }, 1, true, NOW)),
    'forbidden',
  );
  t.equal(set('editor', 1, false), 'validation_failed');
  t.equal(set('editor', NOW + 1, true), 'validation_failed');
  t.equal(set('editor', NOW, true), undefined);
});
