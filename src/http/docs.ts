// The browser of the OpenAPI document at /docs: a fastify of its own, made for the first who looks at it, because what
// it loads and registers takes a tenth of a start and of the memory, and most processes never show it.
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { basePathOf } from './answers.ts';

/** The plugin's own policy turns every request into https, which on loopback nobody answers, and names outside hosts. */
const docsPolicy = (publicUrl: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    // "Try it out" asks the server that the document names.
    `connect-src 'self' ${new URL(publicUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Serves `document` at `/docs`, and as JSON and YAML below it; `app.swagger()` gives both. */
export const createDocs = async (document: object, publicUrl: string): Promise<FastifyInstance> => {
  const app = Fastify();
  // The plugin's types know OpenAPI 3.0; what it serves it does not look into.
  await app.register(swagger, {
    mode: 'static',
    specification: { document } as unknown as StaticDocumentSpec,
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: basePathOf(publicUrl),
    staticCSP: docsPolicy(publicUrl),
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null },
  });
  return app;
};
