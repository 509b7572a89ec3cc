// How lists of articles are asked for, on both surfaces: allow-lists of filters and sorts.
import * as z from 'zod';
import { commaList, Id, IdOrSlug, InstantInput, Language, paging, textOf } from '../core/fields.ts';
import { parseSearch, SEARCH_LENGTH_MAX } from '../core/search.ts';
import { ARTICLE_STATUSES } from '../db/schema/columns.ts';

export const view = z.enum(['summary', 'full']).optional().meta({ description: '`full` adds the text.' });
const SearchText = textOf(SEARCH_LENGTH_MAX)
  .transform((text, check) => {
    const search = parseSearch(text);
    if (!('code' in search)) return search;
    const { code, message } = search;
    check.issues.push({ code: 'custom', params: { code }, message, input: text });
    return z.NEVER;
  })
  .meta({
    description:
      'Words that must all be there, "phrases", `-not` and beginnings*; at most 16 of them. Case and accents do not matter. Nothing else has a meaning, so that what is typed into a search field can be sent as it is; with no word in it the answer is 400 `no_search_terms`, with fewer than three letters before a `*` `prefix_too_short`, with more terms `too_many_terms`.',
    examples: ['harbour "night ferry" -strike'],
  });

const filters = {
  section: commaList(IdOrSlug).optional(),
  tag: commaList(IdOrSlug).optional(),
  author: commaList(IdOrSlug).optional(),
  language: commaList(Language).optional(),
  publishedAfter: InstantInput.optional().meta({ description: 'Exclusive.' }),
  publishedBefore: InstantInput.optional().meta({ description: 'Exclusive.' }),
  exclude: commaList(Id, 100).optional().meta({ description: 'Ids to leave out.' }),
  view,
};

export const ArticleQuery = z.strictObject({
  ...paging,
  ...filters,
  ids: commaList(Id, 100).optional().meta({ description: 'These, in this order; alone with `view`.' }),
  sort: z
    .enum(['-publishedAt', 'publishedAt', '-modifiedAt'])
    .optional()
    .meta({ description: '`-publishedAt` when left out; `-modifiedAt` not with section, tag or author.' }),
});
export type ArticleQuery = z.output<typeof ArticleQuery>;

export const SearchQuery = z.strictObject({
  q: SearchText,
  ...paging,
  ...filters,
  sort: z.enum(['relevance', '-publishedAt']).optional().meta({
    description:
      '`relevance` when left out: the best of the newest 2,000 matches, of which 500 can be paged through; `-publishedAt`: all of them, newest first.',
  }),
});
export type SearchQuery = z.output<typeof SearchQuery>;

export const ManagedArticleQuery = z.strictObject({
  ...paging,
  ...filters,
  status: commaList(z.enum(ARTICLE_STATUSES))
    .optional()
    .meta({ description: 'All but the trash when left out.' }),
  q: SearchText.optional(),
  slug: IdOrSlug.optional().meta({ description: 'The article that has or had this slug.' }),
  createdBy: Id.optional().meta({ description: 'The id of a key.' }),
  updatedAfter: InstantInput.optional().meta({ description: 'Exclusive.' }),
  source: textOf(251)
    .optional()
    .meta({ description: '`system:id`.', examples: ['wordpress:4711'] }),
  sort: z
    .enum(['-updatedAt', '-publishedAt', 'publishedAt', '-modifiedAt'])
    .optional()
    .meta({ description: '`-updatedAt` when left out; the others list only what was ever published.' }),
});
export type ManagedArticleQuery = z.output<typeof ManagedArticleQuery>;
