// An article before it is public, for whoever was given the link. Expired, revoked, edited and never made are one 404.
import { and, eq, gt, ne } from 'drizzle-orm';
import * as z from 'zod';
import { ArticlePreview } from '../articles/schema.ts';
import { notFound } from '../core/problem.ts';
import type { Signer } from '../core/signature.ts';
import type { Db } from '../db/dialect.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';

const previewOf = async (db: Db, id: string | undefined, now: number): Promise<ArticlePreview> => {
  const { articlePreviews: previews, articles } = db.tables;
  if (id === undefined) throw notFound();
  const [row] = await db
    .select({ answer: previews.answer })
    .from(previews)
    .innerJoin(articles, eq(articles.id, previews.articleId))
    // What was thrown away is shown to nobody, whatever link there is.
    .where(and(eq(previews.id, id), gt(previews.expiresAt, now), ne(articles.status, 'trashed')));
  if (row === undefined) throw notFound();
  return JSON.parse(row.answer);
};

export const deliveredPreview = ({ signer }: { signer: Signer }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/preview/:token',
    id: 'readPreview',
    tag: 'Articles',
    summary: 'Read an article by a preview link',
    description: 'As it would have been published when the link was made. Not to be kept by any cache.',
    access: 'anyone',
    ignoresUnknownParameters: true,
    params: z.strictObject({
      token: z
        .string()
        .max(200)
        .meta({ examples: ['mp_7fK0cXh0b2tlbi1vZi1hLXByZXZpZXc'] }),
    }),
    answers: { 200: { description: 'The article.', schema: ArticlePreview, headers: ['Cache-Control'] } },
    problems: ['not_found'],
    run: ({ read, clock }, { params: { token } }) => previewOf(read, signer.open(token), clock()),
    reply: (body) => ({ status: 200, headers: { 'Cache-Control': 'private, no-store' }, body, tags: null }),
  }),
];
