// No room: a full disk, a file that may not grow, a disk that is read-only. Whoever writes is told, whoever reads
// notices nothing, and writing comes back by itself.
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Test, test } from 'tap';
import { testDatabaseUrl } from '../database.ts';
import { type Answer, ask, command, isSound, launch, type Masthead, start, until } from './masthead.ts';
import { type Newsroom, openNewsroom } from './newsroom.ts';
import { lacksDisks, limit, smallDisk } from './tools.ts';

/** More than it takes anything to come back, on a busy machine too. */
const RECOVERY_MS = 15_000;

const WRITES = 40;
const WORKS_MS = 500;

const workBefore = (newsroom: Newsroom, server: Masthead): Promise<void> =>
  newsroom.work(server, () => newsroom.acknowledged() >= WRITES);

const workMeanwhile = async (newsroom: Newsroom, server: Masthead): Promise<void> => {
  const endsAt = performance.now() + WORKS_MS;
  await newsroom.work(server, () => performance.now() > endsAt);
};

const createArticle = (server: Masthead, key: string = randomUUID()) =>
  ask(server, 'POST', '/v1/manage/articles', {
    headers: { 'idempotency-key': key },
    body: { title: `Article ${key}`, body: { format: 'markdown', source: 'word '.repeat(20_000) } },
  });

/** A reader's comment on a published article. */
const postComment = (server: Masthead, article: string) => {
  const words = 'and so it went on '.repeat(400);
  const body = {
    authorName: 'Sam',
    authorEmail: `${randomUUID()}@mail.example`,
    body: `${randomUUID()} ${words}`,
  };
  return ask(server, 'POST', `/v1/articles/${article}/comments`, { body });
};

const publishedArticle = async (server: Masthead): Promise<string> => {
  await ask(server, 'POST', '/v1/manage/authors', { body: { name: 'Ada Okafor' } });
  const body = {
    title: 'Bridge',
    authors: ['ada-okafor'],
    body: { format: 'markdown', source: 'Open.' },
    status: 'published',
  };
  return (await ask(server, 'POST', '/v1/manage/articles', { body }))?.body.id;
};

/** What readers and the desk read while nothing can be written, from memory and from the database. */
const readsGoOn = async (t: Test, server: Masthead, article: string) => {
  for (const path of [
    '/v1/articles',
    `/v1/articles/${article}`,
    `/v1/articles/${article}/comments?limit=${1 + Math.floor(Math.random() * 100)}`,
    '/v1/search?q=bridge',
    `/v1/manage/articles/${article}`,
    '/v1/manage/comments',
    '/livez',
  ]) {
    t.equal((await ask(server, 'GET', path))?.status, 200, `GET ${path.replace(article, '{id}')} goes on`);
  }
};

const refusalOf = (answer: Answer | undefined) => ({
  status: answer?.status,
  code: answer?.body?.code,
  retryAfter: answer?.headers.get('retry-after'),
});
const FULL = { status: 507, code: 'storage_full', retryAfter: null };
const UNAVAILABLE = { status: 503, code: 'unavailable', retryAfter: '2' };

test('a full disk: 507 at the desk, 503 to readers, reads go on, writes come back by themselves', {
  skip: lacksDisks(),
}, async (t) => {
  const { folder } = smallDisk(t, 12);
  const database = `file:${folder}/masthead.db`;
  // What the server prints is on the full disk too.
  const server = await start(t, database, { output: `${folder}/output` });
  const article = await publishedArticle(server);
  const newsroom = await openNewsroom(server);
  await workBefore(newsroom, server);

  const ballast = `${folder}/ballast`;
  t.throws(() => writeFileSync(ballast, Buffer.alloc(32e6)), { code: 'ENOSPC' });
  await until(507, RECOVERY_MS, () => createArticle(server));
  await until(503, RECOVERY_MS, () => postComment(server, article));
  const key = randomUUID();
  t.strictSame(refusalOf(await createArticle(server, key)), FULL);
  t.strictSame(refusalOf(await postComment(server, article)), UNAVAILABLE);
  await readsGoOn(t, server, article);
  await workMeanwhile(newsroom, server);
  t.notOk(newsroom.reads[503], 'no read was refused');
  t.match(await command(database, ['backup', `${folder}/backup.db`]), {
    code: 1,
    text: /could not be copied/,
  });
  t.notOk(
    readdirSync(folder).some((name) => name.startsWith('backup')),
    'a backup that finds no room leaves nothing',
  );

  rmSync(ballast);
  const tookMs = await until(201, RECOVERY_MS, () => createArticle(server, key));
  await until(202, RECOVERY_MS, () => postComment(server, article));
  await until(200, RECOVERY_MS, () => ask(server, 'GET', '/readyz'));
  await newsroom.settle(server);
  t.same(newsroom.surprises, [], 'what found no room is done by sending it again');
  server.kill('SIGTERM');
  t.equal(await server.ended, 0);
  t.same(await newsroom.faultsOf(database), []);
  await isSound(t, database, 'after the disk was full');
  t.comment(
    `a full disk: ${newsroom.summary()}, 0 lost; writing again ${tookMs.toFixed(0)} ms after there was room`,
  );
});

test('a file that may not grow: 503, reads go on, writes come back by themselves', {
  skip: lacksDisks(),
}, async (t) => {
  const database = await testDatabaseUrl(t, 'sqlite');
  const server = await start(t, database);
  const article = await publishedArticle(server);
  const newsroom = await openNewsroom(server);
  await workBefore(newsroom, server);

  // Not even a page fits into a file of this size.
  limit(server.pid, '--fsize=4096:unlimited');
  await until(503, RECOVERY_MS, () => createArticle(server));
  t.strictSame(refusalOf(await createArticle(server)), UNAVAILABLE);
  t.strictSame(refusalOf(await postComment(server, article)), UNAVAILABLE);
  t.equal((await ask(server, 'GET', '/readyz'))?.status, 503, 'it says that it cannot do its work');
  await readsGoOn(t, server, article);
  await workMeanwhile(newsroom, server);
  t.notOk(newsroom.reads[503], 'no read was refused');

  limit(server.pid, '--fsize=unlimited:unlimited');
  const tookMs = await until(200, RECOVERY_MS, () => ask(server, 'GET', '/readyz'));
  t.equal((await createArticle(server))?.status, 201);
  await newsroom.settle(server);
  t.same(newsroom.surprises, []);
  server.kill('SIGTERM');
  t.equal(await server.ended, 0);
  t.same(await newsroom.faultsOf(database), []);
  await isSound(t, database, 'after its file could not grow');
  t.comment(
    `a file-size limit: ${newsroom.summary()}, 0 lost; ready ${tookMs.toFixed(0)} ms after it was lifted`,
  );
});

test('a disk that is read-only: the start is refused in one line, and nothing is changed', {
  skip: lacksDisks(),
}, async (t) => {
  const { folder, remount } = smallDisk(t, 64);
  const database = `file:${folder}/masthead.db`;
  const first = await start(t, database);
  const newsroom = await openNewsroom(first);
  await workBefore(newsroom, first);
  // With a journal that is still to be read.
  first.kill('SIGKILL');
  await first.ended;

  remount('ro');
  const refused = launch(t, database);
  t.equal(await refused.ended, 1);
  t.match(refused.printed(), new RegExp(`^masthead: ${folder}/masthead.db cannot be used \\(.*\\n$`));
  remount('rw');
  const second = await start(t, database);
  await newsroom.settle(second);
  t.same(newsroom.surprises, []);
  t.same(await newsroom.faultsOf(database), []);
  await isSound(t, database, 'after its disk was read-only');
  t.comment(`a read-only disk: ${newsroom.summary()}, 0 lost`);
});
