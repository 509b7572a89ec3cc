// Search and lists over 100,000 articles: how long a common, a medium and a rare word take, how long the event loop
// stands still meanwhile, and whether a late page costs what the first one costs. With --quick, as `npm run bench` asks,
// over 10,000 where the others would first take long to make.
import { setTimeout as pause } from 'node:timers/promises';
import { hasDataset, makeDataset } from './dataset.ts';
import { openSite, print, watch } from './inside.ts';
import { KNOWN_WORDS } from './prose.ts';

const archive = (articles: number) => ({ articles, commentsPerArticle: 5 });
const isQuick = process.argv.includes('--quick');
const ARTICLES = Number(
  process.env.BENCH_ARTICLES ?? (isQuick && !hasDataset(archive(100_000)) ? 10_000 : 100_000),
);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);

const file = await makeDataset(archive(ARTICLES));
const site = await openSite(file);

interface Page {
  items: unknown[];
  nextCursor: string | null;
  total?: number;
}

const ask = (url: string) => site.ask<Page>(url);
const measure = (work: () => Promise<unknown>) => watch(ROUNDS, work);

/** The cursor of the nth page, found by walking there once. */
const cursorOf = async (url: string, page: number): Promise<string> => {
  let cursor = '';
  for (let n = 1; n < page; n++) {
    const { nextCursor } = await ask(cursor === '' ? url : `${url}&cursor=${cursor}`);
    if (nextCursor === null) throw new Error(`${url} ends before page ${page}`);
    cursor = nextCursor;
  }
  return cursor;
};

try {
  process.stdout.write(`${ARTICLES} articles, medians of ${ROUNDS}.\n`);
  print('nothing', await measure(() => pause(10)));
  for (const [kind, word] of Object.entries(KNOWN_WORDS)) {
    const { total = 0 } = await ask(`/v1/search?q=${word}&total=true`);
    const counted = `${total} found${total === 10_000 ? ' and more' : ''}`;
    for (const query of ['', '&sort=-publishedAt', '&section=section-5', '&total=true', '&limit=100'])
      print(
        `${kind}${query}`,
        await measure(() => ask(`/v1/search?q=${word}${query}`)),
        query === '' ? counted : '',
      );
  }
  const both = `${KNOWN_WORDS.common}+${KNOWN_WORDS.medium}`;
  print('two words', await measure(() => ask(`/v1/search?q=${both}`)));
  print('a beginning of three letters', await measure(() => ask('/v1/search?q=har*')));
  print('a beginning of four letters', await measure(() => ask('/v1/search?q=harb*')));

  const LIST = '/v1/articles?limit=20';
  const pages = Math.min(5_000, Math.floor(ARTICLES / 20));
  const cursor = await cursorOf(LIST, pages);
  const first = await measure(() => ask(LIST));
  const late = await measure(() => ask(`${LIST}&cursor=${cursor}`));
  print('a list, page 1', first);
  print(`a list, page ${pages}`, late, `${(late.cpu / first.cpu).toFixed(2)} × page 1`);
} finally {
  await site.close();
}
