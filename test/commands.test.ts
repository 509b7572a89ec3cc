// The command line, run in this process; cli.ts itself in one of its own.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { issueKey } from '../src/access/service.ts';
import { isToken } from '../src/access/token.ts';
import { openApiText } from '../src/app.ts';
import { program } from '../src/commands.ts';
import { createContext } from '../src/context.ts';
import { openDatabase } from '../src/db/database.ts';
import { testDatabaseUrl } from './database.ts';
import { START } from './site.ts';

/** Runs one command and gives what it printed. */
const run = async (t: Test, url: string, ...args: string[]): Promise<string> => {
  const before = process.env.DATABASE_URL;
  process.env.DATABASE_URL = url;
  const written = t.capture(process.stdout, 'write');
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    written.restore();
    if (before === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before;
  }
  return written()
    .map(({ args: [text] }) => String(text))
    .join('');
};

test('keys are made, listed without their secrets, and revoked', async (t) => {
  const url = await testDatabaseUrl(t);
  t.equal(await run(t, url, 'migrate'), 'The database is up to date.\n');
  const secret = (await run(t, url, 'keys', 'create', '--role', 'admin', '--name', 'Ops')).trim();
  t.ok(isToken(secret));
  const desk = (await run(t, url, 'keys', 'create', '--role', 'editor', '--name', 'News desk')).trim();
  const list = await run(t, url, 'keys', 'list');
  t.match(list, /^[0-9a-f-]{36}\tmh_\w{8}…\tadmin\tOps\n[0-9a-f-]{36}\tmh_\w{8}…\teditor\tNews desk\n$/);
  t.notOk(list.includes(secret) || list.includes(desk));
  const id = list.split('\n')[1]?.split('\t')[0] ?? '';
  t.equal(await run(t, url, 'keys', 'revoke', id), '');
  t.match(await run(t, url, 'keys', 'list'), /News desk\trevoked 20/);
  await t.rejects(run(t, url, 'keys', 'revoke', '01890a5d-ac96-774b-bcce-b302099a8057'), {
    code: 'not_found',
    message: 'There is no such key.',
  });
});

test('what is no command is told so, and starts nothing', async (t) => {
  program.exitOverride().configureOutput({ writeErr: () => undefined });
  await t.rejects(program.parseAsync(['bogus', 'more'], { from: 'user' }), {
    message: "error: unknown command 'bogus'",
  });
});

test('a list of keys goes on past the first hundred, and says when a key expires', async (t) => {
  const url = await testDatabaseUrl(t);
  const database = await openDatabase({ url, clock: () => START });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const ctx = createContext({ database, clock: () => START, actor: { kind: 'system' }, log });
  for (let n = 0; n < 101; n++) {
    await issueKey(ctx, { name: `Key ${n}`, role: 'site', ...(n === 100 ? { expiresAt: START + 1 } : {}) });
  }
  await database.close();
  const lines = (await run(t, url, 'keys', 'list')).trim().split('\n');
  t.equal(lines.length, 101);
  t.match(lines.at(-1), /Key 100\texpires 2026-03-01T06:30:00\.001Z$/);
});

test('verify says that everything agrees, or what does not', async (t) => {
  const url = await testDatabaseUrl(t);
  t.equal(await run(t, url, 'verify'), 'Everything agrees: 0 articles, 0 comments, 0 events.\n');
  const database = await openDatabase({ url, clock: () => START });
  await database.write(async (db) => {
    const counts = { articleCount: 3, version: 1, createdAt: START, updatedAt: START };
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    await db.insert(db.tables.tags).values({ id, slug: 'a', name: 'a', nameKey: 'a', ...counts });
  });
  await database.close();
  t.teardown(() => {
    process.exitCode = undefined;
  });
  t.match(await run(t, url, 'verify'), /^tag \S+ counts 3 articles, and has 0\n$/);
  t.equal(process.exitCode, 1);
});

test('a backup is made and restored', async (t) => {
  const url = await testDatabaseUrl(t, 'sqlite');
  const backup = `${t.testdir()}/backup.db`;
  await run(t, url, 'keys', 'create', '--role', 'site', '--name', 'Kept');
  t.match(await run(t, url, 'backup', backup), /^\S+backup\.db: 0\.\d MB in \d\.\d s\.\n$/);
  await run(t, url, 'keys', 'create', '--role', 'site', '--name', 'Lost');
  const aside = `${url.slice('file:'.length)}.before-restore`;
  t.equal(
    await run(t, url, 'restore', backup),
    `${backup} is the database now. The one before is kept in ${aside}.\n`,
  );
  const list = await run(t, url, 'keys', 'list');
  t.match(list, /Kept/);
  t.notMatch(list, /Lost/);
  const other = await testDatabaseUrl(t, 'sqlite');
  t.equal(await run(t, other, 'restore', backup), `${backup} is the database now.\n`);
});

test('PostgreSQL is backed up and restored with its own tools', async (t) => {
  for (const command of ['backup', 'restore']) {
    await t.rejects(run(t, 'postgres://localhost/masthead', command, 'backup.db'), {
      name: 'StartError',
      message: 'PostgreSQL has its own tools for this: pg_dump and pg_restore.',
    });
  }
});

test('a generated key is one, and opens nothing', async (t) => {
  const url = await testDatabaseUrl(t);
  t.ok(isToken((await run(t, url, 'keys', 'generate')).trim()));
  t.equal(await run(t, url, 'keys', 'list'), '');
});

test('the OpenAPI document is written where it is wanted', async (t) => {
  const out = `${t.testdir()}/deep/folder`;
  await run(t, 'file:unused', 'openapi', '--out', out);
  t.equal(await readFile(`${out}/openapi.json`, 'utf8'), openApiText());
});

test('serving starts like everything else: with its configuration', async (t) => {
  await t.rejects(run(t, 'nonsense', 'serve'), { message: /^DATABASE_URL: / });
});

test('what the operator must mend is one readable line, without a stack', async (t) => {
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const env = { ...process.env, DATABASE_URL: 'nonsense' };
  const failed = await promisify(execFile)(process.execPath, [...process.execArgv, cli, 'migrate'], {
    env,
  }).catch((error: unknown) => error);
  t.match(failed, { code: 1, stderr: /^masthead: DATABASE_URL: must start with file: or postgres:\/\/\n$/ });
});
