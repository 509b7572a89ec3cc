// Settings, a row a group. Written by the settings service, read by whoever needs a default.
import { eq, sql } from 'drizzle-orm';
import { type Db, prepared } from '../db/dialect.ts';
import type { SettingsValue } from '../db/schema/columns.ts';

export type SettingsRow = Db['tables']['settings']['$inferSelect'];

export type SettingsName = 'site' | 'discussion' | 'comments';

/** The number only has to be nobody else's. */
const SETTINGS_LOCK = 7_775;

/**
 * Lets one writer at a time change settings, until its end: before the first change there is no row to hold. To be
 * taken before they are read.
 */
export const holdSettings = (db: Db): Promise<void> => db.dialect.lockUntilCommit(db, SETTINGS_LOCK);

/** A group of settings, or undefined before its first change; not held, because every article reads some. */
export const findSettings = async (db: Db, name: SettingsName): Promise<SettingsRow | undefined> => {
  const { settings } = db.tables;
  const query = prepared(db, 'settings_by_name', () =>
    db
      .select()
      .from(settings)
      .where(eq(settings.name, sql.placeholder('name'))),
  );
  const [row] = await query.execute({ name });
  return row;
};

/** Every group of settings that has been changed, by its name: one query for who needs several. */
export const listSettings = async (db: Db): Promise<Partial<Record<SettingsName, SettingsRow>>> => {
  const query = prepared(db, 'all_settings', () => db.select().from(db.tables.settings));
  const rows = await query.execute();
  return Object.fromEntries(rows.map((row) => [row.name, row]));
};

export const saveSettings = async (
  db: Db,
  name: SettingsName,
  row: { value: SettingsValue; version: number; updatedAt: number },
): Promise<void> => {
  const { settings } = db.tables;
  await db
    .insert(settings)
    .values({ name, ...row })
    .onConflictDoUpdate({ target: settings.name, set: row });
};
