// Sections and tags for everybody. A section is part of the site, and shown while it is empty too; a tag is known
// through its articles, and one that no public article has is unknown here.
import { and, asc, eq, exists, isNotNull, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { visible } from '../articles/visibility.ts';
import { IdOrSlug } from '../core/fields.ts';
import { isId } from '../core/id.ts';
import { type Cursors, mapPage, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import { after, type Db } from '../db/dialect.ts';
import { type Endpoint, endpoint, okReply } from '../http/endpoint.ts';
import { Section, SectionList, SectionQuery, Tag, TagList, TagQuery } from '../tags/schema.ts';
import { sectionView, tagView } from '../tags/view.ts';

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
  const isThat = isId(reference) ? eq(sections.id, reference.toLowerCase()) : eq(sections.slug, reference);
  const [row] = await db.select(sectionColumns(db)).from(sections).where(isThat);
  if (row === undefined) throw notFound();
  return sectionView(row);
};

const hasPublicArticle = (db: Db, now: number): SQL => {
  const { articles, articleTags, tags } = db.tables;
  return exists(
    db
      .select({ one: sql`1` })
      .from(articleTags)
      .innerJoin(articles, eq(articles.id, articleTags.articleId))
      // Of a tag's articles only those in its list are looked at, however many others it has.
      .where(and(eq(articleTags.tagId, tags.id), isNotNull(articleTags.listedAt), visible(articles, now))),
  );
};

/** The tag of this id or slug; throws `not_found` where no public article has it. */
const tagByReference = async (db: Db, reference: string, now: number): Promise<Tag> => {
  const { tags } = db.tables;
  const isThat = isId(reference) ? eq(tags.id, reference.toLowerCase()) : eq(tags.slug, reference);
  const [row] = await db
    .select(tagColumns(db))
    .from(tags)
    .where(and(isThat, hasPublicArticle(db, now)));
  if (row === undefined) throw notFound();
  return tagView(row);
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
      const { sections } = db.tables;
      const page = await readPage(cursors, query, {
        name: 'sections',
        filters: {},
        rows: (from, count) =>
          db
            .select(sectionColumns(db))
            .from(sections)
            .where(from && after([sections.position, sections.id], [from.key, from.id]))
            .orderBy(asc(sections.position), asc(sections.id))
            .limit(count)
            .execute(),
        positionOf: ({ position, id }) => ({ key: position, id }),
        count: () => db.$count(sections),
      });
      return mapPage(page, sectionView);
    },
    reply: okReply,
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
    reply: okReply,
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
      const { tags } = db.tables;
      const now = clock();
      const page = await readPage(cursors, query, {
        name: 'tags',
        filters: {},
        rows: (from, count) =>
          db
            .select(tagColumns(db))
            .from(tags)
            .where(
              and(hasPublicArticle(db, now), from && after([tags.nameKey, tags.id], [from.key, from.id])),
            )
            .orderBy(asc(tags.nameKey), asc(tags.id))
            .limit(count)
            .execute(),
        positionOf: ({ nameKey, id }) => ({ key: nameKey, id }),
        count: () => db.$count(tags, hasPublicArticle(db, now)),
      });
      return mapPage(page, tagView);
    },
    reply: okReply,
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
    run: ({ read, clock }, { params }) => tagByReference(read, params.tag, clock()),
    reply: okReply,
  }),
];
