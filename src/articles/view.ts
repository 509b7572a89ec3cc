// An article as it is shown: to everybody, and to the desk. The public views take only what a public query reads.
import { toInstant } from '../core/clock.ts';
import { excerptOf, readingMinutes } from '../core/text.ts';
import type { DiscussionSettings } from '../settings/discussion.ts';
import { acceptsComments, commentsCloseAtOf } from './discussion.ts';
import type { Links } from './links.ts';
import type { ArticleSummary, SectionLink } from './schema.ts';
import type { ArticleRow } from './store.ts';

/** The columns of an article that no public answer may depend on. */
export type PrivateColumn =
  | 'status'
  | 'slugIsExplicit'
  | 'notes'
  | 'metadataPrivate'
  | 'returnNote'
  | 'stagedAt'
  | 'sourceSystem'
  | 'sourceId'
  | 'version'
  | 'createdAt'
  | 'createdBy'
  | 'updatedAt'
  | 'updatedBy'
  | 'commentCount';

export type PublicRow = Omit<ArticleRow, PrivateColumn | 'seq' | 'sectionId'> & {
  section: SectionLink | null;
};

/** Where an article's page is: ARTICLE_URL_TEMPLATE with the slug in its place. */
export type ArticleUrl = (slug: string) => string;

export interface ViewContext {
  now: number;
  urlOf: ArticleUrl;
  /** What holds for comments where the article is silent. */
  discussion: DiscussionSettings;
}

const SUMMARY_LENGTH = 300;

/** What stands for a summary where none was written. */
export const excerptOfBody = (text: string): string => excerptOf(text, SUMMARY_LENGTH);

/** What both surfaces show of an article in a list. */
export const sharedView = (row: PublicRow, links: Links, { now, urlOf, discussion }: ViewContext) => ({
  id: row.id,
  slug: row.slug,
  url: urlOf(row.slug),
  title: row.title,
  subtitle: row.subtitle,
  summary: row.summary ?? row.excerpt,
  language: row.language,
  section: row.section,
  tags: links.tags,
  authors: links.authors,
  cover: row.cover,
  canonicalUrl: row.canonicalUrl,
  seo: row.seo,
  wordCount: row.wordCount,
  readingMinutes: readingMinutes(row.wordCount),
  acceptsComments: acceptsComments(row, discussion, now),
  corrections: row.corrections,
});

/** A public article in a list. */
export const summaryView = (row: PublicRow, links: Links, context: ViewContext): ArticleSummary => ({
  ...sharedView(row, links, context),
  // What is public has both.
  publishedAt: toInstant(row.publishedAt!),
  modifiedAt: toInstant(row.modifiedAt!),
  metadata: { public: row.metadataPublic },
});

/** When this answer becomes another one by itself, as far as the row tells. */
export const dueAtOf = (
  row: Pick<ArticleRow, 'publicUntil' | 'publishedAt' | 'commentsCloseAt'>,
  { now, discussion }: Pick<ViewContext, 'now' | 'discussion'>,
): number | null => {
  const instants = [row.publicUntil, commentsCloseAtOf(row, discussion)];
  const due = instants.flatMap((instant) => (instant !== null && instant > now ? [instant] : []));
  return due.length === 0 ? null : Math.min(...due);
};
