// An endpoint is data: what it takes, what it answers, who may ask. The server, the OpenAPI document, the role table
// of the tests and the problem pages are all made from the same list of these.
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { CacheTag } from '../core/cache-tag.ts';
import type { ProblemCode } from '../core/problem.ts';
import { type Expected, versionTag } from '../core/version.ts';
import type { Role } from '../db/schema/columns.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Headers that an answer can carry beside those that every answer carries; described in openapi.ts. */
export type AnswerHeader =
  | 'ETag'
  | 'Location'
  | 'Link'
  | 'Retry-After'
  | 'Cache-Control'
  | 'RateLimit'
  | 'RateLimit-Policy';

export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** Of the body, where it is another kind of JSON than application/json. */
  mediaType?: 'application/ld+json';
  headers?: readonly AnswerHeader[];
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** What is written as JSON; absent: no body. */
  body?: unknown;
  /** What an Idempotency-Key replays instead of `body`, where that carries a secret or a person's data. */
  storedBody?: unknown;
  /** The comment whose words `body` repeats: the stored answer goes when they go. */
  commentId?: string;
  /** When this answer becomes another one by itself (ms since the epoch): no cache may keep it longer. */
  dueAt?: number | null;
  /** What this answer shows, so that it goes from every cache when that changes; null: it is not kept here at all. */
  tags?: readonly CacheTag[] | null;
}

/** What a read that anybody may make answers: it must say what it shows, or that it is not to be kept. */
export type PublicReply = Reply & Required<Pick<Reply, 'tags'>>;

export type Access = 'anyone' | readonly Role[];

/** How often one caller may ask; `name` is that of the quota in `RateLimit`. */
export interface Limit {
  name: string;
  perMinute: number;
}

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;

export interface Input<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** The versions named by If-Match, `'*'`, or undefined when the header is absent. */
  ifMatch: Expected | undefined;
}

type ReplyOf<M extends Method, A> = [M, A] extends ['GET', 'anyone'] ? PublicReply : Reply;

interface Definition<M extends Method, A extends Access, P, Q, B, R> {
  method: M;
  /** As fastify writes it: `/v1/articles/:article`. */
  url: string;
  /** The OpenAPI operationId, unique. */
  id: string;
  tag: string;
  summary: string;
  description?: string;
  /** `anyone`, or the roles that may ask at all; what is whose own is for the rules. */
  access: A;
  params?: P;
  query?: Q;
  /** Parameters it does not know are passed over, for others add their own to such addresses. */
  ignoresUnknownParameters?: true;
  body?: B;
  /** A request for the OpenAPI document, wherever there is a body. */
  example?: unknown;
  /** `required`: 428 without; `optional`: honoured when sent. */
  ifMatch?: 'required' | 'optional';
  bodyLimitBytes?: number;
  /** Answers under overload too, for it tells how the service is. */
  isProbe?: true;
  /** Of each address, where anyone may ask. What needs a key is limited anyway: see limits.ts. */
  limit?: Limit;
  answers: Record<number, Answer>;
  /** Problems of its own, beside those that follow from the fields above. */
  problems?: readonly ProblemCode[];
  run(ctx: Context, input: Input<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<R>;
  reply(result: R, input: Input<Parsed<P>, Parsed<Q>, Parsed<B>>): ReplyOf<M, A>;
}

/** An endpoint whose types have been checked and put away. */
export interface Endpoint
  extends Omit<Definition<Method, Access, z.ZodType, z.ZodType, z.ZodType, unknown>, 'run' | 'reply'> {
  run(ctx: Context, input: Input<unknown, unknown, unknown>): Promise<unknown>;
  reply(result: unknown, input: Input<unknown, unknown, unknown>): Reply;
}

/** Checks the types of one endpoint against each other: what `run` gives is what `reply` takes. */
export const endpoint = <
  const M extends Method,
  const A extends Access,
  R,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  definition: Definition<M, A, P, Q, B, R>,
  // The one cast: http/server.ts calls run and reply with what these very schemas have parsed.
): Endpoint => definition as unknown as Endpoint;

export const isManagement = (url: string): boolean => url.startsWith('/v1/manage');

/** 200 with an item of the Management API and its ETag. */
export const itemReply = <T extends { version: number }>(item: T): Reply => ({
  status: 200,
  headers: { ETag: versionTag(item.version) },
  body: item,
});

/** 201 with an item of the Management API, where it lies and its ETag. */
export const createdReply = <T extends { version: number }>(item: T, location: string): Reply => ({
  status: 201,
  headers: { ETag: versionTag(item.version), Location: location },
  body: item,
});

export const okReply = (body: unknown): Reply => ({ status: 200, body });

/** 200 with what anybody may read, what it shows, and when it becomes another answer by itself. */
export const publicReply = (
  body: unknown,
  tags: readonly CacheTag[] | null,
  dueAt: number | null = null,
): PublicReply => ({ status: 200, body, tags, dueAt });

export const noContent = (): Reply => ({ status: 204 });
