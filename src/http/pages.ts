// What people read: the OpenAPI document and its browser at /docs, and a page for every problem code.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { lazily } from '../core/lazy.ts';
import { catalogue, notFound, type ProblemCode, problemCodes } from '../core/problem.ts';
import { escapeHtml } from '../core/text.ts';
import { basePathOf } from './answers.ts';
import { refuseOtherMethods } from './methods.ts';
import { bytesTag, matchesNone } from './preconditions.ts';

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${title}</title><style>body{font:1rem/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}code{background:#eee}</style>${body}</html>`;

/** The catalogue's texts carry `code` in backticks. */
const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const problemPage = (code: ProblemCode, base: string): string => {
  const { status, title, about } = catalogue[code];
  return page(
    `${code} · Masthead`,
    `<h1>${escapeHtml(title)}</h1><p><code>${code}</code>, HTTP ${status}</p><p>${prose(about)}</p><p><a href="${base}/problems">All problems</a></p>`,
  );
};

const problemsPage = (base: string): string => {
  const rows = problemCodes.map(
    (code) =>
      `<li><a href="${base}/problems/${code}"><code>${code}</code></a> (${catalogue[code].status}): ${escapeHtml(catalogue[code].title)}</li>`,
  );
  return page('Problems · Masthead', `<h1>Problems</h1><ul>${rows.join('')}</ul>`);
};

/** What belongs to one hop or to the answer around it, and not to what is shown. */
const NOT_PASSED_ON = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

/** Serves the document that `write` gives, and everything made from the catalogue. */
export const registerPages = (app: FastifyInstance, write: () => object, publicUrl: string): void => {
  const base = basePathOf(publicUrl);
  // All of it is made when it is first asked for: together it took a third of a start.
  const docs = lazily(async () => {
    const { createDocs } = await import('./docs.ts');
    return createDocs(write(), publicUrl);
  });
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, async (request, reply) => {
      const { method, url, headers } = request;
      const shown = await (await docs()).inject({ method: method === 'HEAD' ? 'HEAD' : 'GET', url, headers });
      // Its own failures are no problems: there is nothing at such an address.
      if (shown.statusCode >= 400) throw notFound();
      const told = Object.entries(shown.headers).filter(([name]) => !NOT_PASSED_ON.includes(name));
      return reply.code(shown.statusCode).headers(Object.fromEntries(told)).send(shown.rawPayload);
    });
  }

  const serve = (url: string, type: string, text: () => string | Promise<string>): void => {
    const page = lazily(async () => stamped(await text()));
    app.get(url, async (request, reply) => sendPage(request, reply, type, await page()));
    refuseOtherMethods(app, new Map([[url, ['GET']]]));
  };
  serve('/openapi.json', 'application/json; charset=utf-8', () => JSON.stringify(write()));
  serve('/openapi.yaml', 'application/yaml; charset=utf-8', async () =>
    (await docs()).swagger({ yaml: true }),
  );
  serve('/problems', HTML, () => problemsPage(base));
  app.get<{ Params: { code: string } }>('/problems/:code', async (request, reply) => {
    const code = problemCodes.find((known) => known === request.params.code);
    if (code === undefined) throw notFound();
    return sendPage(request, reply, HTML, stamped(problemPage(code, base)));
  });
  refuseOtherMethods(app, new Map([['/problems/:code', ['GET']]]));
};

const HTML = 'text/html; charset=utf-8';

interface Stamped {
  bytes: Buffer;
  etag: string;
}

const stamped = (text: string): Stamped => {
  const bytes = Buffer.from(text);
  return { bytes, etag: bytesTag(bytes) };
};

const sendPage = (request: FastifyRequest, reply: FastifyReply, type: string, { bytes, etag }: Stamped) => {
  reply.headers({ ETag: etag, 'Cache-Control': 'public, max-age=300' });
  if (type === HTML) reply.header('Content-Security-Policy', PAGE_POLICY);
  return matchesNone(request.headers['if-none-match'], etag)
    ? reply.code(304).send()
    : reply.type(type).send(bytes);
};
