// The composition root, and the only list of slices: the whole API is visible here.
import type { FastifyInstance } from 'fastify';
import { createAuthenticate } from './access/authenticate.ts';
import { createFailedKeys } from './access/failed-keys.ts';
import { accessRoutes } from './access/routes.ts';
import { mergeRoutes } from './articles/merge.routes.ts';
import { revisionRoutes } from './articles/revisions.routes.ts';
import { articleRoutes } from './articles/routes.ts';
import { stagedRoutes } from './articles/staged.routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { authorRoutes } from './authors/routes.ts';
import { createAkismet } from './comments/akismet.ts';
import { commentRoutes } from './comments/routes.ts';
import { type Config, readConfig } from './config.ts';
import type { Clock } from './core/clock.ts';
import { kept } from './core/lazy.ts';
import { createCursors } from './core/page.ts';
import { createSigner } from './core/signature.ts';
import type { Database } from './db/database.ts';
import { deliveredArticles } from './delivery/articles.ts';
import { deliveredAuthors } from './delivery/authors.ts';
import { deliveredComments } from './delivery/comments.ts';
import { deliveredJsonLd } from './delivery/jsonld.ts';
import { deliveredLists } from './delivery/lists.ts';
import { deliveredPreview } from './delivery/preview.ts';
import { deliveredRelated } from './delivery/related.ts';
import { deliveredSearch } from './delivery/search.ts';
import { deliveredSite } from './delivery/site.ts';
import { createSummaries } from './delivery/summaries.ts';
import { deliveredTags } from './delivery/tags.ts';
import type { AnswerCache } from './http/cache.ts';
import type { Endpoint } from './http/endpoint.ts';
import { createLimits } from './http/limits.ts';
import { openApiDocument } from './http/openapi.ts';
import { registerPages } from './http/pages.ts';
import { registerEndpoints } from './http/register.ts';
import { systemRoutes } from './http/system.ts';
import { listRoutes } from './lists/routes.ts';
import { privacyRoutes } from './privacy/routes.ts';
import { settingsRoutes } from './settings/routes.ts';
import { tagRoutes } from './tags/routes.ts';

export interface EndpointDeps {
  config: Config;
  /** Where answers to the public are kept, if anywhere. */
  cache?: AnswerCache | undefined;
  /** Signs cursors. */
  secret: string;
  /** Resolves when the service can do its work. */
  ready(): Promise<void>;
}

/** Every endpoint of Masthead, in the order in which the documentation shows them. */
export const endpointsOf = ({ config, cache, secret, ready }: EndpointDeps): Endpoint[] => {
  const cursors = createCursors(secret);
  const urlOf = (slug: string) => config.articleUrlTemplate.replace('{slug}', slug);
  const summaries = createSummaries({ urlOf, kept: cache?.parts() });
  const writing = { urlOf, embedHosts: config.embedHosts };
  const signer = createSigner(secret, 'preview', 'mp_');
  const previewUrlOf = (token: string) => `${config.publicUrl}/v1/preview/${token}`;
  return [
    ...deliveredArticles({ cursors, urlOf, summaries }),
    ...deliveredPreview({ signer }),
    ...articleRoutes({ ...writing, cursors }),
    ...stagedRoutes(writing),
    ...revisionRoutes({ ...writing, cursors, signer, previewUrlOf }),
    ...deliveredRelated({ summaries }),
    ...deliveredJsonLd({ urlOf }),
    ...deliveredSearch({ cursors, summaries }),
    ...deliveredAuthors({ cursors }),
    ...authorRoutes({ cursors }),
    ...deliveredComments({ cursors }),
    ...commentRoutes({
      cursors,
      secret,
      floodSeconds: config.commentFloodSeconds,
      isRateLimited: config.rateLimit,
      askOutside: config.akismet && createAkismet({ ...config.akismet, site: config.publicUrl }),
    }),
    ...deliveredTags({ cursors }),
    ...tagRoutes({ cursors }),
    ...mergeRoutes(),
    ...deliveredLists({ summaries }),
    ...listRoutes({ cursors }),
    ...deliveredSite(),
    ...settingsRoutes(),
    ...accessRoutes({ cursors }),
    ...auditRoutes({ cursors }),
    ...privacyRoutes(),
    ...systemRoutes({ publicUrl: config.publicUrl, ready }),
  ];
};

/** What the documentation says of the whole; the tags are its chapters. */
export const documentOf = (endpoints: readonly Endpoint[], publicUrl: string) =>
  openApiDocument(endpoints, {
    version: '1.0.0',
    publicUrl,
    tags: [
      { name: 'Articles', description: 'What is published, and the desk behind it.' },
      { name: 'Authors', description: 'Bylines: reporters, wire services, guests.' },
      { name: 'Comments', description: 'What readers say, and the queue of what waits to be said.' },
      { name: 'Sections and tags', description: 'How articles are ordered.' },
      { name: 'Lists', description: 'Front pages and what else editors arrange by hand.' },
      { name: 'Site', description: 'The frame around it all.' },
      { name: 'Keys', description: 'Who may do what.' },
      { name: 'Audit', description: 'What happened, and who did it.' },
      { name: 'Privacy', description: 'What is kept of a person, and that it be forgotten.' },
      { name: 'System', description: 'Links and probes.' },
    ],
  });

/** The document of a Masthead with no configuration of its own: what `openapi/openapi.json` holds. */
export const openApiText = (): string => {
  const config = readConfig({});
  // Nothing is signed and nobody is asked: the endpoints are only read.
  const endpoints = endpointsOf({ config, secret: '', ready: Promise.resolve.bind(Promise) });
  return `${JSON.stringify(documentOf(endpoints, config.publicUrl), null, 2)}\n`;
};

export interface AppDeps {
  /** As http/server.ts makes it. */
  server: FastifyInstance;
  /** The same that the server was made with. */
  cache?: AnswerCache | undefined;
  config: Config;
  database: Database;
  clock: Clock;
  /** Signs cursors. */
  secret: string;
  /** True from the moment the process has been asked to stop. */
  isStopping?: () => boolean;
  /** Throws where what happens by itself has stopped. */
  checkWorker?: (() => void) | undefined;
  /** Told of every answer of the router: its method, route and status. */
  onAnswer?: ((method: string, route: string, status: number) => void) | undefined;
  /** Whether readers are refused, because there is too much to do. */
  isOverloaded?: (() => boolean) | undefined;
}

/** How long what was found out for the readiness probe holds, so that nobody can make work with it. */
const READY_FOR_MS = 1_000;

export const createApp = async (deps: AppDeps): Promise<FastifyInstance> => {
  const { server: app, cache, config, database, clock, secret, isStopping = () => false } = deps;
  const check = kept(READY_FOR_MS, clock, async () => {
    await database.check();
    deps.checkWorker?.();
  });
  const ready = async () => {
    if (isStopping()) throw new Error('the process is stopping');
    await check();
  };
  const endpoints = endpointsOf({ config, cache, secret, ready });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Idle connections are about to be closed: tell clients before, or their next request meets a reset.
    if (isStopping()) reply.header('Connection', 'close');
    done();
  });
  const { onAnswer } = deps;
  if (onAnswer !== undefined) {
    app.addHook('onResponse', ({ method, routeOptions }, { statusCode }, done) => {
      onAnswer(method, routeOptions.url ?? '', statusCode);
      done();
    });
  }
  const failed = config.rateLimit ? createFailedKeys({ database, clock, secret, log: app.log }) : undefined;
  registerPages(app, () => documentOf(endpoints, config.publicUrl), config.publicUrl);
  registerEndpoints(app, endpoints, {
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    database,
    clock,
    cache,
    authenticate: createAuthenticate({ database, clock, log: app.log, failed }),
    isOverloaded: deps.isOverloaded,
    takeRequest: config.rateLimit ? createLimits(clock) : undefined,
  });
  cache?.open({ changes: database.changes, clock, isStopping });
  return app;
};
