// Handing the bylines of one author to another: a change of every article concerned, in one transaction.

import { findAuthor, recountArticles } from '../authors/store.ts';
import { type Context, keyIdOf } from '../context.ts';
import { notFound, Problem } from '../core/problem.ts';
import { moveBylines } from './bylines.ts';
import { touchArticlesNaming } from './store.ts';
import { recordTouched } from './touched.ts';

/** Returns how many articles were handed over. Throws `not_found`, or `reference_unknown` where `to` is nobody. */
export const reassignAuthor = (ctx: Context, from: string, to: string): Promise<{ articles: number }> =>
  ctx.write(async (tx) => {
    if ((await findAuthor(tx.db, from)) === undefined) throw notFound();
    if (from === to || (await findAuthor(tx.db, to)) === undefined) {
      throw new Problem('reference_unknown', 'There is no such other author.', {
        errors: [{ pointer: '/to', code: 'unknown_author', message: 'is not the id of another author' }],
      });
    }
    const articles = await touchArticlesNaming(tx.db, from, { at: tx.now, by: keyIdOf(ctx.actor) });
    await moveBylines(tx.db, from, to);
    await recordTouched(ctx, tx, articles, '/authors');
    for (const id of [from, to]) await recountArticles(tx.db, id);
    // Every answer that shows one of these articles carries the tag of the author who leaves; but lists by last change
    // get a new order too.
    tx.emit({
      action: 'author.reassigned',
      subject: `author:${from}`,
      tags: [`author:${from}`, `author:${to}`, 'authors', 'articles'],
    });
    return { articles: articles.length };
  });
