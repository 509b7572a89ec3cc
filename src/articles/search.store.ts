// The one place where the full-text indexes are written. Whatever changes an article ends with `indexArticle`, which
// reads what is in the rows by then and makes both indexes say the same.
import { createHash } from 'node:crypto';
import { asc, eq, gt, inArray, isNull, lt, max, sql } from 'drizzle-orm';
import { WORDS_VERSION, wordsOf } from '../core/words.ts';
import { asInserted, type Db, prepared, slots } from '../db/dialect.ts';
import type { FieldWords } from '../db/full-text.ts';

/** The number only has to be nobody else's. */
const POSITIONS_LOCK = 7_776;

/** What of an article is searched. Not the notes, not the metadata: nobody finds by what they may not read. */
interface Texts {
  title: string;
  subtitle: string | null;
  summary: string | null;
  text: string;
}

/** PostgreSQL numbers no more places in a text; it is also some forty pages of a newspaper. */
const WORDS_MAX = 16_000;
/** A tsvector holds 1 MB; in UTF-8 this is at most three quarters of it. */
const UNITS_MAX = 250_000;

/** The words of the four fields, in order, as far as there is room for all of them together. */
export const fieldsOf = ({ title, subtitle, summary, text }: Texts): FieldWords => {
  let room = WORDS_MAX;
  let units = UNITS_MAX;
  const read = (field: string | null): string[] => {
    const words: string[] = [];
    for (const { word } of wordsOf(field ?? '')) {
      room--;
      units -= word.length;
      if (room < 0 || units < 0) break;
      words.push(word);
    }
    return words;
  };
  return [read(title), read(subtitle), read(summary), read(text)];
};

/** Differs when the texts do, or the rules by which they become words. */
export const digestOf = ({ title, subtitle, summary, text }: Texts): string =>
  createHash('sha256')
    .update(JSON.stringify([WORDS_VERSION, title, subtitle, summary, text]))
    .digest('base64url');

/**
 * A free position for something published at `publishedAt`: its second, or soon after where others have that. So
 * "newest" is the highest position, in whatever order articles were imported, scheduled or dated back.
 */
const positionFor = async (db: Db, publishedAt: number): Promise<number> => {
  const { articleSearch } = db.tables;
  await db.dialect.lockUntilCommit(db, POSITIONS_LOCK);
  const second = Math.floor(publishedAt / 1000);
  // Where the last place of a span is taken, a longer one is looked at: many articles in one second cost few questions.
  const firstFree = async (span: number): Promise<number> => {
    const query = prepared(db, 'last_position_below', () =>
      db
        .select({ last: max(articleSearch.position) })
        .from(articleSearch)
        .where(lt(articleSearch.position, sql.placeholder('end'))),
    );
    const [row] = await query.execute({ end: second + span });
    return Math.max(second, (row!.last ?? second - 1) + 1);
  };
  let span = 1;
  let free = await firstFree(span);
  while (free >= second + span) {
    span *= 4;
    free = await firstFree(span);
  }
  return free;
};

const searchedColumns = ({ tables: { articleBodies, articles } }: Db) => ({
  seq: articles.seq,
  title: articles.title,
  subtitle: articles.subtitle,
  summary: articles.summary,
  text: articleBodies.text,
  publishedAt: articles.publishedAt,
  publicFrom: articles.publicFrom,
});

const findSearched = async (db: Db, articleId: string) => {
  const { articleBodies, articles } = db.tables;
  const query = prepared(db, 'searched_of_article', () =>
    db
      .select(searchedColumns(db))
      .from(articles)
      .innerJoin(articleBodies, eq(articleBodies.articleId, articles.id))
      .where(eq(articles.id, sql.placeholder('articleId'))),
  );
  const [row] = await query.execute({ articleId });
  return row;
};

/**
 * Makes both indexes say what an article says now, or forget it when it is gone. To be called at the end of whatever
 * changes its title, subtitle, summary or text, who may read it, or whether there is one.
 */
export const indexArticle = async (db: Db, articleId: string): Promise<void> => {
  const { articleSearch } = db.tables;
  const { fullText } = db.dialect;
  const found = prepared(db, 'article_search_row', () =>
    db
      .select()
      .from(articleSearch)
      .where(eq(articleSearch.articleId, sql.placeholder('articleId'))),
  );
  const [before] = await found.execute({ articleId });
  const article = await findSearched(db, articleId);
  if (article === undefined) {
    // It went through the trash, where the public index has forgotten it.
    if (before === undefined) return;
    await fullText.remove(db, 'desk_search', before.seq);
    await db.delete(articleSearch).where(eq(articleSearch.articleId, articleId));
    return;
  }
  const publishedAt = article.publicFrom === null ? null : article.publishedAt;
  const digest = digestOf(article);
  const isSameText = before?.digest === digest;
  if (isSameText && before.publishedAt === publishedAt) return;

  const fields = fieldsOf(article);
  const keepsPlace = before !== undefined && before.publishedAt === publishedAt;
  if (before !== undefined && before.position !== null && !keepsPlace) {
    await fullText.remove(db, 'public_search', before.position);
  }
  const position =
    publishedAt === null ? null : keepsPlace ? before.position : await positionFor(db, publishedAt);
  if (position !== null) await fullText.put(db, 'public_search', position, fields);
  if (!isSameText) await fullText.put(db, 'desk_search', article.seq, fields);
  const save = prepared(db, 'save_article_search', () => {
    const { articleId: _, ...row } = asInserted(articleSearch);
    return db
      .insert(articleSearch)
      .values(slots(articleSearch))
      .onConflictDoUpdate({ target: articleSearch.articleId, set: row });
  });
  await save.execute({ articleId, seq: article.seq, position, publishedAt, digest });
};

/** Whether articles wait to be indexed; whatever changes an article indexes it, so only a migration makes them wait. */
export const hasUnindexed = async (db: Db): Promise<boolean> =>
  (await db.select().from(db.tables.unindexedArticles).limit(1)).length > 0;

/** Indexes some of the articles that wait, at most `most`; returns how many. */
export const indexUnindexed = async (db: Db, most: number): Promise<number> => {
  const { articles, unindexedArticles } = db.tables;
  // Held until the end, the articles too: nobody changes one between its being read and its being indexed, and another
  // process that starts waits here, and then finds them gone.
  const waiting = await db.dialect.locked(
    db
      .select({ id: articles.id })
      .from(unindexedArticles)
      .innerJoin(articles, eq(articles.id, unindexedArticles.articleId))
      .limit(most),
  );
  const ids = waiting.map(({ id }) => id);
  for (const id of ids) await indexArticle(db, id);
  await db.delete(unindexedArticles).where(inArray(unindexedArticles.articleId, ids));
  return ids.length;
};

const CHECKED_AT_ONCE = 200;

/** What each article should have in the indexes, against the row that says what it has. */
const articleFaults = async (db: Db): Promise<string[]> => {
  const { articleBodies, articles, articleSearch } = db.tables;
  const faults: string[] = [];
  let seq: number | undefined = Number.MIN_SAFE_INTEGER;
  while (seq !== undefined) {
    const from: number = seq;
    const rows = await db
      .select({
        ...searchedColumns(db),
        id: articles.id,
        indexedSeq: articleSearch.seq,
        indexedFor: articleSearch.publishedAt,
        digest: articleSearch.digest,
      })
      .from(articles)
      .innerJoin(articleBodies, eq(articleBodies.articleId, articles.id))
      .leftJoin(articleSearch, eq(articleSearch.articleId, articles.id))
      .where(gt(articles.seq, from))
      .orderBy(asc(articles.seq))
      .limit(CHECKED_AT_ONCE);
    for (const row of rows) {
      const publishedAt = row.publicFrom === null ? null : row.publishedAt;
      if (row.digest === null) faults.push(`article ${row.id} is not in the search index`);
      else if (row.digest !== digestOf(row)) faults.push(`article ${row.id} is indexed with an older text`);
      else if (row.indexedFor !== publishedAt || row.indexedSeq !== row.seq)
        faults.push(`article ${row.id} is indexed in another place than it should be`);
    }
    seq = rows.at(-1)?.seq;
  }
  return faults;
};

/** Everything in which the full-text indexes and the articles differ, a sentence each; none: all is well. */
export const searchFaults = async (db: Db): Promise<string[]> => {
  const { articles, articleSearch } = db.tables;
  const { fullText } = db.dialect;
  const faults = await articleFaults(db);
  const gone = await db
    .select({ id: articleSearch.articleId })
    .from(articleSearch)
    .leftJoin(articles, eq(articles.id, articleSearch.articleId))
    .where(isNull(articles.id));
  faults.push(...gone.map(({ id }) => `article ${id} is indexed and does not exist`));
  const places = await db
    .select({ desk_search: articleSearch.seq, public_search: articleSearch.position })
    .from(articleSearch)
    .orderBy(sql`1`);
  for (const index of ['public_search', 'desk_search'] as const) {
    faults.push(...(await fullText.damage(db, index)).map((line) => `${index}: ${line}`));
    const kept = new Set(await fullText.allRows(db, index));
    const meant = new Set(places.flatMap((place) => place[index] ?? []));
    for (const row of meant) if (!kept.has(row)) faults.push(`${index} lacks its row ${row}`);
    for (const row of kept)
      if (!meant.has(row)) faults.push(`${index} has a row ${row} that is no article's`);
  }
  return faults;
};
