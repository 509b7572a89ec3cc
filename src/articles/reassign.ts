// Handing the bylines of one author to another: a change of every article concerned, in one transaction.

import { findAuthor, recountArticles } from '../authors/store.ts';
import { type Context, keyIdOf } from '../context.ts';
import { notFound, Problem } from '../core/problem.ts';
import { moveBylines } from './bylines.ts';
import { touchArticlesNaming } from './store.ts';
import { recordTouched } from './touched.ts';

/** `to` by id or slug. Returns how many articles were handed over. Throws `not_found`, or `reference_unknown` where `to` is nobody. */
export const reassignAuthor = (ctx: Context, from: string, to: string): Promise<{ articles: number }> =>
  ctx.write(async (tx) => {
    if ((await findAuthor(tx.db, from)) === undefined) throw notFound();
    const heir = await findAuthor(tx.db, to);
    if (heir === undefined || heir.id === from) {
      throw new Problem('reference_unknown', 'There is no such other author.', {
        errors: [{ pointer: '/to', code: 'unknown_author', message: 'is no other author' }],
      });
    }
    const articles = await touchArticlesNaming(tx.db, from, { at: tx.now, by: keyIdOf(ctx.actor) });
    await moveBylines(tx.db, from, heir.id);
    await recordTouched(ctx, tx, articles, '/authors');
    for (const id of [from, heir.id]) await recountArticles(tx.db, id);
    // Every answer that shows one of these articles carries the tag of the author who leaves; but lists by last change
    // get a new order too.
    tx.emit({
      action: 'author.reassigned',
      subject: `author:${from}`,
      tags: [`author:${from}`, `author:${heir.id}`, 'authors', 'articles'],
    });
    return { articles: articles.length };
  });
