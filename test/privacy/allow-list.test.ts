// Every parameter is an allow-list: a private column is as unknown to it as a column that never was. Walked from the
// OpenAPI document and from the schema of the database, so that a new parameter and a new column are in it by themselves.
import { getTableColumns, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { test } from 'tap';
import { endpointsOf } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import * as tables from '../../src/db/schema/postgres.ts';
import { seedArticle } from '../comments/seed.ts';
import { testEngine } from '../database.ts';
import { type Answer, testSite } from '../site.ts';

test('privacy: allow list', async (t) => {
  const site = await testSite(t, { RATE_LIMIT: 'off' });
  const endpoints = endpointsOf({ config: readConfig({}), secret: '', ready: async () => undefined });
  /** What anybody may read, each with the names of its parameters. */
  const reads = endpoints
    .filter(({ access, method, url }) => access === 'anyone' && method === 'GET' && url.startsWith('/v1/'))
    .map(({ url, query, params }) => ({
      url,
      // Queries and paths are objects of parameters.
      places: Object.keys((params as { shape?: object } | undefined)?.shape ?? {}),
      names: Object.keys((query as { shape?: object } | undefined)?.shape ?? {}),
    }));

  /** A word that names nothing, spelled like the one it stands for: each letter is the next one of the alphabet. */
  const nonsense = (word: string): string =>
    word.replace(/[a-z]/gi, (letter) =>
      /z/i.test(letter) ? letter : String.fromCharCode(letter.charCodeAt(0) + 1),
    );

  /** Columns whose names a parameter takes on purpose. */
  const MEANT: Record<string, readonly string[]> = { sort: ['publishedAt', 'modifiedAt'], view: ['summary'] };

  /** The names of all columns, as drizzle and as SQL spell them. */
  const columns = new Set(
    Object.values(tables).flatMap((table) =>
      is(table, PgTable)
        ? Object.entries(getTableColumns(table)).flatMap(([name, column]) => [name, column.name])
        : [],
    ),
  );
  /** What parameters are called. */
  const parameters = new Set(reads.flatMap(({ names, places }) => [...names, ...places]));

  /** An answer without what differs from request to request, as it would be for `word`. */
  const seen = ({ status, headers, text }: Answer, other: string, word: string): string => {
    const { date, 'content-length': length, ...rest } = headers;
    return JSON.stringify([status, rest, text]).replaceAll(new RegExp(`\\b${other}\\b`, 'g'), word);
  };

  t.test(
    'a private column gets the very answer that a column which never was gets',
    {
      skip:
        testEngine() === 'sqlite' ? false : 'what a parameter takes is decided before any engine is asked',
    },
    async (t) => {
      await seedArticle(site, 'quay', { notes: 'private', metadataPrivate: { a: 1 } });
      t.ok(columns.size > 100, `${columns.size} columns`);
      t.ok(reads.length >= 15, `${reads.length} reads`);
      let pairs = 0;
      const compare = async (url: (word: string) => string, word: string) => {
        const other = nonsense(word);
        const asked = { headers: { 'x-request-id': 'same' } };
        const [real, made] = [
          await site.ask('GET', url(word), asked),
          await site.ask('GET', url(other), asked),
        ];
        pairs++;
        if (seen(real, other, word) !== seen(made, other, word))
          t.fail(url(word), { real: real.text, made: made.text });
      };
      for (const { url, names } of reads) {
        const path = `${url.replace(/:\w+/g, 'quay')}?`;
        const found = names.includes('q') ? 'q=quay&' : '';
        for (const column of columns) {
          // As a parameter of its own, where none is meant.
          if (!parameters.has(column)) await compare((word) => `${path}${found}${word}=1`, column);
        }
        for (const name of names) {
          for (const column of columns) {
            if (MEANT[name]?.includes(column)) continue;
            for (const form of name === 'sort' ? ['', '-'] : [''])
              await compare((word) => `${path}${name === 'q' ? '' : found}${name}=${form}${word}`, column);
          }
        }
      }
      t.ok(pairs > 5_000, `${pairs} pairs of answers`);
    },
  );
});
