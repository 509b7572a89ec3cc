// The limits to measure against, each in a process of its own. `http`: node:http that sends prepared bytes and does
// nothing else; `fastify`: the same behind a route; `reading`: node:http that asks SQLite and writes JSON; `posting`:
// node:http that reads JSON and commits the rows that a comment makes, all that wait in one transaction. Reads its plan
// as JSON from BENCH_BARE; prints its address.
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import BetterSqlite3 from 'better-sqlite3';
import Fastify from 'fastify';
import { readingOf } from './reading.ts';
import { commentRows } from './rows.ts';

type Plan =
  | { kind: 'http' | 'fastify'; answers: [path: string, base64: string][] }
  | { kind: 'reading'; file: string }
  | { kind: 'posting'; file: string };

const plan: Plan = JSON.parse(process.env.BENCH_BARE ?? '');
const TYPE = 'application/json; charset=utf-8';

const say = (port: number) => process.stdout.write(`http://127.0.0.1:${port}\n`);

const serve = (listen: RequestListener): void => {
  const server = createServer(listen);
  server.listen(0, '127.0.0.1', () => say((server.address() as AddressInfo).port));
};

const sendPrepared = (answers: [string, string][]): void => {
  const prepared = new Map(
    answers.map(([path, base64]) => {
      const bytes = Buffer.from(base64, 'base64');
      return [path, { bytes, head: ['content-type', TYPE, 'content-length', String(bytes.length)] }];
    }),
  );
  serve((request, response) => {
    const found = prepared.get(request.url ?? '');
    if (found === undefined) response.writeHead(404).end();
    else response.writeHead(200, found.head).end(found.bytes);
  });
};

const sendRouted = async (answers: [string, string][]): Promise<void> => {
  const app = Fastify();
  for (const [path, base64] of answers) {
    const bytes = Buffer.from(base64, 'base64');
    app.get(path, async (_request, reply) => reply.type(TYPE).send(bytes));
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  say((app.server.address() as AddressInfo).port);
};

/** At the addresses that Masthead has for them; `file` is a database. */
const readRows = (file: string): void => {
  const read = readingOf(new BetterSqlite3(file, { readonly: true }));
  serve((request, response) => {
    const [slug, part] = (request.url ?? '').replace(/\?.*/, '').split('/').slice(3);
    const text =
      slug === undefined ? read.list() : part === undefined ? read.article(slug) : read.comments(slug);
    const bytes = Buffer.from(text);
    response.writeHead(200, { 'content-type': TYPE, 'content-length': bytes.length }).end(bytes);
  });
};

/** `file` is a copy of a database in which a reader has commented: its last rows are written again and again. */
const commitRows = (file: string): void => {
  const db = new BetterSqlite3(file);
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  const insert = commentRows(db);

  let waiting: { body: { body: string }; response: ServerResponse }[] = [];
  const commit = db.transaction((batch: typeof waiting) => {
    for (const { body } of batch) insert(body.body);
  });
  const flush = () => {
    const batch = waiting;
    waiting = [];
    commit.immediate(batch);
    for (const { response } of batch)
      response.writeHead(202, { 'content-type': TYPE, 'content-length': 2 }).end('{}');
  };
  serve((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    request.once('end', () => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ body: JSON.parse(text), response });
    });
  });
};

if (plan.kind === 'posting') commitRows(plan.file);
else if (plan.kind === 'reading') readRows(plan.file);
else if (plan.kind === 'http') sendPrepared(plan.answers);
else await sendRouted(plan.answers);
