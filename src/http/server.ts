// The fastify instance: limits and time-outs stated, request ids, CORS, security headers, strict JSON, and every
// failure as a problem. Knows no resource and no endpoint.
import { randomUUID } from 'node:crypto';
import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Config } from '../config.ts';
import { catalogue, notFound, Problem } from '../core/problem.ts';
import { type Admission, createAdmission, inTurn } from './admission.ts';
import { headerOf, pathOf } from './answers.ts';
import type { AnswerCache } from './cache.ts';
import { isManagement } from './endpoint.ts';
import { KEEP_ALIVE_MS, TextResponse } from './head.ts';
import { serializers } from './log.ts';
import { logOutput } from './log-output.ts';
import { addRefusals } from './methods.ts';
import { oneByOne } from './pipelining.ts';
import { asProblem, PROBLEM_TYPE, problemBody } from './problems.ts';
import { requestIdIn } from './request-id.ts';
import { type JsonBody, parseJson } from './validation.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
const MAX_URL_LENGTH = 8_000;
const MAX_CONNECTIONS = 2_000;
const STANDARD_OUTPUT = 1;
const EXPOSED_HEADERS = [
  'ETag',
  'Link',
  'Location',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
  'Idempotency-Replayed',
];

/**
 * The target of a request in its one spelling, on which every later check relies: a path, also where a client sent the
 * absolute form (RFC 9112 §3.2.2), with nothing percent-encoded that need not be (RFC 3986 §6.2.2.2).
 */
const canonicalTarget = (target: string): string =>
  target.replace(/^(?:https?:\/\/[^/?#]*)?([^?#]*)/i, (_, path: string) => {
    const plain = path.replace(/%([\da-f]{2})/gi, (encoded, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return /[\w.~-]/.test(character) ? character : encoded;
    });
    return plain.startsWith('/') ? plain : `/${plain}`;
  });

/**
 * What browsers are told of every answer: it is what its type says, and it is data, which loads nothing and stands in no
 * frame (https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers). What else there
 * is speaks of pages and of windows, and each header costs a fiftieth of a hit; TLS is the proxy's, which alone knows of it.
 */
const SECURITY_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
};

const sendProblem =
  (publicUrl: string) =>
  (request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply => {
    const isManaging = isManagement(request.url);
    const problem = asProblem(
      error,
      !isManaging && request.method === 'POST',
      request.routeOptions.bodyLimit,
    );
    // Not the problem's own words: they name what was sent.
    const { title } = catalogue[problem.code];
    const said = { req: request, code: problem.code };
    if (problem.status >= 500) request.log.error({ ...said, err: problem.cause }, title);
    else request.log.info(said, title);
    return reply
      .code(problem.status)
      .headers(problem.headers)
      .headers({
        // Where the framework itself refuses a request, no hook has run.
        ...SECURITY_HEADERS,
        'X-Request-Id': request.id,
        'Cache-Control': isManaging ? 'private, no-store' : 'no-store',
      })
      .type(PROBLEM_TYPE)
      .send(problemBody(problem, { path: pathOf(request), requestId: request.id, publicUrl }));
  };

const CLIENT_ERRORS = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', reason: 'Request Header Fields Too Large' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request_timeout', reason: 'Request Timeout' },
} as const;

/** The whole HTTP answer to bytes that never became a request. */
const rawProblem = (errorCode: string, publicUrl: string): string => {
  const { code, reason } = CLIENT_ERRORS[errorCode as keyof typeof CLIENT_ERRORS] ?? {
    code: 'request_malformed',
    reason: 'Bad Request',
  };
  const problem = new Problem(code, 'The request cannot be read.');
  const requestId = randomUUID();
  const body = problemBody(problem, { path: '/', requestId, publicUrl });
  const head = [
    `HTTP/1.1 ${problem.status} ${reason}`,
    'Connection: close',
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${body.length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
};

/** JSON alone, strictly UTF-8 and not compressed; the built-in text/plain parser would let other sites' forms in. */
const acceptOnlyJson = (app: FastifyInstance): void => {
  const parse = async (request: FastifyRequest, bytes: Buffer): Promise<JsonBody | undefined> => {
    if (!/^identity$/i.test(headerOf(request, 'content-encoding') ?? 'identity')) {
      throw new Problem('media_type_unsupported', 'Send the body without Content-Encoding.');
    }
    const type = String(headerOf(request, 'content-type'));
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ?? 'utf-8';
    if (!/^utf-?8$/i.test(charset)) throw new Problem('media_type_unsupported', 'Send the body in UTF-8.');
    if (/merge-patch/i.test(type) && request.method !== 'PATCH') {
      throw new Problem('media_type_unsupported', 'A merge patch is for PATCH; send application/json.');
    }
    // Many clients name a type for every POST. What is required is then missing, and named field by field.
    if (bytes.length === 0 && request.method === 'POST') return undefined;
    return parseJson(bytes);
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    parse,
  );
};

/**
 * Nothing that compiles schemas: no route has one of fastify's own, and to load it takes a tenth of a start. As it is
 * never called, any function will do.
 */
const NO_COMPILERS = { buildValidator: Object as never, buildSerializer: Object as never };

/** The server of node beneath fastify, which leaves the limits of one that is given to it as they are. */
const listener = (listen: RequestListener): Server => {
  const server = createHttpServer(
    {
      connectionsCheckingInterval: 2_000,
      // A request without Host is refused in a hook below, because node itself refuses without a problem.
      requireHostHeader: false,
      // A cast, for everything but head.ts takes it for what it extends.
      ServerResponse: TextResponse as typeof ServerResponse,
    },
    listen,
  );
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.setTimeout(60_000);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
};

export interface ServerOptions {
  config: Config;
  /** Answers before the router. */
  cache?: AnswerCache | undefined;
  /** Says when each request to the API begins. */
  admission?: Admission;
  /** Where log lines go instead of standard output. */
  logStream?: { write(line: string): void } | undefined;
}

export const createServer = ({
  config,
  cache,
  admission = createAdmission(),
  logStream = logOutput(STANDARD_OUTPUT),
}: ServerOptions): FastifyInstance => {
  const problem = sendProblem(config.publicUrl);
  const app = Fastify({
    logger: {
      level: config.logLevel,
      serializers,
      stream: logStream,
    },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (raw) => requestIdIn(raw.headers['x-request-id']) ?? randomUUID(),
    rewriteUrl: (raw) => canonicalTarget(raw.url!),
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    bodyLimit: BODY_LIMIT_BYTES,
    serverFactory: (route) => {
      const admitted = inTurn(admission, route);
      return listener(oneByOne(cache === undefined ? admitted : cache.before(admitted)));
    },
    routerOptions: { maxParamLength: 200 },
    schemaController: { compilersFactory: NO_COMPILERS },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void problem(request, reply, error),
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(rawProblem(error.code, config.publicUrl));
      else socket.destroy();
    },
  });
  acceptOnlyJson(app);
  app.setErrorHandler((error, request, reply) => problem(request, reply, error));
  app.setNotFoundHandler((request, reply) => problem(request, reply, notFound()));
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS).header('X-Request-Id', request.id);
    if (request.url.length > MAX_URL_LENGTH) throw new Problem('uri_too_long', 'The address is too long.');
    // No name has it, and PostgreSQL cannot even be asked for it.
    if (/^[^?#]*%00/.test(request.url))
      throw new Problem('request_malformed', 'An address cannot hold U+0000.');
    // RFC 9112 §3.2, left to us by `requireHostHeader`, because node itself refuses without a problem.
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) {
      throw new Problem('request_malformed', 'Send a Host header.');
    }
    done();
  });
  if (cache !== undefined) {
    app.addHook('onSend', (request, _reply, _payload, done) => {
      cache.answered(request.raw);
      done();
    });
  }
  app.register(cors, { delegator: (request, done) => done(null, corsFor(request, config)) });
  addRefusals(app);
  return app;
};

/** Reading is open to every origin, posting a comment to CORS_ORIGINS, managing to CORS_MANAGE_ORIGINS. */
const corsFor = (request: FastifyRequest, config: Config) => {
  const isManaging = isManagement(request.url);
  const asked = headerOf(request, 'access-control-request-method');
  const method = asked ?? request.method;
  const origins = isManaging ? config.corsManageOrigins : method === 'POST' ? config.corsOrigins : ['*'];
  return {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: isManaging ? ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'] : ['GET', 'HEAD', 'POST'],
    credentials: false,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
    // Without it an OPTIONS is no preflight, and goes on to the route that tells what the address allows, as a
    // preflight does too; only where there is no such route (cors has its own then, at *) it is answered right here.
    preflight: asked !== undefined,
    preflightContinue: request.routeOptions.url !== '*',
    strictPreflight: false,
  };
};
