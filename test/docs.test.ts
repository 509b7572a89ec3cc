// README is part of the product: what it lists must be what there is.
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { program } from '../src/commands.ts';
import { options } from '../src/config.ts';
import { ROLES } from '../src/db/schema/columns.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const scripts: Record<string, string> = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).scripts;

/** The rows of the Markdown table under a heading, cell by cell. */
const tableUnder = (heading: string): string[][] => {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

test('README lists every option with its meaning and default, and no other', async (t) => {
  const expected = Object.entries(options).map(([name, row]) => [
    `\`${name}\``,
    row.default === undefined ? '' : row.default === '' ? 'none' : `\`${row.default}\``,
    row.meaning + ('secret' in row ? ' Secret.' : ''),
  ]);
  t.same(tableUnder('Configuration'), expected);
});

test('README lists every command of the command line, and no other', async (t) => {
  const commands = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [command.name()]
      : command.commands.map((sub) => `${command.name()} ${sub.name()}`),
  );
  t.same(
    tableUnder('Commands').map(([name = '']) => name),
    commands.map((name) => `\`${name}\``),
  );
});

test('README lists every role', async (t) => {
  t.same(
    tableUnder('Who may do what').map(([name = '']) => name),
    ROLES.map((role) => `\`${role}\``),
  );
});

test('every script that README names exists, and every folder of src is on its map', async (t) => {
  for (const [, name = ''] of readme.matchAll(/`npm (?:run )?([a-z:]+)`/g)) {
    t.ok(name === 'ci' || name in scripts, `npm run ${name}`);
  }
  const folders = readdirSync(new URL('../src', import.meta.url), { withFileTypes: true });
  for (const { name } of folders.filter((entry) => entry.isDirectory())) {
    t.ok(readme.includes(`src/${name}/`), `src/${name}/`);
  }
});
