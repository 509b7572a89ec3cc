// The house rules, read from the sources: imports go down and never sideways, and each thing stays in its room.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import ts from 'typescript';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

interface File {
  /** Within src, as `articles/rules.ts`. */
  name: string;
  text: string;
  /** Files of src, and packages, that it imports; `import type`, `export … from` and `import()` counted too. */
  imports: string[];
  packages: string[];
}

const importsOf = (name: string, text: string) => {
  const specifiers = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  const local = specifiers.filter((from) => from.startsWith('.'));
  return {
    imports: local.map((from) => relative(SRC, join(SRC, dirname(name), from))),
    packages: specifiers.filter((from) => !from.startsWith('.')),
  };
};

const files: File[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((name) => {
    const text = readFileSync(join(SRC, name), 'utf8');
    return { name, text, ...importsOf(name, text) };
  });

/** From the ground up; a file may import from its own row's room and from lower rows. */
const FLOORS = [
  ['core'],
  ['config.ts'],
  ['db'],
  ['events'],
  ['context.ts'],
  ['http'],
  ['access'],
  ['settings', 'authors', 'tags', 'audit'],
  ['articles'],
  ['lists', 'comments'],
  ['privacy', 'delivery'],
  ['transfer'],
  ['app.ts', 'worker.ts', 'cluster.ts', 'metrics.ts'],
  ['serve.ts'],
  ['commands.ts'],
  ['main.ts', 'cli.ts'],
];

const roomOf = (name: string): string => (name.includes('/') ? (name.split('/')[0] ?? '') : name);
const floorOf = (name: string): number => FLOORS.findIndex((rooms) => rooms.includes(roomOf(name)));
const baseOf = (name: string): string => name.split('/').at(-1) ?? '';

/** Files that break a rule, each with what breaks it. */
const offenders = (find: (file: File) => (string | false | undefined)[]): string[] =>
  files.flatMap((file) => find(file).flatMap((what) => (what ? [`${file.name}: ${what}`] : [])));

/** Lines of code, without comments and strings, that match. */
const linesWith = ({ text }: File, pattern: RegExp): string[] =>
  text.split('\n').filter((line) => pattern.test(line.replace(/\/\/.*|'[^']*'|^\s*\/?\*.*/g, '')));

/** The lines of every node of these kinds, told by `isMeant` where the kind says too little. */
const linesOf = ({ name, text }: File, isMeant: (node: ts.Node) => boolean): number[] => {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isMeant(node)) found.push(source.getLineAndCharacterOfPosition(node.getEnd()).line);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

test('every file has a room, and imports go down, never up or sideways', async (t) => {
  t.same(
    offenders(({ name }) => [floorOf(name) === -1 && 'has no floor']),
    [],
  );
  t.same(
    offenders(({ name, imports }) =>
      imports.map(
        (target) =>
          roomOf(target) !== roomOf(name) && floorOf(target) >= floorOf(name) && `imports ${target}`,
      ),
    ),
    // What a column may hold is said once, and a name shared by a column and a schema is a type, not a dependency.
    [],
  );
});

test('no files import each other in a circle', async (t) => {
  const graph = new Map(files.map(({ name, imports }) => [name, imports]));
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(' → '));
    if (done.has(name)) return;
    done.add(name);
    for (const target of graph.get(name) ?? []) visit(target, [...path, name]);
  };
  for (const { name } of files) visit(name, []);
  t.same(circles, []);
});

test('within a slice: rules do not query, stores do not decide, services do not see HTTP', async (t) => {
  const STORE = /(^|\.)store\.ts$/;
  t.same(
    offenders(({ name, imports, packages }) => {
      const all = [...imports.map(baseOf), ...packages];
      switch (baseOf(name)) {
        case 'rules.ts':
          return all.map(
            (target) => (STORE.test(target) || target.startsWith('drizzle')) && `queries: ${target}`,
          );
        case 'service.ts':
          return imports.map((target) => roomOf(target) === 'http' && `sees HTTP: ${target}`);
        default:
          return STORE.test(baseOf(name))
            ? imports.map((target) => /(?:rules|service|routes)\.ts$/.test(target) && `decides: ${target}`)
            : [];
      }
    }),
    [],
  );
});

test('fastify is seen by http alone and put together in app and serve', async (t) => {
  t.same(
    offenders(({ name, packages }) =>
      packages.map(
        (from) =>
          /^@?fastify/.test(from) &&
          !['http', 'app.ts', 'serve.ts'].includes(roomOf(name)) &&
          `imports ${from}`,
      ),
    ),
    [],
  );
});

test('drizzle is seen by db, events, stores, delivery and the named query files alone; drivers by db', async (t) => {
  const QUERIES =
    /^(?:db|events|delivery)\/|store\.ts$|^articles\/(?:visibility|slugs|bylines|links|schedule)\.ts$/;
  t.same(
    offenders(({ name, packages }) =>
      packages.map((from) => {
        if (/^(?:better-sqlite3|pg)$/.test(from)) return !name.startsWith('db/') && `imports ${from}`;
        return from.startsWith('drizzle-orm') && !QUERIES.test(name) && `imports ${from}`;
      }),
    ),
    [],
  );
});

test('the public side reads columns, schemas and views, and no service or rule', async (t) => {
  const OPEN =
    /^(?:core|db|http|delivery)\/|\/(?:schema|view|query)\.ts$|^articles\/(?:visibility|discussion|links)\.ts$|^settings\/discussion\.ts$/;
  t.same(
    offenders(({ name, imports }) =>
      roomOf(name) === 'delivery' ? imports.map((target) => !OPEN.test(target) && `imports ${target}`) : [],
    ),
    [],
  );
  const PRIVATE = /commentPrivate|apiKeys|emailKey\b(?!,)/;
  t.same(
    offenders((file) => (roomOf(file.name) === 'delivery' ? linesWith(file, PRIVATE) : [])).filter(
      // Taken out of the columns by name, so that they are not asked for.
      (line) => !line.includes('const { email, emailKey, ...columns }'),
    ),
    [],
  );
});

test('time, environment and raw SQL each come in by one door', async (t) => {
  t.same(
    offenders((file) =>
      file.name === 'core/clock.ts'
        ? []
        : linesOf(file, (node) => ts.isIdentifier(node) && node.text === 'Date').map(
            (line) => `line ${line + 1}`,
          ),
    ),
    [],
  );
  const STARTS = ['config.ts', 'main.ts', 'commands.ts'];
  t.same(
    offenders((file) => (STARTS.includes(file.name) ? [] : linesWith(file, /process\.env/))),
    [],
  );
  t.same(
    offenders((file) => linesWith(file, /sql\.raw\(/)),
    [],
  );
});

test('no index.ts, no file over 300 lines, no any, no default export of ours', async (t) => {
  t.same(
    offenders(({ name, text }) => [
      baseOf(name) === 'index.ts' && 'is an index',
      text.split('\n').length > 300 && 'is over 300 lines',
    ]),
    [],
  );
  t.same(
    offenders((file) =>
      linesOf(file, ({ kind }) =>
        [ts.SyntaxKind.AnyKeyword, ts.SyntaxKind.DefaultKeyword, ts.SyntaxKind.ExportAssignment].includes(
          kind,
        ),
      ).map((line) => `line ${line + 1}`),
    ),
    [],
  );
});

test('every cast says on its line or on the one above why it is sound', async (t) => {
  const isCast = (node: ts.Node): boolean =>
    ts.isTypeAssertionExpression(node) || (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type));
  const unexplained = offenders((file) => {
    const lines = file.text.split('\n');
    return linesOf(file, isCast).map((at) => {
      // The comment may stand over the statement that the cast ends.
      const isExplained = lines.slice(Math.max(0, at - 4), at + 1).some((near) => /\/\/|\*\//.test(near));
      return !isExplained && `line ${at + 1}: ${lines[at]?.trim()}`;
    });
  });
  t.same(unexplained, []);
});

test('a prepared query has a name that no other has, whatever is bound to it', async (t) => {
  // In a name that is put together, what comes before the first part that varies.
  const names = files.flatMap(({ name, text }) =>
    [...text.matchAll(/\bprepared\(\s*[\w.]+,\s*['`]([^'`$]+)/g)].map(([, query]) => ({ name, query })),
  );
  t.ok(names.length > 20);
  const twice = names.filter(({ query }, index) => names.findIndex((one) => one.query === query) !== index);
  t.strictSame(twice, []);
});

test('no foreign key of SQLite is deferred: one bad write must fail alone', async (t) => {
  const folder = new URL('../migrations/sqlite/', import.meta.url);
  for (const name of readdirSync(folder)) {
    const statements = readFileSync(new URL(name, folder), 'utf8').replace(/--.*$/gm, '');
    t.notMatch(statements, /deferr/i, name);
  }
});

test('the migrations of both engines have the same numbers and names', async (t) => {
  const list = (engine: string) => readdirSync(new URL(`../migrations/${engine}/`, import.meta.url)).sort();
  t.same(list('sqlite'), list('postgres'));
});

test('zod is imported as a namespace: of `{ z }` the bundle would keep all, with every language it speaks', async (t) => {
  t.same(
    offenders(({ text }) => [/^import \{.*\} from 'zod'/m.exec(text)?.[0]]),
    [],
  );
});
