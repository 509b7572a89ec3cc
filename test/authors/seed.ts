// Articles put into the database as they are, and bylines on them.
import { seedArticle } from '../comments/seed.ts';
import type { TestSite } from '../site.ts';

export const publish = seedArticle;

/** Puts an author into the byline of an article. */
export const byline = ({ database }: TestSite, articleId: string, authorId: string): Promise<void> =>
  database.write(async (db) => {
    await db.insert(db.tables.articleAuthors).values({ articleId, authorId, role: 'writer', position: 0 });
  });
