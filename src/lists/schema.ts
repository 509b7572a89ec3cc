// Lists that editors arrange by hand: front pages above all. A list holds articles in any state; each appears to the
// public in its place while it is public.
import * as z from 'zod';
import { ArticleSummary } from '../articles/schema.ts';
import { commaList, IdOut, Instant, listOf, paging, referenceTo, Slug, textOf } from '../core/fields.ts';
import { ARTICLE_STATUSES } from '../db/schema/columns.ts';

const MAX_ITEMS = 200;

const Name = textOf(200).meta({ examples: ['Front page'] });

const publicFields = { id: IdOut, slug: Slug, name: Name, description: z.string().nullable() };

export const List = z
  .strictObject({
    ...publicFields,
    items: z.array(ArticleSummary).meta({ description: 'What of it is public, in the editors’ order.' }),
    nextCursor: z.string().nullable().meta({ description: 'Always null: a list comes whole.' }),
  })
  .meta({ id: 'List' });
export type List = z.infer<typeof List>;

export const ListItem = z
  .strictObject({
    id: IdOut,
    slug: Slug,
    title: z.string(),
    status: z.enum(ARTICLE_STATUSES),
    publishedAt: Instant.nullable(),
  })
  .meta({ id: 'ListItem', description: 'An article, as far as the desk needs it to arrange it.' });
export type ListItem = z.infer<typeof ListItem>;

const managedFields = {
  ...publicFields,
  version: z.number().int().meta({ description: 'The ETag, for `If-Match`.' }),
  createdAt: Instant,
  updatedAt: Instant,
};

export const ManagedListSummary = z.strictObject(managedFields).meta({ id: 'ManagedListSummary' });
export type ManagedListSummary = z.infer<typeof ManagedListSummary>;

export const ManagedList = z
  .strictObject({
    ...managedFields,
    items: z.array(ListItem).meta({ description: 'In order; without articles that the key may not see.' }),
  })
  .meta({ id: 'ManagedList' });
export type ManagedList = z.infer<typeof ManagedList>;

/** What may be written, with no defaults: a change must not reset what it does not name. */
const input = {
  slug: Slug.optional().meta({ description: 'Made from the name when left out.' }),
  description: textOf(1_000, 0).nullable().optional(),
  items: z
    .array(referenceTo('an article'))
    .max(MAX_ITEMS)
    .optional()
    .meta({ description: 'Articles in order, each once, public or not; a change replaces them all.' }),
};

export const NewList = z.strictObject({ name: Name, ...input }).meta({ id: 'NewList' });
export type NewList = z.output<typeof NewList>;

export const ListChange = z.strictObject({ name: Name.optional(), ...input }).meta({ id: 'ListChange' });
export type ListChange = z.output<typeof ListChange>;

export const ManagedListQuery = z.strictObject({ ...paging, slug: commaList(Slug).optional() });
export type ManagedListQuery = z.output<typeof ManagedListQuery>;

export const ManagedListList = listOf('ManagedListList', ManagedListSummary);
