// A log that cannot be written stops nobody.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { test } from 'tap';
import { logOutput } from '../../src/http/log-output.ts';
import { testDirectory } from '../database.ts';

test('what a log cannot take is kept in order for later, and no more of it than there is room for', (t) => {
  const fifo = `${testDirectory(t)}/log`;
  execFileSync('mkfifo', [fifo]);
  const descriptor = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  t.teardown(() => closeSync(descriptor));
  const output = logOutput(descriptor);
  const lineOf = (n: number) => `${n} ${'x'.repeat(1_000)}\n`;
  // Nobody reads: a pipe holds 64 KB, and what waits a megabyte.
  for (let n = 0; n < 2_000; n++) output.write(lineOf(n));

  const buffer = Buffer.alloc(64 * 1024);
  let text = '';
  const readAll = () => {
    for (let found = 1; found > 0; ) {
      try {
        found = readSync(descriptor, buffer);
        text += buffer.toString('utf8', 0, found);
      } catch {
        found = 0;
      }
    }
  };
  // Each further line writes as much as there is room for, until it is its own turn.
  for (let n = 0; n < 50 && !text.includes('the last'); n++) {
    readAll();
    output.write(`the ${n < 40 ? 'next' : 'last'}\n`);
  }
  readAll();
  const lines = text.split('\n').filter((line) => !line.startsWith('the ') && line !== '');
  t.ok(lines.length > 1_000 && lines.length < 1_200, `${lines.length} lines`);
  t.same(
    lines,
    Array.from(lines, (_, n) => lineOf(n).trim()),
    'whole, in order, the first ones',
  );
  t.end();
});

test('a full disk, or a log that is closed, is no failure', (t) => {
  const full = openSync('/dev/full', 'w');
  t.doesNotThrow(() => logOutput(full).write('a line\n'));
  closeSync(full);
  t.doesNotThrow(() => logOutput(full).write('a line\n'));
  t.end();
});
