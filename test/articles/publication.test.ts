// When an article is public after a move, and what it must have to be so.
import { test } from 'tap';
import {
  isOut,
  listedAtOf,
  NEVER_PUBLIC,
  requireAhead,
  requireBackdating,
  requireBeforeEnd,
  requireComplete,
  requireEndAhead,
  statusAt,
  type Turn,
  visibilityAfter,
} from '../../src/articles/publication.ts';
import type { Actor } from '../../src/context.ts';
import { Problem } from '../../src/core/problem.ts';
import type { Role } from '../../src/db/schema/columns.ts';

const outcome = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
};

const turn = (from: Turn['from'], to: Turn['to'], now: number, at?: number): Turn => ({ from, to, now, at });

test('the first publication is kept for ever, and archiving leaves a trace that unpublishing does not', async (t) => {
  const first = visibilityAfter(NEVER_PUBLIC, turn('draft', 'published', 100));
  t.same(first, { publishedAt: 100, modifiedAt: 100, publicFrom: 100, publicUntil: null });
  t.equal(visibilityAfter(NEVER_PUBLIC, turn('draft', 'published', 100, 40)).publishedAt, 40);
  const back = visibilityAfter(first, turn('published', 'draft', 200));
  t.same(back, { publishedAt: 100, modifiedAt: 100, publicFrom: null, publicUntil: null });
  t.same(visibilityAfter(back, turn('draft', 'published', 300)), {
    publishedAt: 100,
    modifiedAt: 300,
    publicFrom: 100,
    publicUntil: null,
  });
  t.same(visibilityAfter(first, turn('published', 'archived', 200)), { ...first, publicUntil: 200 });
});

test('a schedule is the first publication until it has passed, and leaves no trace when it is given up', async (t) => {
  const scheduled = visibilityAfter(NEVER_PUBLIC, turn('draft', 'scheduled', 100, 500));
  t.same(scheduled, { publishedAt: 500, modifiedAt: 500, publicFrom: 500, publicUntil: null });
  t.same(visibilityAfter(scheduled, turn('scheduled', 'scheduled', 200, 900)).publishedAt, 900);
  t.same(visibilityAfter(scheduled, turn('scheduled', 'published', 300)), {
    publishedAt: 300,
    modifiedAt: 300,
    publicFrom: 300,
    publicUntil: null,
  });
  t.same(visibilityAfter(scheduled, turn('scheduled', 'draft', 300)), NEVER_PUBLIC);
  const again = visibilityAfter(
    { ...NEVER_PUBLIC, publishedAt: 50, modifiedAt: 60 },
    turn('draft', 'scheduled', 100, 500),
  );
  t.same(again, { publishedAt: 50, modifiedAt: 500, publicFrom: 500, publicUntil: null }, 'again');
});

test('a planned end stays through every move, and goes with a withdrawal that has been', async (t) => {
  const planned = { ...NEVER_PUBLIC, publicUntil: 900 };
  const out = visibilityAfter(planned, turn('draft', 'published', 100));
  t.equal(out.publicUntil, 900);
  t.equal(visibilityAfter(out, turn('published', 'draft', 200)).publicUntil, 900);
  const withdrawn = visibilityAfter(out, turn('published', 'archived', 200));
  t.equal(withdrawn.publicUntil, 200);
  for (const to of ['published', 'draft', 'trashed'] as const) {
    t.equal(visibilityAfter(withdrawn, turn('archived', to, 300)).publicUntil, null, to);
  }
});

test('time alone starts what is scheduled and ends what has an end', async (t) => {
  const at = (status: Turn['from'], publicFrom: number | null, publicUntil: number | null) =>
    statusAt({ status, publicFrom, publicUntil }, 100);
  t.equal(at('scheduled', 101, null), 'scheduled');
  t.equal(at('scheduled', 100, null), 'published');
  t.equal(at('scheduled', 50, 100), 'archived');
  t.equal(at('published', 50, 101), 'published');
  t.equal(at('published', 50, 100), 'archived');
  t.equal(at('archived', 50, 60), 'archived');
  t.equal(at('draft', null, 60), 'draft');
  t.equal(at('in_review', null, null), 'in_review');
});

test('in the lists stands what is out or will be', async (t) => {
  for (const [status, is] of [
    ['published', true],
    ['scheduled', true],
    ['draft', false],
    ['archived', false],
  ] as const) {
    t.equal(isOut(status), is, status);
    t.equal(listedAtOf({ status, publishedAt: 7 }), is ? 7 : null, status);
  }
});

test('what is public has a title, a text and an author, and all that is missing is named at once', async (t) => {
  for (const body of [
    { text: 'B', html: '<p>B</p>' },
    { text: '', html: '<figure><img src="https://img.example/a.jpg" alt="" /></figure>' },
    { text: '', html: '<iframe src="https://video.example/1"></iframe>' },
  ]) {
    t.doesNotThrow(() => requireComplete({ title: 'T', body, authors: 1 }), body.html);
  }
  t.throws(() => requireComplete({ title: ' ', body: { text: '', html: '<p> </p><hr />' }, authors: 0 }), {
    code: 'publish_incomplete',
    errors: [{ pointer: '/title' }, { pointer: '/body' }, { pointer: '/authors' }],
  });
});

test('a start is ahead of now, and an end of the start', async (t) => {
  t.equal(
    outcome(() => requireAhead(100, 100, '/at')),
    'instant_past',
  );
  t.doesNotThrow(() => requireAhead(101, 100, '/scheduledFor'));
  t.equal(
    outcome(() => requireEndAhead(100, 100)),
    'instant_past',
  );
  t.doesNotThrow(() => requireEndAhead(101, 100));
  t.equal(
    outcome(() => requireBeforeEnd(100, 100)),
    'instant_past',
  );
  t.doesNotThrow(() => requireBeforeEnd(99, 100));
  t.doesNotThrow(() => requireBeforeEnd(100, null));
  t.doesNotThrow(() => requireEndAhead(null, 100));
});

test('only editors set a first publication by hand, in the past, of what is published', async (t) => {
  const NOW = 1_000_000;
  const key = (role: Role): Actor => ({ kind: 'key', id: 'key', name: role, role, authorId: null });
  const set = (who: Actor, at: number, isPublished: boolean) =>
    outcome(() => requireBackdating(who, at, isPublished, NOW));
  t.equal(set(key('reporter'), 1, true), 'forbidden');
  t.equal(set({ kind: 'reader', address: '', agent: null }, 1, true), 'forbidden');
  t.equal(set(key('editor'), 1, false), 'validation_failed');
  t.equal(set(key('editor'), NOW + 1, true), 'validation_failed');
  t.equal(set(key('editor'), NOW, true), undefined);
});
