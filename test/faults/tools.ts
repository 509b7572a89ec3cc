// What breaking things takes beside Node: programs that may be missing, and folders that are disks of their own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Test } from 'tap';
import { testDirectory } from '../database.ts';

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

const works = (command: string, ...args: string[]): boolean => {
  try {
    run(command, ...args);
    return true;
  } catch {
    return false;
  }
};

/** Why a test that needs a program cannot run; false where it can. */
export const lacks = (program: string): string | false =>
  works('sh', '-c', `command -v ${program}`) ? false : `${program} is not installed`;

/** Why a test that needs a disk of its own cannot run; false where it can. */
export const lacksDisks = (): string | false =>
  works('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt') ? false : 'only root may mount a disk';

export interface Disk {
  folder: string;
  /** Changes how it is mounted: `size=8m`, `ro`. */
  remount(options: string): void;
}

/** A small disk in memory, gone at the end of the test. */
export const smallDisk = (t: Test, megabytes: number): Disk => {
  const folder = `${testDirectory(t)}/disk`;
  mkdirSync(folder);
  run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder);
  // Lazily: a server that is still to be ended may have files there.
  t.teardown(() => run('umount', '--lazy', folder));
  return { folder, remount: (options) => void run('mount', '-o', `remount,${options}`, folder) };
};

/** Compiles a source of this folder into something to preload; returns where it is. */
export const compiled = (t: Test, source: string): string => {
  const path = `${testDirectory(t)}/${source}.so`;
  const from = new URL(source, import.meta.url).pathname;
  run('gcc', '-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', path, from, '-ldl');
  return path;
};

/** Stops, raises or sets what a process may use: `--fsize=1000000`. */
export const limit = (pid: number, option: string): void => void run('prlimit', `--pid=${pid}`, option);

export interface Failing {
  /** Lets the calls succeed again. */
  mend(): Promise<void>;
  /** After the process was killed: strace waits for ever for one that ends under it. */
  leave(): Promise<void>;
}

/** Makes system calls of a running process fail, as strace's `inject` says; resolves once they do. */
export const failing = async (t: Test, pid: number, inject: string): Promise<Failing> => {
  const calls = inject.split(':')[0];
  const options = ['-f', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${inject}`];
  const strace = spawn('strace', [...options, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(strace, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    strace.kill(signal);
    await ended;
  };
  t.teardown(() => end('SIGKILL'));
  // "Process 7 attached with 11 threads"
  const [said] = await once(strace.stderr, 'data');
  if (!/attached/.test(String(said))) throw new Error(`strace cannot attach: ${said}`);
  return { mend: () => end('SIGTERM'), leave: () => end('SIGKILL') };
};
