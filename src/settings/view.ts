// The site's settings as the public sees them, from a row that may hold less than all of them.
import type { SettingsValue } from '../db/schema/columns.ts';
import { SITE_DEFAULTS, type Site, StoredSite } from './schema.ts';

/** What holds now: what is stored, and the default for every field that is not. */
export const siteView = (value: SettingsValue | undefined): Omit<Site, 'sections'> => {
  const stored = StoredSite.parse(value ?? {});
  return {
    name: stored.name ?? SITE_DEFAULTS.name,
    description: stored.description ?? SITE_DEFAULTS.description,
    language: stored.language ?? SITE_DEFAULTS.language,
    logoUrl: stored.logoUrl ?? SITE_DEFAULTS.logoUrl,
  };
};
