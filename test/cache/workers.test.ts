// WORKERS: several processes on one port over one database.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import { testDatabaseUrl } from '../database.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** A worker that is sent SIGUSR2 ends as if it had crashed. */
const BOMB = 'data:text/javascript,process.on("SIGUSR2",()=>process.exit(7))';

const start = async (t: Test, env: NodeJS.ProcessEnv) => {
  const child = spawn(process.execPath, [...process.execArgv, '--import', BOMB, MAIN], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', WORKERS: '2', ...env },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
      const address = /Masthead serves (\S+)/.exec(said.out)?.[1];
      if (address !== undefined && said.out.includes('/v1/manage/me\n')) resolve(address);
    });
    ended.then(() => reject(new Error(`ended: ${said.out}${said.err}`)));
  });
  listening.catch(() => undefined);
  return { child, said, ended, listening };
};

test('workers share one port and one first key, see each other’s writes at once, are replaced, and stop', {
  timeout: 240_000,
}, async (t) => {
  const { child, said, ended, listening } = await start(t, {
    DATABASE_URL: await testDatabaseUrl(t, 'sqlite'),
    DEBUG_CACHE: 'on',
  });
  const address = await listening;
  t.equal(said.out.match(/mh_\w{38}$/gm)?.length, 1, 'one first key');
  const key = /^ {2}(mh_\w{38})$/m.exec(said.out)?.[1];
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' };

  // Each request on a connection of its own, so that both workers take their turns.
  const nameOf = async () =>
    ((await (await fetch(`${address}/v1/site`, { headers })).json()) as { name: string }).name;
  for (let n = 0; n < 20; n++) {
    const body = JSON.stringify({ name: `Name ${n}` });
    const { status } = await fetch(`${address}/v1/manage/settings/site`, { method: 'PATCH', headers, body });
    t.equal(status, 200);
    t.same(await Promise.all([nameOf(), nameOf(), nameOf()]), Array(3).fill(`Name ${n}`));
  }

  const pids = async () => {
    const listed = spawn('pgrep', ['-P', String(child.pid), '-f', MAIN]);
    let text = '';
    listed.stdout.on('data', (chunk) => {
      text += chunk;
    });
    await once(listed, 'close');
    return text.trim().split('\n').map(Number);
  };
  const before = await pids();
  t.equal(before.length, 2);
  process.kill(before[0]!, 'SIGUSR2');
  for (;;) {
    const now = await pids();
    if (now.length === 2 && !now.includes(before[0]!)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.match(said.out, /"level":50.*"code":7.*a worker ended/);
  t.equal((await fetch(`${address}/livez`)).status, 200);
  child.kill('SIGTERM');
  child.kill('SIGINT');
  t.equal(await ended, 0);
});

test('workers that cannot start end the whole, once and readably', { timeout: 120_000 }, async (t) => {
  const taken = spawn(process.execPath, [
    '-e',
    "require('node:net').createServer().listen(0,'127.0.0.1',function(){console.log(this.address().port)})",
  ]);
  t.teardown(() => taken.kill());
  const [port] = await once(taken.stdout, 'data');
  const { ended, said, listening } = await start(t, {
    DATABASE_URL: await testDatabaseUrl(t, 'sqlite'),
    PORT: String(port).trim(),
  });
  await t.rejects(listening);
  t.equal(await ended, 1);
  t.match(said.err, /^masthead: HOST and PORT cannot be used/);
});
