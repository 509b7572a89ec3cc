// What the newsroom does with its lists. A list knows its articles, and they know nothing of it: publishing one, or
// withdrawing it, changes what the list shows and not the list. Only with one that is deleted for good does it change.
import { maySee } from '../articles/rules.ts';
import type { Context, Tx } from '../context.ts';
import { toInstant, toInstantOrNull } from '../core/clock.ts';
import { given } from '../core/fields.ts';
import { newId } from '../core/id.ts';
import { type Cursors, mapPage, type Page, readPage } from '../core/page.ts';
import { notFound, Problem } from '../core/problem.ts';
import { freeSlug } from '../core/slugs.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import { articlesOf, canonical } from './rules.ts';
import type { ListChange, ManagedList, ManagedListQuery, ManagedListSummary, NewList } from './schema.ts';
import * as store from './store.ts';

const cacheTags = (...rows: store.ListRow[]): string[] => rows.map(({ slug }) => `list:${slug}`);

const summaryView = (row: store.ListRow): ManagedListSummary => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  description: row.description,
  version: row.version,
  createdAt: toInstant(row.createdAt),
  updatedAt: toInstant(row.updatedAt),
});

/** A list with its articles, but for those that the one who asks may not see: not even that they are there is told. */
const show = async (
  row: store.ListRow,
  { db, actor, now }: { db: Db; actor: Context['actor']; now: number },
): Promise<ManagedList> => {
  const authorIds = await store.listAuthorIds(db, row.id);
  const items = (await store.listItemsOf(db, row.id)).filter((item) =>
    maySee(actor, { ...item, authorIds: authorIds.get(item.id) ?? [] }, now),
  );
  return {
    ...summaryView(row),
    items: items.map(({ id, slug, title, status, publishedAt }) => ({
      id,
      slug,
      title,
      status,
      publishedAt: toInstantOrNull(publishedAt),
    })),
  };
};

const showSaved = (ctx: Context, tx: Tx, row: store.ListRow): Promise<ManagedList> =>
  show(row, { db: tx.db, actor: ctx.actor, now: tx.now });

const foundList = async (db: Db, id: string): Promise<store.ListRow> => {
  const row = await store.findList(db, id);
  if (row === undefined) throw notFound();
  return row;
};

/** Throws `slug_taken` where another list than `id` has the slug. */
const requireFreeSlug = async (db: Db, slug: string | undefined, id: string): Promise<void> => {
  const other = slug === undefined ? undefined : await store.findListBySlug(db, slug);
  if (other === undefined || other.id === id) return;
  throw new Problem('slug_taken', 'Another list has this slug.', {
    errors: [{ pointer: '/slug', code: 'slug_taken', message: 'is in use by another list' }],
  });
};

const arrange = async (tx: Tx, listId: string, references: readonly string[] | undefined): Promise<void> => {
  if (references === undefined) return;
  const found = await store.findArticlesNamed(tx.db, references.map(canonical));
  await store.replaceItems(tx.db, listId, articlesOf(references, found));
};

export const createList = (
  ctx: Context,
  { items, slug, name, description = null }: NewList,
): Promise<ManagedList> =>
  ctx.write(async (tx) => {
    const id = newId(tx.now);
    await requireFreeSlug(tx.db, slug, id);
    const slugs = (base: string) => store.listListSlugs(tx.db, base);
    const saved = await store.insertList(tx.db, {
      id,
      slug: slug ?? (await freeSlug(name, `list-${id.slice(-8)}`, slugs)),
      name,
      description,
      version: 1,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    await arrange(tx, id, items);
    tx.emit({ action: 'list.created', subject: `list:${id}`, version: 1, tags: cacheTags(saved) });
    return showSaved(ctx, tx, saved);
  });

export const readList = async (ctx: Context, id: string): Promise<ManagedList> =>
  show(await foundList(ctx.read, id), { db: ctx.read, actor: ctx.actor, now: ctx.clock() });

export const listLists = async (
  ctx: Context,
  cursors: Cursors,
  { slug, ...page }: ManagedListQuery,
): Promise<Page<ManagedListSummary>> =>
  mapPage(
    await readPage(cursors, page, {
      name: 'manage/lists',
      filters: { slug },
      rows: (from, count) => store.listLists(ctx.read, { slug }, from, count),
      positionOf: ({ name, id }) => ({ key: name, id }),
      count: () => store.countLists(ctx.read, { slug }),
    }),
    summaryView,
  );

/** Changes a list; `items` replaces its order as a whole. */
export const changeList = (
  ctx: Context,
  id: string,
  { items, ...change }: ListChange,
  expected: Expected | undefined,
): Promise<ManagedList> =>
  ctx.write(async (tx) => {
    const row = await foundList(tx.db, id);
    requireVersion(expected, row.version);
    await requireFreeSlug(tx.db, change.slug, id);
    const version = row.version + 1;
    const saved = await store.updateList(tx.db, id, { ...given(change), version, updatedAt: tx.now });
    await arrange(tx, id, items);
    tx.emit({ action: 'list.updated', subject: `list:${id}`, version, tags: cacheTags(row, saved) });
    return showSaved(ctx, tx, saved);
  });

/** Deletes a list; its articles stay where they are. */
export const deleteList = (ctx: Context, id: string, expected: Expected | undefined): Promise<void> =>
  ctx.write(async (tx) => {
    const row = await foundList(tx.db, id);
    requireVersion(expected, row.version);
    await store.deleteList(tx.db, id);
    tx.emit({ action: 'list.deleted', subject: `list:${id}`, version: row.version, tags: cacheTags(row) });
  });
