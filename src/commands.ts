// The command line: the same use cases as over HTTP, for whoever runs the machine.
import { mkdir, writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { issueKey, listKeys, revokeKey } from './access/service.ts';
import { newToken } from './access/token.ts';
import { openApiText } from './app.ts';
import { readConfig } from './config.ts';
import { type Context, createContext } from './context.ts';
import { systemClock } from './core/clock.ts';
import { createCursors } from './core/page.ts';
import { backUpDatabase, openDatabase, restoreDatabase } from './db/database.ts';
import { ROLES, type Role } from './db/schema/columns.ts';
import { serve } from './serve.ts';
import { verify } from './transfer/verify.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Opens the configured database, migrated, for the length of one command. */
const withDatabase = async (work: (ctx: Context) => Promise<void>): Promise<void> => {
  const { databaseUrl } = readConfig(process.env);
  const database = await openDatabase({ url: databaseUrl, clock: systemClock });
  try {
    await work(createContext({ database, clock: systemClock, actor: { kind: 'system' }, log: console }));
  } finally {
    await database.close();
  }
};

const createKey = ({ name, role }: { name: string; role: Role }) =>
  withDatabase(async (ctx) => print((await issueKey(ctx, { name, role })).secret));

const showKeys = () =>
  withDatabase(async (ctx) => {
    // The cursor goes no further than this process: any secret will do.
    const cursors = createCursors(newToken());
    let cursor: string | undefined;
    do {
      const page = await listKeys(ctx, cursors, { limit: 100, cursor });
      for (const { id, hint, role, name, revokedAt, expiresAt } of page.items) {
        const end =
          revokedAt === null ? (expiresAt === null ? '' : `expires ${expiresAt}`) : `revoked ${revokedAt}`;
        print([id, `${hint}…`, role, name, end].join('\t').trimEnd());
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  });

const showVerdict = () =>
  withDatabase(async (ctx) => {
    const { faults, articles, comments, events } = await verify(ctx);
    for (const fault of faults) print(fault);
    if (faults.length > 0) process.exitCode = 1;
    else print(`Everything agrees: ${articles} articles, ${comments} comments, ${events} events.`);
  });

const backUp = async (file: string): Promise<void> => {
  const begunAt = performance.now();
  const bytes = await backUpDatabase(readConfig(process.env).databaseUrl, file);
  const seconds = (performance.now() - begunAt) / 1000;
  print(`${file}: ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s.`);
};

const restore = async (file: string): Promise<void> => {
  const aside = await restoreDatabase(readConfig(process.env).databaseUrl, file);
  print(`${file} is the database now.${aside === undefined ? '' : ` The one before is kept in ${aside}.`}`);
};

const writeOpenApi = async ({ out }: { out: string }): Promise<void> => {
  await mkdir(out, { recursive: true });
  await writeFile(`${out}/openapi.json`, openApiText());
};

export const program = new Command('masthead').description('A headless CMS REST API for news publishers.');
program
  .command('serve', { isDefault: true })
  .description('start the server')
  // Whatever is no command comes here, being the default, and is to be told so.
  .allowExcessArguments()
  .action((_options, { args: [name] }: Command) => {
    if (name !== undefined) program.error(`error: unknown command '${name}'`);
    return serve(process.env);
  });
program
  .command('migrate')
  .description('bring the database to the newest schema, and nothing else')
  .action(() => withDatabase(async () => print('The database is up to date.')));
program
  .command('verify')
  .description('compare everything that is kept twice; a line a fault, and exit 1 when there is one')
  .action(showVerdict);
program
  .command('backup <file>')
  .description('copy the SQLite database, in use or not, into a new file')
  .action(backUp);
program
  .command('restore <file>')
  .description('put a backup in the place of the SQLite database, which is kept aside')
  .action(restore);
program
  .command('openapi')
  .description('write the OpenAPI document')
  .option('--out <folder>', 'where to', 'openapi')
  .action(writeOpenApi);

const keys = program.command('keys').description('make, list and revoke API keys');
keys
  .command('create')
  .description('make a key and print it, this once')
  .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
  .requiredOption('--name <name>', 'whose it is')
  .action(createKey);
keys.command('list').description('list all keys, without their secrets').action(showKeys);
keys
  .command('revoke <id>')
  .description('end a key, from the next request on')
  .action((id: string) => withDatabase((ctx) => revokeKey(ctx, id, undefined)));
keys
  .command('generate')
  .description('print a key for MASTHEAD_ADMIN_KEY; it opens nothing until a server starts with it')
  .action(() => print(newToken()));
