// Search at the start of a process: articles that are older than the index are brought into it.
import type { Context } from '../context.ts';
import { indexArticle, listUnindexed } from './search.store.ts';

/** Articles a transaction: other writers get in between. */
const AT_ONCE = 50;

/** Indexes every article that was never indexed; returns how many there were. Safe to be cut off and begun again. */
export const indexUnindexed = async (ctx: Context): Promise<number> => {
  for (let done = 0; ; ) {
    const indexed = await ctx.write(async ({ db }) => {
      const ids = await listUnindexed(db, AT_ONCE);
      for (const id of ids) await indexArticle(db, id);
      return ids.length;
    });
    done += indexed;
    if (indexed < AT_ONCE) {
      if (done > 0) ctx.log.info({ articles: done }, 'articles were brought into the search index');
      return done;
    }
  }
};
