// What is kept twice, against the rows it follows from: a query a promise, each over whole tables and each answering
// with the rows that break it. Both engines understand every one of them, and nothing here is ever written.
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/dialect.ts';

/** A row that breaks a promise, as its query tells of it. */
interface Broken {
  id: string;
  /** What the row says. */
  kept: string | number | null;
  /** What follows from the others. */
  due: string | number | null;
}

interface Promised {
  /** Answers with the columns of Broken, in any order. */
  broken: SQL;
  says(row: Broken): string;
}

/** Articles that count, by what they are linked to. Scheduled ones are in the lists, but do not count before they settle. */
const articleCount = (name: string, owners: SQL, links: SQL, link: SQL): Promised => ({
  broken: sql`
    select o.id, o.article_count as kept, coalesce(counted.articles, 0) as due
    from ${owners} o
    left join (
      select ${link} as id, count(*) as articles from ${links} where a.status = 'published' group by ${link}
    ) counted on counted.id = o.id
    where o.article_count <> coalesce(counted.articles, 0)`,
  says: ({ id, kept, due }) => `${name} ${id} counts ${kept} articles, and has ${due}`,
});

/** A count of rows below others. */
const rowCount = (owners: SQL, column: SQL, link: SQL, rows: SQL, says: Promised['says']): Promised => ({
  broken: sql`
    select o.id, o.${column} as kept, coalesce(counted.rows, 0) as due
    from ${owners} o
    left join (select ${link} as id, count(*) as rows from ${rows} group by ${link}) counted on counted.id = o.id
    where o.${column} <> coalesce(counted.rows, 0)`,
  says,
});

/** The instant by which the lists of a tag or an author are sorted. */
const listedAt = (name: string, links: SQL, link: SQL): Promised => ({
  broken: sql`
    select l.article_id as id, ${link} as kept, null as due
    from ${links} l join articles a on a.id = l.article_id
    where l.listed_at is distinct from case when a.status in ('published', 'scheduled') then a.published_at end`,
  says: ({ id, kept }) =>
    `article ${id} stands in the list of ${name} ${kept} at another instant than its own`,
});

/** No event tells of a version that its subject never had. */
const eventVersion = (name: string, rows: SQL): Promised => ({
  broken: sql`
    select o.id, o.version as kept, max(e.version) as due
    from ${rows} o join events e on e.subject = ${`${name}:`} || cast(o.id as text)
    group by o.id, o.version having max(e.version) > o.version`,
  says: ({ id, kept, due }) =>
    `${name} ${id} is at version ${kept}, and an event tells of its version ${due}`,
});

const PROMISES: readonly Promised[] = [
  articleCount(
    'author',
    sql`authors`,
    sql`article_authors l join articles a on a.id = l.article_id`,
    sql`l.author_id`,
  ),
  articleCount('tag', sql`tags`, sql`article_tags l join articles a on a.id = l.article_id`, sql`l.tag_id`),
  articleCount('section', sql`sections`, sql`articles a`, sql`a.section_id`),
  rowCount(
    sql`articles`,
    sql`comment_count`,
    sql`article_id`,
    sql`comments where status = 'approved'`,
    ({ id, kept, due }) => `article ${id} counts ${kept} comments, and has ${due}`,
  ),
  rowCount(
    sql`comments`,
    sql`reply_count`,
    sql`parent_id`,
    sql`comments where shown`,
    ({ id, kept, due }) => `comment ${id} counts ${kept} replies, and has ${due}`,
  ),
  rowCount(
    sql`comments`,
    sql`report_count`,
    sql`comment_id`,
    sql`comment_reports where settled_at is null`,
    ({ id, kept, due }) => `comment ${id} counts ${kept} open reports, and has ${due}`,
  ),
  {
    broken: sql`
      select id, status as kept, reply_count as due from comments
      where shown <> (status = 'approved' or reply_count > 0)`,
    says: ({ id, kept, due }) => `comment ${id} is shown or hidden where ${kept} with ${due} replies is not`,
  },
  {
    broken: sql`
      select c.id, c.thread_key as kept, null as due
      from comments c left join comments p on p.id = c.parent_id
      where c.thread_key <> coalesce(p.thread_key, '') || replace(cast(c.id as text), '-', '')
         or c.depth <> coalesce(p.depth, 0) + 1 or p.article_id <> c.article_id`,
    says: ({ id }) => `comment ${id} stands elsewhere than below its parent`,
  },
  listedAt('tag', sql`article_tags`, sql`l.tag_id`),
  listedAt('author', sql`article_authors`, sql`l.author_id`),
  {
    broken: sql`
      select id, status as kept, null as due from articles
      where case
        when status in ('published', 'scheduled') then public_from is null or published_at is null
        when status = 'archived' then public_until is null
        else public_from is not null
      end`,
    says: ({ id, kept }) => `article ${id} is ${kept}, and the instants from and until it is public are not`,
  },
  {
    broken: sql`
      select a.id, a.slug as kept, null as due
      from articles a left join article_slugs s on s.slug = a.slug and s.article_id = a.id
      where s.slug is null`,
    says: ({ id, kept }) => `article ${id} is not found by its slug ${kept}`,
  },
  {
    broken: sql`
      select a.id, a.version as kept, null as due
      from articles a left join article_revisions r on r.article_id = a.id and r.n = a.version
      where r.n is null`,
    says: ({ id, kept }) => `article ${id} has no revision of its version ${kept}`,
  },
  {
    broken: sql`
      select a.id, null as kept, null as due
      from articles a left join article_bodies b on b.article_id = a.id where b.article_id is null`,
    says: ({ id }) => `article ${id} has no text`,
  },
  {
    broken: sql`
      select r.article_id as id, r.n as kept, r.body_n as due
      from article_revisions r
      left join article_bodies b on b.article_id = r.article_id and b.n = r.body_n
      left join article_revision_bodies k on k.article_id = r.article_id and k.n = r.body_n
      where b.n is null and k.n is null`,
    says: ({ id, kept, due }) => `article ${id} lacks the text ${due} of its revision ${kept}`,
  },
  {
    broken: sql`
      select a.id, null as kept, null as due
      from articles a left join article_staged s on s.article_id = a.id
      where (a.staged_at is null) <> (s.article_id is null)`,
    says: ({ id }) =>
      `article ${id} is marked as staged without a staged change, or has one without the mark`,
  },
  {
    broken: sql`
      select position as id, null as kept, before + 1 as due
      from (select position, coalesce(lag(position) over (order by position), 0) as before from events) e
      where position <> before + 1`,
    says: ({ id, due }) => `event ${id} stands where event ${due} should`,
  },
  eventVersion('article', sql`articles`),
  eventVersion('comment', sql`comments`),
  eventVersion('author', sql`authors`),
  eventVersion('section', sql`sections`),
  eventVersion('tag', sql`tags`),
  eventVersion('list', sql`lists`),
  eventVersion('key', sql`api_keys`),
];

/** What breaks each promise, a sentence each: for every promise that is broken at most `limit` of them. */
export const listBroken = async (db: Db, limit: number): Promise<string[][]> => {
  const broken: string[][] = [];
  for (const promise of PROMISES) {
    const rows = await db.rows<Broken>(sql`${promise.broken} limit ${limit}`);
    if (rows.length > 0) broken.push(rows.map(promise.says));
  }
  return broken;
};

/** How much was compared. */
export const countAll = async (db: Db) => ({
  articles: await db.$count(db.tables.articles),
  comments: await db.$count(db.tables.comments),
  events: await db.$count(db.tables.events),
});
