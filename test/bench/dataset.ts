// A newspaper's archive of any size, made up: the same for the same numbers, written straight into a SQLite file and
// kept from one run to the next. The words of the search indexes take ten times as long as all the rest: who does not
// search leaves them out.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { digestOf, fieldsOf } from '../../src/articles/search.store.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrationsOf } from '../../src/db/migrate.ts';
import { createWriter, paragraphsOf, randomFrom, WORDS_OF_A_BODY } from './prose.ts';

export interface DatasetOptions {
  articles: number;
  commentsPerArticle: number;
  /** Whether words can be searched. Without them the articles count as indexed all the same, and are not found. */
  words?: boolean;
  /** Where the database lies; by default a name that tells its content, in BENCH_DATA or the temporary folder. */
  file?: string;
}

const AUTHORS = 200;
export const SECTIONS = 12;
export const TAGS = 500;
const BATCH = 2_000;
/** When the newest article was published; the others were before it, one an hour or, where they are many, more often. */
const NEWEST = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const LONGEST_ARCHIVE = 40 * 365 * 24 * HOUR;
const SEARCH_INDEXES = ['public_search', 'desk_search'];

const NO_SEO = { title: null, description: null, noindex: false };

/** Of the nth article, the oldest being 0. */
export const slugOf = (n: number): string => `article-${n}`;

/** `insert into table (its columns) values (…)`, taking an object. */
const inserter = (db: BetterSqlite3.Database, table: string, columns: string) => {
  const names = columns.split(' ');
  const statement = db.prepare(
    `insert into ${table} (${names.join()}) values (${names.map((name) => `@${name}`).join()})`,
  );
  return (row: Record<string, unknown>) => statement.run(row);
};

const fill = (
  db: BetterSqlite3.Database,
  { articles, commentsPerArticle, words = true }: DatasetOptions,
): void => {
  const writer = createWriter(randomFrom(4_711));
  const { zipf, prose, id, random } = writer;
  const stamp = { version: 1, created_at: NEWEST, updated_at: NEWEST };
  const insert = {
    author: inserter(db, 'authors', 'id slug name links active article_count version created_at updated_at'),
    section: inserter(db, 'sections', 'id slug name position article_count version created_at updated_at'),
    tag: inserter(db, 'tags', 'id slug name name_key article_count version created_at updated_at'),
    article: inserter(
      db,
      'articles',
      'id status slug slug_is_explicit title summary excerpt language section_id seo comment_count word_count metadata_public metadata_private published_at modified_at public_from version created_at updated_at',
    ),
    body: inserter(db, 'article_bodies', 'article_id format source html text renderer'),
    slug: inserter(db, 'article_slugs', 'slug article_id'),
    articleTag: inserter(db, 'article_tags', 'article_id tag_id position listed_at'),
    articleAuthor: inserter(db, 'article_authors', 'article_id author_id role position listed_at'),
    comment: inserter(
      db,
      'comments',
      'id article_id depth thread_key status shown author_name is_staff body fingerprint reasons reply_count version created_at',
    ),
    commentPrivate: inserter(db, 'comment_private', 'comment_id email email_key created_at'),
    revision: inserter(db, 'article_revisions', 'article_id n kind action at fields content body_n'),
    place: inserter(db, 'article_search', 'article_id seq position published_at digest'),
    public: inserter(db, 'public_search', 'rowid title subtitle summary body'),
    desk: inserter(db, 'desk_search', 'rowid title subtitle summary body'),
  };

  // In whole seconds: each is a place of its own in the search index.
  const interval = Math.min(HOUR, Math.floor(LONGEST_ARCHIVE / articles / 1_000) * 1_000);
  const begun = NEWEST - articles * interval;
  const named = (count: number, kind: string) =>
    Array.from({ length: count }, (_, n) => ({
      ...{ id: id(begun), slug: `${kind.toLowerCase()}-${n}`, name: `${kind} ${n}` },
    }));
  const authors = named(AUTHORS, 'Author');
  const sections = named(SECTIONS, 'Section');
  const tags = named(TAGS, 'Tag');
  const group = { ...stamp, article_count: 0 };
  for (const author of authors) insert.author({ ...group, ...author, links: '[]', active: 1 });
  for (const [position, section] of sections.entries()) insert.section({ ...group, ...section, position });
  for (const tag of tags) insert.tag({ ...group, ...tag, name_key: tag.name.toLowerCase() });

  const comment = (articleId: string, at: number): void => {
    const commentId = id(at);
    insert.comment({
      ...{ id: commentId, article_id: articleId, depth: 1, thread_key: commentId.replaceAll('-', '') },
      ...{ status: 'approved', shown: 1, author_name: `Reader ${zipf(5_000)}`, is_staff: 0 },
      ...{ body: `${prose(30).join(' ')}.`, fingerprint: commentId, reasons: '[]', reply_count: 0 },
      ...{ version: 1, created_at: at },
    });
    const email = `reader${zipf(5_000)}@mail.example`;
    insert.commentPrivate({ comment_id: commentId, email, email_key: email, created_at: at });
  };

  const article = (n: number): void => {
    const at = begun + (n + 1) * interval;
    const articleId = id(at);
    const title = prose(8).join(' ');
    const summary = `${prose(20).join(' ')}.`;
    const paragraphs = paragraphsOf(writer);
    const text = paragraphs.join('\n');
    const slug = slugOf(n);
    const section = sections[zipf(SECTIONS)]!;
    insert.article({
      ...{ id: articleId, status: 'published', slug, slug_is_explicit: 0, title, summary, excerpt: summary },
      ...{
        language: 'en',
        section_id: section.id,
        seo: JSON.stringify(NO_SEO),
      },
      ...{ comment_count: commentsPerArticle, word_count: WORDS_OF_A_BODY },
      ...{
        metadata_public: '{}',
        metadata_private: '{}',
        published_at: at,
        modified_at: at,
        public_from: at,
      },
      ...{ version: 1, created_at: at, updated_at: at },
    });
    insert.body({
      ...{ article_id: articleId, format: 'markdown', source: paragraphs.join('\n\n'), text },
      ...{ html: paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n'), renderer: 'made up' },
    });
    insert.slug({ slug, article_id: articleId });
    const linked = { article_id: articleId, listed_at: at };
    const tagged = [...new Set([zipf(TAGS), zipf(TAGS), zipf(TAGS)])].map((tag) => tags[tag]!);
    for (const [position, tag] of tagged.entries())
      insert.articleTag({ ...linked, tag_id: tag.id, position });
    const author = authors[zipf(AUTHORS)]!;
    insert.articleAuthor({ ...linked, author_id: author.id, role: 'writer', position: 0 });
    const content = {
      ...{ slug, title, subtitle: null, summary, language: 'en', section, tags: tagged },
      ...{ authors: [{ ...author, role: 'writer' }], cover: null, canonicalUrl: null, seo: NO_SEO },
      ...{ metadata: { public: {} }, corrections: [] },
    };
    insert.revision({
      ...{ article_id: articleId, n: 1, kind: 'live', action: 'created', at, fields: '[]' },
      ...{ content: JSON.stringify(content), body_n: 1 },
    });
    for (let m = 0; m < commentsPerArticle; m++) comment(articleId, at + Math.floor(random() * 48 * HOUR));

    const texts = { title, subtitle: null, summary, text };
    const seq = n + 1;
    const position = at / 1_000;
    insert.place({ article_id: articleId, seq, position, published_at: at, digest: digestOf(texts) });
    if (!words) return;
    const [titleWords, , summaryWords, bodyWords] = fieldsOf(texts).map((field) => field.join(' '));
    const row = { title: titleWords, subtitle: '', summary: summaryWords, body: bodyWords };
    insert.public({ rowid: position, ...row });
    insert.desk({ rowid: seq, ...row });
  };

  const startedAt = performance.now();
  for (let first = 0; first < articles; first += BATCH) {
    const last = Math.min(articles, first + BATCH);
    db.transaction(() => {
      for (let n = first; n < last; n++) article(n);
    })();
    const seconds = (performance.now() - startedAt) / 1000;
    const left = Math.ceil((seconds / last) * (articles - last));
    process.stderr.write(`\r${last} of ${articles} articles, ${Math.round(seconds)} s, ${left} s left  `);
  }
  process.stderr.write('\n');
  const counted = (table: string, links: string, column: string) =>
    db.exec(
      `update ${table} set article_count = counted.articles
       from (select ${column} as id, count(*) as articles from ${links} group by ${column}) counted
       where counted.id = ${table}.id`,
    );
  counted('authors', 'article_authors', 'author_id');
  counted('tags', 'article_tags', 'tag_id');
  counted('sections', 'articles', 'section_id');
  // As SQLite's own `optimize` does it: enough to choose an index by, and not a reading of every page.
  db.pragma('analysis_limit = 1000');
  db.exec('analyze');
};

const defaultFile = ({ articles, commentsPerArticle, words = true }: DatasetOptions): string => {
  const folder = process.env.BENCH_DATA ?? join(tmpdir(), 'masthead-bench-data');
  mkdirSync(folder, { recursive: true });
  const schema = createHash('sha256')
    .update(JSON.stringify(migrationsOf('sqlite')))
    .digest('hex')
    .slice(0, 8);
  return join(folder, `${articles}x${commentsPerArticle}${words ? '' : '-wordless'}-${schema}.db`);
};

/** Whether such a database was made before. */
export const hasDataset = (options: DatasetOptions): boolean =>
  existsSync(options.file ?? defaultFile(options));

/**
 * The file of such a database: the one that is there, else a new one. Others use it too: servers may be started on it,
 * which add a key and a secret of theirs, but nobody may write articles or comments to it.
 */
export const makeDataset = async (options: DatasetOptions): Promise<string> => {
  const file = options.file ?? defaultFile(options);
  if (existsSync(file)) return file;
  const draft = `${file}.${process.pid}`;
  const database = await openDatabase({ url: `file:${draft}`, clock: systemClock });
  await database.close();
  const db = new BetterSqlite3(draft);
  try {
    // A file that is thrown away when anything goes wrong needs no syncs.
    db.pragma('journal_mode = delete');
    db.pragma('journal_mode = off');
    db.pragma('synchronous = off');
    db.pragma('cache_size = -200000');
    // What is linked was inserted before; `masthead verify` looks again.
    db.pragma('foreign_keys = off');
    // Words are collected in memory for longer than FTS5 would by itself, and merged in fewer steps.
    for (const index of SEARCH_INDEXES)
      db.exec(`insert into ${index} (${index}, rank) values ('hashsize', 67108864)`);
    fill(db, options);
    for (const index of SEARCH_INDEXES)
      db.exec(`insert into ${index} (${index}, rank) values ('hashsize', 1048576)`);
    db.pragma('journal_mode = wal');
    db.close();
    renameSync(draft, file);
  } catch (error) {
    db.close();
    rmSync(draft, { force: true });
    throw error;
  }
  return file;
};
