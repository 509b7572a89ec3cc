// The two full-text indexes, for each engine: FTS5 tables on SQLite, tsvectors under GIN on PostgreSQL. Both hold the
// same folded words, so that both find the same articles; only their ranks differ. A search is bound, never spliced,
// and holds nothing but letters, digits and marks between quotes of ours.
import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Search, SearchTerm } from '../core/search.ts';

export type SearchIndex = 'public_search' | 'desk_search';

/** What asks the database: a Db, of which this file needs no more. */
interface Asking {
  rows<T>(query: SQL): Promise<T[]>;
}

/** The words of an article by field: title, subtitle, summary, text; the first weighs most. */
export type FieldWords = readonly [
  readonly string[],
  readonly string[],
  readonly string[],
  readonly string[],
];

export interface FullText {
  /** Writes the row `row` of an index, new or again. */
  put(db: Asking, index: SearchIndex, row: number, fields: FieldWords): Promise<void>;
  remove(db: Asking, index: SearchIndex, row: number): Promise<void>;
  /** The rows that match, highest first: at most `count`, and only those below `below` where that is given. */
  newest(
    db: Asking,
    index: SearchIndex,
    search: Search,
    below: number | undefined,
    count: number,
  ): Promise<number[]>;
  /** How well each of `rows`, which match, does so: more is better. */
  ranks(
    db: Asking,
    index: SearchIndex,
    search: Search,
    rows: readonly number[],
  ): Promise<Map<number, number>>;
  /** True where `column` is among the `most` highest rows that match. */
  isFound(column: PgColumn, index: SearchIndex, search: Search, most: number): SQL;
  /** All rows of an index, in order. */
  allRows(db: Asking, index: SearchIndex): Promise<number[]>;
  /** What the engine itself finds wrong with an index. */
  damage(db: Asking, index: SearchIndex): Promise<string[]>;
}

interface Numbered {
  row: number;
}

const numbers = (found: readonly Numbered[]): number[] => found.map(({ row }) => row);

/** FTS5 query syntax (https://www.sqlite.org/fts5.html#full_text_query_syntax): every term a quoted string. */
const ftsQuery = ({ terms, without }: Search): string => {
  const quoted = ({ words, isPrefix }: SearchTerm) => `"${words.join(' ')}"${isPrefix ? ' *' : ''}`;
  return [`(${terms.map(quoted).join(' AND ')})`, ...without.map(quoted)].join(' NOT ');
};

export const sqliteFullText: FullText = {
  async put(db, index, row, fields) {
    const [title, subtitle, summary, body] = fields.map((words) => words.join(' '));
    await db.rows(
      sql`insert or replace into ${sql.identifier(index)} (rowid, title, subtitle, summary, body)
          values (${row}, ${title}, ${subtitle}, ${summary}, ${body})`,
    );
  },
  async remove(db, index, row) {
    await db.rows(sql`delete from ${sql.identifier(index)} where rowid = ${row}`);
  },
  async newest(db, index, search, below, count) {
    const bound = below === undefined ? sql`` : sql`and rowid < ${below}`;
    return numbers(
      await db.rows<Numbered>(sql`${matches(index, search)} ${bound} order by rowid desc limit ${count}`),
    );
  },
  async ranks(db, index, search, rows) {
    const table = sql.identifier(index);
    // The plus keeps FTS5 from starting the search anew for each row.
    const ranked = await db.rows<Numbered & { rank: number }>(
      sql`select rowid as row, bm25(${table}, 10, 5, 3, 1) as rank from ${table}
          where ${table} match ${ftsQuery(search)} and rowid >= ${Math.min(...rows)} and rowid <= ${Math.max(...rows)}
            and +rowid in (select value from json_each(${JSON.stringify(rows)}))`,
    );
    return new Map(ranked.map(({ row, rank }) => [row, -rank]));
  },
  isFound: (column, index, search, most) =>
    sql`${column} in (${matches(index, search)} order by rowid desc limit ${most})`,
  // The rows as FTS5 keeps them beside its words: https://www.sqlite.org/fts5.html#fts5_data_structures
  allRows: async (db, index) =>
    numbers(
      await db.rows<Numbered>(sql`select id as row from ${sql.identifier(`${index}_docsize`)} order by id`),
    ),
  async damage(db, index) {
    const found = await db.rows<{ integrity_check: string }>(
      sql`pragma integrity_check(${sql.identifier(index)})`,
    );
    return found.map((line) => line.integrity_check).filter((line) => line !== 'ok');
  },
};

function matches(index: SearchIndex, search: Search): SQL {
  const table = sql.identifier(index);
  return sql`select rowid as row from ${table} where ${table} match ${ftsQuery(search)}`;
}

const WEIGHTS = ['A', 'B', 'C', 'D'];
/** https://www.postgresql.org/docs/current/textsearch-limitations.html: later places are all taken for this one… */
const PLACES_MAX = 16_383;
/** …and a word has no more than these. */
const PLACES_OF_A_WORD_MAX = 255;

/** A tsvector written out. Fields stand two apart, so that no phrase reaches from one into the next. */
const tsvector = (fields: FieldWords): string => {
  const places = new Map<string, string[]>();
  let place = 0;
  for (const [field, words] of fields.entries()) {
    for (const word of words) {
      place++;
      const known = places.get(word) ?? [];
      if (known.length < PLACES_OF_A_WORD_MAX) known.push(`${Math.min(place, PLACES_MAX)}${WEIGHTS[field]}`);
      places.set(word, known);
    }
    place++;
  }
  return [...places].map(([word, at]) => `'${word}':${at.join()}`).join(' ');
};

/** A tsquery written out: https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY */
const tsquery = ({ terms, without }: Search): SQL => {
  const phrase = ({ words, isPrefix }: SearchTerm) =>
    `(${words.map((word) => `'${word}'`).join(' <-> ')}${isPrefix ? ':*' : ''})`;
  const text = [...terms.map(phrase), ...without.map((term) => `!${phrase(term)}`)].join(' & ');
  return sql`${text}::text::tsquery`;
};

export const postgresFullText: FullText = {
  async put(db, index, row, fields) {
    await db.rows(
      sql`insert into ${sql.identifier(index)} (row_number, words) values (${row}, ${tsvector(fields)}::text::tsvector)
          on conflict (row_number) do update set words = excluded.words`,
    );
  },
  async remove(db, index, row) {
    await db.rows(sql`delete from ${sql.identifier(index)} where row_number = ${row}`);
  },
  async newest(db, index, search, below, count) {
    const bound = below === undefined ? sql`` : sql`and row_number < ${below}`;
    return numbers(
      await db.rows<Numbered>(sql`${found(index, search)} ${bound} order by row_number desc limit ${count}`),
    );
  },
  async ranks(db, index, search, rows) {
    const ranked = await db.rows<Numbered & { rank: number }>(
      sql`select row_number as row, ts_rank('{0.1, 0.3, 0.5, 1}', words, ${tsquery(search)}) as rank
          from ${sql.identifier(index)} where row_number = any(${sql.param(rows)}::bigint[])`,
    );
    return new Map(ranked.map(({ row, rank }) => [row, rank]));
  },
  isFound: (column, index, search, most) =>
    sql`${column} in (${found(index, search)} order by row_number desc limit ${most})`,
  allRows: async (db, index) =>
    numbers(
      await db.rows<Numbered>(
        sql`select row_number as row from ${sql.identifier(index)} order by row_number`,
      ),
    ),
  // PostgreSQL keeps its own indexes in step with the rows.
  damage: async () => [],
};

function found(index: SearchIndex, search: Search): SQL {
  return sql`select row_number as row from ${sql.identifier(index)} where words @@ ${tsquery(search)}`;
}
