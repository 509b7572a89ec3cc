// The one way in which an article changes: its columns, text and links, the counts that follow, the revision that
// remembers it and the event that tells of it, all in one transaction.
import { type Context, keyIdOf, type Tx } from '../context.ts';
import { notFound, Problem } from '../core/problem.ts';
import type { Db } from '../db/dialect.ts';
import type { RevisionContent, RevisionKind } from '../db/schema/columns.ts';
import type { Action } from '../events/events.ts';
import { type Body, type RenderedBody, renderBody, renderInTurns } from './body.ts';
import { type BylineRow, replaceBylines } from './bylines.ts';
import { changedFields, isPublicField } from './content.ts';
import { standingOf } from './desk.ts';
import { listedAtOf } from './publication.ts';
import { recount } from './references.ts';
import { insertRevisions, keepBody } from './revisions.store.ts';
import { requireKept, type Standing } from './rules.ts';
import { settleHeld } from './schedule.ts';
import { indexArticle } from './search.store.ts';
import { authorIdsOf, cacheTagsOf, contentOf, countedIn, type State, stateOf } from './state.ts';
import * as store from './store.ts';
import { type ArticleUrl, excerptOfBody } from './view.ts';

export interface ArticleDeps {
  urlOf: ArticleUrl;
  embedHosts: ReadonlySet<string>;
}

/** An article as this transaction holds it, settled. */
export interface Held extends State {
  standing: Standing;
}

/** Loads an article and keeps it from changing until the end of the transaction. Throws `not_found`. */
export const hold = async (tx: Tx, id: string): Promise<Held> => {
  const found = await store.findArticle(tx.db, id);
  if (found === undefined) throw notFound();
  const row = await settleHeld(tx, found);
  const state = await stateOf(tx.db, row);
  return { ...state, standing: standingOf(row, authorIdsOf(state)) };
};

/** A text, as it was written and as it is shown. */
export interface Text {
  body: Body;
  rendered: RenderedBody;
}

/** What a change says of a text. */
type BodyChange = { [Field in keyof Body]?: Body[Field] | undefined };

const changedBody = (body: Body, { format = body.format, source = body.source }: BodyChange): Body => ({
  format,
  source,
});

/** A changed text, rendered before the transaction that saves it, as `body` is read before it: nobody else waits for that. */
export const renderAhead = async (
  body: Body | undefined,
  change: BodyChange,
  { embedHosts }: ArticleDeps,
): Promise<Text | undefined> => {
  if (body === undefined) return undefined;
  const changed = changedBody(body, change);
  return { body: changed, rendered: await renderInTurns(changed, embedHosts) };
};

/** The changed text within the transaction: the one made ahead, unless somebody changed the text in between. */
export const textAfter = (
  body: Body,
  change: BodyChange,
  ahead: Text | undefined,
  { embedHosts }: ArticleDeps,
): Text => {
  const changed = changedBody(body, change);
  if (ahead?.body.format === changed.format && ahead.body.source === changed.source) return ahead;
  return { body: changed, rendered: renderBody(changed, embedHosts) };
};

export interface Edit {
  columns: Partial<store.NewArticleRow>;
  text?: Text | undefined;
  tagIds?: readonly string[] | undefined;
  bylines?: readonly BylineRow[] | undefined;
}

/** What is said of an edit: to the event log, and to the revision. */
export interface Account {
  action: Action;
  note?: string;
  /** Of a change that is kept aside: the fields it touches, and what the article would be. */
  staged?: { fields: readonly string[]; content: RevisionContent; bodyN: number };
}

export const columnsOfText = ({ rendered }: Text) => ({
  excerpt: excerptOfBody(rendered.text),
  wordCount: rendered.wordCount,
});

export const saveText = async (
  db: Db,
  articleId: string,
  n: number,
  { body, rendered }: Text,
): Promise<void> => {
  const { html, text, rendererVersion: renderer } = rendered;
  await store.saveBody(db, { articleId, format: body.format, source: body.source, html, text, renderer, n });
};

/** The one constraint that a well-formed article can run into. */
export const sourceTaken = (db: Db, error: unknown): unknown => {
  const violation = db.dialect.violation(error);
  if (violation?.kind !== 'unique' || violation.constraint !== 'articles_source_system_source_id_key')
    return error;
  return new Problem('source_taken', 'Another article has this source.', {
    cause: error,
    errors: [{ pointer: '/source', code: 'source_taken', message: 'belongs to another article' }],
  });
};

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The pointers of all that an edit changes. */
const fieldsOf = ({ row, links, tagIds }: State, edit: Edit, old: store.ArticleBodyRow): string[] => {
  const { body } = edit.text ?? {};
  const bylines = links.authors.map(({ id, role }) => ({ authorId: id, role }));
  return [
    ...changedFields(row, edit.columns),
    ...(body !== undefined && (old.format !== body.format || old.source !== body.source) ? ['/body'] : []),
    ...(edit.tagIds !== undefined && !isSame(edit.tagIds, tagIds) ? ['/tags'] : []),
    ...(edit.bylines !== undefined && !isSame(edit.bylines, bylines) ? ['/authors'] : []),
  ];
};

/** Whether all would stay as it is: what is written, what became of it, and that a slug follows its title. */
export const changesNothing = (state: State, edit: Edit, old: store.ArticleBodyRow): boolean =>
  fieldsOf(state, edit, old).length === 0 &&
  (edit.text === undefined || edit.text.rendered.html === old.html) &&
  edit.columns.slugIsExplicit === state.row.slugIsExplicit;

const KINDS = { true: 'staged', false: 'live' } as const satisfies Record<string, RevisionKind>;

/** What an event's action is called in an article's own history: `published`. */
export const deedOf = (action: Action): string => action.slice(action.indexOf('.') + 1);

/** Saves an edit as the next version, by whoever acts; returns the article as it is now. Throws like `requireKept`. */
export const save = async (
  ctx: Context,
  tx: Tx,
  held: Held,
  edit: Edit,
  account: Account,
): Promise<State> => {
  const { row } = held;
  const { id } = row;
  if (edit.bylines !== undefined) {
    const authorIds = edit.bylines.map(({ authorId }) => authorId);
    requireKept(ctx.actor, { ...held.standing, authorIds }, tx.now);
  }
  const version = row.version + 1;
  const old = await store.findBody(tx.db, id);
  const fields = account.staged?.fields ?? fieldsOf(held, edit, old);
  const columns: Partial<store.NewArticleRow> = {
    // What readers see has changed; a move says for itself when.
    ...(row.status === 'published' && account.staged === undefined && fields.some(isPublicField)
      ? { modifiedAt: tx.now }
      : {}),
    ...(edit.text === undefined ? {} : columnsOfText(edit.text)),
    ...edit.columns,
    version,
    updatedAt: tx.now,
    updatedBy: keyIdOf(ctx.actor),
  };
  await store.updateArticle(tx.db, id, columns).catch((error: unknown) => {
    throw sourceTaken(tx.db, error);
  });
  if (edit.text !== undefined) {
    await keepBody(tx.db, id, old.n, old);
    await saveText(tx.db, id, version, edit.text);
  }
  // The columns just saved are those of a row.
  const saved = { ...row, ...columns } as store.ArticleRow;
  const listedAt = listedAtOf(saved);
  if (edit.tagIds !== undefined) await store.replaceTags(tx.db, id, edit.tagIds, listedAt);
  if (edit.bylines !== undefined) await replaceBylines(tx.db, id, edit.bylines, listedAt);
  if (listedAt !== listedAtOf(row)) await store.listArticleAt(tx.db, id, listedAt);
  const state = await stateOf(tx.db, saved);
  await recount(tx.db, countedIn(held), countedIn(state));
  await insertRevisions(tx.db, [
    {
      articleId: id,
      n: version,
      kind: KINDS[`${account.staged !== undefined}`],
      action: deedOf(account.action),
      at: tx.now,
      madeBy: keyIdOf(ctx.actor),
      fields: [...fields],
      content: account.staged?.content ?? contentOf(state),
      bodyN: account.staged?.bodyN ?? (edit.text === undefined ? old.n : version),
      note: account.note ?? null,
    },
  ]);
  await indexArticle(tx.db, id);
  const tags = account.staged === undefined ? [...cacheTagsOf(held), ...cacheTagsOf(state)] : [];
  tx.emit({ action: account.action, subject: `article:${id}`, version, tags });
  return state;
};
