// The two full-text indexes, for each engine: FTS5 tables on SQLite, tsvectors under GIN on PostgreSQL. Both hold the
// same folded words, so that both find the same articles in the same order. A search is bound, never spliced, and holds
// nothing but letters, digits and marks between quotes of ours. No rank asks how common a word is, as bm25 does: that
// reads the whole list of the word, a time that grows with the archive. What counts is where the words stand.
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
  /**
   * How many rows one question may have to walk over without the process standing still for more than some ten
   * milliseconds; undefined where the process does not wait itself.
   */
  rowsAtOnce(search: Search): number | undefined;
  /** The rows of a stretch that match, highest first, at most `count`. */
  newest(db: Asking, index: SearchIndex, search: Search, stretch: Stretch, count: number): Promise<number[]>;
  /**
   * How well `rows`, which match, do so: more is better, and what is not named has 0. At least one row, in order, and
   * near each other: what lies between them is looked at too.
   */
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

/** Rows from `from` on and below `below`, each where it is given. */
export interface Stretch {
  from?: number | undefined;
  below?: number | undefined;
}

interface Numbered {
  row: number;
}

/**
 * The rows of a stretch. Cast, because better-sqlite3 binds every number as a REAL, for which FTS5 does not begin
 * where the stretch does: it reads the whole list of a word and throws away what is outside.
 */
const within = (row: SQL, { from, below }: Stretch): SQL => {
  const lower = from === undefined ? sql`` : sql`and ${row} >= cast(${from} as bigint)`;
  const upper = below === undefined ? sql`` : sql`and ${row} < cast(${below} as bigint)`;
  return sql`${lower} ${upper}`;
};

/** What each says about a match; any of them outweighs all after it together. */
const GRADES = {
  /** All terms stand in the title. */
  title: 8,
  /** All terms stand in what is read before the text: title, subtitle and summary. */
  head: 4,
  /** One of several terms stands in the title. */
  some: 2,
  /** Several terms stand somewhere as they were typed, one after the other. */
  phrase: 1,
} as const;

/** Several terms as one, in their order; undefined where there is one only, or a beginning before others. */
const asPhrase = ({ terms }: Search): SearchTerm | undefined =>
  terms.length === 1 || terms.slice(0, -1).some(({ isPrefix }) => isPrefix)
    ? undefined
    : { words: terms.flatMap(({ words }) => words), isPrefix: terms.at(-1)!.isPrefix };

const numbers = (found: readonly Numbered[]): number[] => found.map(({ row }) => row);

/** FTS5 query syntax (https://www.sqlite.org/fts5.html#full_text_query_syntax): every term a quoted string. */
const quoted = ({ words, isPrefix }: SearchTerm): string => `"${words.join(' ')}"${isPrefix ? ' *' : ''}`;

const ftsQuery = ({ terms, without }: Search): string =>
  [`(${terms.map(quoted).join(' AND ')})`, ...without.map(quoted)].join(' NOT ');

interface FtsGrade {
  query: string;
  grade: number;
}

/** For each grade, what must match. */
const ftsGrades = (search: Search): FtsGrade[] => {
  const terms = search.terms.map(quoted);
  const all = terms.join(' AND ');
  const grades: FtsGrade[] = [
    { query: `{title} : (${all})`, grade: GRADES.title },
    { query: `{title subtitle summary} : (${all})`, grade: GRADES.head },
  ];
  if (terms.length > 1) grades.push({ query: `{title} : (${terms.join(' OR ')})`, grade: GRADES.some });
  const phrase = asPhrase(search);
  if (phrase !== undefined) grades.push({ query: quoted(phrase), grade: GRADES.phrase });
  return grades;
};

/** FTS5 steps over some five million rows a second and word. */
const STEPS_AT_ONCE = 40_000;

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
  rowsAtOnce: ({ terms, without }) =>
    Math.ceil(STEPS_AT_ONCE / [...terms, ...without].reduce((sum, { words }) => sum + words.length, 0)),
  async newest(db, index, search, stretch, count) {
    return numbers(
      await db.rows<Numbered>(
        sql`${matches(index, ftsQuery(search))} ${within(sql`rowid`, stretch)} order by rowid desc limit ${count}`,
      ),
    );
  },
  async ranks(db, index, search, rows) {
    const stretch = { from: Math.min(...rows), below: Math.max(...rows) + 1 };
    const graded = ftsGrades(search).map(
      ({ query, grade }) =>
        sql`select rowid as row, ${grade} as grade from ${sql.identifier(index)}
            where ${sql.identifier(index)} match ${query} ${within(sql`rowid`, stretch)}`,
    );
    const ranked = await db.rows<Numbered & { rank: number }>(
      sql`select row, sum(grade) as rank from (${sql.join(graded, sql` union all `)}) group by row`,
    );
    return new Map(ranked.map(({ row, rank }) => [row, rank]));
  },
  isFound: (column, index, search, most) =>
    sql`${column} in (${matches(index, ftsQuery(search))} order by rowid desc limit ${most})`,
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

function matches(index: SearchIndex, query: string): SQL {
  const table = sql.identifier(index);
  return sql`select rowid as row from ${table} where ${table} match ${query}`;
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

/** A term of a tsquery (https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY), in fields of these weights. */
const written = ({ words, isPrefix }: SearchTerm, weights: '' | 'A' = ''): string => {
  const last = words.length - 1;
  const lexemes = words.map((word, index) => {
    const flags = `${isPrefix && index === last ? '*' : ''}${weights}`;
    return `'${word}'${flags === '' ? '' : `:${flags}`}`;
  });
  return `(${lexemes.join(' <-> ')})`;
};

const tsquery = (text: string): SQL => sql`${text}::text::tsquery`;

const wholeQuery = ({ terms, without }: Search): SQL =>
  tsquery([...terms.map((term) => written(term)), ...without.map((term) => `!${written(term)}`)].join(' & '));

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
  rowsAtOnce: () => undefined,
  async newest(db, index, search, stretch, count) {
    return numbers(
      await db.rows<Numbered>(
        sql`${found(index, search)} ${within(sql`row_number`, stretch)} order by row_number desc limit ${count}`,
      ),
    );
  },
  async ranks(db, index, search, rows) {
    const phrase = asPhrase(search);
    const inTitle = search.terms.map((term) => written(term, 'A'));
    const inHead = search.terms.map((term) => written(term));
    const isPhrase = phrase === undefined ? sql`false` : sql`words @@ ${tsquery(written(phrase))}`;
    // A text is large, and unpacked each time it is named: OFFSET keeps its head from being made three times.
    const ranked = await db.rows<Numbered & { rank: number }>(
      sql`select row, (head @@ ${tsquery(inTitle.join(' & '))})::int * ${GRADES.title}
            + (head @@ ${tsquery(inHead.join(' & '))})::int * ${GRADES.head}
            + (head @@ ${tsquery(inTitle.join(' | '))})::int * ${GRADES.some}
            + is_phrase::int * ${GRADES.phrase} as rank
          from (select row_number as row, ts_filter(words, '{a,b,c}') as head, ${isPhrase} as is_phrase
                from ${sql.identifier(index)} where row_number = any(${sql.param(rows)}::bigint[]) offset 0) as graded`,
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
  return sql`select row_number as row from ${sql.identifier(index)} where words @@ ${wholeQuery(search)}`;
}
