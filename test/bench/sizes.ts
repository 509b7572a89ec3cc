// `npm run bench:sizes`: what a million articles cost beside ten thousand. A server on an archive of each size, none
// keeping answers, so that each one comes from the database; they take turns in one run. BENCH_SIZES names the sizes, the
// first being the measure of the others; with --quick, as `npm run bench` asks, none that would first take long to make.
// Writes sizes.json beside itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { systemClock, toInstant } from '../../src/core/clock.ts';
import { createCursors } from '../../src/core/page.ts';
import { hasDataset, makeDataset, SECTIONS, slugOf, TAGS } from './dataset.ts';
import { CONNECTIONS, median, ROUNDS, rounded, SECONDS, takeTurns } from './load.ts';
import { randomFrom } from './prose.ts';
import { evict, machine, pinLoad, type Running, startMasthead, stopAll } from './servers.ts';

const archive = (articles: number) => ({ articles, commentsPerArticle: 5, words: false });
const isQuick = process.argv.includes('--quick');
const SIZES =
  process.env.BENCH_SIZES?.split(',').map(Number) ??
  [10_000, 100_000, 1_000_000].filter((size) => !isQuick || size <= 100_000 || hasDataset(archive(size)));
const STARTS = 5;
const COLD = 5;
/** As many of each kind are asked for, in turn, however many there are: more than SQLite's own 32 MiB hold. */
const PLACES = 1_000;
const SECRET = 'signs the cursors of the bench, which makes some by itself';

const say = (line: string) => process.stdout.write(`${line}\n`);

const someOf = <T>(of: () => T): T[] => Array.from({ length: PLACES }, of);
const random = randomFrom(1);
const below = (count: number): number => Math.floor(random() * count);

interface Place {
  key: number;
  id: string;
  section: string;
}

/** What is asked, by kind: paths that lie all over the archive. */
const pathsOf = (file: string, articles: number): Record<string, string[]> => {
  const db = new BetterSqlite3(file, { readonly: true });
  const place = db.prepare<[number], Place>(
    `select a.published_at as key, a.id, s.slug as section
     from articles a join sections s on s.id = a.section_id where a.seq = ?`,
  );
  // Of the older half, but with a page and more behind each.
  const deep = someOf(() => place.get(Math.floor(articles / 10) + below(articles / 2))!);
  db.close();
  const cursors = createCursors(SECRET);
  const after = ({ key, id }: Place, filters: { section?: string[] }) =>
    cursors.write({ name: 'articles', filters: { ...filters, sort: '-publishedAt' } }, { key, id });
  const list = '/v1/articles?limit=20';
  return {
    article: someOf(() => `/v1/articles/${slugOf(below(articles))}`),
    'list, page 1': [list],
    'list, deep': deep.map((at) => `${list}&cursor=${after(at, {})}`),
    'section, page 1': Array.from({ length: SECTIONS }, (_, n) => `${list}&section=section-${n}`),
    'section, deep': deep.map(
      (at) => `${list}&section=${at.section}&cursor=${after(at, { section: [at.section] })}`,
    ),
    'tag, page 1': Array.from({ length: TAGS }, (_, n) => `${list}&tag=tag-${n}`),
    comments: someOf(() => `/v1/articles/${slugOf(below(articles))}/comments`),
  };
};

const read = async (server: Running, path: string): Promise<void> => {
  const answer = await fetch(server.base + path);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
};

const folder = mkdtempSync(join(tmpdir(), 'masthead-bench-'));

const startOn = (file: string): Promise<Running> =>
  startMasthead({ DATABASE_URL: `file:${file}`, CACHE_MAX_BYTES: '0', MASTHEAD_SECRET: SECRET });

/** From the start of the process until it is ready: with the file in memory, and on a disk that has to be read. */
const startUp = async (files: ReadonlyMap<number, string>) => {
  const kinds = [...files].flatMap(([articles, file]) => [
    { articles, file, isCold: false },
    { articles, file, isCold: true },
  ]);
  const empty = { articles: 0, file: join(folder, 'empty.db'), isCold: false };
  const runs = [empty, ...kinds].map((kind) => ({ ...kind, ms: [] as number[], cpu: [] as number[] }));
  // The first start on a file makes a key, and is not counted.
  for (const file of [empty.file, ...files.values()]) await (await startOn(file)).stop();
  for (let n = 0; n < STARTS; n++)
    for (const { file, isCold, ms, cpu } of runs) {
      if (isCold && !evict(file)) continue;
      const server = await startOn(file);
      ms.push(server.readyMs);
      cpu.push(server.cpuSeconds());
      await server.stop();
    }
  return runs.map(({ articles, isCold, ms, cpu }) => {
    const result = ms.length === 0 ? undefined : { ms: rounded(median(ms), 0), cpuSeconds: median(cpu) };
    const name = `start on ${articles} articles${isCold ? ', cold' : ''}`;
    say(
      `${name.padEnd(40)} ${result === undefined ? 'skipped: no dd' : `${result.ms} ms, ${result.cpuSeconds} s of CPU`}`,
    );
    return { name, ...result };
  });
};

interface Archive {
  articles: number;
  file: string;
  server: Running;
  paths: Record<string, string[]>;
}

/** One kind of question to all sizes: what it costs the processor, and how long the first one takes a cold disk. */
const compare = async (kind: string, archives: readonly Archive[]) => {
  for (const { server, paths } of archives) for (const path of new Set(paths[kind])) await read(server, path);
  const contenders = archives.map(({ server, paths }) => {
    const all = paths[kind]!;
    return { server, ask: { path: (n: number) => all[n % all.length]! } };
  });
  const measured = await takeTurns(contenders);
  const cold = archives.map(() => [] as number[]);
  for (let n = 0; n < COLD; n++)
    for (const [index, { file, server, paths }] of archives.entries()) {
      if (!evict(file)) continue;
      const begun = performance.now();
      await read(server, paths[kind]![below(paths[kind]!.length)]!);
      cold[index]!.push(performance.now() - begun);
    }
  return archives.map(({ articles }, index) => {
    const [least, own] = [measured[0]!, measured[index]!];
    const coldMs = cold[index]!.length === 0 ? undefined : rounded(median(cold[index]!), 1);
    const result = {
      ...{ kind, articles, ratio: rounded(least.perCpuSecond / own.perCpuSecond) },
      ...{ perCpuSecond: rounded(own.perCpuSecond, 0), p50: own.p50, p99: own.p99, coldMs },
    };
    say(
      `${kind.padEnd(18)}${String(articles).padStart(9)} ${result.ratio.toFixed(2)} × the cost of the first` +
        `  (${result.perCpuSecond}/CPU-s, p50 ${own.p50} ms, p99 ${own.p99} ms, cold ${coldMs ?? '?'} ms)`,
    );
    return result;
  });
};

try {
  pinLoad();
  const files = new Map<number, string>();
  for (const articles of SIZES) files.set(articles, await makeDataset(archive(articles)));
  const startedAt = performance.now();
  say(`${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections; medians\n`);
  const starts = await startUp(files);
  const archives: Archive[] = [];
  for (const [articles, file] of files)
    archives.push({ articles, file, server: await startOn(file), paths: pathsOf(file, articles) });
  const results = [];
  for (const kind of Object.keys(archives[0]!.paths)) results.push(...(await compare(kind, archives)));
  const megabytes = archives.map(({ articles, server }) => ({
    articles,
    residentMegabytes: rounded(server.residentMegabytes(), 0),
  }));
  const setUp = { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, places: PLACES };
  const all = { at: toInstant(systemClock()), machine: machine(), setUp, starts, results, megabytes };
  writeFileSync(new URL('sizes.json', import.meta.url), `${JSON.stringify(all, null, 2)}\n`);
  say(`\n${Math.round((performance.now() - startedAt) / 1000)} s in all`);
} finally {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
}
