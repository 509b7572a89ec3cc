// `npm run bench`: Masthead beside what bounds it (bare node:http, bare fastify, nginx, bare scripts that read and
// commit the same rows), each in a process of its own, taking turns in one run. Ratios are the result, best by processor
// time; absolute figures are this machine's. BENCH_ROUNDS, BENCH_SECONDS and BENCH_ARTICLES make it longer. Writes
// results.json and results.svg beside itself.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { brotliDecompressSync } from 'node:zlib';
import BetterSqlite3 from 'better-sqlite3';
import { systemClock, toInstant } from '../../src/core/clock.ts';
import { groupCommit } from './commits.ts';
import {
  type Ask,
  CONNECTIONS,
  type Measured,
  measure,
  median,
  mediansOf,
  ROUNDS,
  rounded,
  SECONDS,
  takeTurns,
} from './load.ts';
import { plot } from './plot.ts';
import { commentOf, seed } from './seed.ts';
import {
  hasNginx,
  machine,
  pinLoad,
  type Running,
  start,
  startBare,
  startMasthead,
  startNginx,
  stopAll,
} from './servers.ts';

const ARTICLES = Number(process.env.BENCH_ARTICLES ?? 300);
const STARTS = 3;
const DAY_MS = 86_400_000;
/** How often a site is read, and how often it is written to, while the two are measured together. */
const READS_A_SECOND = 500;
const COMMENTS_A_SECOND = 100;

/** Each time another list of the same articles: its address was never asked for, and what it shows was. */
const listNeverAsked = (n: number): string =>
  `/v1/articles?limit=20&publishedBefore=${toInstant(systemClock() + DAY_MS + n)}`;

interface Contender {
  name: string;
  server: Running;
  ask: Ask;
}

interface Result extends Measured {
  name: string;
  /** Of the first of its group: by processor time, and by requests a second. */
  ratio: number;
  ratioPerSecond: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Measures all contenders of one group in turn, round by round; the first is the limit of the others. */
const compare = async (contenders: readonly Contender[]): Promise<Result[]> => {
  const measured = await takeTurns(contenders);
  return contenders.map(({ name }, index) => {
    const [limit, own] = [measured[0]!, measured[index]!];
    const result = {
      name,
      ratio: rounded(own.perCpuSecond / limit.perCpuSecond),
      ratioPerSecond: rounded(own.perSecond / limit.perSecond),
      perSecond: rounded(own.perSecond, 0),
      perCpuSecond: rounded(own.perCpuSecond, 0),
      p50: own.p50,
      p99: own.p99,
    };
    say(
      `${name.padEnd(44)} ${result.ratio.toFixed(2)} by CPU, ${result.ratioPerSecond.toFixed(2)} by time` +
        `  (${result.perCpuSecond}/CPU-s, ${result.perSecond}/s, p50 ${own.p50} ms, p99 ${own.p99} ms)`,
    );
    return result;
  });
};

const folder = mkdtempSync(join(tmpdir(), 'masthead-bench-'));

/** On an empty database each time. */
const startUp = async () => {
  const rounds = [];
  for (let n = 0; n < STARTS; n++) {
    const masthead = await startMasthead({ DATABASE_URL: `file:${join(folder, `empty-${n}.db`)}` });
    const cpuSeconds = masthead.cpuSeconds();
    await pause(500);
    rounds.push({ ms: masthead.readyMs, cpuSeconds, megabytes: masthead.residentMegabytes() });
    await masthead.stop();
  }
  const bare = await start({
    command: [process.execPath, '-e', 'console.log("up");setTimeout(()=>{},500)'],
    ready: /up/,
  });
  const result = {
    ms: rounded(median(rounds.map(({ ms }) => ms)), 0),
    cpuSeconds: rounded(median(rounds.map(({ cpuSeconds }) => cpuSeconds))),
    megabytes: rounded(median(rounds.map(({ megabytes }) => megabytes)), 0),
    nodeAloneMs: rounded(bare.readyMs, 0),
    nodeAloneMegabytes: rounded(bare.residentMegabytes(), 0),
  };
  say(
    `start: ${result.ms} ms (${result.cpuSeconds} s of CPU, ${result.megabytes} MB); node alone ${result.nodeAloneMs} ms, ${result.nodeAloneMegabytes} MB`,
  );
  return result;
};

/** The brotli form, once it has been made. */
const brotliOf = async (url: string): Promise<Buffer> => {
  for (;;) {
    // Not fetch, which decodes.
    const { coding, bytes } = await new Promise<{ coding: string | undefined; bytes: Buffer }>((resolve) => {
      get(url, { headers: { 'accept-encoding': 'br' } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('end', () =>
          resolve({ coding: response.headers['content-encoding'], bytes: Buffer.concat(chunks) }),
        );
      });
    });
    if (coding === 'br' && brotliDecompressSync(bytes).length > 0) return bytes;
    await pause(20);
  }
};

/** Percentiles of reads at a steady rate: alone, with readers who comment, and with those who do so as fast as they can. */
const whileCommentsArrive = async (server: Running, slug: string) => {
  const read: Ask = { path: `/v1/articles/${slug}`, rate: READS_A_SECOND };
  const post: Ask = { path: `/v1/articles/${slug}/comments`, bodyOf: commentOf, status: 202 };
  const kinds = { alone: undefined, steady: { ...post, rate: COMMENTS_A_SECOND }, flooded: post };
  const rounds = { alone: [] as Measured[], steady: [] as Measured[], flooded: [] as Measured[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['alone', 'steady', 'flooded'] as const) {
      const meanwhile = kinds[kind];
      const [one] = await Promise.all([
        measure(server, read, SECONDS),
        meanwhile && measure(server, meanwhile, SECONDS),
      ]);
      rounds[kind].push(one);
    }
  }
  const figuresOf = (kind: keyof typeof rounds) => {
    const { p50, p99 } = mediansOf(rounds[kind]);
    return { p50, p99 };
  };
  const result = { alone: figuresOf('alone'), steady: figuresOf('steady'), flooded: figuresOf('flooded') };
  say(
    `${READS_A_SECOND} reads/s: p99 ${result.alone.p99} ms alone, ${result.steady.p99} ms while ${COMMENTS_A_SECOND} comments/s arrive, ${result.flooded.p99} ms while ${CONNECTIONS} clients post as fast as they can`,
  );
  return result;
};

try {
  pinLoad();
  const startedAt = performance.now();
  const file = join(folder, 'bench.db');
  const starting = await startUp();
  const masthead = await startMasthead({ DATABASE_URL: `file:${file}` });
  const { slug } = await seed(masthead.base, masthead.said[2] ?? '', { articles: ARTICLES, comments: 50 });
  const [article, list, comments] = [
    `/v1/articles/${slug}`,
    '/v1/articles?limit=20',
    `/v1/articles/${slug}/comments`,
  ] as const;

  const answers: [string, string][] = [];
  const etags = new Map<string, string>();
  for (const path of [article, list, comments]) {
    const answer = await fetch(masthead.base + path, { headers: { 'accept-encoding': 'identity' } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const coded = await brotliOf(masthead.base + path);
    etags.set(path, answer.headers.get('etag') ?? '');
    const name = path.replace(/\?.*/, '');
    answers.push([name, bytes.toString('base64')], [`/br${name}`, coded.toString('base64')]);
    for (const [where, what] of [
      [`${name}.json`, bytes],
      [`br${name}.json`, coded],
    ] as const) {
      mkdirSync(dirname(join(folder, where)), { recursive: true });
      writeFileSync(join(folder, where), what);
    }
  }
  const http = await startBare({ kind: 'http', answers });
  const fastify = await startBare({ kind: 'fastify', answers });
  const nginx = hasNginx ? await startNginx(folder) : undefined;
  const reading = await startBare({ kind: 'reading', file });
  const uncached = await startMasthead({ DATABASE_URL: `file:${file}`, CACHE_MAX_BYTES: '0' });
  say(
    `${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, ${ARTICLES} articles, load ${loadavg()[0]}; medians\n`,
  );

  const results: Result[] = [];
  for (const [what, path] of [
    ['article', article],
    ['list', list],
  ] as const) {
    const plain = path.replace(/\?.*/, '');
    const br = { 'accept-encoding': 'br' };
    results.push(
      ...(await compare([
        { name: `${what}: bare node:http`, server: http, ask: { path: plain } },
        { name: `${what}: bare fastify`, server: fastify, ask: { path: plain } },
        ...(nginx === undefined
          ? []
          : [{ name: `${what}: nginx, from a file`, server: nginx, ask: { path: `${plain}.json` } }]),
        { name: `${what}: Masthead, hit`, server: masthead, ask: { path } },
        {
          name: `${what}: Masthead, 304`,
          server: masthead,
          ask: { path, headers: { 'if-none-match': etags.get(path) ?? '' }, status: 304 },
        },
        ...(what === 'list'
          ? [{ name: 'list: Masthead, miss', server: masthead, ask: { path: listNeverAsked } }]
          : []),
        { name: `${what}: bare script, asks SQLite`, server: reading, ask: { path } },
        { name: `${what}: Masthead, nothing kept`, server: uncached, ask: { path } },
      ])),
      ...(await compare([
        { name: `${what}, brotli: bare node:http`, server: http, ask: { path: `/br${plain}` } },
        { name: `${what}, brotli: Masthead, hit`, server: masthead, ask: { path, headers: br } },
      ])),
    );
  }
  results.push(
    ...(await compare([
      { name: 'comments: bare node:http', server: http, ask: { path: comments } },
      { name: 'comments: Masthead, hit', server: masthead, ask: { path: comments } },
      { name: 'comments: bare script, asks SQLite', server: reading, ask: { path: comments } },
      { name: 'comments: Masthead, nothing kept', server: uncached, ask: { path: comments } },
    ])),
  );

  const post: Ask = { path: comments, bodyOf: commentOf, status: 202 };
  // The bare script writes again what a reader's comment once was.
  await measure(masthead, post, SECONDS);
  const [copy, other] = [join(folder, 'copy.db'), join(folder, 'other.db')];
  const db = new BetterSqlite3(file);
  for (const to of [copy, other]) db.prepare('vacuum into ?').run(to);
  db.close();
  const posting = await startBare({ kind: 'posting', file: copy });
  const posted = await compare([
    {
      name: 'comment posted: bare script, same rows',
      server: posting,
      ask: { ...post, path: '/' },
    },
    {
      name: 'comment posted: Masthead',
      server: masthead,
      ask: post,
    },
  ]);
  results.push(...posted);
  const reads = await whileCommentsArrive(masthead, slug);
  const commits = await groupCommit(other);
  say(
    `${commits.writers} at once write ${commits.together}/s committed together, ${commits.alone}/s one by one: ` +
      `${commits.ratio} ×, ${commits.writesPerCommit} a commit`,
  );
  const megabytes = rounded(masthead.residentMegabytes(), 0);

  // Where the answers are made anew, the load takes little of the second core.
  const made = { DATABASE_URL: `file:${file}`, CACHE_MAX_BYTES: '0' };
  const one = await startMasthead(made, true);
  const crew = await startMasthead({ ...made, WORKERS: '2' }, true);
  results.push(
    ...(await compare([
      { name: 'list, nothing kept: Masthead, one process', server: one, ask: { path: list } },
      { name: 'list, nothing kept: Masthead, WORKERS=2', server: crew, ask: { path: list } },
    ])),
  );

  const at = toInstant(systemClock());
  const here = new URL('.', import.meta.url);
  const setUp = { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, articles: ARTICLES };
  const on = machine();
  const all = {
    at,
    machine: on,
    setUp,
    start: starting,
    results,
    reads,
    commits,
    megabytesAfterAll: megabytes,
  };
  writeFileSync(new URL('results.json', here), `${JSON.stringify(all, null, 2)}\n`);
  const bars = results.map(({ name, ratio }) => ({ label: name, ratio, isOurs: name.includes('Masthead') }));
  const title = 'Requests per second of processor time, the first of each group = 1';
  writeFileSync(
    new URL('results.svg', here),
    plot(title, `${on.processor}, node ${on.node}, ${at.slice(0, 10)}`, bars),
  );
  say(`\n${megabytes} MB after all of it; ${Math.round((performance.now() - startedAt) / 1000)} s in all`);
} finally {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
}
