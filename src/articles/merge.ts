// Making one of two tags, or of two sections: a change of every article concerned, those in the trash included, in one
// transaction. It belongs to articles, as handing over bylines does.
import { type Context, keyIdOf } from '../context.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import { sectionTags, tagTags } from '../tags/service.ts';
import {
  deleteSection,
  deleteTag,
  findSection,
  findTag,
  holdNames,
  recountSection,
  recountTag,
} from '../tags/store.ts';
import { moveSection, moveTag, touchArticlesTagged } from './merge.store.ts';
import { recordTouched } from './touched.ts';

/** What is merged, and into what. */
export interface Merger {
  from: string;
  /** By id or slug. */
  into: string;
  /** Of `from`, which is not there any more afterwards. */
  expected: Expected | undefined;
}

export interface Merged {
  /** How many articles were changed. */
  articles: number;
}

const unknown = (noun: 'tag' | 'section'): Problem =>
  new Problem('reference_unknown', `There is no such other ${noun}.`, {
    errors: [{ pointer: '/into', code: `unknown_${noun}`, message: `is no other ${noun}` }],
  });

/** Throws `not_found`, or `reference_unknown` where `into` is no other tag. */
export const mergeTag = (ctx: Context, { from, into, expected }: Merger): Promise<Merged> =>
  ctx.write(async (tx) => {
    // Two that merge into each other must not wait for each other.
    await holdNames(tx.db);
    const leaving = await findTag(tx.db, from);
    if (leaving === undefined) throw notFound();
    requireVersion(expected, leaving.version);
    const staying = await findTag(tx.db, into);
    if (staying === undefined || staying.id === from) throw unknown('tag');
    const articles = await touchArticlesTagged(tx.db, from, { at: tx.now, by: keyIdOf(ctx.actor) });
    await moveTag(tx.db, from, staying.id);
    await recordTouched(ctx, tx, articles, '/tags');
    await recountTag(tx.db, staying.id);
    await deleteTag(tx.db, from);
    // Every answer that shows one of these articles carries the tag that leaves; lists by last change may not.
    const tags = [...tagTags(leaving, staying), 'articles'];
    tx.emit({ action: 'tag.merged', subject: `tag:${from}`, version: leaving.version, tags });
    return { articles: articles.length };
  });

/** Throws `not_found`, or `reference_unknown` where `into` is no other section. */
export const mergeSection = (ctx: Context, { from, into, expected }: Merger): Promise<Merged> =>
  ctx.write(async (tx) => {
    await holdNames(tx.db);
    const leaving = await findSection(tx.db, from);
    if (leaving === undefined) throw notFound();
    requireVersion(expected, leaving.version);
    const staying = await findSection(tx.db, into);
    if (staying === undefined || staying.id === from) throw unknown('section');
    const articles = await moveSection(tx.db, from, staying.id, { at: tx.now, by: keyIdOf(ctx.actor) });
    await recordTouched(ctx, tx, articles, '/section');
    await recountSection(tx.db, staying.id);
    await deleteSection(tx.db, from);
    const tags = [...sectionTags(leaving, staying), 'articles'];
    tx.emit({ action: 'section.merged', subject: `section:${from}`, version: leaving.version, tags });
    return { articles: articles.length };
  });
