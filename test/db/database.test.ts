// What both engines promise to those who read and write, and how DATABASE_URL chooses one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'drizzle-orm';
import { test } from 'tap';
import { openDatabase } from '../../src/db/database.ts';
import type { Db } from '../../src/db/dialect.ts';
import { bothEngines, testDatabaseUrl, testDirectory } from '../database.ts';

const clock = () => 1000;
const migrations = [{ number: 1, name: 'notes', sql: 'create table notes (text text unique)' }];

const add = (text: string) => async (db: Db) => {
  await db.rows(sql`insert into notes values (${text})`);
  return text;
};
const texts = async (db: Db) =>
  (await db.rows<{ text: string }>(sql`select text from notes order by text`)).map(({ text }) => text);

for (const engine of bothEngines) {
  test(`a database of ${engine}`, async (t) => {
    const errors: string[] = [];
    const log = { warn: () => {}, error: (_: object, message: string) => errors.push(message) };
    const url = await testDatabaseUrl(t, engine);
    const database = await openDatabase({ url, clock, migrations, log });
    t.teardown(() => database.close());
    let commits: string[] = [];
    database.onCommit(() => {
      commits.push('first');
      throw new Error('a fault of the listener');
    });
    database.onCommit(() => commits.push('second'));

    await t.test('is ready once it is open', async () => database.check());

    await t.test('a snapshot shows one instant, writes nothing, and holds up nobody', async (t) => {
      await database.write(add('before'));
      const seen = await database.snapshot(async (db) => {
        const first = await texts(db);
        // PGlite has one connection, which the snapshot holds.
        if (engine !== 'pglite') await database.write(add('meanwhile'));
        return [first, await texts(db)];
      });
      t.strictSame(seen, [['before'], ['before']]);
      await t.rejects(database.snapshot(add('no')), 'it cannot write');
      t.notOk((await texts(database.read)).includes('no'));
      await database.write(async (db) => void (await db.rows(sql`delete from notes`)));
      commits = [];
    });

    await t.test('a write sees what it wrote, and is seen when it is answered', async (t) => {
      const seen = await database.write(async (db) => {
        await add('a')(db);
        return texts(db);
      });
      t.strictSame(seen, ['a']);
      t.strictSame(await texts(database.read), ['a']);
    });

    await t.test(
      'every listener hears of a commit before it is answered, whatever another one does',
      async (t) => {
        commits = [];
        errors.length = 0;
        await database.write(add('b')).then(() => commits.push('answered'));
        t.strictSame(commits, ['first', 'second', 'answered']);
        t.strictSame(errors, ['a listener to commits failed']);
      },
    );

    await t.test('a write that fails leaves nothing, is not heard of, and keeps its own error', async (t) => {
      commits = [];
      const failure = new Error('no');
      const failed = database.write(async (db) => {
        await add('c')(db);
        throw failure;
      });
      t.equal(await failed.catch((error: unknown) => error), failure);
      t.strictSame(await texts(database.read), ['a', 'b']);
      t.strictSame(commits, []);
    });

    await t.test('writes asked for together are all done, but for the one that breaks a rule', async (t) => {
      const results = ['d', 'a', 'e', 'f'].map((text) => database.write(add(text)));
      const statuses = (await Promise.allSettled(results)).map(({ status }) => status);
      t.strictSame(statuses, ['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      t.strictSame(await texts(database.read), ['a', 'b', 'd', 'e', 'f']);
    });

    await t.test('a write inside a write is refused', async (t) => {
      const nested = database.write(async (db) => {
        await add('outer')(db);
        await database.write(add('inner'));
      });
      await t.rejects(nested, { name: 'JobRefused', message: /inside a write/ });
      t.strictSame(await texts(database.read), ['a', 'b', 'd', 'e', 'f']);
    });

    await t.test('a query of a write that is over is refused', async (t) => {
      const kept: Db[] = [];
      await database.write(async (db) => {
        kept.push(db);
      });
      for (const query of [() => texts(kept[0]!), async () => kept[0]!.$count(sql`notes`)]) {
        const error: unknown = await query().catch((error: unknown) => error);
        const refusal = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        t.match(refusal, { name: 'JobRefused', message: /outside its write/ });
      }
    });

    await t.test('closing waits for the writes and refuses more', async (t) => {
      const last = database.write(add('last'));
      await Promise.all([database.close(), database.close()]);
      t.equal(await last, 'last');
      await t.rejects(database.write(add('late')), /closed/);
      await t.rejects(database.check());
    });

    await t.test('what was written is there when it is opened again', async (t) => {
      const again = await openDatabase({ url, clock, migrations });
      t.teardown(() => again.close());
      again.onCommit(() => {
        throw new Error('nobody is told, and nothing fails');
      });
      await again.write(add('z'));
      t.strictSame(await texts(again.read), ['a', 'b', 'd', 'e', 'f', 'last', 'z']);
    });
  });
}

test('a file may be named relatively, absolutely, or as a URL', async (t) => {
  const directory = testDirectory(t);
  const path = join(directory, 'with space.db');
  for (const url of [pathToFileURL(path).href, `file:${path}`]) {
    const database = await openDatabase({ url, clock });
    t.equal(database.engine, 'sqlite');
    await database.close();
    t.ok(existsSync(path), url);
  }
});

test('a DATABASE_URL that means nothing is refused, and a password in it is not repeated', async (t) => {
  const refused = async (url: string, message: RegExp) => {
    const error: unknown = await openDatabase({ url, clock }).catch((error: unknown) => error);
    t.match(error, { name: 'StartError', message });
    t.notMatch(error, { message: /secret/ });
  };
  await refused('mysql://user:secret@host/database', /must begin with file: or postgres:/);
  await refused('file:', /names no file/);
  await refused('file://host/path', /names no file/);
  await refused('postgres://user:secret@host:port/database', /is not a URL such as postgres:/);
  await refused('postgresql://user:secret@host/database?pool=0', /is not a URL such as postgres:/);
  await refused('postgres://user:secret@host/database?pool=many', /is not a URL such as postgres:/);
});
