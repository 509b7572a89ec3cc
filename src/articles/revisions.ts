// What an article was: every saved change, who made it, when, which fields, and the text; and the way back to it.
import { findKeyNames } from '../access/store.ts';
import type { Context } from '../context.ts';
import { toInstant } from '../core/clock.ts';
import { type Cursors, mapPage, type Page, type PageQuery, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import type { Expected } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import type { RevisionContent } from '../db/schema/columns.ts';
import { findSectionBySlug, findTagsById } from '../tags/store.ts';
import { renderInTurns } from './body.ts';
import { showAfter, standingOf } from './desk.ts';
import { isOut, requireComplete } from './publication.ts';
import { resolveReferences } from './references.ts';
import type { Revision, RevisionSummary } from './revisions.schema.ts';
import * as revisions from './revisions.store.ts';
import * as rules from './rules.ts';
import { type ArticleDeps, save } from './saving.ts';
import type { ManagedArticle } from './schema.ts';
import { authorIdsOf, type State, stateOf } from './state.ts';
import { findArticle } from './store.ts';
import { holdToChange } from './versions.ts';

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

/** What a revision names, as references that hold today: by id, and tags that are gone by the name they had. */
const referencesOf = async (db: Db, { section, tags, authors }: RevisionContent) => {
  const known = new Map(
    (
      await findTagsById(
        db,
        tags.map(({ id }) => id),
      )
    ).map((tag) => [tag.id, tag.slug]),
  );
  const sectionRow = section === null ? undefined : await findSectionBySlug(db, section.id);
  return {
    section: section === null ? null : (sectionRow?.slug ?? section.slug),
    tags: tags.map(({ id, name }) => known.get(id) ?? name),
    authors: authors.map(({ id, role }) => ({ author: id, role })),
  };
};

/**
 * Makes a revision the article's content again, as a new change; its address and what is private stay. Throws
 * `reference_unknown` where it names a section or an author that is gone.
 */
export const restoreRevision = async (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  n: number,
  expected: Expected | undefined,
): Promise<ManagedArticle> => {
  // A revision never changes, so it may be read, and its text rendered, before the transaction.
  const revision = await revisions.findRevision(ctx.read, id, n);
  const body = revision && (await revisions.findBodyOf(ctx.read, id, revision.bodyN));
  const text = body && { body, rendered: await renderInTurns(body, deps.embedHosts) };
  return ctx.write(async (tx) => {
    const held = await holdToChange(ctx, tx, id, expected);
    const { row } = held;
    if (revision === undefined || text === undefined) throw notFound();
    const { content } = revision;
    const references = await resolveReferences(tx, await referencesOf(tx.db, content));
    const { sectionId = null, tagIds, bylines = [] } = references;
    if (isOut(row.status)) {
      requireComplete({ title: content.title, bodyText: text.body.source, authors: bylines.length });
    }
    const columns = {
      title: content.title,
      subtitle: content.subtitle,
      summary: content.summary,
      language: content.language,
      cover: content.cover,
      canonicalUrl: content.canonicalUrl,
      seo: content.seo,
      metadataPublic: content.metadata.public,
      sectionId,
    };
    await save(ctx, tx, held, { columns, text, tagIds, bylines }, { action: 'article.updated' });
    return showAfter(ctx, tx, deps, id);
  });
};
