// Who may ask for what: the one table of roles, read by the routes and walked by the tests for every route × role.
// What is whose own is not here: that is for the rules of each slice.
import type { Role } from '../db/schema/columns.ts';

const EVERY_KEY: readonly Role[] = ['site', 'contributor', 'reporter', 'moderator', 'editor', 'admin'];
const NEWSROOM: readonly Role[] = ['contributor', 'reporter', 'moderator', 'editor', 'admin'];
const WRITERS: readonly Role[] = ['contributor', 'reporter', 'editor', 'admin'];
const PUBLISHERS: readonly Role[] = ['reporter', 'editor', 'admin'];
const MODERATORS: readonly Role[] = ['moderator', 'editor', 'admin'];
const EDITORS: readonly Role[] = ['editor', 'admin'];
const ADMINS: readonly Role[] = ['admin'];

export const may = {
  readOneself: EVERY_KEY,
  manageKeys: ADMINS,
  readAudit: ADMINS,
  answerPrivacyRequests: ADMINS,
  readArticles: NEWSROOM,
  writeArticles: WRITERS,
  readHistory: WRITERS,
  publishArticles: PUBLISHERS,
  releaseArticles: EDITORS,
  withdrawArticles: EDITORS,
  readAuthors: NEWSROOM,
  manageAuthors: EDITORS,
  readTaxonomy: NEWSROOM,
  manageTaxonomy: EDITORS,
  readLists: NEWSROOM,
  manageLists: EDITORS,
  moderateComments: MODERATORS,
  manageSite: EDITORS,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof may;

/** What a role may do, in the order of the table. */
export const permissionsOf = (role: Role): Permission[] =>
  (Object.keys(may) as Permission[]).filter((permission) => may[permission].includes(role));

/** Editors and admins: everything on articles, whosoever's they are. */
export const isEditor = (role: Role): boolean => EDITORS.includes(role);
