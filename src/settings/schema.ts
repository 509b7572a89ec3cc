// The site's own settings: what a website needs to draw its frame.
import * as z from 'zod';
import { HttpUrl, IdOut, Instant, Language, LanguageOut, Slug, textOf } from '../core/fields.ts';

const Name = textOf(200).meta({ examples: ['The Harbour Times'] });

const publicFields = {
  name: Name,
  description: z.string().nullable(),
  language: LanguageOut.meta({ description: 'BCP 47; what an article gets that names none.' }),
  logoUrl: z.string().nullable().meta({ format: 'uri' }),
};

const SectionOfSite = z
  .strictObject({ id: IdOut, slug: Slug, name: z.string() })
  .meta({ id: 'SectionOfSite' });

/** A site's frame in one call. */
export const Site = z
  .strictObject({
    ...publicFields,
    sections: z.array(SectionOfSite).meta({ description: 'In the site’s order.' }),
  })
  .meta({ id: 'Site' });
export type Site = z.infer<typeof Site>;

export const SiteSettings = z
  .strictObject({
    ...publicFields,
    version: z.number().int(),
    updatedAt: Instant.nullable().meta({ description: 'Null until the first change.' }),
  })
  .meta({ id: 'SiteSettings' });
export type SiteSettings = z.infer<typeof SiteSettings>;

export const SiteSettingsChange = z
  .strictObject({
    name: Name.optional(),
    description: textOf(1_000, 0).nullable().optional(),
    language: Language.optional(),
    logoUrl: HttpUrl.nullable().optional(),
  })
  .meta({ id: 'SiteSettingsChange' });
export type SiteSettingsChange = z.output<typeof SiteSettingsChange>;

/** What holds until the first change, and for every field a stored row does not have yet. */
export const SITE_DEFAULTS = { name: 'Masthead', description: null, language: 'en', logoUrl: null } as const;

/** How a site is stored: its public fields, each optional, so that a later version may add one. */
export const StoredSite = z.object(publicFields).partial();
