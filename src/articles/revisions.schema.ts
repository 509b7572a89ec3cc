// A revision over HTTP: what was done, and what the article was then.
import * as z from 'zod';
import { IdOut, Instant, LanguageOut, listOf, Slug } from '../core/fields.ts';
import { REVISION_KINDS } from '../db/schema/columns.ts';
import { Body, Correction, Cover, KeyLink, PublicMetadata, Seo } from './schema.ts';

const summaryFields = {
  version: z.number().int().meta({ description: 'The version of the article that this change made.' }),
  kind: z
    .enum(REVISION_KINDS)
    .meta({ description: '`staged`: the article as it would be with the change that is kept aside.' }),
  action: z.string().meta({ description: 'What was done.', examples: ['updated', 'published'] }),
  at: Instant,
  by: KeyLink.nullable().meta({ description: 'Null: the operator.' }),
  fields: z
    .array(z.string())
    .meta({ description: 'What changed, as JSON Pointers.', examples: [['/title', '/body']] }),
  note: z.string().nullable().meta({ description: 'Why it came back from review.' }),
};

export const RevisionSummary = z.strictObject(summaryFields).meta({ id: 'RevisionSummary' });
export type RevisionSummary = z.infer<typeof RevisionSummary>;

const RevisedArticle = z
  .strictObject({
    slug: Slug,
    title: z.string(),
    subtitle: z.string().nullable(),
    summary: z.string().nullable().meta({ description: 'As written.' }),
    language: LanguageOut,
    section: z
      .strictObject({ id: IdOut, slug: Slug, name: z.string() })
      .meta({ id: 'RevisedSection' })
      .nullable(),
    tags: z.array(z.strictObject({ id: IdOut, slug: Slug, name: z.string() }).meta({ id: 'RevisedTag' })),
    authors: z.array(
      z
        .strictObject({ id: IdOut, slug: Slug, name: z.string(), role: z.string() })
        .meta({ id: 'RevisedByline' }),
    ),
    cover: Cover.nullable(),
    canonicalUrl: z.string().nullable(),
    seo: Seo,
    metadata: PublicMetadata,
    corrections: z.array(Correction),
    body: Body,
  })
  .meta({ id: 'RevisedArticle', description: 'Its public content then, names as they were then.' });

export const Revision = z
  .strictObject({ ...summaryFields, article: RevisedArticle })
  .meta({ id: 'Revision' });
export type Revision = z.infer<typeof Revision>;

export const RevisionList = listOf('RevisionList', RevisionSummary);
