// Articles to comment on, put into the database as they are, and comments posted the way a reader does.
import { newId } from '../../src/core/id.ts';
import type { Db } from '../../src/db/dialect.ts';
import { type Answer, type Asked, START, type TestSite } from '../site.ts';

type ArticleRow = Db['tables']['articles']['$inferInsert'];

const HOUR_MS = 3_600_000;

/** An article that has been public for an hour; returns its id. */
export const seedArticle = async (
  { database, clock }: Pick<TestSite, 'database' | 'clock'>,
  slug: string,
  more: Partial<ArticleRow> = {},
): Promise<string> => {
  const id = newId(clock.now);
  const at = clock.now - HOUR_MS;
  await database.write(async (db) => {
    await db.insert(db.tables.articles).values({
      id,
      status: 'published',
      slug,
      slugIsExplicit: false,
      title: `About ${slug}`,
      excerpt: '',
      language: 'en',
      seo: { title: null, description: null, noindex: false },
      commentCount: 0,
      wordCount: 0,
      metadataPublic: {},
      metadataPrivate: {},
      corrections: [],
      publishedAt: at,
      modifiedAt: at,
      publicFrom: at,
      version: 1,
      createdAt: at,
      updatedAt: at,
      ...more,
    });
    await db.insert(db.tables.articleSlugs).values({ slug, articleId: id });
  });
  return id;
};

/** What a reader sends. */
export const said = (body: string, more: object = {}) => ({
  authorName: 'Maria',
  authorEmail: 'maria@reader.example',
  body,
  ...more,
});

export const post = (
  site: TestSite,
  article: string,
  body: string,
  more: object = {},
  asked: Asked = {},
): Promise<Answer> =>
  site.ask('POST', `/v1/articles/${article}/comments`, { ...asked, body: said(body, more) });

/** Posts a comment and gives it this status; returns its id. */
export const postAs = async (
  site: TestSite,
  status: 'approved' | 'pending' | 'spam' | 'rejected',
  article: string,
  body: string,
  more: object = {},
): Promise<string> => {
  const { body: comment } = await post(site, article, body, more);
  if (status === 'approved' && comment.status === 'approved') return comment.id;
  await site.ask('PATCH', `/v1/manage/comments/${comment.id}`, { as: 'moderator', body: { status } });
  return comment.id;
};

/** Takes all articles and comments away, and sets the clock back: a site as new, without the time that one costs. */
export const empty = async ({ database, clock }: TestSite): Promise<void> => {
  clock.now = START;
  await database.write(async (db) => {
    await db.delete(db.tables.articles);
    await db.delete(db.tables.receipts);
    await db.delete(db.tables.settings);
  });
};

export const NO_FLOOD = { COMMENT_FLOOD_SECONDS: '0', RATE_LIMIT: 'off' };

/** An id that nothing has. */
export const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';
