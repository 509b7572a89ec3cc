// `npm run bench:loop`: what holds the event loop, and so everybody else. An article of 32 KB is to hold it for 20 ms at
// most and one of 256 KB, the largest there is, for 250; many comments at once for no longer than a few do. Then the
// largest articles are written to a server that is being read. Writes loop.json beside itself.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock, toInstant } from '../../src/core/clock.ts';
import type { Crowd } from './crowd.ts';
import { openSite, print, type Site, watch } from './inside.ts';
import { type Measured, measure, mediansOf, ROUNDS, rounded } from './load.ts';
import { createWriter, randomFrom } from './prose.ts';
import { commentOf } from './seed.ts';
import { machine, startMasthead, stopAll } from './servers.ts';

const WATCHED = Number(process.env.BENCH_ROUNDS ?? 15);
const COMMENTS_AT_ONCE = 200;
const READS_A_SECOND = 500;
/** Long enough for some articles, one a second. */
const READING_SECONDS = 4;

/** Markdown of so many KB, with what a newsroom writes: headings, lists, quotes, links and stress. */
const markdownOf = (kilobytes: number, seed: number): string => {
  const { prose } = createWriter(randomFrom(seed));
  const say = (count: number) => prose(count).join(' ');
  const blocks = [
    () => `## ${say(5)}`,
    () => `${say(40)} **${say(2)}** ${say(20)} [${say(3)}](https://www.example.org/${say(1)}) ${say(20)}.`,
    () => `${say(60)} *${say(1)}* ${say(30)}.`,
    () => `> ${say(25)}`,
    () => `- ${say(8)}\n- ${say(8)}\n- [${say(2)}](https://www.example.org/${say(1)}) ${say(5)}`,
  ];
  const written: string[] = [];
  for (let room = kilobytes * 1024; ; ) {
    const block = blocks[written.length % blocks.length]!();
    room -= block.length + 2;
    if (room < 0) return written.join('\n\n');
    written.push(block);
  }
};

const articleOf = (kilobytes: number, n: number) => ({
  title: `A long report, number ${n} of ${kilobytes} KB`,
  body: { format: 'markdown', source: markdownOf(kilobytes, n) },
  authors: ['ada-okafor'],
  tags: ['Harbour'],
  status: 'published',
});

const ARTICLES = '/v1/manage/articles';
const AUTHOR = ['/v1/manage/authors', { name: 'Ada Okafor' }] as const;

/** How long each of these holds the loop of a server in this process. */
const holding = async (site: Site) => {
  const key = await site.firstKey();
  await site.ask(AUTHOR[0], { key, body: AUTHOR[1] });
  const { slug } = await site.ask<{ slug: string }>(ARTICLES, { key, body: articleOf(5, 0) });
  const measured: { name: string; ms: Record<string, number> }[] = [];
  const note = async (
    name: string,
    work: (round: number) => Promise<unknown>,
    prepare?: () => Promise<unknown>,
  ) => {
    const held = await watch(WATCHED, work, prepare);
    print(name, held);
    const ms = Object.fromEntries(Object.entries(held).map(([kind, value]) => [kind, rounded(value, 1)]));
    measured.push({ name, ms });
  };
  await note('nothing', () => pause(10));
  for (const kilobytes of [5, 32, 256]) {
    const bodies = Array.from({ length: WATCHED + 1 }, (_, n) => articleOf(kilobytes, n));
    await note(`an article of ${kilobytes} KB`, (n) => site.ask(ARTICLES, { key, body: bodies[n] }));
  }
  let said = 0;
  const path = `/v1/articles/${slug}/comments`;
  await note('1 comment', () => site.ask(path, { body: JSON.parse(commentOf(said++)) }));
  // From another process: what so many clients cost in this one would be taken for the server's work.
  const port = await site.listen();
  const clients = fork(new URL('crowd.ts', import.meta.url));
  const tell = async (word: Crowd | 'go') => {
    clients.send(word);
    await once(clients, 'message');
  };
  const crowd = (): Crowd => ({
    port,
    path,
    bodies: Array.from({ length: COMMENTS_AT_ONCE }, () => commentOf(said++)),
  });
  await note(
    `${COMMENTS_AT_ONCE} comments at once`,
    () => tell('go'),
    () => tell(crowd()),
  );
  clients.kill();
  return measured;
};

/** 99th percentiles of reads at a steady rate, alone and while an article of 256 KB is written each second. */
const whileArticlesArrive = async (file: string) => {
  const server = await startMasthead({ DATABASE_URL: `file:${file}` });
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${server.said[2]}`, 'content-type': 'application/json' };
    const answer = await fetch(server.base + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { slug: string };
  };
  await post(...AUTHOR);
  const { slug } = await post(ARTICLES, articleOf(5, 0));
  const read = () => measure(server, { path: `/v1/articles/${slug}`, rate: READS_A_SECOND }, READING_SECONDS);
  const [alone, during]: [Measured[], Measured[]] = [[], []];
  let written = 0;
  await read();
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await read());
    const reading = read();
    for (let n = 0; n < READING_SECONDS - 1; n++) {
      await post(ARTICLES, articleOf(256, ++written));
      await pause(1_000);
    }
    during.push(await reading);
  }
  const [without, withThem] = [mediansOf(alone), mediansOf(during)];
  const reads = {
    p50Without: without.p50,
    p99Without: without.p99,
    p50With: withThem.p50,
    p99With: withThem.p99,
  };
  process.stdout.write(
    `${READS_A_SECOND} reads/s: p99 ${reads.p99Without} ms alone, ${reads.p99With} ms while 256 KB are written each second\n`,
  );
  return reads;
};

const folder = mkdtempSync(join(tmpdir(), 'masthead-bench-'));
try {
  const site = await openSite(join(folder, 'held.db'));
  const held = await holding(site).finally(() => site.close());
  const reads = await whileArticlesArrive(join(folder, 'read.db'));
  const all = { at: toInstant(systemClock()), machine: machine(), rounds: WATCHED, held, reads };
  writeFileSync(new URL('loop.json', import.meta.url), `${JSON.stringify(all, null, 2)}\n`);
} finally {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
}
