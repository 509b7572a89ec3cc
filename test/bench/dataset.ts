// A newspaper's archive of any size, made up: the same for the same numbers, written straight into a SQLite file and
// kept from one run to the next. Its words are distributed as words are (the nth is 1/n as common as the first), and
// three of them are known: in 90 %, in 20 % and in 0.1 % of the articles.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { digestOf, fieldsOf } from '../../src/articles/search.store.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrationsOf } from '../../src/db/migrate.ts';

export const KNOWN_WORDS = { common: 'harbour', medium: 'ferry', rare: 'lighthouse' } as const;
const SHARES = { harbour: 0.9, ferry: 0.2, lighthouse: 0.001 };

export interface DatasetOptions {
  articles: number;
  commentsPerArticle: number;
  /** Where the database lies; by default a name that tells its content, in BENCH_DATA or the temporary folder. */
  file?: string;
}

const AUTHORS = 200;
const SECTIONS = 12;
const TAGS = 500;
const VOCABULARY = 20_000;
const WORDS_OF_A_BODY = 700;
const BATCH = 2_000;
/** When the newest article was published; the others were before it, one an hour. */
const NEWEST = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** Numbers from 0 to 1, always the same ones: mulberry32. */
const randomFrom = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const SYLLABLES =
  'ba be bi bo da de di do fa fe ga go ha he ka ke ki ko la le li lo ma me mi mo na ne ni no'.split(' ');

/** The nth word of the made-up language. */
const wordOf = (n: number): string => {
  let word = SYLLABLES[n % 30] ?? '';
  for (let rest = Math.floor(n / 30) + 1; rest > 0; rest = Math.floor(rest / 30))
    word += SYLLABLES[rest % 30];
  return word;
};
const words = Array.from({ length: VOCABULARY }, (_, n) => wordOf(n));

const createWriter = (random: () => number) => {
  /** The nth of `count` is 1/n as likely as the first. */
  const zipf = (count: number): number => Math.floor(count ** random()) - 1;
  const prose = (count: number): string[] => Array.from({ length: count }, () => words[zipf(VOCABULARY)]!);
  const id = (ms: number): string => {
    const hex = ms.toString(16).padStart(12, '0');
    const tail = () =>
      Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    const [a, b] = [tail(), tail()];
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${a.slice(0, 3)}-8${a.slice(4, 7)}-${b}${a.slice(4)}`;
  };
  return { zipf, prose, id, random };
};
type Writer = ReturnType<typeof createWriter>;

/** About 5 KB in eight paragraphs, with the known words in their share of all articles. */
const paragraphsOf = ({ prose, random }: Writer): string[] => {
  const body = prose(WORDS_OF_A_BODY);
  for (const [word, share] of Object.entries(SHARES)) {
    if (random() >= share) continue;
    for (let times = 1 + Math.floor(random() * 4); times > 0; times--)
      body[Math.floor(random() * body.length)] = word;
  }
  const length = Math.ceil(body.length / 8);
  return Array.from({ length: 8 }, (_, n) => `${body.slice(n * length, (n + 1) * length).join(' ')}.`);
};

/** `insert into table (its columns) values (…)`, taking an object. */
const inserter = (db: BetterSqlite3.Database, table: string, columns: string) => {
  const names = columns.split(' ');
  const statement = db.prepare(
    `insert into ${table} (${names.join()}) values (${names.map((name) => `@${name}`).join()})`,
  );
  return (row: Record<string, unknown>) => statement.run(row);
};

const fill = (db: BetterSqlite3.Database, { articles, commentsPerArticle }: DatasetOptions): void => {
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
    place: inserter(db, 'article_search', 'article_id seq position published_at digest'),
    public: inserter(db, 'public_search', 'rowid title subtitle summary body'),
    desk: inserter(db, 'desk_search', 'rowid title subtitle summary body'),
  };

  const begun = NEWEST - articles * HOUR;
  const authors = Array.from({ length: AUTHORS }, (_, n) => ({ id: id(begun), n }));
  const sections = Array.from({ length: SECTIONS }, (_, n) => ({ id: id(begun), n }));
  const tags = Array.from({ length: TAGS }, (_, n) => ({ id: id(begun), n }));
  const group = { ...stamp, article_count: 0 };
  for (const { id, n } of authors)
    insert.author({ ...group, id, slug: `author-${n}`, name: `Author ${n}`, links: '[]', active: 1 });
  for (const { id, n } of sections)
    insert.section({ ...group, id, slug: `section-${n}`, name: `Section ${n}`, position: n });
  for (const { id, n } of tags)
    insert.tag({ ...group, id, slug: `tag-${n}`, name: `Tag ${n}`, name_key: `tag ${n}` });

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
    const at = begun + (n + 1) * HOUR;
    const articleId = id(at);
    const title = prose(8).join(' ');
    const summary = `${prose(20).join(' ')}.`;
    const paragraphs = paragraphsOf(writer);
    const text = paragraphs.join('\n');
    const slug = `article-${n}`;
    insert.article({
      ...{ id: articleId, status: 'published', slug, slug_is_explicit: 0, title, summary, excerpt: summary },
      ...{
        language: 'en',
        section_id: sections[zipf(SECTIONS)]?.id,
        seo: '{"title":null,"description":null,"noindex":false}',
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
    for (const [position, tag] of [...new Set([zipf(TAGS), zipf(TAGS), zipf(TAGS)])].entries())
      insert.articleTag({ ...linked, tag_id: tags[tag]?.id, position });
    insert.articleAuthor({ ...linked, author_id: authors[zipf(AUTHORS)]?.id, role: 'writer', position: 0 });
    for (let m = 0; m < commentsPerArticle; m++) comment(articleId, at + Math.floor(random() * 48 * HOUR));

    const texts = { title, subtitle: null, summary, text };
    const [titleWords, , summaryWords, bodyWords] = fieldsOf(texts).map((field) => field.join(' '));
    const seq = n + 1;
    const position = at / 1_000;
    const row = { title: titleWords, subtitle: '', summary: summaryWords, body: bodyWords };
    insert.place({ article_id: articleId, seq, position, published_at: at, digest: digestOf(texts) });
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
      `update ${table} set article_count = (select count(*) from ${links} where ${column} = ${table}.id)`,
    );
  counted('authors', 'article_authors', 'author_id');
  counted('tags', 'article_tags', 'tag_id');
  counted('sections', 'articles', 'section_id');
  db.exec('analyze');
};

const defaultFile = ({ articles, commentsPerArticle }: DatasetOptions): string => {
  const folder = process.env.BENCH_DATA ?? join(tmpdir(), 'masthead-bench-data');
  mkdirSync(folder, { recursive: true });
  const schema = createHash('sha256')
    .update(JSON.stringify(migrationsOf('sqlite')))
    .digest('hex')
    .slice(0, 8);
  return join(folder, `${articles}x${commentsPerArticle}-${schema}.db`);
};

/** The file of such a database: the one that is there, else a new one. Nobody may write to it: others use it too. */
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
    // Words are collected in memory for longer than FTS5 would by itself, and merged in fewer steps.
    for (const index of ['public_search', 'desk_search'])
      db.exec(`insert into ${index} (${index}, rank) values ('hashsize', 67108864)`);
    fill(db, options);
    for (const index of ['public_search', 'desk_search'])
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
