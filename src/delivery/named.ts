// What the filters of a list name.
import { sql } from 'drizzle-orm';
import type { CacheTag } from '../core/cache-tag.ts';
import { isId } from '../core/id.ts';
import { type Db, prepared } from '../db/dialect.ts';
import { tagsOfKind } from './cache-tags.ts';

export interface Named {
  ids: string[] | undefined;
  /** How many public articles they have. */
  articles: number;
  /** The tags of every article that they have, had or could come to have. */
  tags: CacheTag[];
}

/** What a filter names by slug or id. */
export const namedBy = async (
  db: Db,
  name: 'sections' | 'tags' | 'authors',
  references: readonly string[] | undefined,
): Promise<Named> => {
  if (references === undefined) return { ids: undefined, articles: 0, tags: [] };
  const table = db.tables[name];
  const query = prepared(db, `named_${name}`, () =>
    db
      .select({ id: table.id, slug: table.slug, articles: table.articleCount })
      .from(table)
      .where(sql`${db.dialect.isAnyOf(table.slug, 'slugs')} or ${db.dialect.isAnyOf(table.id, 'ids')}`),
  );
  const { list } = db.dialect;
  const ids = references.filter(isId).map((id) => id.toLowerCase());
  const rows = await query.execute({ slugs: list(references), ids: list(ids) });
  const known =
    name === 'authors'
      ? tagsOfKind(
          'author',
          rows.map(({ id }) => id),
        )
      : tagsOfKind(
          name === 'tags' ? 'tag' : 'section',
          rows.map(({ slug }) => slug),
        );
  return {
    ids: rows.map(({ id }) => id),
    articles: rows.reduce((sum, row) => sum + row.articles, 0),
    // What is unknown today may be made tomorrow.
    tags: rows.length < references.length ? [name, ...known] : known,
  };
};
