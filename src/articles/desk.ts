// Articles as the desk reads them: rows with everything that belongs to them, in a constant number of queries, and
// the view of it that the key which asks may have.
import { findKeyNames } from '../access/store.ts';
import type { Actor, Context, Tx } from '../context.ts';
import { toInstant, toInstantOrNull } from '../core/clock.ts';
import { type Cursors, type Page, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import type { Db } from '../db/dialect.ts';
import { discussionSettings } from '../settings/discussion.ts';
import {
  countDeskRows,
  type DeskFilter,
  type DeskRow,
  findDeskRow,
  listDeskRows,
  type Scope,
  SORT_COLUMNS,
} from './desk.store.ts';
import { type Links, linksOf } from './links.ts';
import type { ManagedArticleQuery } from './query.ts';
import { allowedMoves, mayReadNotes, maySee, readsAll, type Standing, writes } from './rules.ts';
import { settleDue } from './schedule.ts';
import type { KeyLink, ManagedArticle, ManagedArticleSummary } from './schema.ts';
import { authorIdsOf } from './state.ts';
import * as store from './store.ts';
import { type ArticleUrl, sharedView, type ViewContext } from './view.ts';

export interface DeskContext {
  db: Db;
  actor: Actor;
  now: number;
  urlOf: ArticleUrl;
}

export const standingOf = (row: store.ArticleRow, authorIds: readonly string[]): Standing => ({
  status: row.status,
  publicFrom: row.publicFrom,
  publicUntil: row.publicUntil,
  stagedAt: row.stagedAt,
  createdBy: row.createdBy,
  authorIds,
});

const summaryOf = (
  row: DeskRow,
  links: Links,
  keyNames: ReadonlyMap<string, string>,
  { actor, ...context }: ViewContext & Pick<DeskContext, 'actor'>,
): ManagedArticleSummary => {
  // Keys are never deleted, so each has its name.
  const keyLink = (id: string | null): KeyLink | null =>
    id === null ? null : { id, name: keyNames.get(id)! };
  const standing = standingOf(row, authorIdsOf({ links }));
  const readsNotes = mayReadNotes(actor, standing);
  return {
    ...sharedView(row, links, context),
    status: row.status,
    publishedAt: toInstantOrNull(row.publishedAt),
    modifiedAt: toInstantOrNull(row.modifiedAt),
    scheduledFor: row.status === 'scheduled' ? toInstantOrNull(row.publicFrom) : null,
    // Of what was withdrawn, that was it.
    unpublishAt: row.status === 'archived' ? null : toInstantOrNull(row.publicUntil),
    hasStagedChanges: row.stagedAt !== null,
    updatedAt: toInstant(row.updatedAt),
    updatedBy: keyLink(row.updatedBy),
    createdAt: toInstant(row.createdAt),
    createdBy: keyLink(row.createdBy),
    commentPolicy: row.commentPolicy,
    commentsCloseAt: toInstantOrNull(row.commentsCloseAt),
    commentCount: row.commentCount,
    source:
      row.sourceSystem === null || row.sourceId === null
        ? null
        : { system: row.sourceSystem, id: row.sourceId },
    metadata: { public: row.metadataPublic, ...(readsNotes ? { private: row.metadataPrivate } : {}) },
    ...(readsNotes ? { notes: row.notes, returnNote: row.returnNote } : {}),
    version: row.version,
    allowedMoves: allowedMoves(actor, standing),
  };
};

type ShownText = Pick<store.ArticleBodyRow, 'format' | 'source' | 'html'>;

/** What it became, and for those whose it is what was written. */
const textOf = (
  { row, links }: { row: DeskRow; links: Links },
  { format, source, html }: ShownText,
  { actor }: DeskContext,
) => ({
  ...(mayReadNotes(actor, standingOf(row, authorIdsOf({ links }))) ? { body: { format, source } } : {}),
  bodyHtml: html,
});

/** A page of rows as summaries; `withText` adds what was written and what it became. */
export const showRows = async (
  rows: readonly DeskRow[],
  withText: boolean,
  desk: DeskContext,
): Promise<ManagedArticleSummary[]> => {
  const ids = rows.map(({ id }) => id);
  const links = await linksOf(desk.db, ids);
  const keyIds = rows
    .flatMap(({ createdBy, updatedBy }) => [createdBy, updatedBy])
    .filter((id) => id !== null);
  const keyNames = await findKeyNames(desk.db, keyIds);
  const context = { ...desk, discussion: await discussionSettings(desk.db) };
  const bodies = withText ? await store.findBodies(desk.db, ids) : new Map<string, store.ArticleBodyRow>();
  return rows.map((row) => {
    const held = { row, links: links.get(row.id)! };
    const summary = summaryOf(row, held.links, keyNames, context);
    const body = bodies.get(row.id);
    return body === undefined ? summary : { ...summary, ...textOf(held, body, desk) };
  });
};

/** One article, whole. Throws `not_found` where there is none that this key may see. */
export const showArticle = async (id: string, desk: DeskContext): Promise<ManagedArticle> => {
  const row = await findDeskRow(desk.db, id);
  if (row === undefined) throw notFound();
  const links = (await linksOf(desk.db, [id])).get(id)!;
  if (!maySee(desk.actor, standingOf(row, authorIdsOf({ links })), desk.now)) throw notFound();
  return showWhole({ row, links }, await store.findBody(desk.db, id), desk);
};

/** An article with its text, as this key may see it, whether it stands so or only would. */
export const showWhole = async (
  { row, links }: { row: DeskRow; links: Links },
  text: ShownText,
  desk: DeskContext,
): Promise<ManagedArticle> => {
  const keyIds = [row.createdBy, row.updatedBy].filter((id) => id !== null);
  const context = { ...desk, discussion: await discussionSettings(desk.db) };
  return {
    ...summaryOf(row, links, await findKeyNames(desk.db, keyIds), context),
    ...textOf({ row, links }, text, desk),
  };
};

/** One article for the key that has just changed it. */
export const showAfter = (
  ctx: Context,
  tx: Tx,
  { urlOf }: { urlOf: ArticleUrl },
  id: string,
): Promise<ManagedArticle> => showArticle(id, { db: tx.db, actor: ctx.actor, now: tx.now, urlOf });

/** One article for the key that asks, settled. */
export const readArticle = async (
  ctx: Context,
  { urlOf }: { urlOf: ArticleUrl },
  id: string,
): Promise<ManagedArticle> => {
  await settleDue(ctx);
  return showArticle(id, { db: ctx.read, actor: ctx.actor, now: ctx.clock(), urlOf });
};

/** What of all articles a key may see, as the database can ask it; `maySee` says the same of one. */
const scopeOf = (actor: Actor, now: number): Scope => {
  if (readsAll(actor)) return { kind: 'all' };
  const own =
    actor.kind === 'key' && writes(actor) ? { keyId: actor.id, authorId: actor.authorId } : undefined;
  return { kind: 'public', now, own };
};

/** A page of the desk's list, as far as the key may see it. */
export const listArticles = async (
  ctx: Context,
  { urlOf, cursors }: { urlOf: ArticleUrl; cursors: Cursors },
  query: ManagedArticleQuery,
): Promise<Page<ManagedArticleSummary>> => {
  await settleDue(ctx);
  const { limit, cursor, total, view, sort = '-updatedAt', ...filters } = query;
  const now = ctx.clock();
  const db = ctx.read;
  const filter: DeskFilter = filters;
  const scope = scopeOf(ctx.actor, now);
  const page = await readPage(
    cursors,
    { limit, cursor, total },
    {
      name: 'manage/articles',
      filters: { ...filters, sort },
      rows: (from, count) => listDeskRows(db, filter, scope, sort, from, count),
      // A list sorted by an instant holds only rows that have it.
      positionOf: (row) => ({ key: row[SORT_COLUMNS[sort]]!, id: row.id }),
      count: (most) => countDeskRows(db, filter, scope, sort, most),
    },
  );
  return {
    ...page,
    items: await showRows(page.items, view === 'full', { db, actor: ctx.actor, now, urlOf }),
  };
};
