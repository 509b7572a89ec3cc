// Corrections: what was wrong in a published article, said below it. They are part of what the public reads.
import type { Context } from '../context.ts';
import { toInstant } from '../core/clock.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import type { Expected } from '../core/version.ts';
import type { Correction } from '../db/schema/columns.ts';
import { showAfter } from './desk.ts';
import { requireCorrectable } from './rules.ts';
import { type ArticleDeps, save } from './saving.ts';
import type { ManagedArticle } from './schema.ts';
import { holdToChange } from './versions.ts';

/** More than any article should need; they come with every answer that shows it. */
export const MAX_CORRECTIONS = 50;

const change = (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  expected: Expected | undefined,
  correct: (current: readonly Correction[], now: number) => Correction[],
): Promise<ManagedArticle> =>
  ctx.write(async (tx) => {
    const held = await holdToChange(ctx, tx, id, expected);
    requireCorrectable(ctx.actor, held.standing);
    const columns = { corrections: correct(held.row.corrections, tx.now) };
    await save(ctx, tx, held, { columns }, { action: 'article.updated' });
    return showAfter(ctx, tx, deps, id);
  });

/** Says that something was wrong; the article with the new correction as its last. */
export const addCorrection = (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  text: string,
  expected: Expected | undefined,
): Promise<ManagedArticle> =>
  change(ctx, deps, id, expected, (current, now) => {
    if (current.length < MAX_CORRECTIONS) return [...current, { id: newId(now), at: toInstant(now), text }];
    throw new Problem('validation_failed', `An article has at most ${MAX_CORRECTIONS} corrections.`, {
      errors: [{ pointer: '/text', code: 'too_many', message: `would be more than ${MAX_CORRECTIONS}` }],
    });
  });

/** Takes a correction back. Throws `not_found` where there is none of this id. */
export const removeCorrection = (
  ctx: Context,
  deps: ArticleDeps,
  id: string,
  correctionId: string,
  expected: Expected | undefined,
): Promise<ManagedArticle> =>
  change(ctx, deps, id, expected, (current) => {
    const left = current.filter((correction) => correction.id !== correctionId);
    if (left.length === current.length) throw notFound();
    return left;
  });
