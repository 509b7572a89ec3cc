// The statements of one SQLite connection, compiled once for their text. Only the text is remembered, never who asked:
// each begins as a fresh one would, and whoever guards a connection guards each use anew.
import type BetterSqlite3 from 'better-sqlite3';

/** A write has some dozens of statements; all that this house knows fit in. */
const MAX_COMPILED = 500;

/** Gives the statement of a text on this connection; those used last are kept. */
export const compiler = (
  connection: BetterSqlite3.Database,
): ((source: string) => BetterSqlite3.Statement) => {
  const kept = new Map<string, BetterSqlite3.Statement>();
  return (source) => {
    const known = kept.get(source);
    const statement = known ?? connection.prepare(source);
    if (known !== undefined && statement.reader) statement.raw(false);
    kept.delete(source);
    kept.set(source, statement);
    if (kept.size > MAX_COMPILED) kept.delete(kept.keys().next().value!);
    return statement;
  };
};
