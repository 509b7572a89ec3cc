// What is kept twice is compared: whatever a day brings, all agrees; and whatever is broken by hand is named.
import { type SQL, sql } from 'drizzle-orm';
import { test } from 'tap';
import type { Context } from '../../src/context.ts';
import type { Db } from '../../src/db/dialect.ts';
import { verify } from '../../src/transfer/verify.ts';
import { NO_FLOOD, NOBODY } from '../comments/seed.ts';
import { testSite } from '../site.ts';
import { spendDay } from './day.ts';

/** The faults after a change that is then undone. */
const after = async (ctx: Context, change: (db: Db) => Promise<unknown>): Promise<string[]> => {
  const undo = new Error('undone');
  let faults: string[] = [];
  await ctx
    .write(async ({ db }) => {
      await change(db);
      ({ faults } = await verify({ ...ctx, snapshot: (job) => job(db) }));
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return faults;
};

test('after a day of every kind of write everything agrees, and whatever is broken is named', {
  timeout: 600_000,
}, async (t) => {
  const site = await testSite(t, NO_FLOOD);
  const { article, reply } = await spendDay(site);
  const { ctx } = site;
  const { faults, ...counted } = await verify(ctx);
  t.same(faults, []);
  const { articles, comments, events } = ctx.read.tables;
  t.same(counted, {
    articles: await ctx.read.$count(articles),
    comments: await ctx.read.$count(comments),
    events: await ctx.read.$count(events),
  });
  const last = counted.events;

  const inArticle = sql`where article_id = ${article}`;
  const aboutArticle = sql`where id = ${article}`;
  const broken: Record<string, [change: SQL, fault: RegExp]> = {
    'a count of an author': [
      sql`update authors set article_count = article_count + 1 where slug = 'ada-okafor'`,
      /^author \S+ counts \d articles, and has \d$/,
    ],
    'a count of a tag': [
      sql`update tags set article_count = 99 where slug = 'harbour'`,
      /^tag \S+ counts 99 articles, and has \d$/,
    ],
    'a count of a tag without any': [
      sql`insert into tags (id, slug, name, name_key, article_count, version, created_at, updated_at)
          values (${NOBODY}, 'x', 'x', 'x', 1, 1, 0, 0)`,
      /^tag \S+ counts 1 articles, and has 0$/,
    ],
    'a count of a section': [
      sql`update sections set article_count = 0 where slug = 'city'`,
      /^section \S+ counts 0 articles, and has \d$/,
    ],
    'a count of comments': [
      sql`update articles set comment_count = 7 ${aboutArticle}`,
      /^article \S+ counts 7 comments, and has 1$/,
    ],
    'a count of replies': [
      sql`update comments set reply_count = 3 where parent_id is null and article_id = ${article} and shown`,
      /^comment \S+ counts 3 replies, and has 1$/,
    ],
    'a count of reports': [
      sql`update comments set report_count = 0 where id = ${reply}`,
      /^comment \S+ counts 0 open reports, and has 1$/,
    ],
    'who is shown': [
      sql`update comments set shown = true where status = 'spam'`,
      /^comment \S+ is shown or hidden where spam with 0 replies is not$/,
    ],
    'a place in a thread': [
      sql`update comments set thread_key = replace(cast(id as text), '-', '') where id = ${reply}`,
      /^comment \S+ stands elsewhere than below its parent$/,
    ],
    'a depth': [
      sql`update comments set depth = 3 where id = ${reply}`,
      /^comment \S+ stands elsewhere than below its parent$/,
    ],
    'a place in the list of a tag': [
      sql`update article_tags set listed_at = 5 ${inArticle}`,
      /^article \S+ stands in the list of tag \S+ at another instant than its own$/,
    ],
    'a place in the list of an author': [
      sql`update article_authors set listed_at = null ${inArticle}`,
      /^article \S+ stands in the list of author \S+ at another instant than its own$/,
    ],
    'a slug': [
      sql`delete from article_slugs where slug = 'the-bridge' or slug = 'bridge'`,
      /^article \S+ is not found by its slug \S+$/,
    ],
    'a revision': [
      sql`update article_revisions set n = n + 1000 where n = (select version from articles ${aboutArticle}) and article_id = ${article}`,
      /^article \S+ has no revision of its version \d+$/,
    ],
    'the text of a revision': [
      sql`delete from article_revision_bodies ${inArticle} and n = 1`,
      /^article \S+ lacks the text 1 of its revision 1$/,
    ],
    'a text': [sql`delete from article_bodies ${inArticle}`, /^article \S+ has no text$/],
    'what is staged': [
      sql`delete from article_staged ${inArticle}`,
      /^article \S+ is marked as staged without a staged change, or has one without the mark$/,
    ],
    'that something is staged': [
      sql`update articles set staged_at = null ${aboutArticle}`,
      /^article \S+ is marked as staged/,
    ],
    'the order of events': [
      sql`insert into events (position, at, actor, action, subject, tags) values (${last + 2}, 0, 'system', 'tag.created', 'tag:x', '[]')`,
      new RegExp(`^event ${last + 2} stands where event ${last + 1} should$`),
    ],
    'an event ahead of its article': [
      sql`insert into events (position, at, actor, action, subject, version, tags) values (${last + 1}, 0, 'system', 'article.updated', ${`article:${article}`}, 999, '[]')`,
      /^article \S+ is at version \d+, and an event tells of its version 999$/,
    ],
    'the search index': [
      sql`update articles set title = 'Other' ${aboutArticle}`,
      /^article \S+ is indexed with an older text$/,
    ],
  };
  for (const [name, [change, fault]] of Object.entries(broken)) {
    t.match(await after(ctx, (db) => db.rows(change)), [fault], name);
  }

  const statuses: Record<string, SQL> = {
    draft: sql`status = 'draft'`,
    published: sql`public_from = null`,
    archived: sql`status = 'archived'`,
  };
  for (const [status, change] of Object.entries(statuses)) {
    t.match(
      (await after(ctx, (db) => db.rows(sql`update articles set ${change} ${aboutArticle}`))).join('\n'),
      new RegExp(`article ${article} is ${status}, and the instants from and until it is public are not`),
      `when it is public, as ${status}`,
    );
  }
  t.same((await verify(ctx)).faults, [], 'all of that was undone');
});

test('of many faults of one kind the first are told', async (t) => {
  const { ctx } = await testSite(t);
  const faults = await after(ctx, async (db) => {
    for (let n = 10; n < 40; n++) {
      await db.rows(
        sql`insert into tags (id, slug, name, name_key, article_count, version, created_at, updated_at)
            values (${NOBODY.replace(/..$/, String(n))}, ${`t${n}`}, 't', ${`t${n}`}, 1, 1, 0, 0)`,
      );
    }
  });
  t.equal(faults.length, 21);
  t.equal(faults.at(-1), '… and more of this kind');
});

test('on SQLite, a reference to nothing and a damaged file are told', async (t) => {
  const { ctx } = await testSite(t);
  if (ctx.read.dialect.engine !== 'sqlite') return;
  t.same(
    await after(ctx, async (db) => {
      await db.rows(sql`pragma defer_foreign_keys = on`);
      await db.rows(sql`insert into article_slugs values ('a', 'nobody'), ('b', 'nobody')`);
    }),
    ['2 of article_slugs refer to articles that do not exist'],
  );
  t.match(
    await after(ctx, async (db) => {
      await db.rows(sql`pragma ignore_check_constraints = on`);
      await db.rows(sql`update api_keys set role = 'owner' where role = 'admin'`);
      await db.rows(sql`pragma ignore_check_constraints = off`);
    }),
    [/CHECK constraint failed in api_keys/],
  );
});
