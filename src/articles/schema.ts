// What an article is over HTTP: to everybody, and to the desk. Input is in input.ts, queries in query.ts.
import * as z from 'zod';
import { AnyObject, IdOut, Instant, LanguageOut, listOf, Slug, Source } from '../core/fields.ts';
import { ARTICLE_STATUSES, BODY_FORMATS, COMMENT_POLICIES } from '../db/schema/columns.ts';

export const MOVES = [
  'submit',
  'return',
  'publish',
  'unpublish',
  'archive',
  'trash',
  'restore',
  'delete',
] as const;

export const Byline = z
  .strictObject({
    id: IdOut,
    slug: Slug,
    name: z.string(),
    avatarUrl: z.string().nullable().meta({ format: 'uri' }),
    role: z.string().meta({ description: 'What they did for this article.', examples: ['writer'] }),
  })
  .meta({ id: 'Byline' });
export type Byline = z.infer<typeof Byline>;

export const TagLink = z.strictObject({ slug: Slug, name: z.string() }).meta({ id: 'TagLink' });
export type TagLink = z.infer<typeof TagLink>;

export const SectionLink = z.strictObject({ slug: Slug, name: z.string() }).meta({ id: 'SectionLink' });
export type SectionLink = z.infer<typeof SectionLink>;

export const Cover = z
  .strictObject({
    url: z.string().meta({ format: 'uri' }),
    alt: z.string(),
    caption: z.string().nullable(),
    credit: z.string().nullable(),
    width: z.number().int().nullable().meta({ description: 'Pixels, where known.' }),
    height: z.number().int().nullable().meta({ description: 'Pixels, where known.' }),
  })
  .meta({ id: 'Cover' });

export const Seo = z
  .strictObject({ title: z.string().nullable(), description: z.string().nullable(), noindex: z.boolean() })
  .meta({ id: 'Seo', description: 'What search engines are told, where it differs from the article.' });

const bodyHtml = z.string().meta({ description: 'Sanitized HTML: safe to put in a page.' });

export const Correction = z
  .strictObject({
    id: IdOut,
    at: Instant,
    text: z.string().meta({ examples: ['The bridge has two lanes, not four.'] }),
  })
  .meta({ id: 'Correction', description: 'What was wrong in the article, and when that was said.' });

/** What anyone may read of an article in a list. */
const summaryFields = {
  id: IdOut,
  slug: Slug,
  url: z.string().meta({ format: 'uri', description: 'The article’s page on the website.' }),
  title: z.string(),
  subtitle: z.string().nullable(),
  summary: z.string().meta({ description: 'As written, else made from the body.' }),
  language: LanguageOut,
  section: SectionLink.nullable(),
  tags: z.array(TagLink).meta({ description: 'In the editors’ order.' }),
  authors: z.array(Byline).meta({ description: 'In the order of the byline.' }),
  cover: Cover.nullable(),
  canonicalUrl: z.string().nullable().meta({ format: 'uri' }),
  seo: Seo,
  wordCount: z.number().int(),
  readingMinutes: z.number().int(),
  acceptsComments: z.boolean().meta({ description: 'Whether a comment posted now would be taken.' }),
  corrections: z.array(Correction).meta({ description: 'Oldest first.' }),
};

export const PublicMetadata = z
  .strictObject({ public: AnyObject })
  .meta({ description: 'Of an integration’s own.' });

const publicFields = {
  ...summaryFields,
  publishedAt: Instant.meta({ description: 'First publication; never changes.' }),
  modifiedAt: Instant.meta({ description: 'Last change that the public can see.' }),
  metadata: PublicMetadata,
};

export const ArticleSummary = z
  .strictObject({
    ...publicFields,
    bodyHtml: bodyHtml.optional().meta({ description: 'Only with `view=full`.' }),
  })
  .meta({ id: 'ArticleSummary' });
export type ArticleSummary = z.infer<typeof ArticleSummary>;

export const SearchResult = z
  .strictObject({
    ...ArticleSummary.shape,
    titleHtml: z.string().meta({
      description: 'The title as HTML: `<mark>` around what was searched, all else escaped.',
      examples: ['<mark>Harbour</mark> bridge reopens'],
    }),
    snippet: z.string().meta({
      description:
        'A passage of the text around what was searched, else its beginning; HTML like `titleHtml`.',
      examples: ['… the <mark>harbour</mark> bridge reopened on Monday …'],
    }),
  })
  .meta({ id: 'SearchResult' });
export type SearchResult = z.infer<typeof SearchResult>;

export const Article = z
  .strictObject({ ...publicFields, bodyHtml, commentCount: z.number().int() })
  .meta({ id: 'Article' });
export type Article = z.infer<typeof Article>;

export const MovedArticle = z
  .strictObject({ movedTo: Slug.meta({ description: 'The slug that the article has now.' }) })
  .meta({ id: 'MovedArticle' });

export const KeyLink = z
  .strictObject({ id: IdOut, name: z.string() })
  .meta({ id: 'KeyLink', description: 'An API key, by the name it was given.' });
export type KeyLink = z.infer<typeof KeyLink>;

const managedFields = {
  ...summaryFields,
  status: z.enum(ARTICLE_STATUSES),
  publishedAt: Instant.nullable().meta({
    description: 'First publication; of a scheduled article the instant at which it will be.',
  }),
  modifiedAt: Instant.nullable(),
  scheduledFor: Instant.nullable().meta({ description: 'When a scheduled article becomes public.' }),
  unpublishAt: Instant.nullable().meta({ description: 'When it is withdrawn by itself, as by `archive`.' }),
  hasStagedChanges: z.boolean().meta({ description: 'A change is kept aside; see `…/staged`.' }),
  returnNote: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'Why it came back from review. Only for editors and those whose it is.' }),
  updatedAt: Instant.meta({ description: 'Last change of any kind.' }),
  updatedBy: KeyLink.nullable().meta({ description: 'Null: the operator.' }),
  createdAt: Instant,
  createdBy: KeyLink.nullable(),
  commentPolicy: z.enum(COMMENT_POLICIES).nullable().meta({ description: 'Null: as the site does.' }),
  commentsCloseAt: Instant.nullable(),
  commentCount: z.number().int(),
  source: Source.nullable(),
  notes: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'For the desk. Only for editors and those whose it is.' }),
  metadata: z.strictObject({
    public: AnyObject,
    private: AnyObject.optional().meta({ description: 'Only for editors and those whose it is.' }),
  }),
  version: z.number().int().meta({ description: 'The ETag, for `If-Match`.' }),
  allowedMoves: z.array(z.enum(MOVES)).meta({ description: 'What the key that asks may do next.' }),
};

export const Body = z
  .strictObject({ format: z.enum(BODY_FORMATS), source: z.string() })
  .meta({ id: 'Body', description: 'As it was written.' });

export const ManagedArticleSummary = z
  .strictObject({
    ...managedFields,
    body: Body.optional().meta({ description: 'Only with `view=full`.' }),
    bodyHtml: bodyHtml.optional().meta({ description: 'Only with `view=full`.' }),
  })
  .meta({ id: 'ManagedArticleSummary' });
export type ManagedArticleSummary = z.infer<typeof ManagedArticleSummary>;

export const ManagedArticle = z
  .strictObject({
    ...managedFields,
    body: Body.optional().meta({ description: 'Only for editors and those whose it is.' }),
    bodyHtml,
  })
  .meta({ id: 'ManagedArticle' });
export type ManagedArticle = z.infer<typeof ManagedArticle>;

/** The public view of what may not be public yet. */
export const ArticlePreview = z
  .strictObject({
    ...summaryFields,
    publishedAt: Instant.nullable(),
    modifiedAt: Instant.nullable(),
    metadata: PublicMetadata,
    bodyHtml,
  })
  .meta({ id: 'ArticlePreview' });
export type ArticlePreview = z.infer<typeof ArticlePreview>;

export const ArticleList = listOf('ArticleList', ArticleSummary);
export const SearchResultList = listOf('SearchResultList', SearchResult);
export const ManagedArticleList = listOf('ManagedArticleList', ManagedArticleSummary);

export const ReleasedArticles = z
  .strictObject({ items: z.array(ManagedArticle) })
  .meta({ id: 'ReleasedArticles' });
