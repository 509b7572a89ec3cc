// Search at the start of a process: articles that are older than the index are brought into it.
import type { Context } from '../context.ts';
import { indexArticle, isEachIndexed, listUnindexed } from './search.store.ts';

/** Articles a transaction: other writers get in between. */
const AT_ONCE = 50;

/** Indexes every article that was never indexed; returns how many there were. Safe to be cut off and begun again. */
export const indexUnindexed = async (ctx: Context): Promise<number> => {
  if (await isEachIndexed(ctx.read)) return 0;
  let done = 0;
  let last: number | undefined = Number.MIN_SAFE_INTEGER;
  while (last !== undefined) {
    const from = last;
    const indexed = await ctx.write(async ({ db }) => {
      const found = await listUnindexed(db, from, AT_ONCE);
      for (const { id } of found) await indexArticle(db, id);
      return found;
    });
    done += indexed.length;
    last = indexed.at(-1)?.seq;
  }
  if (done > 0) ctx.log.info({ articles: done }, 'articles were brought into the search index');
  return done;
};
