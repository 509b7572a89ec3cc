// A list that editors arranged, for everybody: what of it is public, in its order. What is not public yet is not named,
// and still says when this answer becomes another.
import { asc, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { view } from '../articles/query.ts';
import { isVisible } from '../articles/visibility.ts';
import { IdOrSlug } from '../core/fields.ts';
import { isId } from '../core/id.ts';
import { notFound } from '../core/problem.ts';
import { type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { List } from '../lists/schema.ts';
import { distinct } from './cache-tags.ts';
import { earliest } from './due.ts';
import type { Summaries } from './summaries.ts';

/** The list of this id or slug; throws `not_found`. */
const listByReference = async (db: Db, reference: string) => {
  const { lists } = db.tables;
  const by = isId(reference) ? 'id' : 'slug';
  const query = prepared(db, `list_by_${by}`, () =>
    db
      .select({ id: lists.id, slug: lists.slug, name: lists.name, description: lists.description })
      .from(lists)
      .where(eq(lists[by], sql.placeholder('reference'))),
  );
  const [row] = await query.execute({ reference: isId(reference) ? reference.toLowerCase() : reference });
  if (row === undefined) throw notFound();
  return row;
};

/** Every article of a list in order, public or not, with the interval in which it is. */
const itemsOf = (db: Db, listId: string) => {
  const { articles, listItems } = db.tables;
  const query = prepared(db, 'items_of_list', () =>
    db
      .select({ id: articles.id, publicFrom: articles.publicFrom, publicUntil: articles.publicUntil })
      .from(listItems)
      .innerJoin(articles, eq(articles.id, listItems.articleId))
      .where(eq(listItems.listId, sql.placeholder('listId')))
      .orderBy(asc(listItems.position)),
  );
  return query.execute({ listId });
};

export const deliveredLists = ({ summaries }: { summaries: Summaries }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/lists/:list',
    id: 'readList',
    tag: 'Lists',
    summary: 'Read a front page or another hand-made list',
    description: 'Summaries in the editors’ order; what is not public is left out.',
    access: 'anyone',
    params: z.strictObject({ list: IdOrSlug }),
    query: z.strictObject({ view }),
    answers: { 200: { description: 'The list.', schema: List, headers: ['ETag', 'Cache-Control'] } },
    problems: ['not_found'],
    run: async ({ read: db, clock }, { params, query }) => {
      const now = clock();
      const list = await listByReference(db, params.list);
      const items = await itemsOf(db, list.id);
      const ids = items.filter((item) => isVisible(item, now)).map(({ id }) => id);
      const shown = await summaries(db, ids, { now, withText: query.view === 'full' });
      const starts = items.map(({ publicFrom }) =>
        publicFrom !== null && publicFrom > now ? publicFrom : null,
      );
      return {
        body: { ...list, items: shown.items, nextCursor: null },
        // Whatever becomes of an article that the list names, its event says `articles`.
        tags: distinct(`list:${list.slug}`, 'articles', ...shown.tags),
        dueAt: earliest(shown.dueAt, ...starts),
      };
    },
    reply: ({ body, tags, dueAt }) => publicReply(body, tags, dueAt),
  }),
];
