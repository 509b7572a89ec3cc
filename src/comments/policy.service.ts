// The comment policy at run time, and what becomes of a comment under it. Until the first change the defaults stand as
// version 1. What answers about articles depend on is stored apart: see settings/discussion.ts.
import type { Context } from '../context.ts';
import { toInstantOrNull } from '../core/clock.ts';
import { given } from '../core/fields.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import { discussionView } from '../settings/discussion.ts';
import { holdSettings, listSettings, saveSettings } from '../settings/store.ts';
import {
  type CommentSettings,
  type CommentSettingsChange,
  POLICY_DEFAULTS,
  type Policy,
  StoredPolicy,
} from './policy.schema.ts';

const FIRST_VERSION = 1;

/** What is configured, until a setting says otherwise. */
export interface PolicyDefaults {
  floodSeconds: number;
}

/** What holds of the policy, by what is stored. */
export const policyView = (
  { comments: row, discussion }: Awaited<ReturnType<typeof listSettings>>,
  { floodSeconds }: PolicyDefaults,
): CommentSettings => ({
  ...POLICY_DEFAULTS,
  floodSeconds,
  ...given(StoredPolicy.parse(row?.value ?? {})),
  ...discussionView(discussion),
  version: row?.version ?? FIRST_VERSION,
  updatedAt: toInstantOrNull(row?.updatedAt ?? null),
});

/** The settings as they hold now. */
export const commentSettings = async (db: Db, defaults: PolicyDefaults): Promise<CommentSettings> =>
  policyView(await listSettings(db), defaults);

/** The cache tags of all answers that show whether an article takes comments. */
const DISCUSSION_TAGS = ['articles', 'discussion'];

export const changeCommentSettings = (
  ctx: Context,
  change: CommentSettingsChange,
  expected: Expected | undefined,
  defaults: PolicyDefaults,
): Promise<CommentSettings> =>
  ctx.write(async (tx) => {
    await holdSettings(tx.db);
    const { version, updatedAt: _, ...current } = await commentSettings(tx.db, defaults);
    requireVersion(expected, version);
    const changed: Policy = { ...current, ...given(change) };
    const { policy, closeAfterDays, ...rest } = changed;
    const next = { version: version + 1, updatedAt: tx.now };
    await saveSettings(tx.db, 'discussion', { value: { policy, closeAfterDays }, ...next });
    await saveSettings(tx.db, 'comments', { value: rest, ...next });
    const isPublic = policy !== current.policy || closeAfterDays !== current.closeAfterDays;
    tx.emit({
      action: 'settings.updated',
      subject: 'settings:comments',
      version: next.version,
      tags: isPublic ? DISCUSSION_TAGS : [],
    });
    return commentSettings(tx.db, defaults);
  });
