// When an article is public after a move, and what it must have to be so. Pure: instants in, columns out.
import type { Actor } from '../context.ts';
import { type Fault, instantPast, Problem } from '../core/problem.ts';
import type { ArticleStatus } from '../db/schema/columns.ts';
import type { RenderedBody } from './body.ts';
import { readsAll } from './rules.ts';

export interface Visibility {
  /** First publication; while it is ahead, the instant for which it is scheduled. */
  publishedAt: number | null;
  modifiedAt: number | null;
  publicFrom: number | null;
  /** The end: while the article is a draft, one that is only planned. */
  publicUntil: number | null;
}

/** What an article has that was never public. */
export const NEVER_PUBLIC: Visibility = {
  publishedAt: null,
  modifiedAt: null,
  publicFrom: null,
  publicUntil: null,
};

/** Whether readers may have kept its address: the first publication has passed. */
export const hasBeenPublic = ({ publishedAt }: Pick<Visibility, 'publishedAt'>, now: number): boolean =>
  publishedAt !== null && publishedAt <= now;

export interface Turn {
  from: ArticleStatus;
  to: ArticleStatus;
  now: number;
  /** When it becomes public, where `to` is `scheduled`; a first publication in the past, where it is `published`. */
  at?: number | undefined;
}

/** The visibility columns after a move. The first publication is never changed again once it has passed. */
export const visibilityAfter = (before: Visibility, { from, to, now, at = now }: Turn): Visibility => {
  const first = hasBeenPublic(before, now) ? before.publishedAt : null;
  // The end of what was withdrawn is behind it; any other was planned and stays.
  const publicUntil = from === 'archived' ? null : before.publicUntil;
  switch (to) {
    case 'published':
      return {
        publishedAt: first ?? at,
        modifiedAt: first === null ? at : now,
        publicFrom: first ?? at,
        publicUntil,
      };
    case 'scheduled':
      return { publishedAt: first ?? at, modifiedAt: at, publicFrom: at, publicUntil };
    case 'archived':
      // It has been public and is so no more, and that may be known: 410.
      return {
        publishedAt: before.publishedAt,
        modifiedAt: before.modifiedAt,
        publicFrom: before.publicFrom,
        publicUntil: now,
      };
    default:
      return {
        publishedAt: first,
        modifiedAt: first === null ? null : before.modifiedAt,
        publicFrom: null,
        publicUntil,
      };
  }
};

/** The same for what time alone does: a scheduled article has started, a public one has ended. */
export const statusAt = (
  {
    status,
    publicFrom,
    publicUntil,
  }: { status: ArticleStatus } & Pick<Visibility, 'publicFrom' | 'publicUntil'>,
  now: number,
): ArticleStatus => {
  const isStarted =
    status === 'published' || (status === 'scheduled' && publicFrom !== null && publicFrom <= now);
  if (!isStarted) return status;
  return publicUntil !== null && publicUntil <= now ? 'archived' : 'published';
};

/** When an article stands in the lists of its tags and authors; null: not at all. */
export const listedAtOf = ({
  status,
  publishedAt,
}: Pick<Visibility, 'publishedAt'> & { status: ArticleStatus }): number | null =>
  status === 'published' || status === 'scheduled' ? publishedAt : null;

/** Whether the public reads the article, or will without anybody's doing. */
export const isOut = (status: ArticleStatus): boolean => status === 'published' || status === 'scheduled';

export interface Publishable {
  title: string;
  /** The text as it is shown: of what was written there may be nothing left to show. */
  body: Pick<RenderedBody, 'html' | 'text'>;
  authors: number;
}

/** The elements of sanitized HTML that show something without a word. */
const MEDIA = /<(?:img|iframe)\b/;

/** Throws `publish_incomplete` naming everything a public article still lacks. */
export const requireComplete = ({ title, body, authors }: Publishable): void => {
  const missing = (pointer: string): Fault => ({
    pointer,
    code: 'required',
    message: 'is required to be public',
  });
  const errors = [
    ...(title.trim() === '' ? [missing('/title')] : []),
    ...(body.text === '' && !MEDIA.test(body.html) ? [missing('/body')] : []),
    ...(authors === 0 ? [missing('/authors')] : []),
  ];
  if (errors.length === 0) return;
  const names = errors.map(({ pointer = '' }) => pointer.slice(1)).join(', ');
  throw new Problem('publish_incomplete', `Still missing: ${names}.`, { errors });
};

/** A start that is still to come. Throws `instant_past`. */
export const requireAhead = (at: number, now: number, pointer: '/at' | '/scheduledFor'): void => {
  if (at <= now) throw instantPast(pointer, 'must be in the future');
};

/** A start before the end that is planned already. Throws `instant_past`. */
export const requireBeforeEnd = (at: number, publicUntil: number | null): void => {
  if (publicUntil !== null && publicUntil <= at) {
    throw instantPast('/at', 'must be before unpublishAt, when the article is withdrawn');
  }
};

/** An end that is still to come when the article starts. Throws `instant_past`. */
export const requireEndAhead = (publicUntil: number | null, startsAt: number): void => {
  if (publicUntil !== null && publicUntil <= startsAt) {
    throw instantPast('/unpublishAt', 'must be after the article becomes public');
  }
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
