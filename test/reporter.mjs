// What a run prints: a line a file, under it what failed, why a test was skipped and what it says of itself
// (`t.comment`), and last `N passed, N failed[, N skipped]`, counted in assertions. JavaScript, because tap's runner
// imports it without the TypeScript plugin that test files have.
import { Duplex } from 'node:stream';
import { Parser } from 'tap-parser';

/** Diagnostics that say nothing the place, the difference or the name of the file has not said. */
const NOT_LISTED = [
  'source',
  'compare',
  'test',
  'tapCaught',
  'args',
  'command',
  'cwd',
  'stdio',
  'externalID',
];

const indent = (text, by) => text.trimEnd().replaceAll(/^/gm, by);

/** The lines about one failure: its name, where it is and who called it, what was wanted against what was found. */
function failureText(result, file) {
  const { at, stack, diff, ...diag } = result.diag ?? {};
  const name = result.fullname.startsWith(`${file} > `)
    ? result.fullname.slice(file.length + 3)
    : result.name;
  const lines = [`  x ${name}`];
  const place = at?.fileName && `${at.fileName}:${at.lineNumber}:${at.columnNumber}`;
  if (place) lines.push(`    at ${place}`);
  const frames = stack?.trimEnd().split('\n') ?? [];
  for (const frame of frames.filter((line) => !line.includes('node_modules/'))) {
    if (place === undefined || !frame.includes(place)) lines.push(`    at ${frame}`);
  }
  for (const [key, value] of Object.entries(diag)) {
    if (NOT_LISTED.includes(key) || value === null) continue;
    lines.push(indent(`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`, '    '));
  }
  if (diff) {
    lines.push(
      '    wanted (-), found (+):',
      indent(diff.replace(/^--- .*\n\+\+\+ .*\n(@@.*\n)?/, ''), '      '),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** How tap wants a reporter: a class, exported by default, TAP in and text out. */
export default class Reporter extends Duplex {
  #tap = new Parser();
  #total = { passed: 0, failed: 0, skipped: 0 };
  #file = { passed: 0, failed: 0, skipped: 0, failures: '', said: '', output: '' };

  constructor() {
    super();
    this.#watch(this.#tap, undefined);
    this.#tap.on('extra', (text) => {
      this.#file.output += text.replaceAll(/^ {4}/gm, '');
    });
    this.#tap.on('complete', (results) => this.#finish(results));
  }

  _read() {}

  _write(chunk, _encoding, done) {
    this.#tap.write(chunk);
    done();
  }

  _final(done) {
    this.#tap.end();
    done();
  }

  /** Follows one level of the run; `file` is undefined at the top, where every point is a test file. */
  #watch(level, file) {
    let child;
    let failedBefore = 0;
    level.on('child', (parser) => {
      child = parser;
      failedBefore = this.#total.failed;
      this.#watch(parser, file ?? parser.name);
    });
    level.on('comment', (text) => {
      // Those of tap itself only repeat what the other lines say.
      if (!/^# (Subtest: |time=|failed |todo|skip)/.test(text)) this.#file.said += `  ${text.trim()}\n`;
    });
    level.on('assert', (result) => {
      // The point that closes a subtest only repeats what stood inside it, unless nothing stood there, or it
      // fails where all inside passed: a process that was killed, or exited with a code of its own.
      const repeats =
        child !== undefined && child.count > 0 && (result.ok || this.#total.failed > failedBefore);
      const name = file ?? child?.name ?? result.name;
      child = undefined;
      if (!repeats) this.#count(result, name);
      if (file === undefined) this.#endFile(result, name);
    });
  }

  #count(result, file) {
    const kind = result.skip || result.todo ? 'skipped' : result.ok ? 'passed' : 'failed';
    this.#total[kind] += 1;
    this.#file[kind] += 1;
    if (typeof result.skip === 'string') this.#file.said += `  skipped: ${result.name} (${result.skip})\n`;
    if (kind === 'failed') this.#file.failures += failureText(result, file);
  }

  #endFile(result, name) {
    const { passed, failed, skipped, failures, said, output } = this.#file;
    this.#file = { passed: 0, failed: 0, skipped: 0, failures: '', said: '', output: '' };
    const seconds = result.time === null ? '' : `, ${(result.time / 1000).toFixed(1)} s`;
    this.push(
      `${result.ok ? 'ok  ' : 'FAIL'} ${name}: ${tally({ passed, failed, skipped })}${seconds}\n${failures}${said}`,
    );
    if (!result.ok && output.trim() !== '') this.push(`  it printed:\n${indent(output, '    ')}\n`);
  }

  #finish(results) {
    // A bail-out ends the run in the middle of a file.
    this.push(this.#file.failures);
    if (results.bailout) this.push(`Bail out! ${results.bailout}\n`);
    // A run can also fail without a failed assertion, as when its TAP is broken; it must not end in "0 failed".
    if (!results.ok && this.#total.failed === 0) {
      this.#total.failed = 1;
      this.push(results.failures.map(({ tapError }) => `FAIL the run itself: ${tapError}\n`).join(''));
    }
    // The coverage table is printed by tap itself, at any place among our lines, and without a word of judgement.
    if (results.ok && process.exitCode) this.push('FAIL coverage is not complete: see the table above\n');
    this.push(`${tally(this.#total)}\n`);
    this.push(null);
  }
}

function tally({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
