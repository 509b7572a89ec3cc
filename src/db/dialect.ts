// What differs between the engines, and what makes one store serve both. Stores are written against PostgreSQL's
// types, whose builders are promises and nothing else; sqlite.ts hands its own connection out under the same type.
import { eq, getTableColumns, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { isId } from '../core/id.ts';
import { faults } from './failures.ts';
import { type FullText, postgresFullText, sqliteFullText } from './full-text.ts';
import type * as postgresSchema from './schema/postgres.ts';
import type * as sqliteSchema from './schema/sqlite.ts';

export type Tables = typeof postgresSchema;

/** The builders of drizzle that mean the same on both engines. */
export type Queries = Pick<
  NodePgDatabase<Record<string, never>>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | '$count'
>;

/** A connection: for reading, or inside a write the transaction itself. Every query is awaited where it is built. */
export type Db = Queries & {
  readonly tables: Tables;
  readonly dialect: Dialect;
  /** The rows of a query that no builder can say, as the driver gives them: a boolean is 0 or 1 on SQLite, JSON is text. */
  rows<T>(query: SQL): Promise<T[]>;
};

/** A connection of drizzle as a Db: what is listed and no more, so that nothing of one engine slips through. */
export const asDb = (queries: Queries, engine: Pick<Db, 'tables' | 'dialect' | 'rows'>): Db => ({
  select: queries.select.bind(queries),
  selectDistinct: queries.selectDistinct.bind(queries),
  insert: queries.insert.bind(queries),
  update: queries.update.bind(queries),
  delete: queries.delete.bind(queries),
  $count: queries.$count.bind(queries),
  ...engine,
});

/** Where PostgreSQL says that events were committed. */
export const CHANGES_CHANNEL = 'masthead_changes';

export interface Dialect {
  readonly engine: 'sqlite' | 'postgres';
  /**
   * Keeps the rows a write reads from changing before it ends. Outside a write, and on SQLite with its one writer, the
   * query is as it was.
   */
  locked<Q>(query: Q): Q;
  /** Makes the writes that name this lock pass one by one, each until its end. SQLite's pass so anyway. */
  lockUntilCommit(db: Db, lock: number): Promise<void>;
  /** The same, and wakes other processes after the commit, in one statement; SQLite's look at the file. */
  lockAndAnnounce(db: Db, lock: number): Promise<void>;
  /** True where the column is among the values bound to the placeholder with `list`; of no values, never. */
  isAnyOf(column: PgColumn, placeholder: string): SQL;
  /** True where the column is none of the values bound to the placeholder with `list`; of no values, always. */
  isNoneOf(column: PgColumn, placeholder: string): SQL;
  /** How a list of ids, texts or numbers is bound to the placeholder of `isAnyOf` and `isNoneOf`. */
  list(values: readonly (string | number)[]): unknown;
  /** Which rule of the schema an error reports, if any. In PostgreSQL the transaction is lost with it: let it end the job. */
  violation(error: unknown): Violation | undefined;
  /** What the engine itself finds wrong with what it keeps, at most `limit` lines; PostgreSQL has its own tools for that. */
  damage(db: Db, limit: number): Promise<string[]>;
  /** Rows that refer to nothing, at most `limit` lines. PostgreSQL never leaves any. */
  lostReferences(db: Db, limit: number): Promise<string[]>;
  /** The indexes of all words. */
  readonly fullText: FullText;
}

/** `constraint` is `<table>_<columns joined by _>_key`, for unique and primary keys alike. */
export type Violation = { kind: 'unique'; constraint: string } | { kind: 'foreign_key' } | { kind: 'check' };

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  locked: (query) => query,
  lockUntilCommit: async () => undefined,
  lockAndAnnounce: async () => undefined,
  isAnyOf: (column, placeholder) =>
    sql`${column} in (select value from json_each(${sql.placeholder(placeholder)}))`,
  isNoneOf: (column, placeholder) =>
    sql`${column} not in (select value from json_each(${sql.placeholder(placeholder)}))`,
  list: (values) => JSON.stringify(values),
  async damage(db, limit) {
    const found = await db.rows<{ integrity_check: string }>(
      sql`select integrity_check from pragma_integrity_check limit ${limit}`,
    );
    return found.map((line) => line.integrity_check).filter((line) => line !== 'ok');
  },
  async lostReferences(db, limit) {
    const found = await db.rows<{ child: string; rows: number; parent: string }>(
      sql`select "table" as child, count(*) as rows, parent from pragma_foreign_key_check
          group by 1, 3 order by 1, 3 limit ${limit}`,
    );
    return found.map(({ child, rows, parent }) => `${rows} of ${child} refer to ${parent} that do not exist`);
  },
  fullText: sqliteFullText,
  violation(error) {
    for (const { code, error: fault } of faults(error)) {
      if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
        return { kind: 'unique', constraint: constraintNamed(fault.message) };
      }
      if (code === 'SQLITE_CONSTRAINT_CHECK') return { kind: 'check' };
      // ON DELETE RESTRICT is a trigger inside SQLite, and its violation carries a trigger's code.
      if (code.startsWith('SQLITE_CONSTRAINT_') && fault.message.startsWith('FOREIGN KEY')) {
        return { kind: 'foreign_key' };
      }
    }
    return undefined;
  },
};

/** `UNIQUE constraint failed: authors.slug` → `authors_slug_key`. An index on an expression is named by SQLite itself. */
function constraintNamed(message: string): string {
  const index = /: index '(.+)'$/.exec(message)?.[1];
  if (index !== undefined) return index;
  const columns = message.replace('UNIQUE constraint failed: ', '').split(', ');
  const [table] = columns[0]!.split('.');
  return `${table}_${columns.map((column) => column.slice(column.indexOf('.') + 1)).join('_')}_key`;
}

const violations: Record<string, (constraint: string) => Violation> = {
  '23505': (constraint) => ({ kind: 'unique', constraint }),
  '23503': () => ({ kind: 'foreign_key' }),
  // ON DELETE RESTRICT, from PostgreSQL 18 on.
  '23001': () => ({ kind: 'foreign_key' }),
  '23514': () => ({ kind: 'check' }),
};

export const postgresDialect: Dialect = {
  engine: 'postgres',
  locked<Q>(query: Q): Q {
    // The cast is sound: a Db of PostgreSQL makes selects of PostgreSQL, and `for` gives back the select it is called on.
    return (query as unknown as { for(strength: 'update'): Q }).for('update');
  },
  async lockUntilCommit(db, lock) {
    await db.rows(sql`select pg_advisory_xact_lock(${lock})`);
  },
  async lockAndAnnounce(db, lock) {
    await db.rows(sql`select pg_advisory_xact_lock(${lock}), pg_notify(${CHANGES_CHANNEL}, '')`);
  },
  isAnyOf: (column, placeholder) => sql`${column} = any(${array(column, placeholder)})`,
  isNoneOf: (column, placeholder) => sql`${column} <> all(${array(column, placeholder)})`,
  list: (values) => values,
  damage: async () => [],
  lostReferences: async () => [],
  fullText: postgresFullText,
  violation(error) {
    for (const { code, constraint } of faults(error)) {
      const violation = violations[code]?.(constraint);
      if (violation) return violation;
    }
    return undefined;
  },
};

function array(column: PgColumn, placeholder: string): SQL {
  const types: Record<string, SQL> = { uuid: sql`uuid[]`, bigint: sql`bigint[]` };
  return sql`${sql.placeholder(placeholder)}::${types[column.getSQLType()] ?? sql`text[]`}`;
}

/** The last row of a page, as its sort columns hold it: values, or placeholders of a prepared query. */
type Position = readonly [unknown, unknown];
type Columns = readonly [PgColumn, PgColumn];

/** `(a, b) < (v, w)`: a row value, because only that is one range scan; the OR form walks the whole list. */
export const before = (columns: Columns, values: Position): SQL =>
  sql`(${columns[0]}, ${columns[1]}) < (${sql.param(values[0], columns[0])}, ${sql.param(values[1], columns[1])})`;

/** `(a, b) > (v, w)`; see `before`. */
export const after = (columns: Columns, values: Position): SQL =>
  sql`(${columns[0]}, ${columns[1]}) > (${sql.param(values[0], columns[0])}, ${sql.param(values[1], columns[1])})`;

/** The row that has this id or slug. */
export const isNamed = ({ id, slug }: Record<'id' | 'slug', PgColumn>, slugOrId: string): SQL =>
  isId(slugOrId) ? eq(id, slugOrId.toLowerCase()) : eq(slug, slugOrId);

/** A placeholder whose value is encoded as its column is. A bare one is not, and SQLite then refuses a boolean. */
export const slot = (column: PgColumn, name: string) => sql.param(sql.placeholder(name), column);

/** A placeholder for every column, under the column's name: a whole row, for `values` of a prepared insert. */
export const slots = <T extends PgTable>(table: T) =>
  // The cast is sound: `getTableColumns` has a key for each column that a row has.
  Object.fromEntries(
    Object.keys(getTableColumns(table)).map((name) => [name, sql.placeholder(name)]),
  ) as Record<keyof T['$inferInsert'], Placeholder>;

/** Every column as an insert has it that meets a row of the same key: for `set` of `onConflictDoUpdate`. */
export const asInserted = <T extends PgTable>(table: T) => {
  const columns = Object.entries(getTableColumns(table));
  const values = columns.map(([name, { name: column }]) => [name, sql`excluded.${sql.identifier(column)}`]);
  // The cast is sound for the same reason as that of `slots`.
  return Object.fromEntries(values) as Record<keyof T['$inferInsert'], SQL>;
};

const maxStatements = 256;

interface Statements {
  /** Least recently used first. */
  readonly kept: Map<string, unknown>;
  /** What a statement is called on the server, where each connection keeps every name until the connection ends. */
  readonly names: Map<string, string>;
}

const statements = new WeakMap<Db, Statements>();

/** Lets `prepared` keep the statements of this connection. */
export function keepStatements(db: Db): Db {
  statements.set(db, { kept: new Map(), names: new Map() });
  return db;
}

/**
 * The statement of that name on this connection, built and prepared the first time only; a transaction of PostgreSQL,
 * which has another connection each time, builds it each time. The name says the whole shape of the query: what differs between calls is bound, not built.
 */
export function prepared<P>(db: Db, name: string, build: () => { prepare(name: string): P }): P {
  const memo = statements.get(db);
  if (!memo) return build().prepare('');
  // The cast is sound as long as a name stands for one query.
  const statement = (memo.kept.get(name) as P | undefined) ?? build().prepare(serverName(memo.names, name));
  memo.kept.delete(name);
  memo.kept.set(name, statement);
  if (memo.kept.size > maxStatements) memo.kept.delete(memo.kept.keys().next().value!);
  return statement;
}

/** Names beyond the limit stay unnamed: planned at each call, but kept nowhere. */
function serverName(names: Map<string, string>, name: string): string {
  if (!names.has(name) && names.size < maxStatements) names.set(name, `masthead_${names.size}`);
  return names.get(name) ?? '';
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Rows<Schema> = {
  [Name in keyof Schema]: Schema[Name] extends { $inferSelect: infer Row; $inferInsert: infer NewRow }
    ? [Row, NewRow]
    : never;
};
type Holds<Claim extends true> = Claim;

/** Does not compile when the two schema files differ in a table, a column, its type, its nullability or its default. */
export type SameRows = Holds<Equal<Rows<typeof postgresSchema>, Rows<typeof sqliteSchema>>>;
