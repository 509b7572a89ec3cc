// The servers that are measured: each a process of its own, on the first core where `taskset` can say so (the load is
// made on the second), with what the kernel says of it (/proc, so on Linux alone).
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

export interface Running {
  /** Such as http://127.0.0.1:3000. */
  base: string;
  /** What it printed when it was ready. */
  said: RegExpExecArray;
  /** From its start until it was ready. */
  readyMs: number;
  /** What it and its children have used so far. */
  cpuSeconds(): number;
  residentMegabytes(): number;
  stop(): Promise<void>;
}

const isThere = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

export const hasTaskset = isThere('taskset', '-V');
export const hasNginx = isThere('nginx', '-v');

const hasDd = isThere('dd', '--version');

/** On what it was measured. */
export const machine = () => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  isPinned: hasTaskset,
  load: Number((loadavg()[0] ?? 0).toFixed(2)),
});

/** Makes the kernel forget a file that is on the disk (posix_fadvise(2), POSIX_FADV_DONTNEED); false where it cannot. */
export const evict = (file: string): boolean => {
  if (hasDd) execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  return hasDd;
};

/** Keeps this process, which makes the load, off the core of the servers. */
export const pinLoad = (): void => {
  if (hasTaskset) execFileSync('taskset', ['-p', '-c', '1', String(process.pid)], { stdio: 'ignore' });
};

/** What follows the name in /proc/PID/stat: proc(5), from the third field on. */
const statOf = (pid: number | string): string[] => {
  const path = `/proc/${pid}/stat`;
  return existsSync(path)
    ? (readFileSync(path, 'utf8')
        .split(/\) (?=\w )/)
        .at(-1)
        ?.split(' ') ?? [])
    : [];
};

/** Kernels count in hundredths of a second for everybody outside: proc(5), sysconf(_SC_CLK_TCK). */
const TICKS_A_SECOND = 100;

const familyOf = (pid: number): number[] => [
  pid,
  ...readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(statOf(name)[1]) === pid)
    .map(Number),
];

const cpuSecondsOf = (pid: number): number =>
  familyOf(pid).reduce((sum, one) => {
    const stat = statOf(one);
    return sum + (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / TICKS_A_SECOND;
  }, 0);

const residentMegabytesOf = (pid: number): number =>
  familyOf(pid).reduce((sum, one) => {
    const status = existsSync(`/proc/${one}/status`) ? readFileSync(`/proc/${one}/status`, 'utf8') : '';
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }, 0);

const running: ChildProcess[] = [];

export const stopAll = (): void => {
  for (const child of running) child.kill('SIGTERM');
};

interface HowToStart {
  command: string[];
  env?: NodeJS.ProcessEnv;
  /** What it prints when it is ready; its first group is the address. */
  ready: RegExp;
  /** On all cores, for a server of several processes. */
  isFree?: boolean;
}

export const start = async ({ command, env = {}, ready, isFree = false }: HowToStart): Promise<Running> => {
  const [file = '', ...args] = [...(hasTaskset ? ['taskset', '-c', isFree ? '0-1' : '0'] : []), ...command];
  const begun = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  let printed = '';
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      const match = ready.exec(printed);
      if (match !== null) resolve(match);
    });
    child.once('exit', (code) => reject(new Error(`${command.join(' ')} ended with ${code}: ${printed}`)));
  });
  const pid = child.pid ?? 0;
  return {
    base: said[1] ?? '',
    said,
    readyMs: performance.now() - begun,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentMegabytes: () => residentMegabytesOf(pid),
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
};

const MASTHEAD = { LOG_LEVEL: 'silent', RATE_LIMIT: 'off', COMMENT_FLOOD_SECONDS: '0', PORT: '0' };

export const startMasthead = (env: NodeJS.ProcessEnv, isFree = false): Promise<Running> =>
  start({
    command: [process.execPath, 'dist/main.js'],
    env: { ...MASTHEAD, ...env },
    // It says all in one go: on an empty database, a key too.
    ready: /serves (\S+)[\s\S]*?docs\n(?:[\s\S]*?(mh_\w+))?/,
    isFree,
  });

/** One of the limits in bare.ts. */
export const startBare = (plan: object): Promise<Running> =>
  start({
    command: [process.execPath, ...process.execArgv, 'test/bench/bare.ts'],
    env: { BENCH_BARE: JSON.stringify(plan) },
    ready: /(http:\S+)/,
  });

const freePort = async (): Promise<number> => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  await once(listener, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** nginx in one process, serving the files of `folder`, which lie there under their paths. */
export const startNginx = async (folder: string): Promise<Running> => {
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${join(folder, 'nginx.pid')}; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; default_type application/json; keepalive_requests 1000000; sendfile on; tcp_nopush on;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`,
  );
  // It says nothing when it is ready.
  const command = [
    'sh',
    '-c',
    `(sleep 1; echo http://127.0.0.1:${port}) & exec nginx -e stderr -c ${config}`,
  ];
  return start({ command, ready: /(http:\S+)/ });
};
