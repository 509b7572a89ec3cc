// The process from start to stop: in a process of its own where it listens, in this one where it does not come so far.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import { newToken } from '../src/access/token.ts';
import { runOrExplain, serve } from '../src/serve.ts';
import { testDatabaseUrl } from './database.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Started {
  child: ChildProcess;
  /** Everything on standard output so far. */
  out: () => string;
  err: () => string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
  /** Resolves with the address once the server listens; rejects when it ends before. */
  listening: Promise<string>;
}

const start = (t: Test, env: NodeJS.ProcessEnv, ...flags: string[]): Started => {
  const child = spawn(process.execPath, [...process.execArgv, ...flags, MAIN], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...env },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const address = /Masthead serves (\S+)/.exec(out)?.[1];
      if (address !== undefined && out.includes('/docs\n')) resolve(address);
    });
    ended.then(() => reject(new Error(`ended: ${out}${err}`)), reject);
  });
  listening.catch(() => undefined);
  return { child, out: () => out, err: () => err, ended, listening };
};

/** What a socket receives until it is closed. */
const received = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
};

/** Runs what fails before it listens, and gives what it wrote and its exit code. */
const explained = async (t: Test, main: () => Promise<void>) => {
  const written = t.capture(process.stderr, 'write');
  const before = process.exitCode;
  await runOrExplain(main);
  const { exitCode } = process;
  process.exitCode = before;
  written.restore();
  return {
    text: written()
      .map(({ args: [text] }) => String(text))
      .join(''),
    exitCode,
  };
};

test('the first start prints a key that works; a stop finishes what has begun, and nothing silent holds it', async (t) => {
  const site = start(t, { DATABASE_URL: await testDatabaseUrl(t) });
  const address = await site.listening;
  const key = /^ {2}(mh_\w{38})$/m.exec(site.out())?.[1];
  const me = await fetch(`${address}/v1/manage/me`, { headers: { authorization: `Bearer ${key}` } });
  t.equal(((await me.json()) as { role: string }).role, 'admin');
  t.match(site.out(), `curl -H 'Authorization: Bearer ${key}' ${address}/v1/manage/me`);
  const root = (await (await fetch(address)).json()) as { links: { docs: string } };
  t.equal(root.links.docs, `${address}/docs`, 'links carry the port that was found');

  const { port } = new URL(address);
  const silent = connect(Number(port), '127.0.0.1');
  const busy = connect(Number(port), '127.0.0.1');
  await Promise.all([once(silent, 'connect'), once(busy, 'connect')]);
  silent.resume();
  const answer = received(busy);
  const body = '{"authorName":"A"}';
  busy.write(
    `POST /v1/articles/none/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  // An answer on another connection proves that the first has been read so far.
  t.equal((await fetch(`${address}/readyz`)).status, 200);
  site.child.kill('SIGTERM');
  busy.write(body.slice(5));
  t.match(await answer, /^HTTP\/1\.1 400 [\s\S]*validation_failed/);
  t.equal(await site.ended, 0);
});

test('a key of the operator’s own is taken from a file, none is printed, and a doubled Ctrl-C stops once', async (t) => {
  const key = newToken();
  const file = `${t.testdir()}/key`;
  writeFileSync(file, `${key}\n`);
  const env = { DATABASE_URL: await testDatabaseUrl(t), MASTHEAD_SECRET: 'x'.repeat(32) };
  const site = start(t, { ...env, MASTHEAD_ADMIN_KEY_FILE: file, PUBLIC_URL: 'https://cms.example' });
  const headers = { authorization: `Bearer ${key}` };
  t.equal((await fetch(`${await site.listening}/v1/manage/me`, { headers })).status, 200);
  t.notMatch(site.out(), /mh_/);
  t.match(site.out(), /serves http:\/\/127\.0\.0\.1:\d+ as https:\/\/cms\.example\n/);
  site.child.kill('SIGINT');
  site.child.kill('SIGINT');
  t.equal(await site.ended, 0);
});

test('an error that nobody caught is logged, and ends the process', async (t) => {
  const bomb = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("a bug")})';
  const site = start(t, { DATABASE_URL: await testDatabaseUrl(t) }, '--import', bomb);
  await site.listening;
  site.child.kill('SIGUSR2');
  t.equal(await site.ended, 1);
  t.match(site.out(), /"level":60.*a bug/);
});

test('what is wrong with the environment is one readable line an option, without its secrets', async (t) => {
  const env = {
    PORT: '70000',
    LOG_LEVEL: 'loud',
    MASTHEAD_SECRET: 'tooshort',
    DATABASE_URL: 'mysql://me:pass@x',
  };
  const { text, exitCode } = await explained(t, () => serve(env));
  t.equal(exitCode, 1);
  t.equal(text.trim().split('\n').length, 4);
  t.notMatch(text, /tooshort|pass@|at .*\.ts/);
});

test('a key that is none, and a port that is taken, are said in one line', async (t) => {
  const env = { DATABASE_URL: await testDatabaseUrl(t), LOG_LEVEL: 'silent' };
  const wrong = await explained(t, () => serve({ ...env, PORT: '0', MASTHEAD_ADMIN_KEY: `${newToken()}x` }));
  t.match(wrong, { exitCode: 1, text: /^masthead: MASTHEAD_ADMIN_KEY is not an API key[^\n]*\n$/ });
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const taken = other.address() as { port: number };
  const busy = await explained(t, () => serve({ ...env, PORT: String(taken.port) }));
  t.match(busy, {
    exitCode: 1,
    text: /^masthead: HOST and PORT cannot be used \([^\n]*EADDRINUSE[^\n]*\)\.\n$/,
  });
});

test('a failure that is ours keeps its stack', async (t) => {
  const { text } = await explained(t, async () => {
    throw new TypeError('a bug');
  });
  t.match(text, /^masthead: TypeError: a bug\n {4}at /);
});
