// The limits to measure against: a server that sends prepared bytes and does nothing else. `node:http` itself, or one
// fastify route. Reads { kind, answers: [[path, body]] } as JSON from BENCH_BARE; prints its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';

interface Plan {
  kind: 'http' | 'fastify';
  answers: [path: string, body: string][];
}

const { kind, answers }: Plan = JSON.parse(process.env.BENCH_BARE ?? '');
const TYPE = 'application/json; charset=utf-8';
const bytesOf = new Map(answers.map(([path, body]) => [path, Buffer.from(body)]));

if (kind === 'http') {
  const server = createServer((request, response) => {
    const bytes = bytesOf.get(request.url ?? '');
    const send = () => {
      response.writeHead(bytes === undefined ? 404 : 200, {
        'content-type': TYPE,
        'content-length': bytes?.length ?? 0,
      });
      response.end(bytes);
    };
    if (request.method === 'GET') send();
    else request.resume().once('end', send);
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
} else {
  const app = Fastify();
  for (const [path, bytes] of bytesOf) {
    const url = path.split('?')[0] ?? path;
    app.route({
      method: ['GET', 'POST'],
      url,
      handler: async (_request, reply) => reply.type(TYPE).send(bytes),
    });
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  process.stdout.write(`${(app.server.address() as AddressInfo).port}\n`);
}
