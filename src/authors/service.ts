// What the newsroom does with authors.
import type { Context, Tx } from '../context.ts';
import { given } from '../core/fields.ts';
import { newId } from '../core/id.ts';
import { type Cursors, mapPage, type Page, readPage } from '../core/page.ts';
import { notFound, Problem, type ProblemCode } from '../core/problem.ts';
import { freeSlug } from '../core/slugs.ts';
import { foldKey } from '../core/text.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import type { AuthorChange, ManagedAuthor, ManagedAuthorQuery, NewAuthor } from './schema.ts';
import * as store from './store.ts';
import { managedAuthorView } from './view.ts';

/** The columns that an input sets; what it does not name is not there. */
const columnsOf = ({ source, email, ...rest }: AuthorChange): Partial<store.NewAuthorRow> => ({
  ...given(rest),
  ...(source === undefined ? {} : { sourceSystem: source?.system ?? null, sourceId: source?.id ?? null }),
  ...(email === undefined ? {} : { email, emailKey: email === null ? null : foldKey(email) }),
});

const TAKEN: Readonly<Record<string, [ProblemCode, string]>> = {
  authors_slug_key: ['slug_taken', '/slug'],
  authors_email_key_key: ['email_taken', '/email'],
  authors_source_system_source_id_key: ['source_taken', '/source'],
};

/** What the database refused as taken, as a problem that names the field. */
const refused = (db: Db, error: unknown): unknown => {
  const violation = db.dialect.violation(error);
  const taken = violation?.kind === 'unique' ? TAKEN[violation.constraint] : undefined;
  if (taken === undefined) return error;
  const [code, pointer] = taken;
  return new Problem(code, `Another author has this ${pointer.slice(1)}.`, {
    cause: error,
    errors: [{ pointer, code, message: 'is in use by another author' }],
  });
};

const tagsOf = (id: string): string[] => [`author:${id}`, 'authors'];

const foundAuthor = async (db: Db, id: string): Promise<store.AuthorRow> => {
  const row = await store.findAuthor(db, id);
  if (row === undefined) throw notFound();
  return row;
};

export const createAuthor = (ctx: Context, input: NewAuthor): Promise<ManagedAuthor> =>
  ctx.write(async (tx) => {
    const id = newId(tx.now);
    const slug =
      input.slug ??
      (await freeSlug(input.name, `author-${id.slice(-8)}`, (base) => store.listAuthorSlugs(tx.db, base)));
    const row: store.NewAuthorRow = {
      links: [],
      active: true,
      ...columnsOf(input),
      id,
      slug,
      name: input.name,
      articleCount: 0,
      version: 1,
      createdAt: tx.now,
      updatedAt: tx.now,
    };
    const inserted = await store.insertAuthor(tx.db, row).catch((error: unknown) => {
      throw refused(tx.db, error);
    });
    tx.emit({ action: 'author.created', subject: `author:${id}`, version: 1, tags: tagsOf(id) });
    return managedAuthorView(inserted);
  });

export const readAuthor = async (ctx: Context, id: string): Promise<ManagedAuthor> =>
  managedAuthorView(await foundAuthor(ctx.read, id));

export const listAuthors = async (
  ctx: Context,
  cursors: Cursors,
  { active, slug, ...page }: ManagedAuthorQuery,
): Promise<Page<ManagedAuthor>> =>
  mapPage(
    await readPage(cursors, page, {
      name: 'manage/authors',
      filters: { active, slug },
      rows: (from, count) => store.listAuthors(ctx.read, { active, slug }, from, count),
      positionOf: ({ name, id }) => ({ key: name, id }),
      count: () => store.countAuthors(ctx.read, { active, slug }),
    }),
    managedAuthorView,
  );

const save = async (
  tx: Tx,
  row: store.AuthorRow,
  changes: Partial<store.NewAuthorRow>,
): Promise<store.AuthorRow> => {
  const version = row.version + 1;
  const saved = await store
    .updateAuthor(tx.db, row.id, { ...changes, version, updatedAt: tx.now })
    .catch((error: unknown) => {
      throw refused(tx.db, error);
    });
  tx.emit({ action: 'author.updated', subject: `author:${row.id}`, version, tags: tagsOf(row.id) });
  return saved;
};

export const changeAuthor = (
  ctx: Context,
  id: string,
  changes: AuthorChange,
  expected: Expected | undefined,
) =>
  ctx.write(async (tx) => {
    const row = await foundAuthor(tx.db, id);
    requireVersion(expected, row.version);
    return managedAuthorView(await save(tx, row, columnsOf(changes)));
  });

/** Takes an e-mail off the author who has it, inside a write: the byline stays. How many had it. */
export const forgetEmail = async (tx: Tx, email: string): Promise<number> => {
  const row = await store.findAuthorByEmail(tx.db, foldKey(email));
  if (row === undefined) return 0;
  await save(tx, row, columnsOf({ email: null }));
  return 1;
};

/** Throws `author_in_use` with the count while articles name the author. */
export const deleteAuthor = (ctx: Context, id: string, expected: Expected | undefined): Promise<void> =>
  ctx.write(async (tx) => {
    const row = await foundAuthor(tx.db, id);
    requireVersion(expected, row.version);
    const articles = await store.countArticlesOf(tx.db, id);
    if (articles > 0) {
      throw new Problem(
        'author_in_use',
        `${articles} article${articles === 1 ? '' : 's'} still name this author.`,
      );
    }
    if ((await store.countKeysOf(tx.db, id)) > 0) {
      throw new Problem('author_in_use', 'A key is tied to this author.');
    }
    await store.deleteAuthor(tx.db, id);
    tx.emit({ action: 'author.deleted', subject: `author:${id}`, version: row.version, tags: tagsOf(id) });
  });
