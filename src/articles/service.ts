// What the newsroom does with articles: write, change, move, throw away. Each is one transaction; the text is rendered
// before it where all of it is known by then.
import { type Context, keyIdOf, type Tx } from '../context.ts';
import { newId } from '../core/id.ts';
import type { Expected } from '../core/version.ts';
import type { ArticleStatus } from '../db/schema/columns.ts';
import type { Action } from '../events/events.ts';
import { siteSettings } from '../settings/service.ts';
import { type Body, type RenderedBody, renderInTurns } from './body.ts';
import { replaceBylines } from './bylines.ts';
import { contentColumns, NO_CONTENT } from './content.ts';
import { showAfter } from './desk.ts';
import type { ArticleChange, NewArticle } from './input.ts';
import * as publication from './publication.ts';
import { recount, resolveReferences } from './references.ts';
import { insertRevisions } from './revisions.store.ts';
import * as rules from './rules.ts';
import {
  type ArticleDeps,
  changesNothing,
  columnsOfText,
  deedOf,
  type Edit,
  type Held,
  renderAhead,
  save,
  saveText,
  sourceTaken,
  textAfter,
} from './saving.ts';
import type { ManagedArticle } from './schema.ts';
import { indexArticle } from './search.store.ts';
import { changedSlug, slugFromTitle, takeSlug } from './slugs.ts';
import { deleteStaged } from './staged.store.ts';
import { stagedEdit } from './staged.ts';
import { cacheTagsOf, contentOf, countedIn, NOWHERE, stateOf } from './state.ts';
import * as store from './store.ts';
import { holdToChange, holdVersion } from './versions.ts';

/** Where a new article stands, and since when. Throws what the rules for publishing and scheduling throw. */
const birthOf = (
  ctx: Context,
  input: NewArticle,
  body: RenderedBody,
  authorIds: readonly string[],
  now: number,
) => {
  const { publishedAt, scheduledFor, unpublishAt = null } = input;
  const isPublished = input.status === 'published';
  if (publishedAt !== undefined) publication.requireBackdating(ctx.actor, publishedAt, isPublished, now);
  if (scheduledFor !== undefined) publication.requireAhead(scheduledFor, now, '/scheduledFor');
  publication.requireEndAhead(unpublishAt, scheduledFor ?? now);
  const status: ArticleStatus = isPublished
    ? 'published'
    : scheduledFor === undefined
      ? 'draft'
      : 'scheduled';
  const unpublished = { ...publication.NEVER_PUBLIC, publicUntil: unpublishAt };
  if (status === 'draft') return { status, ...unpublished };
  const draft = {
    status: 'draft',
    ...unpublished,
    stagedAt: null,
    createdBy: keyIdOf(ctx.actor),
    authorIds,
  } as const;
  rules.statusAfter(isPublished ? 'publish' : 'schedule', ctx.actor, draft, now);
  publication.requireComplete({ title: input.title, body, authors: authorIds.length });
  const turn = { from: 'draft', to: status, now, at: scheduledFor ?? publishedAt } as const;
  return { status, ...publication.visibilityAfter(unpublished, turn) };
};

const BORN: Partial<Record<ArticleStatus, Action>> = {
  published: 'article.published',
  scheduled: 'article.scheduled',
};

/** Writes an article: as a draft, for a later instant, or for everybody at once. */
export const createArticle = async (
  ctx: Context,
  deps: ArticleDeps,
  input: NewArticle,
): Promise<ManagedArticle> => {
  const body: Body = input.body ?? { format: 'markdown', source: '' };
  const text = { body, rendered: await renderInTurns(body, deps.embedHosts) };
  return ctx.write(async (tx) => {
    const id = newId(tx.now);
    const by = keyIdOf(ctx.actor);
    const { sectionId = null, tagIds = [], bylines = [] } = await resolveReferences(tx, input);
    const authorIds = bylines.map(({ authorId }) => authorId);
    const birth = birthOf(ctx, input, text.rendered, authorIds, tx.now);
    const slug = input.slug ?? (await slugFromTitle(tx.db, id, input.title));
    const row: store.NewArticleRow = {
      ...NO_CONTENT,
      language: input.language ?? (await siteSettings(tx.db)).language,
      ...contentColumns(input, NO_CONTENT),
      ...columnsOfText(text),
      ...birth,
      id,
      slug,
      slugIsExplicit: input.slug !== undefined,
      title: input.title,
      corrections: [],
      sectionId,
      commentCount: 0,
      version: 1,
      createdAt: tx.now,
      createdBy: by,
      updatedAt: tx.now,
      updatedBy: by,
    };
    await store.insertArticle(tx.db, row).catch((error: unknown) => {
      throw sourceTaken(tx.db, error);
    });
    await takeSlug(tx.db, ctx.actor, id, slug);
    await saveText(tx.db, id, 1, text);
    const listedAt = publication.listedAtOf(birth);
    await store.replaceTags(tx.db, id, tagIds, listedAt);
    await replaceBylines(tx.db, id, bylines, listedAt);
    const state = await stateOf(tx.db, (await store.findArticle(tx.db, id))!);
    await recount(tx.db, NOWHERE, countedIn(state));
    await insertRevisions(tx.db, [
      {
        articleId: id,
        n: 1,
        kind: 'live',
        action: deedOf('article.created'),
        at: tx.now,
        madeBy: by,
        fields: [],
        content: contentOf(state),
        bodyN: 1,
        note: null,
      },
    ]);
    await indexArticle(tx.db, id);
    const tags = cacheTagsOf(state);
    const actions: Action[] = ['article.created', ...[BORN[birth.status] ?? []].flat()];
    for (const action of actions) tx.emit({ action, subject: `article:${id}`, version: 1, tags });
    return showAfter(ctx, tx, deps, id);
  });
};

/** Changes an article where it stands; a published one is changed for everybody at once. What is so already is no change. */
export const changeArticle = async (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  change: ArticleChange,
  expected: Expected | undefined,
): Promise<ManagedArticle> => {
  const ahead =
    change.body && (await renderAhead((await store.findBodies(ctx.read, [id])).get(id), change.body, deps));
  return ctx.write(async (tx) => {
    const held = await holdToChange(ctx, tx, id, expected);
    const { row, standing } = held;
    if (Object.keys(change).length === 0) return showAfter(ctx, tx, deps, id);

    const { sectionId, tagIds, bylines } = await resolveReferences(tx, change);
    const written = await store.findBody(tx.db, id);
    const text = change.body && textAfter(written, change.body, ahead, deps);
    if (publication.isOut(row.status)) {
      const authors = bylines?.length ?? standing.authorIds.length;
      publication.requireComplete({
        title: change.title ?? row.title,
        body: text?.rendered ?? written,
        authors,
      });
    }
    if (change.unpublishAt !== undefined) {
      publication.requireEndAhead(change.unpublishAt, Math.max(row.publicFrom ?? 0, tx.now));
    }
    const columns: Edit['columns'] = {
      ...contentColumns(change, row),
      ...(sectionId === undefined ? {} : { sectionId }),
      slug: await changedSlug(tx.db, ctx.actor, row, change, tx.now),
      slugIsExplicit: row.slugIsExplicit || change.slug !== undefined,
    };
    const edit = { columns, text, tagIds, bylines };
    if (!changesNothing(held, edit, written)) {
      await save(ctx, tx, held, edit, { action: 'article.updated' });
    }
    return showAfter(ctx, tx, deps, id);
  });
};

const DONE: Record<rules.Step, Action> = {
  submit: 'article.submitted',
  return: 'article.returned',
  publish: 'article.published',
  schedule: 'article.scheduled',
  unpublish: 'article.unpublished',
  archive: 'article.archived',
  trash: 'article.trashed',
  restore: 'article.restored',
  delete: 'article.deleted',
};

export interface MoveOptions {
  /** When a scheduled article becomes public. */
  at?: number | undefined;
  /** Why it goes back from review. */
  note?: string | undefined;
}

/** What an article needs to become public; throws what it lacks. */
const requirePublishable = async (tx: Tx, { row, standing }: Held, at: number | undefined): Promise<void> => {
  const body = await store.findBody(tx.db, row.id);
  const authors = standing.authorIds.length;
  publication.requireComplete({ title: row.title, body, authors });
  // The end of what was withdrawn is behind it.
  if (row.status === 'archived') return;
  if (at === undefined) publication.requireEndAhead(row.publicUntil, tx.now);
  else publication.requireBeforeEnd(at, row.publicUntil);
};

/** Makes a step of the table within a transaction that others may share. */
export const makeStep = async (
  ctx: Context,
  tx: Tx,
  held: Held,
  step: Exclude<rules.Step, 'delete'>,
  { at, note }: MoveOptions = {},
): Promise<void> => {
  const { row, standing } = held;
  // `delete` alone ends in what is no status.
  const to = rules.statusAfter(step, ctx.actor, standing, tx.now) as ArticleStatus;
  if (row.status === 'published' && step === 'publish') {
    await save(ctx, tx, held, await stagedEdit(ctx, tx, held), { action: 'article.updated' });
    return;
  }
  if (at !== undefined) publication.requireAhead(at, tx.now, '/at');
  if (publication.isOut(to)) await requirePublishable(tx, held, at);
  if (row.stagedAt !== null) await deleteStaged(tx.db, row.id);
  const turn = { from: row.status, to, now: tx.now, at };
  const columns = {
    status: to,
    ...publication.visibilityAfter(row, turn),
    // Only over what the public reads is a change kept aside.
    stagedAt: null,
    // It is said until the article goes its way again.
    ...(step === 'return' ? { returnNote: note ?? null } : to === 'draft' ? {} : { returnNote: null }),
  };
  await save(ctx, tx, held, { columns }, { action: DONE[step], ...(note === undefined ? {} : { note }) });
};

/** The moves that end in an article: all but `delete`, of which alone nothing is left. */
export const moveArticle = (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  move: Exclude<rules.Move, 'delete'>,
  expected: Expected | undefined,
  options: MoveOptions = {},
): Promise<ManagedArticle> =>
  ctx.write(async (tx) => {
    const held = await holdVersion(ctx, tx, id, expected);
    const step = move === 'publish' && options.at !== undefined ? 'schedule' : move;
    await makeStep(ctx, tx, held, step, options);
    return showAfter(ctx, tx, deps, id);
  });

/** Removes an article in the trash for good, with its comments; the lists it stood in are changed by that. */
export const deleteArticle = (ctx: Context, id: string, expected: Expected | undefined): Promise<undefined> =>
  ctx.write(async (tx) => {
    const { row, standing } = await holdVersion(ctx, tx, id, expected);
    rules.statusAfter('delete', ctx.actor, standing, tx.now);
    const lists = await store.touchListsWith(tx.db, id, tx.now);
    await store.deleteArticle(tx.db, id);
    await indexArticle(tx.db, id);
    tx.emit({ action: 'article.deleted', subject: `article:${id}`, version: row.version, tags: [] });
    for (const { id: listId, slug, version } of lists) {
      tx.emit({ action: 'list.updated', subject: `list:${listId}`, version, tags: [`list:${slug}`] });
    }
    return undefined;
  });
