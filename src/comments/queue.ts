// The queue as moderators ask for it: what waits, what readers report, what one sender has sent.
import type { Context } from '../context.ts';
import { type Cursors, mapPage, type Page, readPage } from '../core/page.ts';
import { Problem } from '../core/problem.ts';
import { COMMENT_STATUSES, type CommentStatus } from '../db/schema/columns.ts';
import * as store from './queue.store.ts';
import type { ManagedComment, ManagedCommentQuery } from './schema.ts';
import { managedCommentView } from './view.ts';

/** No e-mail is empty: staff, and whoever is no longer known, have sent nothing. */
const NOBODY: store.SenderKeys = { emailKey: '', addressHash: null };

const sortOf = ({ sort = 'createdAt', reported, email, sameSenderAs }: ManagedCommentQuery) => {
  const isServed = reported === true && email === undefined && sameSenderAs === undefined;
  if (sort === 'createdAt' || isServed) return sort;
  throw new Problem('sort_unsupported', 'Only what is reported is sorted by reports, whoever sent it.', {
    errors: [
      {
        parameter: 'sort',
        code: 'sort_unsupported',
        message: 'goes with `reported=true`, and neither with `email` nor with `sameSenderAs`',
      },
    ],
  });
};

/** What is shown where no status is asked for. */
const statusesOf = ({ status, reported, sameSenderAs }: ManagedCommentQuery): readonly CommentStatus[] => {
  if (status !== undefined) return status;
  if (sameSenderAs !== undefined) return COMMENT_STATUSES;
  return reported === true ? ['pending', 'approved'] : ['pending'];
};

/** The queue: oldest first, and what is pending where nothing else is asked for. */
export const listComments = async (
  ctx: Context,
  cursors: Cursors,
  query: ManagedCommentQuery,
): Promise<Page<ManagedComment>> => {
  const { limit, cursor, total, sameSenderAs, ...rest } = query;
  const sort = sortOf(query);
  const sender =
    sameSenderAs === undefined ? undefined : ((await store.findSenderKeys(ctx.read, sameSenderAs)) ?? NOBODY);
  const asked = { ...rest, status: statusesOf(query), sort };
  const filter = { ...asked, sender };
  const page = await readPage(
    cursors,
    { limit, cursor, total },
    {
      name: 'manage/comments',
      filters: { ...asked, sameSenderAs },
      rows: (from, count) => store.listManagedComments(ctx.read, filter, from, count),
      positionOf: ({ comment: { id, reportCount, createdAt } }) => ({
        key: sort === '-reports' ? reportCount : createdAt,
        id,
      }),
      count: (most) => store.countManagedComments(ctx.read, filter, most),
    },
  );
  return mapPage(page, managedCommentView);
};
