// One finished answer as the cache keeps it: bytes and heads, ready to be written, in every coding that was asked for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CacheTag } from '../core/cache-tag.ts';
import { cacheControl } from './cache-control.ts';
import { type Coding, encode, preferredCoding, TAG_SUFFIX } from './coding.ts';
import { Head } from './head.ts';
import { matchesNone } from './preconditions.ts';
import { requestIdIn } from './request-id.ts';

/** Smaller ones would hardly become smaller. */
const MIN_CODED_BYTES = 1_000;
/** What an entry takes beside its bytes, in its heads, its places in the indexes and in objects: measured, rounded up. */
const OVERHEAD_BYTES = 6_000;
const TAG_BYTES = 150;

interface Form {
  head: Head;
  /** That of a 304. */
  headUnchanged: Head;
  etag: string;
  bytes: Buffer;
}

export interface Finished {
  /** Without an entity tag of its coding, and without what only one request is told. */
  headers: Readonly<Record<string, string>>;
  etag: string;
  bytes: Buffer;
  tags: readonly CacheTag[];
  /** When it becomes another answer by itself. */
  dueAt: number | null;
}

/** What only this request is told. */
export interface Told {
  now: number;
  isLast: boolean;
  isDebugged: boolean;
}

const PER_REQUEST = new Set([
  'cache-control',
  'connection',
  'content-length',
  'date',
  'etag',
  'ratelimit',
  'ratelimit-policy',
  'x-cache',
  'x-request-id',
]);
const OF_BODY = new Set(['content-type', 'content-encoding', 'content-length']);

export class KeptAnswer {
  readonly tags: readonly CacheTag[];
  readonly dueAt: number | null;
  /** What it takes in memory, all its forms included. */
  readonly size: number;
  readonly #headers: [string, string][];
  readonly #identity: Form;
  readonly #coded: Partial<Record<Coding, Form>> = {};
  readonly #asked = new Set<Coding>();
  #codedBytes = 0;

  constructor({ headers, etag, bytes, tags, dueAt }: Finished, keyLength: number) {
    this.tags = tags;
    this.dueAt = dueAt;
    this.#headers = Object.entries(headers).filter(([name]) => !PER_REQUEST.has(name));
    // A due instant gives each second its own Cache-Control.
    if (dueAt === null) this.#headers.push(['cache-control', cacheControl(null, 0)]);
    this.#identity = this.#formOf(bytes, etag);
    // Twice the bytes: coded forms are kept as long as together they are no larger than the plain one.
    this.size = OVERHEAD_BYTES + 2 * (bytes.length + keyLength) + TAG_BYTES * tags.length;
  }

  #formOf(bytes: Buffer, etag: string, coding?: Coding): Form {
    const all: [string, string][] = [
      ...this.#headers,
      ['etag', etag],
      ['content-length', String(bytes.length)],
      ...(coding === undefined ? [] : [['content-encoding', coding] satisfies [string, string]]),
    ];
    const unchanged = all.filter(([name]) => !OF_BODY.has(name));
    return { head: new Head(200, all), headUnchanged: new Head(304, unchanged), etag, bytes };
  }

  /** The form to send; a coding asked for the first time is made meanwhile. */
  #formFor(accepted: string | undefined): Form {
    const coding = preferredCoding(accepted);
    if (coding === 'identity') return this.#identity;
    const form = this.#coded[coding];
    if (form === undefined && !this.#asked.has(coding)) void this.#make(coding);
    return form ?? this.#identity;
  }

  async #make(coding: Coding): Promise<void> {
    this.#asked.add(coding);
    const { bytes, etag } = this.#identity;
    if (bytes.length < MIN_CODED_BYTES) return;
    const coded = await encode(coding, bytes);
    this.#codedBytes += coded.length;
    if (this.#codedBytes > bytes.length) return;
    this.#coded[coding] = this.#formOf(coded, `${etag.slice(0, -1)}${TAG_SUFFIX[coding]}"`, coding);
  }

  /** Writes it as the answer to a request: whole, its head, or 304. */
  send(
    { method, headers }: IncomingMessage,
    response: ServerResponse,
    { now, isLast, isDebugged }: Told,
  ): void {
    const form = this.#formFor(headers['accept-encoding']?.toString());
    const known = headers['if-none-match'];
    const isUnchanged =
      known !== undefined && (known === form.etag || matchesNone(known, this.#identity.etag));
    const more: string[] = [];
    if (this.dueAt !== null) more.push('cache-control', cacheControl(this.dueAt, now));
    const requestId = requestIdIn(headers['x-request-id']);
    if (requestId !== undefined) more.push('x-request-id', requestId);
    if (isLast) more.push('connection', 'close');
    if (isDebugged) more.push('x-cache', 'hit');
    (isUnchanged ? form.headUnchanged : form.head).write(response, now, more);
    if (isUnchanged || method === 'HEAD') response.end();
    else response.end(form.bytes);
  }
}
