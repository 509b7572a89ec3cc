// A server whose endpoints do as a test tells them: a public POST and one for admins, both answering 204.
import inject from 'light-my-request';
import type { Test } from 'tap';
import { z } from 'zod';
import { readConfig } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import { endpoint, noContent } from '../../src/http/endpoint.ts';
import { registerEndpoints } from '../../src/http/register.ts';
import { createServer } from '../../src/http/server.ts';
import { testDatabase } from '../database.ts';

export const stubServer = async (
  t: Test,
  run: (ctx: Context) => Promise<unknown>,
  { timeLimitMs }: { timeLimitMs?: number } = {},
) => {
  const log: string[] = [];
  const config = readConfig({ PUBLIC_URL: 'https://cms.example', LOG_LEVEL: 'debug' });
  const app = createServer({ config, logStream: { write: (line) => void log.push(line) } });
  const database = await testDatabase(t);
  const shared = {
    method: 'POST',
    tag: 'x',
    summary: 'x',
    params: z.strictObject({ x: z.string() }),
    answers: { 204: { description: 'x' } },
    run,
    reply: noContent,
  } as const;
  const endpoints = [
    endpoint({ ...shared, url: '/v1/things/:x', id: 'post', access: 'anyone' }),
    endpoint({ ...shared, url: '/v1/manage/things/:x', id: 'manage', access: ['admin'] }),
  ];
  registerEndpoints(app, endpoints, {
    publicUrl: config.publicUrl,
    trustProxy: [],
    database,
    clock: () => 0,
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
    authenticate: async () => ({ kind: 'key', id: 'k', name: 'k', role: 'admin', authorId: null }),
  });
  await app.ready();
  t.teardown(() => app.close());
  const post = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await inject((request, response) => app.server.emit('request', request, response), {
      method: 'POST',
      url,
      headers,
    });
    const { statusCode: status, payload: text } = answer;
    return { status, headers: answer.headers, body: JSON.parse(text || 'null'), text };
  };
  return { app, post, log, database };
};
