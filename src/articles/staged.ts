// The change that is kept aside over a published article until it is published as one: each field it touches with its
// value as a whole, and the version against which that was staged, so that no live change is overwritten unseen.
import { findAuthorsByReference } from '../authors/store.ts';
import type { Context, Tx } from '../context.ts';
import { type Fault, Problem } from '../core/problem.ts';
import type { Expected } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import type { StagedContent } from '../db/schema/columns.ts';
import { findSectionBySlug, findTagsById } from '../tags/store.ts';
import type { Body } from './body.ts';
import { contentColumns } from './content.ts';
import { type DeskContext, showWhole } from './desk.ts';
import type { ArticleChange, StagedChange } from './input.ts';
import { requireComplete } from './publication.ts';
import { resolveReferences, unknownReferences } from './references.ts';
import { keepBody, listChangesSince } from './revisions.store.ts';
import { withHistory } from './revisions.ts';
import * as rules from './rules.ts';
import {
  type ArticleDeps,
  columnsOfText,
  type Edit,
  type Held,
  renderAhead,
  save,
  textAfter,
} from './saving.ts';
import { settleDue } from './schedule.ts';
import type { ManagedArticle } from './schema.ts';
import { changedSlug, requireFreeSlug } from './slugs.ts';
import { deleteStaged, findStaged, type StagedRow, saveStaged } from './staged.store.ts';
import { contentOf, type State } from './state.ts';
import { findBodies, findBody } from './store.ts';
import { holdToChange } from './versions.ts';

/** The article as it would be with what is staged for it. What has been deleted meanwhile is left out. */
export const wouldBe = async (
  db: Db,
  state: State,
  { content, text }: Pick<StagedRow, 'content' | 'text'>,
): Promise<State> => {
  const { tagIds, bylines, ...columns } = content;
  const row = { ...state.row, ...columns, ...(text === null ? {} : columnsOfText(text)) };
  const section =
    typeof columns.sectionId === 'string' ? await findSectionBySlug(db, columns.sectionId) : undefined;
  const tags = new Map((tagIds && (await findTagsById(db, tagIds)))?.map((tag) => [tag.id, tag]));
  const ids = bylines?.map(({ authorId }) => authorId) ?? [];
  const authors = new Map((await findAuthorsByReference(db, ids, [])).map((author) => [author.id, author]));
  return {
    row: {
      ...row,
      section:
        columns.sectionId === undefined
          ? state.row.section
          : section === undefined
            ? null
            : { slug: section.slug, name: section.name },
    },
    tagIds: tagIds?.filter((id) => tags.has(id)) ?? state.tagIds,
    links: {
      tags:
        tagIds?.flatMap((id) => {
          const tag = tags.get(id);
          return tag === undefined ? [] : [{ slug: tag.slug, name: tag.name }];
        }) ?? state.links.tags,
      authors:
        bylines?.flatMap(({ authorId, role }) => {
          const author = authors.get(authorId);
          if (author === undefined) return [];
          const { id, slug, name, avatarUrl } = author;
          return [{ id, slug, name, avatarUrl, role }];
        }) ?? state.links.authors,
    },
  };
};

/** The text that the article would have. */
export const wouldRead = async (db: Db, articleId: string, { text }: StagedRow) =>
  text === null ? await findBody(db, articleId) : { ...text.body, ...text.rendered };

const nothingStaged = () => new Problem('not_found', 'Nothing is staged for this article.');

const showWouldBe = async (state: State, deps: ArticleDeps, desk: Omit<DeskContext, 'urlOf'>) => {
  const staged = await findStaged(desk.db, state.row.id);
  if (staged === undefined) throw nothingStaged();
  return showWhole(await wouldBe(desk.db, state, staged), await wouldRead(desk.db, state.row.id, staged), {
    ...desk,
    urlOf: deps.urlOf,
  });
};

/** The article as it would be. Throws `not_found` where nothing is staged. */
export const readStaged = async (ctx: Context, deps: ArticleDeps, id: string): Promise<ManagedArticle> => {
  await settleDue(ctx);
  const state = await withHistory(ctx, id);
  return showWouldBe(state, deps, { db: ctx.read, actor: ctx.actor, now: ctx.clock() });
};

/** A change as one that can be kept aside. Throws `validation_failed` naming each field that only the desk sees. */
export const requirePublicContent = (change: ArticleChange): StagedChange => {
  const { notes, source, commentPolicy, commentsCloseAt, unpublishAt, metadata, ...content } = change;
  const { private: privateMetadata, ...shared } = metadata ?? {};
  const given = {
    notes,
    source,
    commentPolicy,
    commentsCloseAt,
    unpublishAt,
    'metadata/private': privateMetadata,
  };
  const errors = Object.entries(given).flatMap(([key, value]): Fault[] =>
    value === undefined
      ? []
      : [
          {
            pointer: `/${key}`,
            code: 'not_stageable',
            message: 'is not public content, and cannot be staged',
          },
        ],
  );
  if (errors.length === 0) return metadata === undefined ? content : { ...content, metadata: shared };
  throw new Problem('validation_failed', 'Only what the public reads can be staged.', { errors });
};

/** The pointers of the fields that a change names. */
const touched = (change: StagedChange): string[] =>
  Object.keys(change).map((key) => (key === 'metadata' ? '/metadata/public' : `/${key}`));

const mergedContent = async (
  ctx: Context,
  tx: Tx,
  { row }: State,
  current: StagedContent,
  change: StagedChange,
): Promise<StagedContent> => {
  const { sectionId, tagIds, bylines } = await resolveReferences(tx, change);
  if (change.slug !== undefined) await requireFreeSlug(tx.db, ctx.actor, row.id, change.slug);
  return {
    ...current,
    // Of a change without private fields come only columns that can be staged.
    ...(contentColumns(change, row) as StagedContent),
    ...(change.slug === undefined ? {} : { slug: change.slug }),
    ...(sectionId === undefined ? {} : { sectionId }),
    ...(tagIds === undefined ? {} : { tagIds }),
    ...(bylines === undefined ? {} : { bylines }),
  };
};

/** The text that a staged change would be made of; undefined where there is no such article. */
const bodyToChange = async (db: Db, id: string): Promise<Body | undefined> =>
  (await findStaged(db, id))?.text?.body ?? (await findBodies(db, [id])).get(id);

/** Adds a change to what is staged over a published article; nothing that the public sees moves. */
export const stageChange = async (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  change: StagedChange,
  expected: Expected | undefined,
): Promise<ManagedArticle> => {
  const ahead = change.body && (await renderAhead(await bodyToChange(ctx.read, id), change.body, deps));
  return ctx.write(async (tx) => {
    const held = await holdToChange(ctx, tx, id, expected);
    rules.requireStageable(ctx.actor, held.standing);
    const before = await findStaged(tx.db, id);
    const current = before ?? { articleId: id, content: {}, bases: {}, text: null, bodyN: null };
    const fields = touched(change);
    const desk = { db: tx.db, actor: ctx.actor, now: tx.now };
    if (fields.length === 0) return showWouldBe(held, deps, desk);
    const state = await wouldBe(tx.db, held, current);
    const version = held.row.version + 1;
    const staged: StagedRow = {
      ...current,
      content: await mergedContent(ctx, tx, state, current.content, change),
      bases: { ...current.bases, ...Object.fromEntries(fields.map((field) => [field, held.row.version])) },
    };
    if (change.body !== undefined) {
      const read = await wouldRead(tx.db, id, current);
      staged.text = textAfter(read, change.body, ahead, deps);
      staged.bodyN = version;
      await keepBody(tx.db, id, version, staged.text.body);
    }
    const next = await wouldBe(tx.db, held, staged);
    const body = await wouldRead(tx.db, id, staged);
    requireComplete({ title: next.row.title, body, authors: next.links.authors.length });
    await saveStaged(tx.db, staged);
    const live = await findBody(tx.db, id);
    const account = { fields, content: contentOf(next), bodyN: staged.bodyN ?? live.n };
    const columns = { stagedAt: tx.now };
    const saved = await save(ctx, tx, held, { columns }, { action: 'article.staged', staged: account });
    return showWouldBe(saved, deps, desk);
  });
};

/** Throws away what is staged; the article as it is. Throws `not_found` where nothing is. */
export const dropStaged = (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  expected: Expected | undefined,
): Promise<ManagedArticle> =>
  ctx.write(async (tx) => {
    const held = await holdToChange(ctx, tx, id, expected);
    if (held.row.stagedAt === null) throw nothingStaged();
    await deleteStaged(tx.db, id);
    const saved = await save(ctx, tx, held, { columns: { stagedAt: null } }, { action: 'article.unstaged' });
    const desk = { db: tx.db, actor: ctx.actor, now: tx.now, urlOf: deps.urlOf };
    return showWhole(saved, await findBody(tx.db, id), desk);
  });

/** Throws `staged_conflict` naming every staged field that was changed in the published article since. */
const requireNoConflict = async (db: Db, { articleId, bases }: StagedRow): Promise<void> => {
  const since = await listChangesSince(db, articleId, Math.min(...Object.values(bases)));
  const errors = Object.entries(bases).flatMap(([pointer, base]): Fault[] =>
    since.some(({ n, fields }) => n > base && fields.includes(pointer))
      ? [{ pointer, code: 'changed', message: 'was changed in the published article since it was staged' }]
      : [],
  );
  if (errors.length === 0) return;
  const names = errors.map(({ pointer = '' }) => pointer.slice(1)).join(', ');
  throw new Problem('staged_conflict', `Changed meanwhile: ${names}.`, { errors });
};

/** What is staged that names something deleted meanwhile. */
const lostReferences = ({ content }: StagedRow, next: State): Fault[] => {
  const { sectionId, tagIds = [], bylines = [] } = content;
  return [
    ...(typeof sectionId === 'string' && next.row.section === null
      ? [{ pointer: '/section', code: 'unknown_section', message: 'is not a section any more' }]
      : []),
    ...tagIds.flatMap((id, index) =>
      next.tagIds.includes(id)
        ? []
        : [{ pointer: `/tags/${index}`, code: 'unknown_tag', message: 'is not a tag any more' }],
    ),
    ...bylines.flatMap(({ authorId }, index) =>
      next.links.authors.some(({ id }) => id === authorId)
        ? []
        : [{ pointer: `/authors/${index}`, code: 'unknown_author', message: 'is not an author any more' }],
    ),
  ];
};

/**
 * What is staged, as the edit that makes it live; it is staged no more. Throws `staged_conflict`, `slug_taken`,
 * `reference_unknown` or `publish_incomplete` where it can not go live as it is.
 */
export const stagedEdit = async (ctx: Context, tx: Tx, held: Held): Promise<Edit> => {
  const { row } = held;
  // The table lets nobody here where nothing is staged.
  const staged = (await findStaged(tx.db, row.id))!;
  await requireNoConflict(tx.db, staged);
  const next = await wouldBe(tx.db, held, staged);
  const lost = lostReferences(staged, next);
  if (lost.length > 0) throw unknownReferences(lost);
  const { tagIds, bylines, slug, ...columns } = staged.content;
  await deleteStaged(tx.db, row.id);
  return {
    columns: {
      ...columns,
      slug: await changedSlug(tx.db, ctx.actor, row, { slug }, tx.now),
      slugIsExplicit: row.slugIsExplicit || slug !== undefined,
      stagedAt: null,
    },
    text: staged.text ?? undefined,
    tagIds,
    bylines,
  };
};
