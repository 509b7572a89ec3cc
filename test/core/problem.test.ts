// The closed catalogue of failures.
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { catalogue, notFound, Problem, problemCodes } from '../../src/core/problem.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'core/problem.ts')
  .map((file) => readFileSync(`src/${file}`, 'utf8'))
  .join('\n');

test('every code is of one form, has a status of failure, and says what happened and what to do', async (t) => {
  for (const code of problemCodes) {
    const { status, title, about } = catalogue[code];
    t.match(code, /^[a-z]+(_[a-z]+)*$/);
    t.ok(status >= 400 && status < 600, `${code} has a status`);
    t.notMatch(title, /\.$/, `the title of ${code} is no sentence`);
    t.match(about, /\.$/, `${code} is explained in sentences`);
  }
});

test('every code of the catalogue is answered somewhere', async (t) => {
  for (const code of problemCodes) t.ok(sources.includes(`'${code}'`), code);
});

test('a problem carries its status, and what it was given', async (t) => {
  const cause = new Error('for the log');
  const errors = [{ pointer: '/slug', code: 'slug_taken', message: 'is taken' }];
  const problem = new Problem('slug_taken', 'Another author has it.', {
    errors,
    cause,
    headers: { Allow: 'GET' },
  });
  t.match(problem, {
    code: 'slug_taken',
    status: 409,
    message: 'Another author has it.',
    errors,
    cause,
    headers: { Allow: 'GET' },
  });
  t.strictSame(notFound().headers, {});
  t.equal(notFound().allowedMoves, undefined);
});
