// Every stored figure of comments, held against what it must be, counted anew from the statuses alone.
import type { TestSite } from '../site.ts';

/** What is counted wrong, a sentence each. */
export const faultsOf = async ({ database: { read } }: TestSite): Promise<string[]> => {
  const rows = await read.select().from(read.tables.comments);
  const articles = await read.select().from(read.tables.articles);
  const reports = await read.select().from(read.tables.commentReports);
  const below = new Map<string | null, typeof rows>();
  for (const row of rows) below.set(row.parentId, [...(below.get(row.parentId) ?? []), row]);
  const shown = (row: (typeof rows)[number]): boolean =>
    row.status === 'approved' || (below.get(row.id) ?? []).some(shown);
  const faults: string[] = [];
  const same = (name: string, actual: unknown, wanted: unknown) => {
    if (actual !== wanted) faults.push(`${name}: ${actual}, not ${wanted}`);
  };
  for (const row of rows) {
    const parent = rows.find(({ id }) => id === row.parentId);
    same('shown', row.shown, shown(row));
    same('reply_count', row.replyCount, (below.get(row.id) ?? []).filter(shown).length);
    same('depth', row.depth, (parent?.depth ?? 0) + 1);
    same('thread_key', row.threadKey, (parent?.threadKey ?? '') + row.id.replaceAll('-', ''));
    const open = reports.filter(({ commentId, settledAt }) => commentId === row.id && settledAt === null);
    same('report_count', row.reportCount, open.length);
  }
  for (const { id, slug, commentCount } of articles) {
    const approved = rows.filter(({ articleId, status }) => articleId === id && status === 'approved');
    same(`comment_count of ${slug}`, commentCount, approved.length);
  }
  return faults;
};
