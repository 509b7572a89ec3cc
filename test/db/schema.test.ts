// The drizzle tables against what the migrations really made: the types cannot see a column's SQL name.
import { is, sql } from 'drizzle-orm';
import { PgTable, getTableConfig as postgresConfig } from 'drizzle-orm/pg-core';
import { SQLiteTable, getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core';
import { test } from 'tap';
import * as postgresSchema from '../../src/db/schema/postgres.ts';
import * as sqliteSchema from '../../src/db/schema/sqlite.ts';
import { bothEngines, testDatabase } from '../database.ts';

interface Column {
  table: string;
  name: string;
  nullable: boolean;
}

interface Config {
  name: string;
  columns: readonly { name: string; notNull: boolean; primary: boolean }[];
}

const columnsOf = (configs: readonly Config[]): Column[] =>
  configs.flatMap(({ name, columns }) =>
    columns.map((column) => ({
      table: name,
      name: column.name,
      nullable: !column.notNull && !column.primary,
    })),
  );

const inOrder = (columns: readonly Column[]) =>
  columns.map(({ table, name, nullable }) => `${table}.${name}${nullable ? '?' : ''}`).sort();

const declared = {
  sqlite: columnsOf(
    Object.values(sqliteSchema).flatMap((table) => (is(table, SQLiteTable) ? [sqliteConfig(table)] : [])),
  ),
  postgres: columnsOf(
    Object.values(postgresSchema).flatMap((table) => (is(table, PgTable) ? [postgresConfig(table)] : [])),
  ),
};

// A primary key of a STRICT table may be declared without NOT NULL, and takes no NULL all the same.
const made = {
  sqlite: sql`
    select t.name as "table", c.name, c."notnull" = 0 and c.pk = 0 as nullable
    from pragma_table_list t, pragma_table_info(t.name) c
    where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite_%'`,
  postgres: sql`
    select table_name as "table", column_name as name, is_nullable = 'YES' as nullable
    from information_schema.columns where table_schema = current_schema() and table_name not in ('public_search', 'desk_search')`,
};

for (const engine of bothEngines) {
  test(`every column of ${engine} has the name and the nullability that drizzle believes`, async (t) => {
    const database = await testDatabase(t, engine);
    const columns = await database.read.rows<Column>(made[database.engine]);
    const own = columns.filter(({ table }) => table !== 'schema_migrations');
    t.ok(own.length > 0);
    t.strictSame(inOrder(own), inOrder(declared[database.engine]));
  });
}

test('both engines have the same tables and columns', (t) => {
  t.strictSame(inOrder(declared.sqlite), inOrder(declared.postgres));
  t.end();
});
