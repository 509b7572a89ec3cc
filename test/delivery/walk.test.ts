// A walk through a list while the newsroom works: what was there all the time comes once, and nothing comes twice.
import { eq } from 'drizzle-orm';
import { test } from 'tap';
import { seedArticle } from '../comments/seed.ts';
import { type TestSite, testSite } from '../site.ts';

const MINUTE = 60_000;
/** In each walk: as many articles are there at the start, come, and go. */
const ARTICLES = 170;

/** Articles a minute apart, the newest last; returns their ids. */
const publish = async (site: TestSite, name: string, from: number, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const at = from + n * MINUTE;
    ids.push(
      await seedArticle(site, `${name}-${n}`, {
        publishedAt: at,
        modifiedAt: at,
        publicFrom: at,
        createdAt: at,
      }),
    );
  }
  return ids;
};

const remove = (site: TestSite, id: string) =>
  site.database.write(async (db) => {
    await db.delete(db.tables.articles).where(eq(db.tables.articles.id, id));
  });

for (const sort of ['-publishedAt', 'publishedAt', '-modifiedAt']) {
  test(`a walk by ${sort} while articles are published and removed: none twice, none skipped`, async (t) => {
    // What is written past the events is not to be read through the cache.
    const site = await testSite(t, { CACHE_MAX_BYTES: '0' });
    const start = site.clock.now - 10_000 * MINUTE;
    const there = await publish(site, 'there', start, ARTICLES);
    const leaving = await publish(site, 'leaving', start + MINUTE / 2, ARTICLES);
    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const url = `/v1/articles?limit=10&sort=${sort}${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { status, body } = await site.ask('GET', url);
      t.equal(status, 200);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
      // Before, within and behind what has been walked.
      for (const at of [start - MINUTE, start + (pages * 7 + 0.25) * MINUTE, site.clock.now - MINUTE])
        await publish(
          site,
          `coming-${pages}-${at < start ? 'a' : at === site.clock.now - MINUTE ? 'c' : 'b'}`,
          at,
          3,
        );
      for (const id of leaving.splice((pages * 31) % Math.max(1, leaving.length), 6)) await remove(site, id);
      pages += 1;
    } while (cursor !== null && pages < 200);
    t.equal(cursor, null, 'the walk ends');
    t.equal(new Set(seen).size, seen.length, 'none comes twice');
    const missed = there.filter((id) => !seen.includes(id));
    t.same(missed, [], 'what was there all the time is not skipped');
    t.ok(pages * 15 > ARTICLES, 'while as many articles came and went');
  });
}
