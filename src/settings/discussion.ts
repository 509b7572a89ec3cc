// What holds for the comments of every article that says nothing itself. Stored in a row of its own: the answers about
// articles depend on it, and none of them shall read a list of blocked senders on the way.
import * as z from 'zod';
import type { Db } from '../db/dialect.ts';
import { COMMENT_POLICIES, type CommentPolicy } from '../db/schema/columns.ts';
import { findSettings, type SettingsRow } from './store.ts';

export interface DiscussionSettings {
  policy: CommentPolicy;
  /** Whole days from the first publication; null: comments stay open. */
  closeAfterDays: number | null;
}

export const DISCUSSION_DEFAULTS: DiscussionSettings = { policy: 'open', closeAfterDays: null };

/** Each optional, so that a later version may add one. */
const Stored = z.object({
  policy: z.enum(COMMENT_POLICIES).default(DISCUSSION_DEFAULTS.policy),
  closeAfterDays: z.number().nullable().default(DISCUSSION_DEFAULTS.closeAfterDays),
});

export const discussionView = (row: SettingsRow | undefined): DiscussionSettings =>
  row === undefined ? DISCUSSION_DEFAULTS : Stored.parse(row.value);

export const discussionSettings = async (db: Db): Promise<DiscussionSettings> =>
  discussionView(await findSettings(db, 'discussion'));
