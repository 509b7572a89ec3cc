// What a bare script would ask SQLite for an article, a page of articles and a page of comments, and write as JSON: what
// an answer costs that has to be made, without what decides about it.
import type BetterSqlite3 from 'better-sqlite3';
import { systemClock } from '../../src/core/clock.ts';

type Row = Record<string, unknown>;

const PAGE = 20;

const COLUMNS = `a.id, a.slug, a.title, a.subtitle, a.summary, a.excerpt, a.language, a.cover, a.canonical_url, a.seo,
  a.word_count, a.corrections, a.comment_policy, a.comments_close_at, a.comment_count, a.published_at, a.modified_at,
  a.public_until, a.metadata_public, s.slug as section, s.name as section_name`;
const PUBLIC =
  'a.public_from is not null and +a.public_from <= @now and (a.public_until is null or a.public_until > @now)';

/** Makes each answer as text, from the same tables that Masthead reads. */
export const readingOf = (db: BetterSqlite3.Database) => {
  const query = (text: string) => db.prepare<[Row], Row>(text);
  const page = query(`select ${COLUMNS} from articles a left join sections s on s.id = a.section_id
    where ${PUBLIC} order by a.published_at desc, a.id desc limit ${PAGE + 1}`);
  const article = query(`select ${COLUMNS}, b.html from article_slugs g join articles a on a.id = g.article_id
    join article_bodies b on b.article_id = a.id left join sections s on s.id = a.section_id
    where g.slug = @slug and ${PUBLIC}`);
  const linked = (table: string, from: string, columns: string) =>
    query(`select l.article_id, ${columns} from article_${table} l join ${table} t on t.id = l.${from}
      where l.article_id in (select value from json_each(@ids)) order by l.article_id, l.position`);
  const tags = linked('tags', 'tag_id', 't.slug, t.name');
  const authors = linked('authors', 'author_id', 't.id, t.slug, t.name, t.avatar_url, l.role');
  const comments = query(`select c.* from comments c join article_slugs g on g.article_id = c.article_id
    where g.slug = @slug and c.shown = 1 order by c.thread_key limit ${PAGE + 1}`);

  const withLinks = (rows: Row[]): Row[] => {
    const ids = JSON.stringify(rows.map(({ id }) => id));
    const [tagsOf, authorsOf] = [byArticle(tags.all({ ids })), byArticle(authors.all({ ids }))];
    return rows.map((row) => ({
      ...row,
      tags: tagsOf.get(row.id) ?? [],
      authors: authorsOf.get(row.id) ?? [],
    }));
  };
  return {
    article: (slug: string) => JSON.stringify(withLinks(article.all({ slug, now: systemClock() }))[0]),
    list: () => JSON.stringify({ items: withLinks(page.all({ now: systemClock() }).slice(0, PAGE)) }),
    comments: (slug: string) => JSON.stringify({ items: comments.all({ slug }).slice(0, PAGE) }),
  };
};

const byArticle = (rows: Row[]): Map<unknown, Row[]> => {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) groups.set(row.article_id, [...(groups.get(row.article_id) ?? []), row]);
  return groups;
};
