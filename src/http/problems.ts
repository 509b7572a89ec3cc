// Failures as application/problem+json (RFC 9457). What a caller may know comes from the catalogue and the Problem;
// what the operator must know goes to the log; a failure nobody foresaw becomes `internal` and says nothing.
import { catalogue, Problem, type ProblemCode } from '../core/problem.ts';
import { failureOf } from '../db/database.ts';
import type { problemSchema } from './problem-schema.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** What fastify throws, in the words of the catalogue. */
const FRAMEWORK: Readonly<Record<string, [code: ProblemCode, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body_too_large',
    'The body is larger than the {limit} that this address takes.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'request_malformed',
    'The body is not as long as Content-Length says.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'media_type_unsupported',
    'Send application/json in UTF-8, without Content-Encoding.',
  ],
  FST_ERR_BAD_URL: ['request_malformed', 'The address is not percent-encoded UTF-8.'],
  FST_ERR_MAX_PARAM_LENGTH: ['uri_too_long', 'A part of the path is too long.'],
};

/** Said of what will pass. */
export const RETRY = { headers: { 'Retry-After': '2' } };

/**
 * Any failure as a Problem; `isPublicWrite` tells a reader's POST, which never hears of disks, from the desk's, and
 * `bodyLimit` how many bytes the address takes.
 */
export const asProblem = (error: unknown, isPublicWrite: boolean, bodyLimit = 0): Problem => {
  if (error instanceof Problem) return error;
  const failure = failureOf(error);
  if (failure === 'full' && !isPublicWrite) {
    return new Problem('storage_full', 'The disk is full; nothing was changed.', { cause: error });
  }
  if (failure !== undefined) {
    return new Problem('unavailable', 'The database cannot take this now. Try again.', {
      cause: error,
      ...RETRY,
    });
  }
  const [code, detail] = knownBy(error) ?? ['internal', 'The failure has been logged.'];
  return new Problem(code, detail.replace('{limit}', `${bodyLimit / 1024} KB`), { cause: error });
};

const knownBy = (error: unknown) =>
  error instanceof Error && 'code' in error ? FRAMEWORK[String(error.code)] : undefined;

export interface Where {
  /** The path asked for, without its query: a query may carry what must not be echoed. */
  path: string;
  requestId: string;
  publicUrl: string;
}

/** The bytes of a problem. */
export const problemBody = (problem: Problem, { path, requestId, publicUrl }: Where): Buffer => {
  const { code, status, message, errors, allowedMoves } = problem;
  return Buffer.from(
    JSON.stringify({
      type: `${publicUrl}/problems/${code}`,
      title: catalogue[code].title,
      status,
      detail: message,
      instance: path,
      code,
      requestId,
      ...(errors === undefined ? {} : { errors }),
      ...(allowedMoves === undefined ? {} : { allowedMoves }),
    } satisfies typeof problemSchema._output),
  );
};
