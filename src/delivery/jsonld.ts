// An article as search engines and aggregators read it: schema.org NewsArticle in JSON-LD, to be put into the page's
// head as it is. What is not known is absent, because null means nothing in JSON-LD.
import * as z from 'zod';
import { linksOf } from '../articles/links.ts';
import type { ArticleSummary, Byline } from '../articles/schema.ts';
import { type ArticleUrl, dueAtOf, summaryView } from '../articles/view.ts';
import { IdOrSlug, Instant, LanguageOut } from '../core/fields.ts';
import { type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { discussionSettings } from '../settings/discussion.ts';
import type { Site } from '../settings/schema.ts';
import { articleByReference } from './articles.ts';
import { distinct, namesOn } from './cache-tags.ts';
import { isLasting, requirePublic } from './reference.ts';
import { siteOf } from './site.ts';

const Url = z.string().meta({ format: 'uri' });

const Person = z
  .strictObject({ '@type': z.literal('Person'), name: z.string(), url: Url.optional() })
  .meta({ id: 'Person' });
type Person = z.infer<typeof Person>;

const ImageObject = z
  .strictObject({
    '@type': z.literal('ImageObject'),
    url: Url,
    width: z.number().int().optional(),
    height: z.number().int().optional(),
    caption: z.string().optional(),
    creditText: z.string().optional(),
  })
  .meta({ id: 'ImageObject' });

const Organization = z
  .strictObject({ '@type': z.literal('Organization'), name: z.string(), logo: ImageObject.optional() })
  .meta({ id: 'Organization' });

/** https://schema.org/NewsArticle, as far as an article tells it. */
const NewsArticle = z
  .strictObject({
    '@context': z.literal('https://schema.org'),
    '@type': z.literal('NewsArticle'),
    mainEntityOfPage: z.strictObject({ '@type': z.literal('WebPage'), '@id': Url }),
    url: Url,
    headline: z.string(),
    alternativeHeadline: z.string().optional(),
    description: z.string(),
    image: ImageObject.optional(),
    datePublished: Instant,
    dateModified: Instant,
    author: z.array(Person).meta({ description: 'The writers; all of the byline where it names none.' }),
    contributor: z.array(Person).optional().meta({ description: 'Everybody else of the byline.' }),
    publisher: Organization,
    articleSection: z.string().optional(),
    keywords: z.array(z.string()).meta({ description: 'The tags.' }),
    inLanguage: LanguageOut,
    wordCount: z.number().int(),
    commentCount: z.number().int(),
    isAccessibleForFree: z.literal(true),
  })
  .meta({ id: 'NewsArticle', description: 'schema.org NewsArticle as JSON-LD.' });
type NewsArticle = z.infer<typeof NewsArticle>;

/** The websites of the authors who have one, by id. */
const websitesOf = async (db: Db, ids: readonly string[]): Promise<Map<string, string | null>> => {
  const { authors } = db.tables;
  const query = prepared(db, 'websites', () =>
    db
      .select({ id: authors.id, website: authors.website })
      .from(authors)
      .where(db.dialect.isAnyOf(authors.id, 'ids')),
  );
  const rows = await query.execute({ ids: db.dialect.list(ids) });
  return new Map(rows.map(({ id, website }) => [id, website]));
};

const imageOf = (cover: NonNullable<ArticleSummary['cover']>): z.infer<typeof ImageObject> => ({
  '@type': 'ImageObject',
  url: cover.url,
  width: cover.width ?? undefined,
  height: cover.height ?? undefined,
  caption: cover.caption ?? undefined,
  creditText: cover.credit ?? undefined,
});

const publisherOf = ({ name, logoUrl }: Pick<Site, 'name' | 'logoUrl'>): z.infer<typeof Organization> => ({
  '@type': 'Organization',
  name,
  logo: logoUrl === null ? undefined : { '@type': 'ImageObject', url: logoUrl },
});

interface Known {
  article: ArticleSummary;
  commentCount: number;
  websites: ReadonlyMap<string, string | null>;
  site: Pick<Site, 'name' | 'logoUrl'>;
}

const newsArticleOf = ({ article, commentCount, websites, site }: Known): NewsArticle => {
  const person = ({ id, name }: Byline): Person => ({
    '@type': 'Person',
    name,
    url: websites.get(id) ?? undefined,
  });
  const isWriter = ({ role }: Byline) => role === 'writer';
  const writers = article.authors.filter(isWriter);
  const others = writers.length === 0 ? [] : article.authors.filter((byline) => !isWriter(byline));
  return {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    mainEntityOfPage: { '@type': 'WebPage', '@id': article.canonicalUrl ?? article.url },
    url: article.url,
    headline: article.title,
    alternativeHeadline: article.subtitle ?? undefined,
    description: article.seo.description ?? article.summary,
    image: article.cover === null ? undefined : imageOf(article.cover),
    datePublished: article.publishedAt,
    dateModified: article.modifiedAt,
    author: (writers.length === 0 ? article.authors : writers).map(person),
    contributor: others.length === 0 ? undefined : others.map(person),
    publisher: publisherOf(site),
    articleSection: article.section?.name,
    keywords: article.tags.map(({ name }) => name),
    inLanguage: article.language,
    wordCount: article.wordCount,
    commentCount,
    isAccessibleForFree: true,
  };
};

export const deliveredJsonLd = ({ urlOf }: { urlOf: ArticleUrl }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/articles/:article/jsonld',
    id: 'readArticleJsonLd',
    tag: 'Articles',
    summary: 'Read an article as JSON-LD',
    description:
      'schema.org NewsArticle, escaped so that a page can put it into a script element of the type `application/ld+json` as it is.',
    access: 'anyone',
    params: z.strictObject({ article: IdOrSlug }),
    answers: {
      200: {
        description: 'The article.',
        schema: NewsArticle,
        mediaType: 'application/ld+json',
        headers: ['ETag', 'Cache-Control'],
      },
    },
    problems: ['not_found', 'withdrawn'],
    run: async ({ read: db, clock }, { params: { article: reference } }) => {
      const now = clock();
      const row = requirePublic(await articleByReference(db, reference), now);
      const links = (await linksOf(db, [row.id])).get(row.id)!;
      const websites = await websitesOf(
        db,
        links.authors.map(({ id }) => id),
      );
      const context = { now, urlOf, discussion: await discussionSettings(db) };
      const article = summaryView(row, links, context);
      const { commentCount } = row;
      return {
        body: newsArticleOf({ article, commentCount, websites, site: await siteOf(db) }),
        tags: isLasting(reference, row.slug)
          ? distinct(`article:${row.id}`, 'site', ...namesOn([article]))
          : null,
        dueAt: dueAtOf(row, context),
      };
    },
    reply: ({ body, tags, dueAt }) => publicReply(body, tags, dueAt),
  }),
];
