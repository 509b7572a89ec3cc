// What may be written of an article. A change is built from parts without defaults, so that it resets nothing it does
// not name; its objects merge (RFC 7396), its arrays replace.
import * as z from 'zod';
import { HttpUrl, Id, InstantInput, Language, Metadata, Slug, Source, textOf } from '../core/fields.ts';
import { BODY_FORMATS, COMMENT_POLICIES } from '../db/schema/columns.ts';

/** 256 KB of source, and what JSON adds to it. */
export const MAX_BODY_BYTES = 256 * 1024;
export const ARTICLE_LIMIT_BYTES = 1024 * 1024;

const size = (text: string) => Buffer.byteLength(text) <= MAX_BODY_BYTES;

const BodySource = z
  .string()
  .refine(size, { params: { code: 'too_long' }, message: 'must be at most 256 KB of text' })
  .meta({ maxLength: MAX_BODY_BYTES });

const Title = textOf(300).meta({ examples: ['Harbour bridge reopens after two years'] });

const TagReference = z
  .union([
    textOf(100).meta({ description: 'A slug or a name; a tag that does not exist is made.' }),
    z.object({ slug: Slug }).transform(({ slug }) => slug),
  ])
  .meta({ examples: ['harbour'] });

const AuthorReference = z.string().max(200).meta({ description: 'The id or slug of an author.' });

const Role = z
  .string()
  .regex(/^[a-z][a-z-]{0,39}$/, 'must be a lower-case word, such as writer or photographer')
  .meta({ examples: ['photographer'] });

const BylineInput = z
  .union([
    AuthorReference.transform((author) => ({ author, role: 'writer' })),
    z
      .strictObject({ author: AuthorReference, role: Role.optional() })
      .transform(({ author, role = 'writer' }) => ({ author, role })),
    // What a GET gave, sent back as it was.
    z
      .object({ id: Id, role: Role.optional() })
      .transform(({ id, role = 'writer' }) => ({ author: id, role })),
  ])
  .meta({ examples: [{ author: 'ada-okafor', role: 'writer' }] });
export type BylineInput = z.output<typeof BylineInput>;

const SectionReference = z.union([
  z.string().max(200).meta({ description: 'The slug or id of a section.' }),
  z.object({ slug: z.string().max(200) }).transform(({ slug }) => slug),
]);

const pixels = z.number().int().min(1).max(100_000).nullable().optional();

const coverFields = {
  alt: textOf(1_000, 0).optional(),
  caption: textOf(1_000, 0).nullable().optional(),
  credit: textOf(200, 0).nullable().optional(),
  width: pixels,
  height: pixels,
};

export const NewCover = z.strictObject({ url: HttpUrl, ...coverFields }).meta({ id: 'NewCover' });
const CoverChange = z.strictObject({ url: HttpUrl.optional(), ...coverFields }).meta({ id: 'CoverChange' });

const SeoChange = z
  .strictObject({
    title: textOf(300, 0).nullable().optional(),
    description: textOf(1_000, 0).nullable().optional(),
    noindex: z.boolean().optional(),
  })
  .meta({ id: 'SeoChange' });

const MetadataChange = z
  .strictObject({ public: Metadata.optional(), private: Metadata.optional() })
  .meta({ id: 'MetadataChange' });

/** What a new article and a change take alike. */
const shared = {
  slug: Slug.optional().meta({
    description:
      'Made from the title when left out, and following it until the first publication. A former slug of another article is for editors to take over.',
  }),
  subtitle: textOf(500, 0).nullable().optional(),
  summary: textOf(1_000, 0).nullable().optional(),
  language: Language.optional(),
  section: SectionReference.nullable().optional(),
  tags: z.array(TagReference).max(50).optional(),
  authors: z.array(BylineInput).max(50).optional(),
  canonicalUrl: HttpUrl.nullable().optional(),
  seo: SeoChange.optional(),
  commentPolicy: z.enum(COMMENT_POLICIES).nullable().optional(),
  commentsCloseAt: InstantInput.nullable().optional(),
  unpublishAt: InstantInput.nullable().optional().meta({
    description: 'When the article is withdrawn by itself, such as at the end of a licence; null: never.',
  }),
  source: Source.nullable().optional(),
  notes: textOf(10_000, 0).nullable().optional(),
  metadata: MetadataChange.optional(),
};

export const NewArticle = z
  .strictObject({
    title: Title,
    body: z
      .strictObject({ format: z.enum(BODY_FORMATS), source: BodySource })
      .optional()
      .meta({ examples: [{ format: 'markdown', source: 'The bridge **reopened** on Monday.' }] }),
    cover: NewCover.nullable().optional(),
    ...shared,
    status: z.enum(['draft', 'published']).optional().meta({ description: '`draft` when left out.' }),
    publishedAt: InstantInput.optional().meta({
      description: 'A past first publication, with `status: "published"`: for imports, by editors.',
    }),
    scheduledFor: InstantInput.optional().meta({
      description: 'Schedules the article for this instant; not with `status: "published"`.',
    }),
  })
  .refine(({ status, scheduledFor }) => status !== 'published' || scheduledFor === undefined, {
    path: ['scheduledFor'],
    params: { code: 'not_combinable' },
    message: 'cannot be combined with status "published"',
  })
  .meta({ id: 'NewArticle' });
export type NewArticle = z.output<typeof NewArticle>;

export const ArticleChange = z
  .strictObject({
    title: Title.optional(),
    body: z
      .strictObject({ format: z.enum(BODY_FORMATS).optional(), source: BodySource.optional() })
      .optional(),
    cover: CoverChange.nullable().optional(),
    ...shared,
  })
  .meta({ id: 'ArticleChange' });
export type ArticleChange = z.output<typeof ArticleChange>;

/** A change that can be kept aside: what the public reads, and nothing else. */
export const StagedChange = ArticleChange.omit({
  commentPolicy: true,
  commentsCloseAt: true,
  unpublishAt: true,
  source: true,
  notes: true,
})
  .extend({
    metadata: z.strictObject({ public: Metadata.optional() }).meta({ id: 'PublicMetadataChange' }).optional(),
  })
  .meta({ id: 'StagedChange' });
export type StagedChange = z.output<typeof StagedChange>;

/** When to publish; at once when left out. */
export const PublishOptions = z
  .strictObject({
    at: InstantInput.optional().meta({ description: 'Schedules the article for this instant instead.' }),
  })
  .meta({ id: 'PublishOptions' });
export type PublishOptions = z.output<typeof PublishOptions>;

export const ReturnOptions = z
  .strictObject({
    note: textOf(2_000)
      .optional()
      .meta({ examples: ['The second quote needs a source.'] }),
  })
  .meta({ id: 'ReturnOptions' });

export const NewCorrection = z
  .strictObject({ text: textOf(2_000).meta({ examples: ['The bridge has two lanes, not four.'] }) })
  .meta({ id: 'NewCorrection' });

const isUniqueById = (articles: readonly { id: string }[]): boolean =>
  new Set(articles.map(({ id }) => id)).size === articles.length;

export const Release = z
  .strictObject({
    at: InstantInput.optional().meta({ description: 'Schedules them all for this instant instead.' }),
    articles: z
      .array(
        z
          .strictObject({
            id: Id,
            version: z.number().int().min(1).meta({ description: 'The version that was read.' }),
          })
          .meta({ id: 'ReleasedArticle' }),
      )
      .min(1)
      .max(100)
      .refine(isUniqueById, { params: { code: 'repeated' }, message: 'names an article twice' }),
  })
  .meta({ id: 'Release' });
export type Release = z.output<typeof Release>;
