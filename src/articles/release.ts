// Several articles at one instant, all or none: an investigation in parts, an issue of the paper.
import type { Context, Tx } from '../context.ts';
import { type Fault, Problem } from '../core/problem.ts';
import { versionTag } from '../core/version.ts';
import { showAfter } from './desk.ts';
import type { Release } from './input.ts';
import { requireAhead } from './publication.ts';
import type { ArticleDeps } from './saving.ts';
import type { ManagedArticle } from './schema.ts';
import { makeStep } from './service.ts';
import { holdVersion } from './versions.ts';

/** Makes one article go; what stands in its way is returned, not thrown: the others are to be heard too. */
const attempt = async (
  ctx: Context,
  tx: Tx,
  { id, version }: Release['articles'][number],
  at: number | undefined,
): Promise<Problem | undefined> => {
  try {
    const held = await holdVersion(ctx, tx, id, [String(version)]);
    await makeStep(ctx, tx, held, at === undefined ? 'publish' : 'schedule', { at });
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
};

/**
 * Publishes, or with `at` schedules, up to 100 articles at one instant; the articles in the order asked. Throws
 * `release_refused` with one error for each that cannot go, and then none does.
 */
export const releaseArticles = (
  ctx: Context,
  deps: ArticleDeps,
  { at, articles }: Release,
): Promise<{ items: ManagedArticle[] }> =>
  ctx.write(async (tx) => {
    if (at !== undefined) requireAhead(at, tx.now, '/at');
    const errors: Fault[] = [];
    for (const [index, article] of articles.entries()) {
      const problem = await attempt(ctx, tx, article, at);
      if (problem === undefined) continue;
      const { code, message, headers } = problem;
      const current = headers.ETag === undefined ? '' : ` (${versionTag(article.version)} was expected)`;
      const why = code === 'not_found' ? 'There is no such article.' : message + current;
      errors.push({ pointer: `/articles/${index}`, code, message: why });
    }
    if (errors.length > 0) {
      throw new Problem('release_refused', `${errors.length} of ${articles.length} articles cannot go.`, {
        errors,
      });
    }
    const items: ManagedArticle[] = [];
    for (const { id } of articles) items.push(await showAfter(ctx, tx, deps, id));
    return { items };
  });
