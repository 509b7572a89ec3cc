// Cursors of comments stay right while others post: nothing that was there is skipped, and nothing comes twice.
import fc from 'fast-check';
import { test } from 'tap';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, post, postAs, seedArticle } from './seed.ts';

test('comments: walks', async (t) => {
  // What is emptied past the events is not to be read through the cache.
  const site = await testSite(t, { ...NO_FLOOD, CACHE_MAX_BYTES: '0' });

  /** Posts a comment that is public at once, perhaps below one of `ids`. */
  const say = async (text: string, ids: readonly string[], below: number): Promise<string> => {
    // Some at the same instant: then the id alone tells them apart.
    site.clock.now += below % 2;
    const parentId = below % 3 === 0 ? null : (ids[below % (ids.length || 1)] ?? null);
    const { status, body } = await post(site, 'bridge', text, { parentId });
    // Five deep there is no room below.
    return status === 201 ? body.id : (await post(site, 'bridge', text)).body.id;
  };

  const places = fc.array(fc.nat(50), { minLength: 1, maxLength: 9 });

  t.test('a walk meets what was there once, in order, whatever is posted meanwhile', async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('thread', 'newest', 'oldest'),
        fc.integer({ min: 1, max: 4 }),
        places,
        places,
        async (sort, limit, before, meanwhile) => {
          await empty(site);
          await seedArticle(site, 'bridge');
          const ids = [await postAs(site, 'approved', 'bridge', 'first')];
          for (const [n, below] of before.entries()) ids.push(await say(`before ${n}`, ids, below));
          const there = [...ids];
          const late = [...meanwhile.entries()];
          const walked: { id: string; createdAt: string }[] = [];
          let cursor = '';
          do {
            const url = `/v1/articles/bridge/comments?sort=${sort}&limit=${limit}${cursor}`;
            const { body } = await site.ask('GET', url);
            walked.push(...body.items);
            cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
            const next = late.shift();
            if (next !== undefined) ids.push(await say(`meanwhile ${next[0]}`, ids, next[1]));
          } while (cursor !== '');
          const seen = walked.map(({ id }) => id);
          if (new Set(seen).size !== seen.length) throw new Error('twice');
          const missed = there.filter((id) => !seen.includes(id));
          if (missed.length > 0) throw new Error(`missed ${missed.length}`);
          // As one page of everything has them, but for what came too late to be met.
          const whole = await site.ask('GET', `/v1/articles/bridge/comments?sort=${sort}&limit=100`);
          const order = whole.body.items
            .map(({ id }: { id: string }) => id)
            .filter((id: string) => seen.includes(id));
          if (order.join() !== seen.join()) throw new Error('out of order');
        },
      ),
      { numRuns: site.database.engine === 'sqlite' ? 30 : 8 },
    );
    t.pass('no walk went wrong');
  });
});
