// What orders articles: a section is where an article stands, one at most, in the site's own order; tags are what it
// is about, as many as it takes, made when first used.
import * as z from 'zod';
import { commaList, IdOut, Instant, listOf, paging, Slug, textOf } from '../core/fields.ts';

/** Far beyond any site's sections, and small enough for every client's integers. */
export const MAX_POSITION = 1_000_000;

const SectionName = textOf(200).meta({ examples: ['Politics'] });
const TagName = textOf(100).meta({
  description: 'Unique, in any case; blanks around it are cut off.',
  examples: ['Public transport'],
});

const articleCount = z.number().int().meta({ description: 'Public articles.' });
const slug = Slug.optional().meta({ description: 'Made from the name when left out.' });

/** What the desk sees of both, beside what anyone may see. */
const managedFields = { version: z.number().int(), createdAt: Instant, updatedAt: Instant };

/** What the desk's lists of both take. */
const managedQuery = { ...paging, slug: commaList(Slug).optional() };

const sectionFields = {
  id: IdOut,
  slug: Slug,
  name: SectionName,
  description: z.string().nullable(),
  articleCount,
};

export const Section = z.strictObject(sectionFields).meta({ id: 'Section' });
export type Section = z.infer<typeof Section>;

export const ManagedSection = z
  .strictObject({
    ...sectionFields,
    position: z.number().int().meta({ description: 'The site’s order; of equal ones the older is first.' }),
    ...managedFields,
  })
  .meta({ id: 'ManagedSection' });
export type ManagedSection = z.infer<typeof ManagedSection>;

/** What may be written, with no defaults: a change must not reset what it does not name. */
const sectionInput = {
  slug,
  description: textOf(1_000, 0).nullable().optional(),
  position: z
    .number()
    .int()
    .min(0)
    .max(MAX_POSITION)
    .optional()
    .meta({ description: 'A new section goes last.' }),
};

export const NewSection = z.strictObject({ name: SectionName, ...sectionInput }).meta({ id: 'NewSection' });
export type NewSection = z.output<typeof NewSection>;

export const SectionChange = z
  .strictObject({ name: SectionName.optional(), ...sectionInput })
  .meta({ id: 'SectionChange' });
export type SectionChange = z.output<typeof SectionChange>;

export const SectionList = listOf('SectionList', Section);
export const ManagedSectionList = listOf('ManagedSectionList', ManagedSection);
export const SectionQuery = z.strictObject({ ...paging });
export const ManagedSectionQuery = z.strictObject(managedQuery);
export type ManagedSectionQuery = z.output<typeof ManagedSectionQuery>;

const tagFields = { id: IdOut, slug: Slug, name: z.string(), articleCount };

export const Tag = z.strictObject(tagFields).meta({ id: 'Tag' });
export type Tag = z.infer<typeof Tag>;

export const ManagedTag = z.strictObject({ ...tagFields, ...managedFields }).meta({ id: 'ManagedTag' });
export type ManagedTag = z.infer<typeof ManagedTag>;

export const NewTag = z.strictObject({ name: TagName, slug }).meta({ id: 'NewTag' });
export type NewTag = z.output<typeof NewTag>;

export const TagChange = z.strictObject({ name: TagName.optional(), slug }).meta({ id: 'TagChange' });
export type TagChange = z.output<typeof TagChange>;

export const TagList = listOf('TagList', Tag);
export const ManagedTagList = listOf('ManagedTagList', ManagedTag);
export const TagQuery = z.strictObject({ ...paging });
export const ManagedTagQuery = z.strictObject(managedQuery);
export type ManagedTagQuery = z.output<typeof ManagedTagQuery>;
