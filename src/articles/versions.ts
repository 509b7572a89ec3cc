// An article as somebody wants to change it: held, settled, seen by them, and of the version that they have read.
import { findKeyNames } from '../access/store.ts';
import type { Context, Tx } from '../context.ts';
import { toInstant } from '../core/clock.ts';
import { type Fault, notFound } from '../core/problem.ts';
import { type Expected, outdated, versionConflict } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import { listChangesSince } from './revisions.store.ts';
import { maySee, requireEdit } from './rules.ts';
import { type Held, hold } from './saving.ts';
import type { ArticleRow } from './store.ts';

/** The newest version that a caller may have read; 0 where If-Match names none of ours. */
const versionRead = (expected: readonly string[], current: number): number =>
  Math.max(0, ...expected.filter((text) => /^\d{1,9}$/.test(text) && Number(text) < current).map(Number));

/** Throws `version_conflict`, with each field that was changed since the version expected, by whom and when. */
const requireArticleVersion = async (
  db: Db,
  expected: Expected | undefined,
  row: ArticleRow,
): Promise<void> => {
  const read = outdated(expected, row.version);
  if (read === undefined) return;
  const since = await listChangesSince(db, row.id, versionRead(read, row.version));
  const names = await findKeyNames(
    db,
    since.flatMap(({ madeBy }) => madeBy ?? []),
  );
  const errors = new Map<string, Fault>();
  for (const { fields, madeBy, at } of since) {
    for (const pointer of fields) {
      if (errors.has(pointer)) continue;
      const by = madeBy === null ? null : names.get(madeBy)!;
      errors.set(pointer, {
        pointer,
        code: 'changed',
        message: 'was changed since',
        by,
        at: toInstant(at),
      });
    }
  }
  throw versionConflict(row.version, [...errors.values()]);
};

/** An article of the version expected, where this key may see it. Throws `not_found`, then `version_conflict`. */
export const holdVersion = async (
  ctx: Context,
  tx: Tx,
  id: string,
  expected: Expected | undefined,
): Promise<Held> => {
  const held = await hold(tx, id);
  if (!maySee(ctx.actor, held.standing, tx.now)) throw notFound();
  await requireArticleVersion(tx.db, expected, held.row);
  return held;
};

/** The same, where this key may change it. Throws `forbidden` or `transition_refused` where it may not. */
export const holdToChange = async (
  ctx: Context,
  tx: Tx,
  id: string,
  expected: Expected | undefined,
): Promise<Held> => {
  const held = await holdVersion(ctx, tx, id, expected);
  requireEdit(ctx.actor, held.standing, tx.now);
  return held;
};
