// What people read: the OpenAPI document and its browser at /docs, and a page for every problem code.
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { catalogue, type ProblemCode, problemCodes } from '../core/problem.ts';
import { escapeHtml } from '../core/text.ts';
import { bytesTag, matchesNone } from './preconditions.ts';
import { refuseOtherMethods } from './register.ts';

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${title}</title><style>body{font:1rem/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}code{background:#eee}</style>${body}</html>`;

/** The catalogue's texts carry `code` in backticks. */
const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const problemPage = (code: ProblemCode): string => {
  const { status, title, about } = catalogue[code];
  return page(
    `${code} · Masthead`,
    `<h1>${escapeHtml(title)}</h1><p><code>${code}</code>, HTTP ${status}</p><p>${prose(about)}</p><p><a href="/problems">All problems</a></p>`,
  );
};

const problemsPage = (): string => {
  const rows = problemCodes.map(
    (code) =>
      `<li><a href="/problems/${code}"><code>${code}</code></a> (${catalogue[code].status}): ${escapeHtml(catalogue[code].title)}</li>`,
  );
  return page('Problems · Masthead', `<h1>Problems</h1><ul>${rows.join('')}</ul>`);
};

/** The plugin's types know OpenAPI 3.0; what it serves it does not look into. */
const asStatic = (document: object): StaticDocumentSpec => ({ document }) as StaticDocumentSpec;

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

/** Serves `document` and everything made from the catalogue. */
export const registerPages = async (
  app: FastifyInstance,
  document: object,
  publicUrl: string,
): Promise<void> => {
  await app.register(swagger, { mode: 'static', specification: asStatic(document) });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: docsPolicy(publicUrl),
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null },
  });

  const serve = (url: string, type: string, write: () => string): void => {
    // Written when it is first asked for: the YAML alone takes longer than all else at a start.
    let written: { bytes: Buffer; etag: string } | undefined;
    app.get(url, async (request, reply) => {
      written ??= stamped(write());
      const { bytes, etag } = written;
      reply.headers({ ETag: etag, 'Cache-Control': 'public, max-age=300' });
      if (type.startsWith('text/html')) reply.header('Content-Security-Policy', PAGE_POLICY);
      return matchesNone(request.headers['if-none-match'], etag)
        ? reply.code(304).send()
        : reply.type(type).send(bytes);
    });
    refuseOtherMethods(app, url, ['GET']);
  };
  serve('/openapi.json', 'application/json; charset=utf-8', () => JSON.stringify(app.swagger()));
  serve('/openapi.yaml', 'application/yaml; charset=utf-8', () => app.swagger({ yaml: true }));
  const html = 'text/html; charset=utf-8';
  serve('/problems', html, problemsPage);
  for (const code of problemCodes) serve(`/problems/${code}`, html, () => problemPage(code));
};

const stamped = (text: string) => {
  const bytes = Buffer.from(text);
  return { bytes, etag: bytesTag(bytes) };
};
