// What remembers a change of many articles at once, such as authors handed over or tags merged: a revision for each,
// as for every other change. The versions themselves are moved by the query that touched them.
import { type Context, keyIdOf, type Tx } from '../context.ts';
import { findBodyNumbers, insertRevisions } from './revisions.store.ts';
import { contentOf, statesOf } from './state.ts';
import type { ArticleRow } from './store.ts';

/** How many are read and written together: a statement has only so many parameters. */
const BATCH = 100;

/** Writes the revision of each article of `rows`, as touched: `field` is the pointer of what has changed in it. */
export const recordTouched = async (
  ctx: Context,
  tx: Tx,
  rows: readonly ArticleRow[],
  field: '/authors' | '/tags' | '/section',
): Promise<void> => {
  for (let first = 0; first < rows.length; first += BATCH) {
    const states = await statesOf(tx.db, rows.slice(first, first + BATCH));
    const bodies = await findBodyNumbers(
      tx.db,
      states.map(({ row }) => row.id),
    );
    await insertRevisions(
      tx.db,
      states.map((state) => ({
        articleId: state.row.id,
        n: state.row.version,
        kind: 'live' as const,
        action: 'updated',
        at: tx.now,
        madeBy: keyIdOf(ctx.actor),
        fields: [field],
        content: contentOf(state),
        bodyN: bodies.get(state.row.id)!,
        note: null,
      })),
    );
  }
};
