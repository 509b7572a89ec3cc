// Search at the start of a process: articles that the indexes do not know yet are brought into them.
import type { Context } from '../context.ts';
import { hasUnindexed, indexUnindexed } from './search.store.ts';

/** Articles a transaction: other writers get in between. */
const AT_ONCE = 50;

/** Indexes every article that waits for it; returns how many did. Safe to be cut off and begun again. */
export const catchUpSearch = async (ctx: Context): Promise<number> => {
  let done = 0;
  while (await hasUnindexed(ctx.read)) done += await ctx.write(({ db }) => indexUnindexed(db, AT_ONCE));
  if (done > 0) ctx.log.info({ articles: done }, 'articles were brought into the search index');
  return done;
};
