// The table of moves, and who sees, edits and makes them: every status × move × role × ownership.
import { test } from 'tap';
import {
  allowedMoves,
  isOwn,
  maySee,
  requireEdit,
  requireHistory,
  type Standing,
  type Step,
  statusAfter,
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
  stagedAt: null,
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

const STEPS: readonly Step[] = [...MOVES, 'schedule'];

const TABLE: Record<ArticleStatus, Partial<Record<Step, ArticleStatus | 'deleted'>>> = {
  draft: { submit: 'in_review', publish: 'published', schedule: 'scheduled', trash: 'trashed' },
  in_review: { return: 'draft', publish: 'published', schedule: 'scheduled', trash: 'trashed' },
  scheduled: { publish: 'published', schedule: 'scheduled', unpublish: 'draft', trash: 'trashed' },
  published: { unpublish: 'draft', archive: 'archived', trash: 'trashed' },
  archived: {
    publish: 'published',
    schedule: 'scheduled',
    unpublish: 'draft',
    trash: 'trashed',
    restore: 'draft',
  },
  trashed: { restore: 'draft', delete: 'deleted' },
};

test('an editor takes every step of the table and no other, whosever the article is', async (t) => {
  for (const status of ARTICLE_STATUSES) {
    for (const step of STEPS) {
      const expected = TABLE[status][step] ?? 'transition_refused';
      for (const who of [actor('editor'), actor('admin', 'another'), { kind: 'system' } as const]) {
        t.equal(
          outcome(() => statusAfter(step, who, standing(status, null), NOW)),
          expected,
          `${status} ${step}`,
        );
      }
    }
  }
});

test('a published article is published again only where something is staged for it', async (t) => {
  const staged = { ...standing('published'), stagedAt: 1 };
  t.equal(statusAfter('publish', actor('reporter'), staged, NOW), 'published');
  t.same(allowedMoves(actor('editor'), staged), ['publish', 'unpublish', 'archive', 'trash']);
  t.equal(
    outcome(() => statusAfter('schedule', actor('editor'), staged, NOW)),
    'transition_refused',
  );
});

const allowedSteps = (role: Role, allowed: Record<ArticleStatus, Step[]>) =>
  ARTICLE_STATUSES.flatMap((status) =>
    STEPS.map((step) => {
      const next = TABLE[status][step];
      const refusal = next === undefined ? 'transition_refused' : 'forbidden';
      const got = outcome(() => statusAfter(step, actor(role), standing(status), NOW));
      return {
        name: `${role}: ${status} ${step}`,
        got,
        wanted: allowed[status].includes(step) ? next : refusal,
      };
    }),
  );

test('a reporter moves its own as far as the public and back, and trashes its own drafts', async (t) => {
  const allowed: Record<ArticleStatus, Step[]> = {
    draft: ['submit', 'publish', 'trash', 'schedule'],
    in_review: ['return', 'publish', 'schedule'],
    scheduled: ['publish', 'unpublish', 'schedule'],
    published: ['unpublish'],
    archived: ['publish', 'unpublish', 'schedule'],
    trashed: [],
  };
  for (const { name, got, wanted } of allowedSteps('reporter', allowed)) t.equal(got, wanted, name);
  for (const status of ARTICLE_STATUSES) {
    const moves = allowed[status].filter((step) => step !== 'schedule');
    t.same(allowedMoves(actor('reporter'), standing(status)), moves, status);
  }
});

test('a contributor submits its own, takes it back, and trashes its own drafts', async (t) => {
  const allowed: Record<ArticleStatus, Step[]> = {
    draft: ['submit', 'trash'],
    in_review: ['return'],
    scheduled: [],
    published: [],
    archived: [],
    trashed: [],
  };
  for (const { name, got, wanted } of allowedSteps('contributor', allowed)) t.equal(got, wanted, name);
});

test('history is read by editors, and by writers where it is their own', async (t) => {
  const read = (who: Actor, status: ArticleStatus) =>
    outcome(() => requireHistory(who, standing(status), NOW));
  t.equal(read(actor('editor', 'stranger'), 'draft'), undefined);
  t.equal(read(actor('contributor'), 'scheduled'), undefined);
  t.equal(read(actor('reporter', 'stranger'), 'published'), 'forbidden');
  t.equal(read(actor('reporter', 'stranger'), 'draft'), 'not_found');
  t.equal(read(actor('moderator'), 'published'), 'forbidden');
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
