// An author as the public and as the desk see it.
import { toInstant } from '../core/clock.ts';
import type { Author, ManagedAuthor } from './schema.ts';
import type { AuthorRow } from './store.ts';

export const authorView = (row: Omit<AuthorRow, 'email' | 'emailKey'>): Author => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  bio: row.bio,
  avatarUrl: row.avatarUrl,
  website: row.website,
  links: row.links,
  articleCount: row.articleCount,
});

export const managedAuthorView = (row: AuthorRow): ManagedAuthor => ({
  ...authorView(row),
  email: row.email,
  active: row.active,
  source:
    row.sourceSystem === null || row.sourceId === null
      ? null
      : { system: row.sourceSystem, id: row.sourceId },
  version: row.version,
  createdAt: toInstant(row.createdAt),
  updatedAt: toInstant(row.updatedAt),
});
