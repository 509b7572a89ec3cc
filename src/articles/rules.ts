// What may happen to an article, by whom, from where: one table of moves, and who sees, edits and makes them.
// Everything a rule needs is in its arguments; what it decides are columns, not queries.
import { isEditor } from '../access/roles.ts';
import type { Actor } from '../context.ts';
import { type Fault, notFound, Problem } from '../core/problem.ts';
import type { ArticleStatus, Role } from '../db/schema/columns.ts';
import type { MOVES } from './schema.ts';
import { isVisible } from './visibility.ts';

export type Move = (typeof MOVES)[number];

/** Where each move leads; a move that is not here is refused. `deleted` is the end. */
const TABLE: Record<ArticleStatus, Partial<Record<Move, ArticleStatus | 'deleted'>>> = {
  draft: { publish: 'published', trash: 'trashed' },
  published: { unpublish: 'draft', archive: 'archived', trash: 'trashed' },
  archived: { publish: 'published', unpublish: 'draft', trash: 'trashed', restore: 'draft' },
  trashed: { restore: 'draft', delete: 'deleted' },
};

export interface Standing {
  status: ArticleStatus;
  publicFrom: number | null;
  publicUntil: number | null;
  createdBy: string | null;
  /** The authors in the byline. */
  authorIds: readonly string[];
}

/** The process itself, and whoever runs it, may do what an admin may. */
const roleOf = (actor: Actor): Role | undefined =>
  actor.kind === 'key' ? actor.role : actor.kind === 'system' ? 'admin' : undefined;

/** Own: the key made it, or the author the key is tied to is in the byline. */
export const isOwn = (actor: Actor, { createdBy, authorIds }: Standing): boolean =>
  actor.kind === 'key' &&
  (createdBy === actor.id || (actor.authorId !== null && authorIds.includes(actor.authorId)));

/** Editors see everything, writers their own, and everybody with a key what is public. */
export const maySee = (actor: Actor, article: Standing, now: number): boolean => {
  if (roleOf(actor) === undefined) return false;
  return readsAll(actor) || isVisible(article, now) || (writes(actor) && isOwn(actor, article));
};

/** Whether every article is this actor's to read. */
export const readsAll = (actor: Actor): boolean => {
  const role = roleOf(actor);
  return role !== undefined && isEditor(role);
};

/** Whether the role writes articles without being everybody's editor. */
export const writes = (actor: Actor): boolean => {
  const role = roleOf(actor);
  return role === 'contributor' || role === 'reporter';
};

/** Moderators read what is public without the desk's own words. */
export const mayReadNotes = (actor: Actor): boolean => roleOf(actor) !== 'moderator';

/** Whether `actor` may change the article's content where it stands. */
const mayEdit = (actor: Actor, article: Standing): boolean => {
  if (readsAll(actor)) return true;
  return (
    writes(actor) && isOwn(actor, article) && (roleOf(actor) === 'reporter' || article.status === 'draft')
  );
};

const mayMake = (move: Move, actor: Actor, article: Standing): boolean => {
  if (readsAll(actor)) return true;
  if (move === 'publish' || move === 'unpublish')
    return roleOf(actor) === 'reporter' && isOwn(actor, article);
  return move === 'trash' && article.status === 'draft' && mayEdit(actor, article);
};

/** The moves that are possible and open to `actor`, in the order of the table. */
export const allowedMoves = (actor: Actor, article: Standing): Move[] =>
  (Object.keys(TABLE[article.status]) as Move[]).filter((move) => mayMake(move, actor, article));

/** Throws `not_found` where the article may not be seen, `forbidden` where it may be seen and not changed. */
export const requireEdit = (actor: Actor, article: Standing, now: number): void => {
  if (!maySee(actor, article, now)) throw notFound();
  if (!mayEdit(actor, article))
    throw new Problem('forbidden', 'This article is not yours to change, or not any more.');
  if (article.status === 'trashed') {
    throw new Problem('transition_refused', 'The article is in the trash: restore it first.', {
      allowedMoves: allowedMoves(actor, article),
    });
  }
};

/**
 * The status after `move`. Throws `not_found` where the article may not be seen, `transition_refused` with the moves
 * that are open where this one is not possible, `forbidden` where it is possible for others.
 */
export const statusAfter = (
  move: Move,
  actor: Actor,
  article: Standing,
  now: number,
): ArticleStatus | 'deleted' => {
  if (!maySee(actor, article, now)) throw notFound();
  const next = TABLE[article.status][move];
  const allowed = allowedMoves(actor, article);
  if (next === undefined) {
    const open = allowed.length === 0 ? 'none' : allowed.join(', ');
    throw new Problem(
      'transition_refused',
      `The article is ${article.status}; moves open to this key: ${open}.`,
      {
        allowedMoves: allowed,
      },
    );
  }
  if (!allowed.includes(move)) throw new Problem('forbidden', `This key may not ${move} this article.`);
  return next;
};

export interface Visibility {
  publishedAt: number | null;
  modifiedAt: number | null;
  publicFrom: number | null;
  publicUntil: number | null;
}

/** The visibility columns after a move to `status` at `now`. The first publication is never changed again. */
export const visibilityAfter = (
  status: ArticleStatus,
  before: Visibility,
  now: number,
  firstPublishedAt: number = now,
): Visibility => {
  const { publishedAt, modifiedAt, publicFrom } = before;
  switch (status) {
    case 'published': {
      const first = publishedAt ?? firstPublishedAt;
      return {
        publishedAt: first,
        modifiedAt: publishedAt === null ? first : now,
        publicFrom: first,
        publicUntil: null,
      };
    }
    case 'archived':
      // It has been public and is so no more, and that may be known: 410.
      return { publishedAt, modifiedAt, publicFrom, publicUntil: now };
    default:
      return { publishedAt, modifiedAt, publicFrom: null, publicUntil: null };
  }
};

export interface Publishable {
  title: string;
  bodyText: string;
  authors: number;
}

/** Throws `publish_incomplete` naming everything a public article still lacks. */
export const requireComplete = ({ title, bodyText, authors }: Publishable): void => {
  const missing = (pointer: string): Fault => ({
    pointer,
    code: 'required',
    message: 'is required to be public',
  });
  const errors = [
    ...(title.trim() === '' ? [missing('/title')] : []),
    ...(bodyText.trim() === '' ? [missing('/body')] : []),
    ...(authors === 0 ? [missing('/authors')] : []),
  ];
  if (errors.length === 0) return;
  const names = errors.map(({ pointer = '' }) => pointer.slice(1)).join(', ');
  throw new Problem('publish_incomplete', `Still missing: ${names}.`, { errors });
};

/** A first publication given by hand: by editors, and in the past. */
export const requireBackdating = (
  actor: Actor,
  publishedAt: number,
  isPublished: boolean,
  now: number,
): void => {
  const fault = (code: string, message: string) => ({ errors: [{ pointer: '/publishedAt', code, message }] });
  if (!readsAll(actor)) throw new Problem('forbidden', 'Only editors may set publishedAt.');
  if (!isPublished) {
    throw new Problem(
      'validation_failed',
      'Not valid: /publishedAt.',
      fault('needs_status', 'needs status "published"'),
    );
  }
  if (publishedAt > now) {
    throw new Problem(
      'validation_failed',
      'Not valid: /publishedAt.',
      fault('not_past', 'must be in the past'),
    );
  }
};
