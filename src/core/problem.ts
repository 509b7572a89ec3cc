// The closed catalogue of failures. A problem's code is stable for ever; its page /problems/{code} is made from here.
// What the caller may read (`detail`, `errors`) is said here; what the operator must know goes into `cause`, never out.

interface Kind {
  status: number;
  title: string;
  /** For the page behind `type`: what happened and what to do about it. */
  about: string;
}

const kind = (status: number, title: string, about: string): Kind => ({ status, title, about });

export const catalogue = {
  validation_failed: kind(
    400,
    'The request is not valid',
    'One or more fields, parameters or headers are not as the API describes them. `errors` names every one of them; nothing was changed. Correct them all and send the request again.',
  ),
  body_malformed: kind(
    400,
    'The body cannot be read',
    'The body is not JSON in strict UTF-8, is nested more than 32 deep, or is missing. Nothing was changed.',
  ),
  request_malformed: kind(
    400,
    'The request cannot be read',
    'The request line or its headers are not valid HTTP.',
  ),
  cursor_invalid: kind(
    400,
    'The cursor is not valid here',
    'A cursor belongs to one list with one set of filters and may not be edited. Start again without `cursor`, or follow `nextCursor` with the same parameters.',
  ),
  sort_unsupported: kind(
    400,
    'This list cannot be sorted so',
    'The sort asked for cannot be combined with the filters asked for.',
  ),
  unauthorized: kind(
    401,
    'A valid API key is needed',
    'Send `Authorization: Bearer mh_…` with a key that exists, is not revoked and has not expired.',
  ),
  forbidden: kind(
    403,
    'This key may not do that',
    'The role of the key does not allow this action, or not on something that is not its own. `GET /v1/manage/me` tells what a key may do.',
  ),
  comments_closed: kind(
    403,
    'Comments are closed',
    'This article takes no comments, or no longer. Its `acceptsComments` says so.',
  ),
  not_found: kind(
    404,
    'There is nothing here',
    'The address is wrong, or what it names does not exist or may not be seen with these credentials.',
  ),
  method_not_allowed: kind(
    405,
    'The method does not fit this address',
    'The address exists, but not for this method; `Allow` lists those that work. Writing is done under `/v1/manage`.',
  ),
  request_timeout: kind(
    408,
    'The request took too long to arrive',
    'The request was not complete within the time allowed. Send it again.',
  ),
  slug_taken: kind(
    409,
    'The slug is taken',
    'Another item has this slug. Choose another one, or leave it out to have one made.',
  ),
  name_taken: kind(409, 'The name is taken', 'Another item has this name in the same or another spelling.'),
  email_taken: kind(
    409,
    'The e-mail is in use',
    'Another author has this e-mail, in the same or another case.',
  ),
  source_taken: kind(
    409,
    'The source is known already',
    'Another item carries the same `source` (system and id).',
  ),
  author_in_use: kind(
    409,
    'The author is still named by articles',
    'Move the bylines first (`POST …/authors/{id}/reassign`) or make the author inactive.',
  ),
  section_in_use: kind(
    409,
    'The section still holds articles',
    'Give its articles another section first (`GET /v1/manage/articles?section=` lists them), or merge it into another (`POST …/sections/{id}/merge`).',
  ),
  tag_in_use: kind(
    409,
    'The tag is still used by articles',
    'Take the tag off its articles first, or merge it into another tag (`POST …/tags/{id}/merge`).',
  ),
  transition_refused: kind(
    409,
    'The article cannot make this move',
    'The move is not possible from the present status; `allowedMoves` lists those that are.',
  ),
  staged_conflict: kind(
    409,
    'The article was changed where a change is staged',
    'A field that is staged was changed in the published article meanwhile; `errors` names it. Read both, stage the field again or drop the staged change.',
  ),
  release_refused: kind(
    409,
    'Not every article can go',
    'A release is all or nothing: `errors` says of each article that cannot go why. Nothing was changed.',
  ),
  last_admin_key: kind(
    409,
    'The last admin key stays',
    'Without it nobody could make another. Create a second admin key first.',
  ),
  comment_duplicate: kind(
    409,
    'This was said already',
    'The same sender has already posted the same text in the same place.',
  ),
  conflict: kind(
    409,
    'Somebody else was faster',
    'The change collided with another one made at the same moment. Read again and repeat it.',
  ),
  withdrawn: kind(
    410,
    'The article was withdrawn',
    'The article was public once and has been withdrawn by the publisher. It will not come back at this address.',
  ),
  version_conflict: kind(
    412,
    'The item was changed meanwhile',
    '`If-Match` names a version that is no longer current. `ETag` carries the current one: read it, merge, and send the change again.',
  ),
  body_too_large: kind(413, 'The body is too large', 'The body exceeds what this address takes.'),
  uri_too_long: kind(414, 'The address is too long', 'Shorten the path or the query.'),
  media_type_unsupported: kind(
    415,
    'The media type is not supported',
    'Send `Content-Type: application/json` (PATCH also `application/merge-patch+json`), UTF-8, without Content-Encoding.',
  ),
  reference_unknown: kind(
    422,
    'The request names something that does not exist',
    '`errors` points at each author, section or other item that is not known. Create it first, or name another.',
  ),
  publish_incomplete: kind(
    422,
    'The article is not ready to be published',
    'A public article needs a title, a body that shows something and at least one author. `errors` names what is missing.',
  ),
  instant_past: kind(
    422,
    'The instant is too early or too late',
    'A schedule and the end of a key need an instant that is still to come, and the end of an article one that comes after its start.',
  ),
  parent_invalid: kind(
    422,
    'The parent comment cannot be answered',
    'The parent is not visible, belongs to another article, or is already at depth 5.',
  ),
  challenge_unsolved: kind(
    422,
    'The challenge is not solved',
    'Comments need proof of work at the moment. Draw the comment form, let the widget solve its `challenge`, and send the result as `challengeSolution`, once.',
  ),
  idempotency_key_reused: kind(
    422,
    'The Idempotency-Key was used for another request',
    'A key stands for one request for 24 hours. Use a new key for a different body.',
  ),
  if_match_required: kind(
    428,
    'If-Match is required',
    'Send the ETag you have read in `If-Match`, so that no change of somebody else is overwritten unseen; `*` forces.',
  ),
  comment_flood: kind(
    429,
    'Too soon after the last comment',
    'Wait the seconds that `Retry-After` says, then send the comment again.',
  ),
  rate_limited: kind(
    429,
    'Too many requests',
    'Wait the seconds that `Retry-After` says. `RateLimit-Policy` tells how much is allowed in how many seconds, `RateLimit` how much of it is left.',
  ),
  headers_too_large: kind(431, 'The headers are too large', 'Send fewer or shorter headers.'),
  internal: kind(
    500,
    'Something went wrong here',
    'The failure is ours and has been logged under the `requestId`. Nothing is said about it outside.',
  ),
  unavailable: kind(
    503,
    'The service cannot answer now',
    'The service is starting, stopping, overloaded or without its database. Try again after `Retry-After` seconds; with the same Idempotency-Key a POST is safe to repeat.',
  ),
  storage_full: kind(
    507,
    'There is no room to store this',
    'The disk is full. Nothing was changed; reading goes on.',
  ),
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof catalogue;

// The cast: Object.keys forgets which keys a catalogue without an index has, and that it has some.
export const problemCodes = Object.keys(catalogue) as [ProblemCode, ...ProblemCode[]];

/** One fault: where it is (a JSON Pointer into the body, or a parameter's or header's name), a stable code, a sentence. */
export interface Fault {
  pointer?: string;
  parameter?: string;
  code: string;
  message: string;
  /** Who changed the field, and when: only on version conflicts. */
  by?: string | null;
  at?: string;
}

export interface ProblemMore {
  errors?: readonly Fault[];
  headers?: Readonly<Record<string, string>>;
  allowedMoves?: readonly string[];
  cause?: unknown;
}

/** Thrown by rules and services, answered by http/problems.ts as application/problem+json (RFC 9457). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly errors: readonly Fault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowedMoves: readonly string[] | undefined;

  constructor(code: ProblemCode, detail: string, more: ProblemMore = {}) {
    super(detail, { cause: more.cause });
    this.code = code;
    this.status = catalogue[code].status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
    this.allowedMoves = more.allowedMoves;
  }
}

/** An instant that comes too early or too late: `message` says of the field at `pointer` where it must lie. */
export const instantPast = (pointer: string, message: string): Problem =>
  new Problem('instant_past', `${pointer.slice(1)} ${message}.`, {
    errors: [{ pointer, code: 'instant_past', message }],
  });

/** The same 404 for everything that is hidden, trashed or unknown. */
export const notFound = (): Problem => new Problem('not_found', 'There is nothing at this address.');
