// Sections and tags for everybody. A section is part of the site, and shown while it is empty too; a tag is known
// through its articles, and one that no public article has is unknown here.
import { and, asc, count, eq, exists, isNotNull, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { visible } from '../articles/visibility.ts';
import { IdOrSlug } from '../core/fields.ts';
import { isId } from '../core/id.ts';
import { type Cursors, mapPage, type Position, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import { after, type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { Section, SectionList, SectionQuery, Tag, TagList, TagQuery } from '../tags/schema.ts';
import { sectionView, tagView } from '../tags/view.ts';
import { nextTurnAt } from './due.ts';

const tag = 'Sections and tags';

const sectionColumns = ({ tables: { sections } }: Db) => ({
  id: sections.id,
  slug: sections.slug,
  name: sections.name,
  description: sections.description,
  articleCount: sections.articleCount,
  position: sections.position,
});

const tagColumns = ({ tables: { tags } }: Db) => ({
  id: tags.id,
  slug: tags.slug,
  name: tags.name,
  nameKey: tags.nameKey,
  articleCount: tags.articleCount,
});

/** The section of this id or slug; throws `not_found`. */
const sectionByReference = async (db: Db, reference: string): Promise<Section> => {
  const { sections } = db.tables;
  const isById = isId(reference);
  const query = prepared(db, isById ? 'section_by_id' : 'section_by_slug', () =>
    db
      .select(sectionColumns(db))
      .from(sections)
      .where(eq(isById ? sections.id : sections.slug, sql.placeholder('reference'))),
  );
  const [row] = await query.execute({ reference: isById ? reference.toLowerCase() : reference });
  if (row === undefined) throw notFound();
  return sectionView(row);
};

const sectionsAfter = (db: Db, from: Position | undefined, count: number) => {
  const { sections } = db.tables;
  const query = prepared(db, from === undefined ? 'sections' : 'sections_next', () =>
    db
      .select(sectionColumns(db))
      .from(sections)
      .where(from && after([sections.position, sections.id], [sql.placeholder('key'), sql.placeholder('id')]))
      .orderBy(asc(sections.position), asc(sections.id))
      .limit(sql.placeholder('count')),
  );
  return query.execute({ key: from?.key, id: from?.id, count });
};

const countSections = async (db: Db): Promise<number> => {
  const query = prepared(db, 'sections_count', () => db.select({ count: count() }).from(db.tables.sections));
  const [row] = await query.execute();
  return row!.count;
};

/** With the instant as the placeholder `now`. */
const hasPublicArticle = (db: Db): SQL => {
  const { articles, articleTags, tags } = db.tables;
  return exists(
    db
      .select({ one: sql`1` })
      .from(articleTags)
      .innerJoin(articles, eq(articles.id, articleTags.articleId))
      // Of a tag's articles only those in its list are looked at, however many others it has.
      .where(
        and(
          eq(articleTags.tagId, tags.id),
          isNotNull(articleTags.listedAt),
          visible(articles, sql.placeholder('now')),
        ),
      ),
  );
};

/** The tag of this id or slug; throws `not_found` where no public article has it. */
const tagByReference = async (db: Db, reference: string, now: number): Promise<Tag> => {
  const { tags } = db.tables;
  const isById = isId(reference);
  const query = prepared(db, isById ? 'tag_by_id' : 'tag_by_slug', () =>
    db
      .select(tagColumns(db))
      .from(tags)
      .where(and(eq(isById ? tags.id : tags.slug, sql.placeholder('reference')), hasPublicArticle(db))),
  );
  const [row] = await query.execute({ reference: isById ? reference.toLowerCase() : reference, now });
  if (row === undefined) throw notFound();
  return tagView(row);
};

const tagsAfter = (db: Db, from: Position | undefined, count: number, now: number) => {
  const { tags } = db.tables;
  const query = prepared(db, from === undefined ? 'tags' : 'tags_next', () => {
    const isNext = from && after([tags.nameKey, tags.id], [sql.placeholder('key'), sql.placeholder('id')]);
    return db
      .select(tagColumns(db))
      .from(tags)
      .where(and(hasPublicArticle(db), isNext))
      .orderBy(asc(tags.nameKey), asc(tags.id))
      .limit(sql.placeholder('count'));
  });
  return query.execute({ key: from?.key, id: from?.id, count, now });
};

const countTags = async (db: Db, now: number): Promise<number> => {
  const query = prepared(db, 'tags_count', () =>
    db.select({ count: count() }).from(db.tables.tags).where(hasPublicArticle(db)),
  );
  const [row] = await query.execute({ now });
  return row!.count;
};

export const deliveredTags = ({ cursors }: { cursors: Cursors }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/sections',
    id: 'listSections',
    tag,
    summary: 'List sections',
    description: 'All sections, in the site’s order.',
    access: 'anyone',
    query: SectionQuery,
    answers: { 200: { description: 'A page of sections.', schema: SectionList, headers: ['ETag', 'Link'] } },
    problems: ['cursor_invalid'],
    run: async ({ read: db }, { query }) => {
      const page = await readPage(cursors, query, {
        name: 'sections',
        filters: {},
        rows: (from, count) => sectionsAfter(db, from, count),
        positionOf: ({ position, id }) => ({ key: position, id }),
        count: () => countSections(db),
      });
      return mapPage(page, sectionView);
    },
    reply: (page) => publicReply(page, ['sections']),
  }),
  endpoint({
    method: 'GET',
    url: '/v1/sections/:section',
    id: 'readSection',
    tag,
    summary: 'Read a section',
    access: 'anyone',
    params: z.strictObject({ section: IdOrSlug }),
    answers: { 200: { description: 'The section.', schema: Section, headers: ['ETag'] } },
    problems: ['not_found'],
    run: ({ read }, { params: { section } }) => sectionByReference(read, section),
    reply: (section) => publicReply(section, [`section:${section.slug}`]),
  }),
  endpoint({
    method: 'GET',
    url: '/v1/tags',
    id: 'listTags',
    tag,
    summary: 'List tags',
    description: 'Tags of public articles, by name.',
    access: 'anyone',
    query: TagQuery,
    answers: { 200: { description: 'A page of tags.', schema: TagList, headers: ['ETag', 'Link'] } },
    problems: ['cursor_invalid'],
    run: async ({ read: db, clock }, { query }) => {
      const now = clock();
      const page = await readPage(cursors, query, {
        name: 'tags',
        filters: {},
        rows: (from, count) => tagsAfter(db, from, count, now),
        positionOf: ({ nameKey, id }) => ({ key: nameKey, id }),
        count: () => countTags(db, now),
      });
      return { page: mapPage(page, tagView), dueAt: await nextTurnAt(db, now) };
    },
    reply: ({ page, dueAt }) => publicReply(page, ['tags'], dueAt),
  }),
  endpoint({
    method: 'GET',
    url: '/v1/tags/:tag',
    id: 'readTag',
    tag,
    summary: 'Read a tag',
    access: 'anyone',
    params: z.strictObject({ tag: IdOrSlug }),
    answers: { 200: { description: 'The tag.', schema: Tag, headers: ['ETag'] } },
    problems: ['not_found'],
    run: async ({ read, clock }, { params }) => {
      const now = clock();
      return { tag: await tagByReference(read, params.tag, now), dueAt: await nextTurnAt(read, now) };
    },
    reply: ({ tag: shown, dueAt }) => publicReply(shown, [`tag:${shown.slug}`], dueAt),
  }),
];
