// Authors for everybody: those whom a public article names. A byline that never was public is unknown here.
import { and, asc, eq, exists, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { visible } from '../articles/visibility.ts';
import { Author, AuthorList, AuthorQuery } from '../authors/schema.ts';
import { authorView } from '../authors/view.ts';
import { IdOrSlug } from '../core/fields.ts';
import { isId } from '../core/id.ts';
import { type Cursors, mapPage, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import { after, type Db } from '../db/dialect.ts';
import { type Endpoint, endpoint, okReply } from '../http/endpoint.ts';

const params = z.strictObject({ author: IdOrSlug });
const tag = 'Authors';

/** The columns of an author that anyone may read; the e-mail is not even asked for. */
const publicColumns = ({ tables: { authors } }: Db) => {
  const { email, emailKey, ...columns } = getTableColumns(authors);
  return columns;
};

const hasPublicArticle = (db: Db, now: number): SQL => {
  const { articleAuthors, articles, authors } = db.tables;
  return exists(
    db
      .select({ one: sql`1` })
      .from(articleAuthors)
      .innerJoin(articles, eq(articles.id, articleAuthors.articleId))
      .where(and(eq(articleAuthors.authorId, authors.id), visible(articles, now))),
  );
};

/** The author of this id or slug; throws `not_found` where no public article names one. */
const authorByReference = async (db: Db, reference: string, now: number): Promise<Author> => {
  const { authors } = db.tables;
  const isThat = isId(reference) ? eq(authors.id, reference.toLowerCase()) : eq(authors.slug, reference);
  const [row] = await db
    .select(publicColumns(db))
    .from(authors)
    .where(and(isThat, hasPublicArticle(db, now)));
  if (row === undefined) throw notFound();
  return authorView(row);
};

const listed = (db: Db, now: number): SQL | undefined =>
  and(eq(db.tables.authors.active, true), hasPublicArticle(db, now));

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
      const { authors } = db.tables;
      const now = clock();
      const page = await readPage(cursors, query, {
        name: 'authors',
        filters: {},
        rows: (from, count) =>
          db
            .select(publicColumns(db))
            .from(authors)
            .where(and(listed(db, now), from && after([authors.name, authors.id], [from.key, from.id])))
            .orderBy(asc(authors.name), asc(authors.id))
            .limit(count)
            .execute(),
        positionOf: ({ name, id }) => ({ key: name, id }),
        count: () => db.$count(authors, listed(db, now)),
      });
      return mapPage(page, authorView);
    },
    reply: okReply,
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
    run: ({ read, clock }, { params: { author } }) => authorByReference(read, author, clock()),
    reply: okReply,
  }),
];
