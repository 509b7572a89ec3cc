// Endpoints as fastify routes. The order of checks: key, limit, role, stored answer, If-Match present, validation; then the
// use case itself. Who asks is told by `authenticate`, which app.ts passes in: http knows no keys.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type Actor, actorName, createContext, type Receipt } from '../context.ts';
import type { Clock } from '../core/clock.ts';
import { withoutPort } from '../core/networks.ts';
import { type Fault, Problem } from '../core/problem.ts';
import { within } from '../core/turns.ts';
import type { Expected } from '../core/version.ts';
import type { Database } from '../db/database.ts';
import { headerOf, send } from './answers.ts';
import type { AnswerCache } from './cache.ts';
import type { Endpoint, Input, Reply } from './endpoint.ts';
import { createIdempotency } from './idempotency.ts';
import type { TakeRequest } from './limits.ts';
import { refuseOtherMethods } from './methods.ts';
import { parseIfMatch } from './preconditions.ts';
import { RETRY } from './problems.ts';
import { createSpeakerOf, type SpeakerOf } from './speaker.ts';
import { type JsonBody, parseParts, parseQuery } from './validation.ts';

export interface RegisterDeps {
  publicUrl: string;
  /** Addresses and CIDRs of proxies. */
  trustProxy: readonly string[];
  database: Database;
  clock: Clock;
  /** Where finished answers to the public are kept, if anywhere. */
  cache?: AnswerCache | undefined;
  /** Who holds this Authorization header, sent from this address. Throws `unauthorized` and `rate_limited`. */
  authenticate(authorization: string | undefined, address: string): Promise<Extract<Actor, { kind: 'key' }>>;
  /** Counts requests; absent: nobody is limited. */
  takeRequest?: TakeRequest | undefined;
  /** How long a request may take: after that whoever asked is told so, whatever becomes of it. Ten seconds. */
  timeLimitMs?: number;
  /** Whether readers are refused because there is too much to do; absent: never. */
  isOverloaded?: (() => boolean) | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the handler runs, by the route itself. */
    actor: Actor;
  }
}

const NOTHING = z.strictObject({});

/** Adds every endpoint, then 405 and OPTIONS for each of their addresses. */
export const registerEndpoints = (
  app: FastifyInstance,
  endpoints: readonly Endpoint[],
  deps: RegisterDeps,
): void => {
  const handle = createHandler(deps);
  const speakerOf = createSpeakerOf(deps.trustProxy);
  app.decorateRequest('actor');
  for (const endpoint of endpoints) {
    app.route({
      method: endpoint.method,
      url: endpoint.url,
      ...(endpoint.bodyLimitBytes === undefined ? {} : { bodyLimit: endpoint.bodyLimitBytes }),
      onRequest: async (request, reply) => {
        if (isSheddable(endpoint) && deps.isOverloaded?.()) throw overloaded();
        const actor = isOpenRead(endpoint)
          ? readerOf(request, addressOf(request))
          : await inTime(reply, deps, () => actorOf(endpoint, request, deps, speakerOf));
        request.actor = actor;
        reply.headers(deps.takeRequest?.(endpoint, actor) ?? {});
        requireRole(endpoint, actor);
      },
      handler: (request, reply) => handle(endpoint, request, reply),
    });
  }
  const methodsOf = new Map<string, string[]>();
  for (const { url, method } of endpoints) methodsOf.set(url, [...(methodsOf.get(url) ?? []), method]);
  refuseOtherMethods(app, methodsOf);
};

/** Readers wait before the newsroom does, whose requests are bounded by its keys; the probes never do. */
const isSheddable = ({ access, isProbe }: Endpoint): boolean => access === 'anyone' && isProbe !== true;

const overloaded = (): Problem => new Problem('unavailable', 'There is too much to do. Try again.', RETRY);

const TIME_LIMIT_MS = 10_000;

/** What `work` comes to, in what is left of the time of this request. Throws `unavailable`. */
const inTime = async <T>(
  reply: FastifyReply,
  { timeLimitMs = TIME_LIMIT_MS }: Pick<RegisterDeps, 'timeLimitMs'>,
  work: () => Promise<T>,
): Promise<T> => {
  const late = () => new Problem('unavailable', 'The service could not answer in time.', RETRY);
  const leftMs = timeLimitMs - reply.elapsedTime;
  // Whoever is told so before anything has begun may be sure that nothing has.
  if (leftMs <= 0) throw late();
  return within(leftMs, work(), late);
};

/** A key is ignored here, so that one answer serves everybody. */
const isOpenRead = ({ access, method }: Endpoint): boolean => access === 'anyone' && method === 'GET';

/** The address of whoever asks, as the proxies of TRUST_PROXY name it. */
const addressOf = (request: FastifyRequest): string => withoutPort(request.ip);

const readerOf = (request: FastifyRequest, address: string): Actor => ({
  kind: 'reader',
  address,
  agent: headerOf(request, 'user-agent') ?? null,
});

const actorOf = async (
  endpoint: Endpoint,
  request: FastifyRequest,
  { authenticate }: RegisterDeps,
  speakerOf: SpeakerOf,
): Promise<Actor> => {
  const authorization = headerOf(request, 'authorization');
  const address = addressOf(request);
  if (endpoint.access !== 'anyone') return authenticate(authorization, address);
  if (authorization === undefined) return readerOf(request, address);
  // Nobody needs a key here, and a bad one is refused all the same.
  await authenticate(authorization, address);
  return readerOf(request, speakerOf(headerOf(request, 'x-forwarded-for'), address));
};

const requireRole = ({ access }: Endpoint, actor: Actor): void => {
  if (access === 'anyone' || actor.kind !== 'key' || access.includes(actor.role)) return;
  throw new Problem('forbidden', `A key of the role ${actor.role} may not do this.`);
};

const createHandler = (deps: RegisterDeps) => {
  const { publicUrl, database, clock, cache } = deps;
  const idempotency = createIdempotency();

  return async (endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { actor } = request;
    // As the only parser of bodies there is gives it; see server.ts.
    const json = request.body as JsonBody | undefined;
    const answer = async (receiptFor?: (replyTo: (result: unknown) => Reply) => Receipt): Promise<Reply> => {
      const input = inputOf(endpoint, request, json);
      const replyTo = (result: unknown) => endpoint.reply(result, input);
      const ctx = createContext({ database, clock, actor, log: request.log, receipt: receiptFor?.(replyTo) });
      return replyTo(
        await endpoint.run(ctx, input).catch((error: unknown) => Promise.reject(raced(database, error))),
      );
    };
    const how = { publicUrl, clock, isPublic: isOpenRead(endpoint), answers: endpoint.answers, cache };
    const key = request.method === 'POST' ? headerOf(request, 'idempotency-key') : undefined;
    if (key === undefined) return send(request, reply, await inTime(reply, deps, answer), how);

    const caller = actor.kind === 'reader' ? actor.address : actorName(actor);
    const keyed = { key, caller, route: request.url, body: json?.value };
    const { reply: once, isReplayed } = await inTime(reply, deps, () =>
      idempotency.once(database.read, keyed, clock, answer),
    );
    if (isReplayed) reply.header('Idempotency-Replayed', 'true');
    return send(request, reply, once, how);
  };
};

/** Rules look before they write; what the database still refuses was written by somebody else in between. */
const raced = ({ read }: Database, error: unknown): unknown => {
  if (error instanceof Problem) return error;
  const kind = read.dialect.violation(error)?.kind;
  if (kind !== 'unique' && kind !== 'foreign_key') return error;
  return new Problem('conflict', 'Another change was made at the same moment. Read again and repeat.', {
    cause: error,
  });
};

const NOT_TAGS: Fault = {
  parameter: 'If-Match',
  code: 'invalid',
  message: 'must be an ETag as it was read, quotes included, such as "7", a list of them, or *',
};

/** The versions that If-Match names; throws `if_match_required`. */
const expectedBy = (
  endpoint: Endpoint,
  request: FastifyRequest,
): { ifMatch: Expected | undefined; faults: Fault[] } => {
  const header = endpoint.ifMatch === undefined ? undefined : headerOf(request, 'if-match');
  if (header !== undefined) {
    const ifMatch = parseIfMatch(header);
    return { ifMatch, faults: ifMatch === undefined ? [NOT_TAGS] : [] };
  }
  if (endpoint.ifMatch !== 'required') return { ifMatch: undefined, faults: [] };
  throw new Problem(
    'if_match_required',
    'Send If-Match with the ETag you have read, such as If-Match: "7", or If-Match: * to force.',
  );
};

/** Everything an endpoint takes, parsed. Throws `if_match_required` before `validation_failed`. */
const inputOf = (
  endpoint: Endpoint,
  request: FastifyRequest,
  json: JsonBody | undefined,
): Input<unknown, unknown, unknown> => {
  const { ifMatch, faults: headerFaults } = expectedBy(endpoint, request);
  // Elsewhere unknown parameters (utm_source, _) are ignored.
  const isStrict = request.url.startsWith('/v1/') && endpoint.ignoresUnknownParameters !== true;
  const { values, faults } = isStrict ? parseQuery(request.url) : { values: {}, faults: [] };
  const [params, query, body] = parseParts([
    { where: 'parameter', schema: endpoint.params ?? NOTHING, value: request.params, faults: headerFaults },
    { where: 'parameter', schema: endpoint.query ?? NOTHING, value: values, faults },
    { where: 'body', schema: endpoint.body ?? NOTHING, ...(json ?? { value: {}, faults: [] }) },
  ]);
  return { params, query, body, ifMatch };
};
