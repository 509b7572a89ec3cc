// What an input says of an article's content, merged into the columns that hold it (RFC 7396): what is absent stays,
// null clears, objects merge.
import { given } from '../core/fields.ts';
import { type JsonObject, mergePatch } from '../core/merge.ts';
import { Problem } from '../core/problem.ts';
import type { Cover, Seo } from '../db/schema/columns.ts';
import type { ArticleChange, NewArticle } from './input.ts';
import type { NewArticleRow } from './store.ts';

export interface CurrentContent {
  cover: Cover | null;
  seo: Seo;
  metadataPublic: JsonObject;
  metadataPrivate: JsonObject;
}

/** What an article has before anything was said of it. */
export const NO_CONTENT: CurrentContent = {
  cover: null,
  seo: { title: null, description: null, noindex: false },
  metadataPublic: {},
  metadataPrivate: {},
};

const NO_COVER = { alt: '', caption: null, credit: null, width: null, height: null };
const MAX_METADATA_BYTES = 16_384;

const invalid = (pointer: string, code: string, message: string): Problem =>
  new Problem('validation_failed', `Not valid: ${pointer}.`, { errors: [{ pointer, code, message }] });

const coverOf = (current: Cover | null, change: NonNullable<ArticleChange['cover']>): Cover => {
  const { url = current?.url, ...rest } = { ...given(change) };
  if (url === undefined) throw invalid('/cover/url', 'required', 'is required');
  return { ...NO_COVER, ...current, ...rest, url };
};

const metadataOf = (current: JsonObject, patch: JsonObject, pointer: string): JsonObject => {
  // A patch that is an object gives an object.
  const merged = mergePatch(current, patch) as JsonObject;
  if (Buffer.byteLength(JSON.stringify(merged)) <= MAX_METADATA_BYTES) return merged;
  throw invalid(pointer, 'too_long', 'would be more than 16 KB of JSON');
};

/** The columns that `change` sets on top of `current`. Throws `validation_failed` for what only the merge shows. */
export const contentColumns = (
  change: ArticleChange | NewArticle,
  current: CurrentContent,
): Partial<NewArticleRow> => {
  const { title, subtitle, summary, language, canonicalUrl, commentPolicy, commentsCloseAt, notes } = change;
  const { source, seo, cover, metadata, unpublishAt } = change;
  return {
    ...given({ title, subtitle, summary, language, canonicalUrl, commentPolicy, commentsCloseAt, notes }),
    ...(unpublishAt === undefined ? {} : { publicUntil: unpublishAt }),
    ...(source === undefined ? {} : { sourceSystem: source?.system ?? null, sourceId: source?.id ?? null }),
    ...(seo === undefined ? {} : { seo: { ...current.seo, ...given(seo) } }),
    ...(cover === undefined ? {} : { cover: cover === null ? null : coverOf(current.cover, cover) }),
    ...(metadata?.public === undefined
      ? {}
      : { metadataPublic: metadataOf(current.metadataPublic, metadata.public, '/metadata/public') }),
    ...(metadata?.private === undefined
      ? {}
      : { metadataPrivate: metadataOf(current.metadataPrivate, metadata.private, '/metadata/private') }),
  };
};

/** The field of the API that a column holds, as a JSON Pointer. Columns that no caller writes have none. */
const POINTERS: Partial<Record<keyof NewArticleRow, string>> = {
  slug: '/slug',
  title: '/title',
  subtitle: '/subtitle',
  summary: '/summary',
  language: '/language',
  sectionId: '/section',
  cover: '/cover',
  canonicalUrl: '/canonicalUrl',
  seo: '/seo',
  metadataPublic: '/metadata/public',
  corrections: '/corrections',
  commentPolicy: '/commentPolicy',
  commentsCloseAt: '/commentsCloseAt',
  publicUntil: '/unpublishAt',
  sourceSystem: '/source',
  sourceId: '/source',
  notes: '/notes',
  metadataPrivate: '/metadata/private',
  status: '/status',
};

const PRIVATE = new Set([
  '/commentPolicy',
  '/commentsCloseAt',
  '/unpublishAt',
  '/source',
  '/notes',
  '/metadata/private',
  '/status',
]);

/** Whether readers of the article see this field, so that a change of it moves `modifiedAt`. */
export const isPublicField = (pointer: string): boolean => !PRIVATE.has(pointer);

/** The pointers of the fields whose columns differ from those of `row`, in the order of the API. */
export const changedFields = (row: Partial<NewArticleRow>, columns: Partial<NewArticleRow>): string[] => {
  // The keys of a constant object are the keys of its type.
  const known = Object.keys(POINTERS) as (keyof typeof POINTERS)[];
  const changed = known.filter(
    (column) =>
      columns[column] !== undefined && JSON.stringify(columns[column]) !== JSON.stringify(row[column]),
  );
  return [...new Set(changed.map((column) => POINTERS[column]!))];
};
