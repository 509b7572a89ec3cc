// The rows that a reader's comment makes, written again and again: what a write costs without what decides about it.
import { randomUUID } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';

type Row = Record<string, unknown>;

/** Inserts the last comment of a database once more, with its traces and its event, as another one of the same words. */
export const commentRows = (db: BetterSqlite3.Database): ((body: string) => void) => {
  const again = (table: string) => {
    const row = db.prepare<[], Row>(`select * from ${table} order by rowid desc limit 1`).get() ?? {};
    const names = Object.keys(row);
    const columns = names.join();
    const values = names.map((name) => `@${name}`).join();
    const insert = db.prepare(`insert into ${table} (${columns}) values (${values})`);
    return (changed: Row) => insert.run({ ...row, ...changed });
  };
  const [comment, traces, event] = ['comments', 'comment_private', 'events'].map(again);
  let position = Number(db.prepare('select max(position) from events').pluck().get());
  return (body) => {
    const id = randomUUID();
    comment?.({ id, thread_key: id, fingerprint: id, body });
    traces?.({ comment_id: id });
    event?.({ position: ++position, subject: `comment:${id}` });
  };
};
