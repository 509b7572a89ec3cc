// Authors for everybody: those whom a public article names. A byline that never was public is unknown here.
import { and, asc, count, eq, exists, getTableColumns, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { visible } from '../articles/visibility.ts';
import { Author, AuthorList, AuthorQuery } from '../authors/schema.ts';
import { authorView } from '../authors/view.ts';
import { IdOrSlug } from '../core/fields.ts';
import { isId } from '../core/id.ts';
import { type Cursors, mapPage, type Position, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import { after, type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { nextTurnAt } from './due.ts';

const params = z.strictObject({ author: IdOrSlug });
const tag = 'Authors';

/** The columns of an author that anyone may read; the e-mail is not even asked for. */
const publicColumns = ({ tables: { authors } }: Db) => {
  const { email, emailKey, ...columns } = getTableColumns(authors);
  return columns;
};

/** With the instant as the placeholder `now`. */
const hasPublicArticle = (db: Db): SQL => {
  const { articleAuthors, articles, authors } = db.tables;
  return exists(
    db
      .select({ one: sql`1` })
      .from(articleAuthors)
      .innerJoin(articles, eq(articles.id, articleAuthors.articleId))
      .where(and(eq(articleAuthors.authorId, authors.id), visible(articles, sql.placeholder('now')))),
  );
};

/** The author of this id or slug; throws `not_found` where no public article names one. */
const authorByReference = async (db: Db, reference: string, now: number): Promise<Author> => {
  const { authors } = db.tables;
  const isById = isId(reference);
  const query = prepared(db, isById ? 'author_by_id' : 'author_by_slug', () =>
    db
      .select(publicColumns(db))
      .from(authors)
      .where(and(eq(isById ? authors.id : authors.slug, sql.placeholder('reference')), hasPublicArticle(db))),
  );
  const [row] = await query.execute({ reference: isById ? reference.toLowerCase() : reference, now });
  if (row === undefined) throw notFound();
  return authorView(row);
};

/** The placeholders that a list binds. */
const listed = (db: Db): SQL | undefined =>
  and(eq(db.tables.authors.active, true).inlineParams(), hasPublicArticle(db));

const authorsAfter = (db: Db, from: Position | undefined, count: number, now: number) => {
  const { authors } = db.tables;
  const query = prepared(db, from === undefined ? 'authors' : 'authors_next', () =>
    db
      .select(publicColumns(db))
      .from(authors)
      .where(
        and(
          listed(db),
          from && after([authors.name, authors.id], [sql.placeholder('key'), sql.placeholder('id')]),
        ),
      )
      .orderBy(asc(authors.name), asc(authors.id))
      .limit(sql.placeholder('count')),
  );
  return query.execute({ key: from?.key, id: from?.id, count, now });
};

const countAuthors = async (db: Db, now: number): Promise<number> => {
  const query = prepared(db, 'authors_count', () =>
    db.select({ count: count() }).from(db.tables.authors).where(listed(db)),
  );
  const [row] = await query.execute({ now });
  return row!.count;
};

export const deliveredAuthors = ({ cursors }: { cursors: Cursors }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/authors',
    id: 'listAuthors',
    tag,
    summary: 'List authors',
    description: 'Active authors of public articles, by name.',
    access: 'anyone',
    query: AuthorQuery,
    answers: { 200: { description: 'A page of authors.', schema: AuthorList, headers: ['ETag', 'Link'] } },
    problems: ['cursor_invalid'],
    run: async ({ read: db, clock }, { query }) => {
      const now = clock();
      const page = await readPage(cursors, query, {
        name: 'authors',
        filters: {},
        rows: (from, count) => authorsAfter(db, from, count, now),
        positionOf: ({ name, id }) => ({ key: name, id }),
        count: () => countAuthors(db, now),
      });
      return { page: mapPage(page, authorView), dueAt: await nextTurnAt(db, now) };
    },
    reply: ({ page, dueAt }) => publicReply(page, ['authors'], dueAt),
  }),
  endpoint({
    method: 'GET',
    url: '/v1/authors/:author',
    id: 'readAuthor',
    tag,
    summary: 'Read an author',
    access: 'anyone',
    params,
    answers: { 200: { description: 'The author.', schema: Author, headers: ['ETag'] } },
    problems: ['not_found'],
    run: async ({ read, clock }, { params: { author: reference } }) => {
      const now = clock();
      const author = await authorByReference(read, reference, now);
      return { author, dueAt: await nextTurnAt(read, now) };
    },
    reply: ({ author, dueAt }) => publicReply(author, [`author:${author.id}`], dueAt),
  }),
];
