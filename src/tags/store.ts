// Sections and tags. Written by their service; read by the desk's lists, by articles and by delivery/.
import { and, asc, eq, inArray, like, or, type SQL, sql } from 'drizzle-orm';
import type { Position } from '../core/page.ts';
import { after, type Db, isNamed, prepared } from '../db/dialect.ts';

export type SectionRow = Db['tables']['sections']['$inferSelect'];
export type NewSectionRow = Db['tables']['sections']['$inferInsert'];
export type TagRow = Db['tables']['tags']['$inferSelect'];
export type NewTagRow = Db['tables']['tags']['$inferInsert'];

export interface SlugFilter {
  slug?: readonly string[] | undefined;
}

/** The number only has to be nobody else's. */
const NAMES_LOCK = 7_774;

/**
 * Lets one writer at a time look for free names and slugs, until its end. To be taken before any row: whoever gives
 * names then waits for nobody who waits for them.
 */
export const holdNames = (db: Db): Promise<void> => db.dialect.lockUntilCommit(db, NAMES_LOCK);

/** One section by either spelling; inside a write it stays as it is until the end of the transaction. */
export const findSection = async (db: Db, slugOrId: string): Promise<SectionRow | undefined> => {
  const { sections } = db.tables;
  const [row] = await db.dialect.locked(db.select().from(sections).where(isNamed(sections, slugOrId)));
  return row;
};

/** One section by either spelling; not held. */
export const findSectionBySlug = async (db: Db, slugOrId: string): Promise<SectionRow | undefined> => {
  const { sections } = db.tables;
  const [row] = await db.select().from(sections).where(isNamed(sections, slugOrId));
  return row;
};

/** These sections, in no order; not held. */
export const findSectionsById = async (db: Db, ids: readonly string[]): Promise<SectionRow[]> => {
  const { sections } = db.tables;
  if (ids.length === 0) return [];
  return db
    .select()
    .from(sections)
    .where(inArray(sections.id, [...ids]));
};

const matchingSections = ({ tables: { sections } }: Db, { slug }: SlugFilter): SQL | undefined =>
  slug && inArray(sections.slug, [...slug]);

/** In the site's order. */
export const listSections = (
  db: Db,
  filter: SlugFilter,
  from: Position | undefined,
  limit: number,
): Promise<SectionRow[]> => {
  const { sections } = db.tables;
  return db
    .select()
    .from(sections)
    .where(
      and(matchingSections(db, filter), from && after([sections.position, sections.id], [from.key, from.id])),
    )
    .orderBy(asc(sections.position), asc(sections.id))
    .limit(limit)
    .execute();
};

export const countSections = (db: Db, filter: SlugFilter): Promise<number> =>
  db.$count(db.tables.sections, matchingSections(db, filter));

/** The position of the last section; -1 where there is none. */
export const lastPosition = async (db: Db): Promise<number> => {
  const { sections } = db.tables;
  const [row] = await db
    .select({ position: sql<number>`coalesce(max(${sections.position}), -1)`.mapWith(Number) })
    .from(sections);
  return row!.position;
};

/** Slugs of sections that are `base` or begin with `base-`. */
export const listSectionSlugs = async (db: Db, base: string): Promise<string[]> => {
  const { sections } = db.tables;
  const rows = await db
    .select({ slug: sections.slug })
    .from(sections)
    .where(or(eq(sections.slug, base), like(sections.slug, `${base}-%`)));
  return rows.map(({ slug }) => slug);
};

export const insertSection = async (db: Db, row: NewSectionRow): Promise<SectionRow> => {
  const [inserted] = await db.insert(db.tables.sections).values(row).returning();
  return inserted!;
};

/** Saves a change of a section that this transaction has found, and so holds. */
export const updateSection = async (
  db: Db,
  id: string,
  change: Partial<NewSectionRow>,
): Promise<SectionRow> => {
  const { sections } = db.tables;
  const [row] = await db.update(sections).set(change).where(eq(sections.id, id)).returning();
  return row!;
};

/** Adds to the count of public articles; not a change of the section. */
export const addToSectionCount = async (db: Db, id: string, added: number): Promise<void> => {
  const { sections } = db.tables;
  await db
    .update(sections)
    .set({ articleCount: sql`${sections.articleCount} + ${added}` })
    .where(eq(sections.id, id));
};

/** Counts a section's public articles anew, where adding one by one would not do. */
export const recountSection = async (db: Db, id: string): Promise<void> => {
  const { articles, sections } = db.tables;
  const settled = and(eq(articles.sectionId, id), eq(articles.status, 'published'));
  const articleCount = await db.$count(articles, settled);
  await db.update(sections).set({ articleCount }).where(eq(sections.id, id));
};

export const deleteSection = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.sections).where(eq(db.tables.sections.id, id));
};

/** Articles in a section, whatever their status. */
export const countArticlesIn = (db: Db, sectionId: string): Promise<number> =>
  db.$count(db.tables.articles, eq(db.tables.articles.sectionId, sectionId));

/** One tag by either spelling; inside a write it stays as it is until the end of the transaction. */
export const findTag = async (db: Db, slugOrId: string): Promise<TagRow | undefined> => {
  const { tags } = db.tables;
  const [row] = await db.dialect.locked(db.select().from(tags).where(isNamed(tags, slugOrId)));
  return row;
};

/** The tags that have one of these slugs or of these folded names, in no order; not held. */
export const findTagsByReference = async (
  db: Db,
  slugs: readonly string[],
  nameKeys: readonly string[],
): Promise<TagRow[]> => {
  const { tags } = db.tables;
  const { isAnyOf, list } = db.dialect;
  const query = prepared(db, 'tags_by_reference', () =>
    db
      .select()
      .from(tags)
      .where(or(isAnyOf(tags.slug, 'slugs'), isAnyOf(tags.nameKey, 'nameKeys'))),
  );
  return query.execute({ slugs: list(slugs), nameKeys: list(nameKeys) });
};

/** These tags, in no order; what is unknown is left out. */
export const findTagsById = async (db: Db, ids: readonly string[]): Promise<TagRow[]> => {
  const { tags } = db.tables;
  return db
    .select()
    .from(tags)
    .where(inArray(tags.id, [...ids]));
};

const matchingTags = ({ tables: { tags } }: Db, { slug }: SlugFilter): SQL | undefined =>
  slug && inArray(tags.slug, [...slug]);

/** By name, in any case; the folded name is what both engines put into one order, and has the index. */
export const listTags = (
  db: Db,
  filter: SlugFilter,
  from: Position | undefined,
  limit: number,
): Promise<TagRow[]> => {
  const { tags } = db.tables;
  return db
    .select()
    .from(tags)
    .where(and(matchingTags(db, filter), from && after([tags.nameKey, tags.id], [from.key, from.id])))
    .orderBy(asc(tags.nameKey), asc(tags.id))
    .limit(limit)
    .execute();
};

export const countTags = (db: Db, filter: SlugFilter): Promise<number> =>
  db.$count(db.tables.tags, matchingTags(db, filter));

/** Slugs of tags that are `base` or begin with `base-`. */
export const listTagSlugs = async (db: Db, base: string): Promise<string[]> => {
  const { tags } = db.tables;
  const rows = await db
    .select({ slug: tags.slug })
    .from(tags)
    .where(or(eq(tags.slug, base), like(tags.slug, `${base}-%`)));
  return rows.map(({ slug }) => slug);
};

export const insertTag = async (db: Db, row: NewTagRow): Promise<TagRow> => {
  const [inserted] = await db.insert(db.tables.tags).values(row).returning();
  return inserted!;
};

/** Saves a change of a tag that this transaction has found, and so holds. */
export const updateTag = async (db: Db, id: string, change: Partial<NewTagRow>): Promise<TagRow> => {
  const { tags } = db.tables;
  const [row] = await db.update(tags).set(change).where(eq(tags.id, id)).returning();
  return row!;
};

/** Adds to the count of public articles of each tag; not a change of the tag. */
export const addToTagCounts = async (db: Db, ids: readonly string[], added: number): Promise<void> => {
  const { tags } = db.tables;
  if (ids.length === 0) return;
  const add = prepared(db, 'add_to_tag_counts', () =>
    db
      .update(tags)
      .set({ articleCount: sql`${tags.articleCount} + ${sql.placeholder('added')}` })
      .where(db.dialect.isAnyOf(tags.id, 'ids')),
  );
  await add.execute({ ids: db.dialect.list(ids), added });
};

/** Counts a tag's public articles anew, where adding one by one would not do. */
export const recountTag = async (db: Db, id: string): Promise<void> => {
  const { articles, articleTags, tags } = db.tables;
  const settled = db
    .select({ id: articles.id })
    .from(articleTags)
    .innerJoin(articles, eq(articles.id, articleTags.articleId))
    .where(and(eq(articleTags.tagId, id), eq(articles.status, 'published')));
  const articleCount = await db.$count(settled.as('settled'));
  await db.update(tags).set({ articleCount }).where(eq(tags.id, id));
};

export const deleteTag = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.tags).where(eq(db.tables.tags.id, id));
};

/** Articles with a tag, whatever their status. */
export const countArticlesWith = (db: Db, tagId: string): Promise<number> =>
  db.$count(db.tables.articleTags, eq(db.tables.articleTags.tagId, tagId));
