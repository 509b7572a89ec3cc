// What the newsroom does with articles: write, change, publish, withdraw, throw away. Each is one transaction; the
// text is rendered before it where all of it is known by then.
import { type Context, keyIdOf, type Tx } from '../context.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import type { Action } from '../events/events.ts';
import { siteSettings } from '../settings/service.ts';
import { type Body, type RenderedBody, renderBody } from './body.ts';
import { listBylines, replaceBylines } from './bylines.ts';
import { contentColumns, isPublicChange, NO_CONTENT } from './content.ts';
import { showArticle, standingOf } from './desk.ts';
import type { ArticleChange, NewArticle } from './input.ts';
import { cacheTags, countedIn, recount, resolveReferences } from './references.ts';
import * as rules from './rules.ts';
import type { ManagedArticle } from './schema.ts';
import { indexArticle } from './search.store.ts';
import { dropSlug, slugFromTitle, takeSlug } from './slugs.ts';
import * as store from './store.ts';
import { type ArticleUrl, excerptOfBody } from './view.ts';

export interface ArticleDeps {
  urlOf: ArticleUrl;
  embedHosts: ReadonlySet<string>;
}

/** An article as this transaction holds it. */
interface Held {
  row: store.ArticleRow;
  standing: rules.Standing;
}

const hold = async (tx: Tx, id: string): Promise<Held> => {
  const row = await store.findArticle(tx.db, id);
  if (row === undefined) throw notFound();
  const bylines = await listBylines(tx.db, id);
  return {
    row,
    standing: standingOf(
      row,
      bylines.map(({ authorId }) => authorId),
    ),
  };
};

const show = (ctx: Context, tx: Tx, { urlOf }: ArticleDeps, id: string): Promise<ManagedArticle> =>
  showArticle(id, { db: tx.db, actor: ctx.actor, now: tx.now, urlOf });

/** The one constraint that a well-formed article can run into. */
const sourceTaken = (db: Db, error: unknown): unknown => {
  const violation = db.dialect.violation(error);
  if (violation?.kind !== 'unique' || violation.constraint !== 'articles_source_system_source_id_key')
    return error;
  return new Problem('source_taken', 'Another article has this source.', {
    cause: error,
    errors: [{ pointer: '/source', code: 'source_taken', message: 'belongs to another article' }],
  });
};

const saveText = async (db: Db, articleId: string, body: Body, rendered: RenderedBody): Promise<void> => {
  const { html, text, rendererVersion: renderer } = rendered;
  await store.saveBody(db, { articleId, format: body.format, source: body.source, html, text, renderer });
};

/** When an article stands in the lists of its tags and authors; null: not at all. */
const listedAt = ({
  status,
  publishedAt,
}: Pick<store.ArticleRow, 'status' | 'publishedAt'>): number | null =>
  status === 'published' ? publishedAt : null;

/** Writes an article, as a draft or, with `status: "published"`, for everybody at once. */
export const createArticle = (
  ctx: Context,
  deps: ArticleDeps,
  input: NewArticle,
): Promise<ManagedArticle> => {
  const body: Body = input.body ?? { format: 'markdown', source: '' };
  const rendered = renderBody(body, deps.embedHosts);
  return ctx.write(async (tx) => {
    const id = newId(tx.now);
    const by = keyIdOf(ctx.actor);
    const { sectionId = null, tagIds = [], bylines = [] } = await resolveReferences(tx, input);
    const authorIds = bylines.map(({ authorId }) => authorId);
    const draft: rules.Standing = {
      status: 'draft',
      publicFrom: null,
      publicUntil: null,
      createdBy: by,
      authorIds,
    };
    const isPublished = input.status === 'published';
    if (input.publishedAt !== undefined)
      rules.requireBackdating(ctx.actor, input.publishedAt, isPublished, tx.now);
    if (isPublished) {
      rules.statusAfter('publish', ctx.actor, draft, tx.now);
      rules.requireComplete({ title: input.title, bodyText: body.source, authors: bylines.length });
    }
    const status = isPublished ? 'published' : 'draft';
    const unpublished = { publishedAt: null, modifiedAt: null, publicFrom: null, publicUntil: null };
    const visibility = rules.visibilityAfter(status, unpublished, tx.now, input.publishedAt);
    const slug = input.slug ?? (await slugFromTitle(tx.db, id, input.title));
    const row: store.NewArticleRow = {
      ...NO_CONTENT,
      language: input.language ?? (await siteSettings(tx.db)).language,
      ...contentColumns(input, NO_CONTENT),
      ...visibility,
      id,
      status,
      slug,
      slugIsExplicit: input.slug !== undefined,
      title: input.title,
      excerpt: excerptOfBody(rendered.text),
      wordCount: rendered.wordCount,
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
    await takeSlug(tx.db, id, slug);
    await saveText(tx.db, id, body, rendered);
    await store.replaceTags(tx.db, id, tagIds, isPublished ? visibility.publishedAt : null);
    await replaceBylines(tx.db, id, bylines, isPublished ? visibility.publishedAt : null);
    const tags = await cacheTags(tx.db, id);
    tx.emit({ action: 'article.created', subject: `article:${id}`, version: 1, tags });
    if (isPublished) {
      const { row: made } = await hold(tx, id);
      await recount(tx.db, { authors: [], tags: [], sections: [] }, await countedIn(tx.db, made));
      tx.emit({ action: 'article.published', subject: `article:${id}`, version: 1, tags });
    }
    await indexArticle(tx.db, id);
    return show(ctx, tx, deps, id);
  });
};

/** The slug after a change: an explicit one, or one that follows the title until the first publication. */
const changedSlug = async (tx: Tx, row: store.ArticleRow, change: ArticleChange): Promise<string> => {
  const { title } = change;
  const isFollowing = !row.slugIsExplicit && row.publishedAt === null && title !== undefined;
  const slug = change.slug ?? (isFollowing ? await slugFromTitle(tx.db, row.id, title) : row.slug);
  if (slug === row.slug) return slug;
  await takeSlug(tx.db, row.id, slug);
  if (row.publishedAt === null) await dropSlug(tx.db, row.id, row.slug);
  return slug;
};

/** Changes an article where it stands; a published one is changed for everybody at once. */
export const changeArticle = (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  change: ArticleChange,
  expected: Expected | undefined,
): Promise<ManagedArticle> => {
  const { format, source } = change.body ?? {};
  const prepared =
    format !== undefined && source !== undefined
      ? renderBody({ format, source }, deps.embedHosts)
      : undefined;
  return ctx.write(async (tx) => {
    const { row, standing } = await hold(tx, id);
    if (!rules.maySee(ctx.actor, standing, tx.now)) throw notFound();
    requireVersion(expected, row.version);
    rules.requireEdit(ctx.actor, standing, tx.now);
    if (Object.keys(change).length === 0) return show(ctx, tx, deps, id);

    const tagsBefore = await cacheTags(tx.db, id);
    const countedBefore = await countedIn(tx.db, row);
    const { sectionId, tagIds, bylines } = await resolveReferences(tx, change);
    const written = await store.findBody(tx.db, id);
    const body: Body = { format: format ?? written.format, source: source ?? written.source };
    const rendered = change.body === undefined ? undefined : (prepared ?? renderBody(body, deps.embedHosts));
    const isPublished = row.status === 'published';
    if (isPublished) {
      const authors = bylines?.length ?? standing.authorIds.length;
      rules.requireComplete({ title: change.title ?? row.title, bodyText: body.source, authors });
    }
    const columns: Partial<store.NewArticleRow> = {
      ...contentColumns(change, row),
      ...(sectionId === undefined ? {} : { sectionId }),
      ...(rendered === undefined
        ? {}
        : { excerpt: excerptOfBody(rendered.text), wordCount: rendered.wordCount }),
      ...(isPublished && isPublicChange(change) ? { modifiedAt: tx.now } : {}),
      slug: await changedSlug(tx, row, change),
      slugIsExplicit: row.slugIsExplicit || change.slug !== undefined,
    };
    const version = await save(ctx, tx, row, columns);
    if (rendered !== undefined) await saveText(tx.db, id, body, rendered);
    if (tagIds !== undefined) await store.replaceTags(tx.db, id, tagIds, listedAt(row));
    if (bylines !== undefined) await replaceBylines(tx.db, id, bylines, listedAt(row));
    await recount(tx.db, countedBefore, await countedIn(tx.db, (await hold(tx, id)).row));
    tx.emit({
      action: 'article.updated',
      subject: `article:${id}`,
      version,
      tags: [...tagsBefore, ...(await cacheTags(tx.db, id))],
    });
    await indexArticle(tx.db, id);
    return show(ctx, tx, deps, id);
  });
};

/** Saves columns as the next version, by whoever acts; returns that version. */
const save = async (
  ctx: Context,
  tx: Tx,
  row: store.ArticleRow,
  columns: Partial<store.NewArticleRow>,
): Promise<number> => {
  const version = row.version + 1;
  const change = { ...columns, version, updatedAt: tx.now, updatedBy: keyIdOf(ctx.actor) };
  await store.updateArticle(tx.db, row.id, change).catch((error: unknown) => {
    throw sourceTaken(tx.db, error);
  });
  return version;
};

const DONE: Record<rules.Move, Action> = {
  publish: 'article.published',
  unpublish: 'article.unpublished',
  archive: 'article.archived',
  trash: 'article.trashed',
  restore: 'article.restored',
  delete: 'article.deleted',
};

/** Makes a move of the table; returns the article where it stands now, or undefined when the move deleted it. */
const move = (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  name: rules.Move,
  expected: Expected | undefined,
) =>
  ctx.write(async (tx): Promise<ManagedArticle | undefined> => {
    const { row, standing } = await hold(tx, id);
    if (!rules.maySee(ctx.actor, standing, tx.now)) throw notFound();
    requireVersion(expected, row.version);
    const status = rules.statusAfter(name, ctx.actor, standing, tx.now);
    const subject = `article:${id}` as const;
    if (status === 'deleted') {
      await store.deleteArticle(tx.db, id);
      await indexArticle(tx.db, id);
      tx.emit({ action: DONE[name], subject, version: row.version, tags: [] });
      return undefined;
    }
    if (status === 'published') {
      const body = await store.findBody(tx.db, id);
      rules.requireComplete({ title: row.title, bodyText: body.source, authors: standing.authorIds.length });
    }
    const tagsBefore = await cacheTags(tx.db, id);
    const countedBefore = await countedIn(tx.db, row);
    const visibility = rules.visibilityAfter(status, row, tx.now);
    const version = await save(ctx, tx, row, { ...visibility, status });
    await store.listArticleAt(tx.db, id, listedAt({ status, ...visibility }));
    await recount(tx.db, countedBefore, await countedIn(tx.db, { ...row, status }));
    tx.emit({ action: DONE[name], subject, version, tags: [...tagsBefore, ...(await cacheTags(tx.db, id))] });
    await indexArticle(tx.db, id);
    return show(ctx, tx, deps, id);
  });

/** The moves that end in an article: all but `delete`, of which alone nothing is left. */
export const moveArticle = async (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  name: Exclude<rules.Move, 'delete'>,
  expected: Expected | undefined,
): Promise<ManagedArticle> => {
  // Only `delete` ends without one.
  return (await move(ctx, deps, id, name, expected)) as ManagedArticle;
};

/** Removes an article in the trash for good, with its comments. */
export const deleteArticle = async (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  expected: Expected | undefined,
): Promise<undefined> => {
  await move(ctx, deps, id, 'delete', expected);
};
