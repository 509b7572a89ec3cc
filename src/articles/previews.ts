// Preview links: anybody who has one reads the article as it would be at the moment the link was made, until the link
// expires or is revoked. The link is signed; what it shows is kept with it, so that it never shows anything else.
import { findKeyNames } from '../access/store.ts';
import { type Context, keyIdOf } from '../context.ts';
import { toInstant, toInstantOrNull } from '../core/clock.ts';
import { newId } from '../core/id.ts';
import { type Cursors, mapPage, type Page, type PageQuery, readPage } from '../core/page.ts';
import { notFound } from '../core/problem.ts';
import type { Signer } from '../core/signature.ts';
import { discussionSettings } from '../settings/discussion.ts';
import type { NewPreview, Preview, PreviewLink } from './previews.schema.ts';
import * as store from './previews.store.ts';
import { withHistory } from './revisions.ts';
import { requireHistory, requireOutOfTrash } from './rules.ts';
import { hold } from './saving.ts';
import type { ArticlePreview } from './schema.ts';
import { findStaged } from './staged.store.ts';
import { wouldBe, wouldRead } from './staged.ts';
import { findBody } from './store.ts';
import { type ArticleUrl, sharedView } from './view.ts';

export interface PreviewDeps {
  urlOf: ArticleUrl;
  /** Signs the tokens of links. */
  signer: Signer;
  /** Where a token is read. */
  previewUrlOf(token: string): string;
}

const viewOf = (
  { id, n, createdAt, createdBy, expiresAt }: store.ListedPreview,
  names: ReadonlyMap<string, string>,
): Preview => ({
  id,
  version: n,
  createdAt: toInstant(createdAt),
  createdBy: createdBy === null ? null : { id: createdBy, name: names.get(createdBy)! },
  expiresAt: toInstant(expiresAt),
});

/** Makes a link to the article as it would be now. The token is shown this once. */
export const createPreview = (
  ctx: Context,
  { urlOf, signer, previewUrlOf }: PreviewDeps,
  articleId: string,
  { expiresIn }: NewPreview,
): Promise<PreviewLink> =>
  ctx.write(async (tx) => {
    const held = await hold(tx, articleId);
    requireHistory(ctx.actor, held.standing, tx.now);
    requireOutOfTrash(ctx.actor, held.standing);
    const staged = await findStaged(tx.db, articleId);
    const state = staged === undefined ? held : await wouldBe(tx.db, held, staged);
    const { html } =
      staged === undefined ? await findBody(tx.db, articleId) : await wouldRead(tx.db, articleId, staged);
    const { row, links } = state;
    const answer: ArticlePreview = {
      ...sharedView(row, links, { now: tx.now, urlOf, discussion: await discussionSettings(tx.db) }),
      publishedAt: toInstantOrNull(row.publishedAt),
      modifiedAt: toInstantOrNull(row.modifiedAt),
      metadata: { public: row.metadataPublic },
      bodyHtml: html,
    };
    const preview = {
      id: newId(tx.now),
      articleId,
      n: row.version,
      createdAt: tx.now,
      createdBy: keyIdOf(ctx.actor),
      expiresAt: tx.now + expiresIn * 1_000,
    };
    await store.insertPreview(tx.db, { ...preview, answer: JSON.stringify(answer) });
    tx.emit({ action: 'preview.created', subject: `preview:${preview.id}`, tags: [] });
    const names = await findKeyNames(tx.db, preview.createdBy === null ? [] : [preview.createdBy]);
    const token = signer.sign(preview.id);
    return { ...viewOf(preview, names), token, url: previewUrlOf(token) };
  });

/** The links to an article that have not expired, oldest first, without their tokens. */
export const listPreviews = async (
  ctx: Context,
  cursors: Cursors,
  articleId: string,
  query: PageQuery,
): Promise<Page<Preview>> => {
  await withHistory(ctx, articleId);
  const now = ctx.clock();
  const page = await readPage(cursors, query, {
    name: 'manage/previews',
    filters: { articleId },
    rows: (from, count) => store.listPreviews(ctx.read, articleId, now, from, count),
    positionOf: ({ createdAt, id }) => ({ key: createdAt, id }),
    count: () => store.countPreviews(ctx.read, articleId, now),
  });
  const names = await findKeyNames(
    ctx.read,
    page.items.flatMap(({ createdBy }) => createdBy ?? []),
  );
  return mapPage(page, (row) => viewOf(row, names));
};

/** Ends a link at once. Throws `not_found`. */
export const revokePreview = (ctx: Context, articleId: string, id: string): Promise<void> =>
  ctx.write(async (tx) => {
    const { standing } = await hold(tx, articleId);
    requireHistory(ctx.actor, standing, tx.now);
    if ((await store.findPreview(tx.db, articleId, id)) === undefined) throw notFound();
    await store.deletePreview(tx.db, id);
    tx.emit({ action: 'preview.revoked', subject: `preview:${id}`, tags: [] });
  });
