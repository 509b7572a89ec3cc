// An answer as bytes: entity tag, caching, the link to the next page, 304 where the client has those bytes already.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';
import type { AnswerCache } from './cache.ts';
import { cacheControl } from './cache-control.ts';
import { type Endpoint, isManagement, type Reply } from './endpoint.ts';
import { bytesTag, matchesNone } from './preconditions.ts';
import { jsonOf } from './written.ts';

/** A header; node has joined the values of one that was repeated, or kept the first. */
export const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/**
 * The path asked for, as it may be echoed and logged: without its query, and `*` for each part that is not spelled as
 * an id or a slug, for it may be anything, an e-mail, a key or the token of a link included.
 */
export const pathOf = (request: FastifyRequest): string =>
  request.url
    .replace(/[?#].*/s, '')
    .replace(/[^/]+/g, (part) => (/^(?!m[hp]_)[\w.-]{1,100}$/.test(part) ? part : '*'));

/** The path under which the outside reaches this server, `''` where that is none: what leads there by path begins so. */
export const basePathOf = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/$/, '');

/** The headers that hooks and the answer itself have set so far. */
const textsOf = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));

const nextLink = (request: FastifyRequest, publicUrl: string, body: unknown): string | undefined => {
  if (typeof body !== 'object' || body === null || !('nextCursor' in body)) return undefined;
  if (typeof body.nextCursor !== 'string') return undefined;
  const url = new URL(publicUrl + request.url);
  // One answer is kept for every order of the parameters, and may not show in which it was asked for first.
  url.searchParams.delete('cursor');
  url.searchParams.sort();
  url.searchParams.append('cursor', body.nextCursor);
  return `<${url.href}>; rel="next"`;
};

export interface How {
  publicUrl: string;
  clock: Clock;
  /** A GET that anybody may ask. */
  isPublic: boolean;
  /** As the endpoint documents them. */
  answers: Endpoint['answers'];
  cache?: AnswerCache | undefined;
}

/**
 * JSON-LD is there to be put into a page: without a `<` nothing in it can end the script element that holds it, nor
 * begin a comment there (https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements).
 */
const textOf = (body: unknown, mediaType: string): string => {
  const text = jsonOf(body);
  return mediaType === 'application/ld+json' ? text.replaceAll('<', '\\u003c') : text;
};

/**
 * Sends `answer`. What is public gets an entity tag of its bytes, unless it names a Cache-Control of its own; nothing
 * else is to be stored.
 */
export const send = (
  request: FastifyRequest,
  reply: FastifyReply,
  { status, headers = {}, body, dueAt = null, tags = null }: Reply,
  { publicUrl, clock, isPublic, answers, cache }: How,
): FastifyReply => {
  const unstored = isManagement(request.url) ? 'private, no-store' : 'no-store';
  reply.code(status).headers({ 'Cache-Control': unstored, ...headers });
  if (headers.Location !== undefined) reply.header('Location', basePathOf(publicUrl) + headers.Location);
  if (body === undefined) return reply.send();

  const link = nextLink(request, publicUrl, body);
  if (link !== undefined) reply.header('Link', link);
  const mediaType = answers[status]?.mediaType ?? 'application/json';
  const type = `${mediaType}; charset=utf-8`;
  const bytes = Buffer.from(textOf(body, mediaType));
  if (isPublic && status === 200 && headers['Cache-Control'] === undefined) {
    const etag = bytesTag(bytes);
    reply
      .headers({ ETag: etag, Vary: 'Accept-Encoding', 'Cache-Control': cacheControl(dueAt, clock()) })
      .type(type);
    if (tags !== null) {
      if (tags.length > 0) reply.headers({ 'Cache-Tag': tags.join(','), 'Surrogate-Key': tags.join(' ') });
      cache?.offer(request.raw, { headers: textsOf(reply), etag, bytes, tags, dueAt });
    }
    if (cache?.isDebugged) reply.header('X-Cache', 'miss');
    if (matchesNone(headerOf(request, 'if-none-match'), etag))
      return reply.code(304).removeHeader('Content-Type').send();
  }
  return reply.type(type).send(bytes);
};
