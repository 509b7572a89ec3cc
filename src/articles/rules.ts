// What may happen to an article, by whom, from where: one table of moves, and who sees, edits and makes them.
// Everything a rule needs is in its arguments. When an article is public after a move is said in publication.ts.
import { isEditor } from '../access/roles.ts';
import type { Actor } from '../context.ts';
import { notFound, Problem } from '../core/problem.ts';
import type { ArticleStatus, Role } from '../db/schema/columns.ts';
import { MOVES } from './schema.ts';
import { isVisible } from './visibility.ts';

export type Move = (typeof MOVES)[number];

/** A move, and beside it `schedule`: to publish at a later instant. */
export type Step = Move | 'schedule';

export type Outcome = ArticleStatus | 'deleted';

/** Where each step leads; a step that is not here is refused. `deleted` is the end. */
const TABLE: Record<ArticleStatus, Partial<Record<Step, Outcome>>> = {
  draft: { submit: 'in_review', publish: 'published', schedule: 'scheduled', trash: 'trashed' },
  in_review: { return: 'draft', publish: 'published', schedule: 'scheduled', trash: 'trashed' },
  scheduled: { publish: 'published', schedule: 'scheduled', unpublish: 'draft', trash: 'trashed' },
  // Published again: what is staged goes live.
  published: { publish: 'published', unpublish: 'draft', archive: 'archived', trash: 'trashed' },
  archived: {
    publish: 'published',
    schedule: 'scheduled',
    unpublish: 'draft',
    trash: 'trashed',
    restore: 'draft',
  },
  trashed: { restore: 'draft', delete: 'deleted' },
};

export interface Standing {
  status: ArticleStatus;
  publicFrom: number | null;
  publicUntil: number | null;
  /** When a change was kept aside for it; null: none is. */
  stagedAt: number | null;
  createdBy: string | null;
  /** The authors in the byline. */
  authorIds: readonly string[];
}

/** The process itself, and whoever runs it, may do what an admin may. */
const roleOf = (actor: Actor): Role | undefined =>
  actor.kind === 'key' ? actor.role : actor.kind === 'system' ? 'admin' : undefined;

/** What decides whose an article is, and who sees it. */
export type Seen = Pick<Standing, 'publicFrom' | 'publicUntil' | 'createdBy' | 'authorIds'>;

/** Own: the key made it, or the author the key is tied to is in the byline. */
export const isOwn = (actor: Actor, { createdBy, authorIds }: Seen): boolean =>
  actor.kind === 'key' &&
  (createdBy === actor.id || (actor.authorId !== null && authorIds.includes(actor.authorId)));

/** Editors see everything, writers their own, and everybody with a key what is public. */
export const maySee = (actor: Actor, article: Seen, now: number): boolean => {
  if (roleOf(actor) === undefined) return false;
  return mayReadNotes(actor, article) || isVisible(article, now);
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

/** The desk's own words, and what an article was and would be, are for those whose it is; all others read what is public. */
export const mayReadNotes = (actor: Actor, article: Seen): boolean =>
  readsAll(actor) || (writes(actor) && isOwn(actor, article));

/** Whether `actor` may change the article's content where it stands. */
const mayEdit = (actor: Actor, article: Standing): boolean =>
  mayReadNotes(actor, article) && (roleOf(actor) !== 'contributor' || article.status === 'draft');

const mayMake = (step: Step, actor: Actor, article: Standing): boolean => {
  if (readsAll(actor)) return true;
  if (!writes(actor) || !isOwn(actor, article)) return false;
  switch (step) {
    case 'submit':
    case 'return':
      return true;
    case 'publish':
    case 'schedule':
    case 'unpublish':
      return roleOf(actor) === 'reporter';
    case 'trash':
      return article.status === 'draft';
    default:
      return false;
  }
};

const nextOf = (step: Step, { status, stagedAt }: Standing): Outcome | undefined =>
  status === 'published' && step === 'publish' && stagedAt === null ? undefined : TABLE[status][step];

/** The moves that are possible and open to `actor`, in the order of MOVES. */
export const allowedMoves = (actor: Actor, article: Standing): Move[] =>
  MOVES.filter((move) => nextOf(move, article) !== undefined && mayMake(move, actor, article));

/** Who may read what an article was and would be. Throws like `requireEdit`. */
export const requireHistory = (actor: Actor, article: Standing, now: number): void => {
  if (!maySee(actor, article, now)) throw notFound();
  if (mayReadNotes(actor, article)) return;
  throw new Problem('forbidden', 'The history of this article is not yours to read.');
};

/** Throws `not_found` where the article may not be seen, `forbidden` where it may be seen and not changed. */
export const requireEdit = (actor: Actor, article: Standing, now: number): void => {
  if (!maySee(actor, article, now)) throw notFound();
  if (!mayEdit(actor, article))
    throw new Problem('forbidden', 'This article is not yours to change, or not any more.');
  requireOutOfTrash(actor, article);
};

/** In the trash an article is neither changed nor shown to anybody. Throws `transition_refused`. */
export const requireOutOfTrash = (actor: Actor, article: Standing): void => {
  if (article.status !== 'trashed') return;
  throw refused('The article is in the trash: restore it first', actor, article);
};

/** Throws `forbidden` where a new byline would take the article out of sight of whoever gives it that. */
export const requireKept = (actor: Actor, article: Seen, now: number): void => {
  if (maySee(actor, article, now)) return;
  throw new Problem(
    'forbidden',
    'Without your byline you would lose this article, which is not public; an editor can hand it over.',
  );
};

/**
 * The status after `step`. Throws `not_found` where the article may not be seen, `transition_refused` with the moves
 * that are open where this one is not possible, `forbidden` where it is possible for others.
 */
export const statusAfter = (step: Step, actor: Actor, article: Standing, now: number): Outcome => {
  if (!maySee(actor, article, now)) throw notFound();
  const next = nextOf(step, article);
  if (next === undefined) throw refused(`The article is ${article.status}`, actor, article);
  if (!mayMake(step, actor, article))
    throw new Problem('forbidden', `This key may not ${step} this article.`);
  return next;
};

/** A change is kept aside over what the public reads; everything else is changed where it stands. */
export const requireStageable = (actor: Actor, article: Standing): void => {
  if (article.status === 'published') return;
  throw refused('Only a published article is changed aside: change this one directly', actor, article);
};

/** A correction is of what has been read. */
export const requireCorrectable = (actor: Actor, article: Standing): void => {
  if (article.status === 'published') return;
  throw refused('Only a published article is corrected', actor, article);
};

const refused = (why: string, actor: Actor, article: Standing): Problem => {
  const allowed = allowedMoves(actor, article);
  const open = allowed.length === 0 ? 'none' : allowed.join(', ');
  return new Problem('transition_refused', `${why}; moves open to this key: ${open}.`, {
    allowedMoves: allowed,
  });
};
