// `npm run bench`: Masthead beside a bare node:http server and a bare fastify route that send the same bytes, each in
// a process of its own, taking turns in one run. Ratios are the result; absolute figures are this machine's.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
const CONNECTIONS = 32;
const ARTICLES = Number(process.env.BENCH_ARTICLES ?? 2_000);
const COMMENTS = 50;

const hasTaskset = (() => {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const children: ChildProcess[] = [];

/** Starts a server on the first core; resolves with the first match of `ready` in what it prints. */
const start = (script: string, env: NodeJS.ProcessEnv, ready: RegExp): Promise<RegExpExecArray> => {
  const [file, ...args] = [
    ...(hasTaskset ? ['taskset', '-c', '0'] : []),
    process.execPath,
    ...execArgv,
    script,
  ];
  const child = spawn(file ?? '', args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      const match = ready.exec(printed);
      if (match !== null) resolve(match);
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}: ${printed}`)));
  });
};
const execArgv = process.execArgv;

interface Target {
  name: string;
  path: string;
  /** Makes the nth body of a POST; absent: a GET. */
  bodyOf?: (n: number) => string;
}

const WORDS =
  'harbour council bridge ferry budget night report river market school station strike storm vote union'.split(
    ' ',
  );

/** About 5 KB of Markdown, the same for the same number. */
const textOf = (seed: number): string => {
  let state = seed + 1;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return WORDS[state % WORDS.length] ?? '';
  };
  const paragraph = () => `${Array.from({ length: 90 }, next).join(' ')}.`;
  return Array.from({ length: 8 }, paragraph).join('\n\n');
};

const seed = async (base: string, key: string): Promise<{ slug: string; id: string }> => {
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string; slug: string };
  };
  for (const name of ['Ada Okafor', 'Jon Berg', 'Mei Tan']) await post('/v1/manage/authors', { name });
  const authors = ['ada-okafor', 'jon-berg', 'mei-tan'];
  let last = { id: '', slug: '' };
  for (let first = 0; first < ARTICLES; first += CONNECTIONS) {
    const batch = Array.from({ length: Math.min(CONNECTIONS, ARTICLES - first) }, (_, offset) => {
      const n = first + offset;
      return post('/v1/manage/articles', {
        title: `Report ${n} from the harbour`,
        body: { format: 'markdown', source: textOf(n) },
        authors: [authors[n % 3]],
        tags: [WORDS[n % 15], WORDS[(n * 7) % 15]].filter((tag, index, all) => all.indexOf(tag) === index),
        status: 'published',
        publishedAt: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
      });
    });
    last = (await Promise.all(batch)).at(-1) ?? last;
  }
  for (let n = 0; n < COMMENTS; n++) {
    await post(`/v1/manage/articles/${last.id}/comments`, { body: `Thank you for writing, number ${n}.` });
  }
  return last;
};

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface Measured {
  requestsPerSecond: number;
  p50: number;
  p99: number;
}

let posted = 0;

const measure = async (base: string, { path, bodyOf }: Target): Promise<Measured> => {
  const result = await autocannon({
    url: base + path,
    connections: CONNECTIONS,
    duration: SECONDS,
    ...(bodyOf === undefined
      ? {}
      : {
          requests: [
            {
              method: 'POST' as const,
              headers: { 'content-type': 'application/json' },
              setupRequest: (request) => ({ ...request, body: bodyOf(posted++) }),
            },
          ],
        }),
  });
  const failed = result.non2xx + result.errors;
  if (failed > 0) throw new Error(`${base}${path}: ${failed} of ${result.requests.total} requests failed`);
  return { requestsPerSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
};

const folder = await mkdtemp(join(tmpdir(), 'masthead-bench-'));
try {
  if (hasTaskset) execFileSync('taskset', ['-p', '-c', '1', String(process.pid)], { stdio: 'ignore' });
  const database = `file:${join(folder, 'bench.db')}`;
  const env = { DATABASE_URL: database, PORT: '0', LOG_LEVEL: 'silent', COMMENT_FLOOD_SECONDS: '0' };
  const [, masthead = '', key = ''] = await start('dist/main.js', env, /serves (\S+)[\s\S]*?(mh_\w+)/);
  process.stdout.write(`Seeding ${ARTICLES} articles and ${COMMENTS} comments…\n`);
  const { slug } = await seed(masthead, key);

  const bodyOf = (n: number) =>
    JSON.stringify({
      authorName: `Reader ${n}`,
      authorEmail: `reader${n}@mail.example`,
      body: `A thought, number ${n}.`,
    });
  const targets: Target[] = [
    { name: 'one article', path: `/v1/articles/${slug}` },
    { name: 'a list of 20', path: '/v1/articles' },
    { name: 'comments of an article', path: `/v1/articles/${slug}/comments` },
    { name: 'a comment posted', path: `/v1/articles/${slug}/comments`, bodyOf },
  ];
  const bodies: [string, string][] = [];
  for (const { path } of targets.slice(0, 3))
    bodies.push([path, await (await fetch(masthead + path)).text()]);
  const bare = async (kind: string): Promise<string> => {
    const plan = JSON.stringify({ kind, answers: bodies });
    const [, port] = await start('test/bench/bare.ts', { BENCH_BARE: plan }, /(\d+)/);
    return `http://127.0.0.1:${port}`;
  };
  const servers = { masthead, 'node:http': await bare('http'), fastify: await bare('fastify') };

  process.stdout.write(`${ROUNDS} rounds of ${SECONDS} s each, ${CONNECTIONS} connections, medians.\n\n`);
  for (const target of targets) {
    const results = new Map<string, Measured[]>(Object.keys(servers).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, base] of Object.entries(servers))
        results.get(name)?.push(await measure(base, target));
    }
    const of = (name: string, field: keyof Measured) =>
      median((results.get(name) ?? []).map((one) => one[field]));
    const rate = of('masthead', 'requestsPerSecond');
    const ratio = (name: string) => (rate / of(name, 'requestsPerSecond')).toFixed(2);
    process.stdout.write(
      `${target.name.padEnd(24)} ${ratio('node:http')} of node:http, ${ratio('fastify')} of fastify` +
        `   (${Math.round(rate)}/s, p50 ${of('masthead', 'p50')} ms, p99 ${of('masthead', 'p99')} ms)\n`,
    );
  }
} finally {
  for (const child of children) child.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
