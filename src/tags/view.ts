// Sections and tags as the public and as the desk see them.
import { toInstant } from '../core/clock.ts';
import type { ManagedSection, ManagedTag, Section, Tag } from './schema.ts';
import type { SectionRow, TagRow } from './store.ts';

/** Of a row, what anyone may see. */
export const sectionView = ({ id, slug, name, description, articleCount }: Section): Section => ({
  id,
  slug,
  name,
  description,
  articleCount,
});

/** Of a row, what anyone may see. */
export const tagView = ({ id, slug, name, articleCount }: Tag): Tag => ({ id, slug, name, articleCount });

const managed = (row: SectionRow | TagRow) => ({
  version: row.version,
  createdAt: toInstant(row.createdAt),
  updatedAt: toInstant(row.updatedAt),
});

export const managedSectionView = (row: SectionRow): ManagedSection => ({
  ...sectionView(row),
  position: row.position,
  ...managed(row),
});

export const managedTagView = (row: TagRow): ManagedTag => ({ ...tagView(row), ...managed(row) });
