// What every service has: a front door with links, and the two probes.
import * as z from 'zod';
import { Problem } from '../core/problem.ts';
import { type Endpoint, endpoint, type PublicReply, publicReply } from './endpoint.ts';
import { RETRY } from './problems.ts';

const Root = z
  .strictObject({
    name: z.string(),
    links: z.record(z.string(), z.string()).meta({ description: 'Where things are.' }),
  })
  .meta({
    id: 'Root',
    examples: [{ name: 'Masthead', links: { articles: 'https://cms.example/v1/articles' } }],
  });

const Health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });

const tag = 'System';

const healthy = (): PublicReply => ({
  status: 200,
  headers: { 'Cache-Control': 'no-store' },
  body: { status: 'ok' },
  tags: null,
});

export interface SystemDeps {
  publicUrl: string;
  /** Resolves when the service can do its work; rejects with what stands in the way. */
  ready(): Promise<void>;
}

export const systemRoutes = ({ publicUrl, ready }: SystemDeps): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/',
    id: 'readRoot',
    tag,
    summary: 'Find your way',
    description: 'An index of links.',
    access: 'anyone',
    answers: { 200: { description: 'Links.', schema: Root, headers: ['ETag', 'Cache-Control'] } },
    run: async () => ({
      name: 'Masthead',
      links: {
        site: `${publicUrl}/v1/site`,
        articles: `${publicUrl}/v1/articles`,
        authors: `${publicUrl}/v1/authors`,
        sections: `${publicUrl}/v1/sections`,
        tags: `${publicUrl}/v1/tags`,
        me: `${publicUrl}/v1/manage/me`,
        docs: `${publicUrl}/docs`,
        openapi: `${publicUrl}/openapi.json`,
        problems: `${publicUrl}/problems`,
      },
    }),
    reply: (root) => publicReply(root, null),
  }),
  endpoint({
    method: 'GET',
    url: '/livez',
    id: 'readLiveness',
    tag,
    summary: 'Is the process alive?',
    access: 'anyone',
    isProbe: true,
    answers: { 200: { description: 'It is.', schema: Health } },
    run: async () => undefined,
    reply: healthy,
  }),
  endpoint({
    method: 'GET',
    url: '/readyz',
    id: 'readReadiness',
    tag,
    summary: 'Can the service do its work?',
    description:
      'Its database is healthy and has room to write, what happens by itself is happening, and it is not about to stop. Looked at once a second at most.',
    access: 'anyone',
    isProbe: true,
    answers: { 200: { description: 'It can.', schema: Health } },
    run: async () => {
      try {
        await ready();
      } catch (error) {
        throw new Problem('unavailable', 'The service is not ready.', { cause: error, ...RETRY });
      }
    },
    reply: healthy,
  }),
];
