// Search and lists over 100,000 articles: how long a common, a medium and a rare word take, how long the event loop
// stands still meanwhile, and whether a late page costs what the first one costs. The server is in this process, so
// that its event loop can be watched; what the loop does while nothing is asked is printed beside it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import inject from 'light-my-request';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/db/database.ts';
import { createServer } from '../../src/http/server.ts';
import { hasDataset, makeDataset } from './dataset.ts';
import { KNOWN_WORDS } from './prose.ts';

const archive = (articles: number) => ({ articles, commentsPerArticle: 5 });
const isQuick = process.argv.includes('--quick');
const ARTICLES = Number(
  process.env.BENCH_ARTICLES ?? (isQuick && !hasDataset(archive(100_000)) ? 10_000 : 100_000),
);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);

const file = await makeDataset(archive(ARTICLES));
const config = readConfig({ DATABASE_URL: `file:${file}`, LOG_LEVEL: 'silent', RATE_LIMIT: 'off' });
const database = await openDatabase({ url: config.databaseUrl, clock: systemClock });
const app = await createApp({
  server: createServer({ config }),
  config,
  database,
  clock: systemClock,
  secret: 'a secret that signs the cursors of this run',
});
await app.ready();

const ask = async (url: string) => {
  const answer = await inject((request, response) => app.server.emit('request', request, response), { url });
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.payload}`);
  return JSON.parse(answer.payload) as { items: unknown[]; nextCursor: string | null; total?: number };
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const RESOLUTION_MS = 1;

interface Measured {
  /** Medians, in milliseconds: from asked to answered, of processor time, and the longest the loop stood still. */
  wall: number;
  cpu: number;
  held: number;
}

const measure = async (work: () => Promise<unknown>): Promise<Measured> => {
  await work();
  const samples: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    await pause(5);
    delay.reset();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await work();
    const wall = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    await pause(5);
    delay.disable();
    samples.push({ wall, cpu: (user + system) / 1000, held: delay.max / 1e6 - RESOLUTION_MS });
  }
  const of = (name: keyof Measured) => median(samples.map((sample) => sample[name]));
  return { wall: of('wall'), cpu: of('cpu'), held: of('held') };
};

const print = (name: string, { wall, cpu, held }: Measured, note = ''): void => {
  const ms = (value: number) => `${value.toFixed(1)} ms`.padStart(9);
  process.stdout.write(`${name.padEnd(44)}${ms(wall)} wall ${ms(cpu)} cpu ${ms(held)} loop held  ${note}\n`);
};

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
  await app.close();
  await database.close();
}
