// The way back to a revision: what the article was becomes a new change of it. Of what it named, what has been deleted
// or merged away meanwhile is left out: a revision cannot be mended, so nothing in it may stand in the way for ever.
import type { Context } from '../context.ts';
import { notFound } from '../core/problem.ts';
import type { Expected } from '../core/version.ts';
import type { RevisionContent, StagedContent } from '../db/schema/columns.ts';
import { renderInTurns } from './body.ts';
import { showAfter } from './desk.ts';
import { isOut, requireComplete } from './publication.ts';
import { findBodyOf, findRevision } from './revisions.store.ts';
import { type ArticleDeps, save } from './saving.ts';
import type { ManagedArticle } from './schema.ts';
import { wouldBe } from './staged.ts';
import { holdToChange } from './versions.ts';

/** What a revision brings back: all but the address. */
const contentBefore = ({ section, tags, authors, metadata, ...content }: RevisionContent) =>
  ({
    title: content.title,
    subtitle: content.subtitle,
    summary: content.summary,
    language: content.language,
    cover: content.cover,
    canonicalUrl: content.canonicalUrl,
    seo: content.seo,
    metadataPublic: metadata.public,
    sectionId: section?.id ?? null,
    tagIds: tags.map(({ id }) => id),
    bylines: authors.map(({ id, role }) => ({ authorId: id, role })),
  }) satisfies StagedContent;

/**
 * Makes a revision the article's content again, as a new change; its address and what is private stay, and so do the
 * authors of a public article where none of the revision's is left.
 */
export const restoreRevision = async (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  n: number,
  expected: Expected | undefined,
): Promise<ManagedArticle> => {
  // A revision never changes, so it may be read, and its text rendered, before the transaction.
  const revision = await findRevision(ctx.read, id, n);
  const body = revision && (await findBodyOf(ctx.read, id, revision.bodyN));
  const text = body && { body, rendered: await renderInTurns(body, deps.embedHosts) };
  return ctx.write(async (tx) => {
    const held = await holdToChange(ctx, tx, id, expected);
    if (revision === undefined || text === undefined) throw notFound();
    const { tagIds, bylines, ...columns } = contentBefore(revision.content);
    const next = await wouldBe(tx.db, held, { content: { ...columns, tagIds, bylines }, text });
    const isPublic = isOut(held.row.status);
    const { authors } = isPublic && next.links.authors.length === 0 ? held.links : next.links;
    if (isPublic) {
      requireComplete({ title: columns.title, body: text.rendered, authors: authors.length });
    }
    const edit = {
      columns: { ...columns, sectionId: next.row.section === null ? null : columns.sectionId },
      text,
      tagIds: next.tagIds,
      bylines: authors.map((author) => ({ authorId: author.id, role: author.role })),
    };
    await save(ctx, tx, held, edit, { action: 'article.updated' });
    return showAfter(ctx, tx, deps, id);
  });
};
