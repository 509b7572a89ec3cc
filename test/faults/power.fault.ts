// A power cut in the middle of writes, on a database that existed before: only what was synced is still there, with or
// without some of what was not. disk.c is the disk, the end of the process the power cut.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { type Test, test } from 'tap';
import { testDirectory } from '../database.ts';
import { isSound, rounds, start } from './masthead.ts';
import { type Newsroom, openNewsroom } from './newsroom.ts';
import { compiled, lacks } from './tools.ts';

const WRITES = 80;
const urlIn = (folder: string) => `file:${folder}/masthead.db`;

interface Site {
  /** Has what a power cut leaves. */
  folder: string;
  newsroom: Newsroom;
}

/** A site with some work behind it, stopped as it should be. */
const existingSite = async (t: Test): Promise<Site> => {
  const folder = testDirectory(t);
  const server = await start(t, urlIn(folder));
  const newsroom = await openNewsroom(server);
  const before = newsroom.acknowledged();
  await newsroom.work(server, () => newsroom.acknowledged() >= before + WRITES / 2);
  server.kill('SIGTERM');
  await server.ended;
  return { folder, newsroom };
};

/** Works on the site until the power is cut. `as` sets the disk up: see disk.c. */
const cut = async (
  t: Test,
  shim: string,
  { folder, newsroom }: Site,
  as: NodeJS.ProcessEnv,
): Promise<Site> => {
  const after = `${testDirectory(t)}/after`;
  mkdirSync(after);
  for (const file of ['masthead.db', 'masthead.db-wal'])
    if (existsSync(`${folder}/${file}`)) copyFileSync(`${folder}/${file}`, `${after}/${file}`);
  const env = { LD_PRELOAD: shim, DISK_FROM: folder, DISK_TO: after, ...as };
  const server = await start(t, urlIn(folder), { env });
  const work = newsroom.work(server, () => false);
  await newsroom.progress(WRITES * (0.5 + Math.random() / 2));
  server.kill('SIGKILL');
  t.equal(await server.ended, 'SIGKILL');
  await work;
  return { folder: after, newsroom };
};

const disks = [
  { name: 'nothing that was not synced survives', luck: '0' },
  { name: 'half of what was not synced survives, at random', luck: '50' },
];

for (const { name, luck } of disks) {
  test(`a power cut where ${name}: nothing acknowledged is lost`, { skip: lacks('gcc') }, async (t) => {
    const shim = compiled(t, 'disk.c');
    let site = await existingSite(t);
    const times = rounds(3);
    for (let round = 1; round <= times; round++) {
      site = await cut(t, shim, site, { DISK_LUCK: luck });
      const url = urlIn(site.folder);
      await isSound(t, url, `power cut ${round}`);
      t.same(await site.newsroom.faultsOf(url), [], `what was acknowledged by power cut ${round} is there`);
    }
    const server = await start(t, urlIn(site.folder));
    await site.newsroom.settle(server);
    t.same(site.newsroom.surprises, [], 'what was cut off is done by sending it again');
    t.same(await site.newsroom.faultsOf(urlIn(site.folder)), [], 'and each thing is there once');
    t.comment(`${times} power cuts where ${name}: ${site.newsroom.summary()}, 0 lost`);
  });
}

test('a disk that lies about what is synced is found out by these tests', {
  skip: lacks('gcc'),
}, async (t) => {
  const before = await existingSite(t);
  const site = await cut(t, compiled(t, 'disk.c'), before, { DISK_LIES: '1' });
  const lost = await site.newsroom.faultsOf(urlIn(site.folder));
  t.ok(lost.length > 10, `${lost.length} things acknowledged are not there`);
});
