// What the newsroom does with sections and tags. Whoever gives a name or a slug holds the names first: what is free
// when it is looked for is then free when it is taken, and two articles that need the same new tag make it once.
import type { Context, Tx } from '../context.ts';
import { given } from '../core/fields.ts';
import { newId } from '../core/id.ts';
import { type Cursors, mapPage, type Page, readPage } from '../core/page.ts';
import { notFound, Problem, type ProblemCode } from '../core/problem.ts';
import { freeSlug } from '../core/slugs.ts';
import { foldKey, normalizeText } from '../core/text.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import * as schema from './schema.ts';
import * as store from './store.ts';
import { managedSectionView, managedTagView } from './view.ts';

const taken = (code: ProblemCode, pointer: '/slug' | '/name', noun: 'section' | 'tag'): Problem =>
  new Problem(code, `Another ${noun} has this ${pointer.slice(1)}.`, {
    errors: [{ pointer, code, message: `is in use by another ${noun}` }],
  });

const inUse = (code: ProblemCode, articles: number, verb: [one: string, many: string]): Problem =>
  new Problem(code, articles === 1 ? `1 article ${verb[0]}.` : `${articles} articles ${verb[1]}.`);

/** The cache tags of what shows a section: by its slugs, and in the frame of the site. */
export const sectionTags = (...rows: store.SectionRow[]): string[] => [
  ...rows.map(({ slug }) => `section:${slug}`),
  'sections',
  'site',
];

const foundSection = async (db: Db, id: string): Promise<store.SectionRow> => {
  const row = await store.findSection(db, id);
  if (row === undefined) throw notFound();
  return row;
};

/** Throws `slug_taken` where another section than `id` has the slug. */
const requireFreeSlug = async (db: Db, slug: string | undefined, id: string): Promise<void> => {
  if (slug === undefined) return;
  const other = await store.findSectionBySlug(db, slug);
  if (other !== undefined && other.id !== id) throw taken('slug_taken', '/slug', 'section');
};

export const createSection = (ctx: Context, input: schema.NewSection): Promise<schema.ManagedSection> =>
  ctx.write(async (tx) => {
    await store.holdNames(tx.db);
    const id = newId(tx.now);
    await requireFreeSlug(tx.db, input.slug, id);
    const slugs = (base: string) => store.listSectionSlugs(tx.db, base);
    const row = await store.insertSection(tx.db, {
      ...given(input),
      id,
      slug: input.slug ?? (await freeSlug(input.name, `section-${id.slice(-8)}`, slugs)),
      position: input.position ?? Math.min((await store.lastPosition(tx.db)) + 1, schema.MAX_POSITION),
      articleCount: 0,
      version: 1,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    tx.emit({ action: 'section.created', subject: `section:${id}`, version: 1, tags: sectionTags(row) });
    return managedSectionView(row);
  });

export const readSection = async (ctx: Context, id: string): Promise<schema.ManagedSection> =>
  managedSectionView(await foundSection(ctx.read, id));

export const listSections = async (
  ctx: Context,
  cursors: Cursors,
  { slug, ...page }: schema.ManagedSectionQuery,
): Promise<Page<schema.ManagedSection>> =>
  mapPage(
    await readPage(cursors, page, {
      name: 'manage/sections',
      filters: { slug },
      rows: (from, count) => store.listSections(ctx.read, { slug }, from, count),
      positionOf: ({ position, id }) => ({ key: position, id }),
      count: () => store.countSections(ctx.read, { slug }),
    }),
    managedSectionView,
  );

export const changeSection = (
  ctx: Context,
  id: string,
  change: schema.SectionChange,
  expected: Expected | undefined,
): Promise<schema.ManagedSection> =>
  ctx.write(async (tx) => {
    await store.holdNames(tx.db);
    const row = await foundSection(tx.db, id);
    requireVersion(expected, row.version);
    await requireFreeSlug(tx.db, change.slug, id);
    const version = row.version + 1;
    const saved = await store.updateSection(tx.db, id, { ...given(change), version, updatedAt: tx.now });
    tx.emit({ action: 'section.updated', subject: `section:${id}`, version, tags: sectionTags(row, saved) });
    return managedSectionView(saved);
  });

/** Throws `section_in_use` with their number while articles are in it, those in the trash included. */
export const deleteSection = (ctx: Context, id: string, expected: Expected | undefined): Promise<void> =>
  ctx.write(async (tx) => {
    const row = await foundSection(tx.db, id);
    requireVersion(expected, row.version);
    const articles = await store.countArticlesIn(tx.db, id);
    if (articles > 0) throw inUse('section_in_use', articles, ['is in this section', 'are in this section']);
    await store.deleteSection(tx.db, id);
    const { version } = row;
    tx.emit({ action: 'section.deleted', subject: `section:${id}`, version, tags: sectionTags(row) });
  });

/** The cache tags of what shows a tag by its slugs, and of the list of all. */
export const tagTags = (...rows: store.TagRow[]): string[] => [
  ...rows.map(({ slug }) => `tag:${slug}`),
  'tags',
];

const foundTag = async (db: Db, id: string): Promise<store.TagRow> => {
  const row = await store.findTag(db, id);
  if (row === undefined) throw notFound();
  return row;
};

/** A tag's name as it is stored, and the key under which its spellings are one. */
const namesOf = (text: string) => {
  const name = normalizeText(text).trim();
  return { name, nameKey: foldKey(name) };
};

interface TagNames {
  slug?: string | undefined;
  nameKey?: string | undefined;
}

/** Throws `name_taken` or `slug_taken` where another tag than `id` has the one or the other. */
const requireFreeNames = async (db: Db, { slug, nameKey }: TagNames, id?: string): Promise<void> => {
  const rows = await store.findTagsByReference(db, slug ? [slug] : [], nameKey ? [nameKey] : []);
  const others = rows.filter((row) => row.id !== id);
  if (others.some((row) => row.nameKey === nameKey)) throw taken('name_taken', '/name', 'tag');
  if (others.length > 0) throw taken('slug_taken', '/slug', 'tag');
};

/** Makes a tag whose name is known to be free, as is its slug where it is given one. The names are held. */
const makeTag = async (tx: Tx, names: ReturnType<typeof namesOf>, slug?: string): Promise<store.TagRow> => {
  const id = newId(tx.now);
  const slugs = (base: string) => store.listTagSlugs(tx.db, base);
  const row = await store.insertTag(tx.db, {
    ...names,
    id,
    slug: slug ?? (await freeSlug(names.name, `tag-${id.slice(-8)}`, slugs)),
    articleCount: 0,
    version: 1,
    createdAt: tx.now,
    updatedAt: tx.now,
  });
  tx.emit({ action: 'tag.created', subject: `tag:${id}`, version: 1, tags: tagTags(row) });
  return row;
};

export const createTag = (ctx: Context, { name, slug }: schema.NewTag): Promise<schema.ManagedTag> =>
  ctx.write(async (tx) => {
    await store.holdNames(tx.db);
    const names = namesOf(name);
    await requireFreeNames(tx.db, { slug, nameKey: names.nameKey });
    return managedTagView(await makeTag(tx, names, slug));
  });

export const readTag = async (ctx: Context, id: string): Promise<schema.ManagedTag> =>
  managedTagView(await foundTag(ctx.read, id));

export const listTags = async (
  ctx: Context,
  cursors: Cursors,
  { slug, ...page }: schema.ManagedTagQuery,
): Promise<Page<schema.ManagedTag>> =>
  mapPage(
    await readPage(cursors, page, {
      name: 'manage/tags',
      filters: { slug },
      rows: (from, count) => store.listTags(ctx.read, { slug }, from, count),
      positionOf: ({ nameKey, id }) => ({ key: nameKey, id }),
      count: () => store.countTags(ctx.read, { slug }),
    }),
    managedTagView,
  );

export const changeTag = (
  ctx: Context,
  id: string,
  { name, slug }: schema.TagChange,
  expected: Expected | undefined,
): Promise<schema.ManagedTag> =>
  ctx.write(async (tx) => {
    await store.holdNames(tx.db);
    const row = await foundTag(tx.db, id);
    requireVersion(expected, row.version);
    const change: Partial<store.NewTagRow> = {
      ...given({ slug }),
      ...(name === undefined ? {} : namesOf(name)),
    };
    await requireFreeNames(tx.db, change, id);
    const version = row.version + 1;
    const saved = await store.updateTag(tx.db, id, { ...change, version, updatedAt: tx.now });
    tx.emit({ action: 'tag.updated', subject: `tag:${id}`, version, tags: tagTags(row, saved) });
    return managedTagView(saved);
  });

/** Throws `tag_in_use` with their number while articles have it, those in the trash included. */
export const deleteTag = (ctx: Context, id: string, expected: Expected | undefined): Promise<void> =>
  ctx.write(async (tx) => {
    const row = await foundTag(tx.db, id);
    requireVersion(expected, row.version);
    const articles = await store.countArticlesWith(tx.db, id);
    if (articles > 0) throw inUse('tag_in_use', articles, ['has this tag', 'have this tag']);
    await store.deleteTag(tx.db, id);
    tx.emit({ action: 'tag.deleted', subject: `tag:${id}`, version: row.version, tags: tagTags(row) });
  });

type Named = ReturnType<typeof namesOf>;

const tagNamed = (rows: readonly store.TagRow[], { name, nameKey }: Named): store.TagRow | undefined =>
  rows.find(({ slug }) => slug === name) ?? rows.find((row) => row.nameKey === nameKey);

/**
 * The tags that these slugs or names stand for, in their order, each once; made where there is none. Existing ones
 * cost one query, however many.
 */
export const resolveTags = async (tx: Tx, references: readonly string[]): Promise<store.TagRow[]> => {
  const names = references.map(namesOf);
  const known = () =>
    store.findTagsByReference(
      tx.db,
      names.map(({ name }) => name),
      names.map(({ nameKey }) => nameKey),
    );
  let rows = await known();
  if (names.some((named) => tagNamed(rows, named) === undefined)) {
    await store.holdNames(tx.db);
    // Another article may have made it while this one waited.
    rows = await known();
  }
  const made: store.TagRow[] = [];
  const resolved = new Map<string, store.TagRow>();
  for (const named of names) {
    const row = tagNamed(rows, named) ?? tagNamed(made, named) ?? (await makeTag(tx, named));
    if (!rows.includes(row)) made.push(row);
    resolved.set(row.id, row);
  }
  return [...resolved.values()];
};
