// Articles as every list shows them: their rows, tags and bylines in a constant number of queries, and no text unless it
// is asked for. A summary is kept once it is made, for each list that names the article shows the same.
import { eq, getTableColumns, sql } from 'drizzle-orm';
import { linksOf } from '../articles/links.ts';
import type { ArticleSummary } from '../articles/schema.ts';
import { type ArticleUrl, dueAtOf, type PublicRow, summaryView } from '../articles/view.ts';
import { visible } from '../articles/visibility.ts';
import type { CacheTag } from '../core/cache-tag.ts';
import { type Db, prepared } from '../db/dialect.ts';
import type { KeptParts } from '../http/kept-parts.ts';
import type { Tagged } from '../http/tagged-store.ts';
import { Written } from '../http/written.ts';
import { discussionSettings } from '../settings/discussion.ts';
import { distinct, namesOn } from './cache-tags.ts';
import { earliest } from './due.ts';

/** A summary as the cache keeps it. */
export interface KeptSummary extends Tagged {
  written: Written<ArticleSummary>;
}

/** The columns that a public answer may depend on; what is private is not even asked for. */
export const publicColumns = ({ tables: { articles, sections } }: Db) => {
  const {
    seq,
    status,
    sectionId,
    slugIsExplicit,
    notes,
    metadataPrivate,
    returnNote,
    stagedAt,
    sourceSystem,
    sourceId,
    version,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    commentCount,
    ...columns
  } = getTableColumns(articles);
  return { ...columns, section: { slug: sections.slug, name: sections.name } };
};

/** The public rows among `ids`, in no order. */
const rowsOf = async (db: Db, ids: readonly string[], now: number): Promise<PublicRow[]> => {
  const { articles, sections } = db.tables;
  const query = prepared(db, 'articles_of_page', () =>
    db
      .select(publicColumns(db))
      .from(articles)
      .leftJoin(sections, eq(sections.id, articles.sectionId))
      .where(sql`${db.dialect.isAnyOf(articles.id, 'ids')} and ${visible(articles, sql.placeholder('now'))}`),
  );
  return query.execute({ ids: db.dialect.list(ids), now });
};

/**
 * The texts of those of `ids` that are public, as HTML or as words alone. Asked anew of each: a summary may be kept, or
 * have been read a moment ago, and the text of one that was withdrawn since may be a draft by now.
 */
export const textsOf = async (
  db: Db,
  ids: readonly string[],
  form: 'html' | 'text',
  now: number,
): Promise<Map<string, string>> => {
  const { articleBodies, articles } = db.tables;
  const query = prepared(db, `${form}_of_page`, () =>
    db
      .select({ id: articleBodies.articleId, said: articleBodies[form] })
      .from(articleBodies)
      .innerJoin(articles, eq(articles.id, articleBodies.articleId))
      .where(
        sql`${db.dialect.isAnyOf(articleBodies.articleId, 'ids')} and ${visible(articles, sql.placeholder('now'))}`,
      ),
  );
  const rows = await query.execute({ ids: db.dialect.list(ids), now });
  return new Map(rows.map(({ id, said }) => [id, said]));
};

/** What an object takes beside its JSON, and what a tag does: measured, rounded up. */
const OVERHEAD_BYTES = 2_000;
const TAG_BYTES = 150;

export interface Shown {
  items: Written<ArticleSummary>[];
  /** When one of them becomes another by itself. */
  dueAt: number | null;
  /** Of the names on them; that they are these articles and no others, a list says by tags of its own. */
  tags: CacheTag[];
}

/** Gives the summaries of those of `ids` that are public at `now`, in the order of `ids`. */
export type Summaries = (
  db: Db,
  ids: readonly string[],
  how: { now: number; withText: boolean },
) => Promise<Shown>;

export interface SummariesDeps {
  urlOf: ArticleUrl;
  /** Where they are kept, if anywhere. */
  kept: KeptParts<KeptSummary> | undefined;
}

export const createSummaries = ({ urlOf, kept }: SummariesDeps): Summaries => {
  const make = async (db: Db, ids: readonly string[], now: number): Promise<Map<string, KeptSummary>> => {
    const context = { now, urlOf, discussion: await discussionSettings(db) };
    const rows = await rowsOf(db, ids, now);
    const links = await linksOf(db, ids);
    return new Map(
      rows.map((row) => {
        const written = new Written(summaryView(row, links.get(row.id)!, context));
        const tags = distinct(`article:${row.id}`, ...namesOn([written.value]));
        // Its JSON, of one or two bytes a character, and the object that it says.
        const size = OVERHEAD_BYTES + 3 * written.json.length + TAG_BYTES * tags.length;
        return [row.id, { written, tags, dueAt: dueAtOf(row, context), size }];
      }),
    );
  };
  return async (db, ids, { now, withText }) => {
    const making = (missing: readonly string[]) => make(db, missing, now);
    const summaries = await (kept === undefined ? making(ids) : kept.of(ids, now, making));
    const shown = ids.flatMap((id) => summaries.get(id) ?? []);
    const rest = {
      dueAt: earliest(...shown.map((summary) => summary.dueAt)),
      tags: namesOn(shown.map(({ written }) => written.value)),
    };
    if (!withText) return { items: shown.map(({ written }) => written), ...rest };
    const texts = await textsOf(db, ids, 'html', now);
    const items = shown.flatMap(({ written }) => {
      const bodyHtml = texts.get(written.value.id);
      // Without one it was withdrawn or erased just now.
      return bodyHtml === undefined ? [] : [written.with({ bodyHtml })];
    });
    return { items, ...rest };
  };
};
