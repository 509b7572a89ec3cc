// What an article was: every saved change, who made it, when, which fields, and the text.
import { findKeyNames } from '../access/store.ts';
import type { Context } from '../context.ts';
import { toInstant } from '../core/clock.ts';
import { type Cursors, mapPage, type Page, type PageQuery, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import type { Db } from '../db/dialect.ts';
import { standingOf } from './desk.ts';
import type { Revision, RevisionSummary } from './revisions.schema.ts';
import * as revisions from './revisions.store.ts';
import * as rules from './rules.ts';
import { authorIdsOf, type State, stateOf } from './state.ts';
import { findArticle } from './store.ts';

/** The names of the keys that made these revisions, by id. */
export const keyNamesOf = (db: Db, rows: readonly { madeBy: string | null }[]) =>
  findKeyNames(
    db,
    rows.flatMap(({ madeBy }) => madeBy ?? []),
  );

/** The article, for those who may read its history. Throws `not_found` or `forbidden`. */
export const withHistory = async (ctx: Context, id: string): Promise<State> => {
  const row = await findArticle(ctx.read, id);
  if (row === undefined) throw notFound();
  const state = await stateOf(ctx.read, row);
  rules.requireHistory(ctx.actor, standingOf(row, authorIdsOf(state)), ctx.clock());
  return state;
};

const summaryOf = (
  { n, kind, action, at, madeBy, fields, note }: revisions.ListedRevision,
  names: ReadonlyMap<string, string>,
): RevisionSummary => ({
  version: n,
  kind,
  action,
  at: toInstant(at),
  by: madeBy === null ? null : { id: madeBy, name: names.get(madeBy)! },
  fields,
  note,
});

/** The revisions of an article, newest first. */
export const listRevisions = async (
  ctx: Context,
  cursors: Cursors,
  id: string,
  query: PageQuery,
): Promise<Page<RevisionSummary>> => {
  await withHistory(ctx, id);
  const page = await readPage(cursors, query, {
    name: 'manage/revisions',
    filters: { id },
    rows: (from, count) =>
      revisions.listRevisions(ctx.read, id, from === undefined ? undefined : Number(from.key), count),
    positionOf: ({ n }) => ({ key: n, id }),
    count: () => revisions.countRevisions(ctx.read, id),
  });
  const names = await keyNamesOf(ctx.read, page.items);
  return mapPage(page, (row) => summaryOf(row, names));
};

/** One revision with its text. Throws `not_found`. */
export const readRevision = async (ctx: Context, id: string, n: number): Promise<Revision> => {
  await withHistory(ctx, id);
  const row = await revisions.findRevision(ctx.read, id, n);
  if (row === undefined) throw notFound();
  const names = await keyNamesOf(ctx.read, [row]);
  const body = await revisions.findBodyOf(ctx.read, id, row.bodyN);
  return { ...summaryOf(row, names), article: { ...row.content, body } };
};
