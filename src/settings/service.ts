// The site's settings, at run time. Until the first change the defaults stand as version 1.

import type { Context } from '../context.ts';
import { toInstantOrNull } from '../core/clock.ts';
import { given } from '../core/fields.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import type { SiteSettings, SiteSettingsChange } from './schema.ts';
import * as store from './store.ts';
import { siteView } from './view.ts';

const FIRST_VERSION = 1;

/** The settings as they hold now. */
export const siteSettings = async (db: Db): Promise<SiteSettings> => {
  const row = await store.findSettings(db, 'site');
  return {
    ...siteView(row?.value),
    version: row?.version ?? FIRST_VERSION,
    updatedAt: toInstantOrNull(row?.updatedAt ?? null),
  };
};

export const changeSite = (
  ctx: Context,
  change: SiteSettingsChange,
  expected: Expected | undefined,
): Promise<SiteSettings> =>
  ctx.write(async (tx) => {
    await store.holdSettings(tx.db);
    const { version, updatedAt: _, ...current } = await siteSettings(tx.db);
    requireVersion(expected, version);
    const row = { value: { ...current, ...given(change) }, version: version + 1, updatedAt: tx.now };
    await store.saveSettings(tx.db, 'site', row);
    tx.emit({ action: 'settings.updated', subject: 'settings:site', version: row.version, tags: ['site'] });
    return siteSettings(tx.db);
  });
