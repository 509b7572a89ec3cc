// Is the database what it says it is? Everything that is kept twice is compared with what it follows from, as it all
// is at one instant; nothing is mended, because what is wrong is a fault of ours that somebody should look at.
import { searchFaults } from '../articles/search.store.ts';
import type { Context } from '../context.ts';
import { countAll, listBroken } from './verify.store.ts';

/** Of one kind; who has more of it learns nothing from the rest. */
const SHOWN = 20;

export interface Verdict {
  /** A sentence each, at most SHOWN of a kind; none: all is well. */
  faults: string[];
  articles: number;
  comments: number;
  events: number;
}

const shown = (faults: readonly string[]): string[] =>
  faults.length > SHOWN ? [...faults.slice(0, SHOWN), '… and more of this kind'] : [...faults];

/** Compares everything. A file that is damaged is told as that, and its rows are not believed enough to compare them. */
export const verify = (ctx: Context): Promise<Verdict> =>
  ctx.snapshot(async (db) => {
    const damage = await db.dialect.damage(db, SHOWN + 1);
    if (damage.length > 0) return { faults: shown(damage), articles: 0, comments: 0, events: 0 };
    const kinds = [
      await db.dialect.lostReferences(db, SHOWN + 1),
      ...(await listBroken(db, SHOWN + 1)),
      await searchFaults(db),
    ];
    return { faults: kinds.flatMap(shown), ...(await countAll(db)) };
  });
