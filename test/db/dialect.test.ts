// What a store may rely on, on both engines alike.
import { asc, eq, sql } from 'drizzle-orm';
import { test } from 'tap';
import {
  after,
  before,
  type Db,
  postgresDialect,
  prepared,
  slot,
  sqliteDialect,
} from '../../src/db/dialect.ts';
import { bothEngines, testDatabase } from '../database.ts';

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const author = (n: number, more: { slug?: string; active?: boolean; emailKey?: string } = {}) => ({
  id: uuid(n),
  slug: `author-${n}`,
  name: `Author ${n % 2}`,
  links: [],
  active: true,
  articleCount: 0,
  version: 1,
  createdAt: 1_750_000_000_000 + n,
  updatedAt: 1_750_000_000_000,
  ...more,
});

const addAuthors = (db: Db, ...authors: ReturnType<typeof author>[]) =>
  db.insert(db.tables.authors).values(authors);

for (const engine of bothEngines) {
  test(`the dialect of ${engine}`, async (t) => {
    const database = await testDatabase(t, engine);
    const { read } = database;
    const { authors, articleTags, events } = read.tables;
    const slugs = (rows: { slug: string }[]) => rows.map(({ slug }) => slug).sort();

    await t.test('rows come back as they were written', async (t) => {
      await database.write((db) => addAuthors(db, author(1), author(2), author(3, { active: false })));
      const [row] = await read
        .select()
        .from(authors)
        .where(eq(authors.id, uuid(3)));
      t.match(row, { ...author(3, { active: false }), bio: null });
      t.equal(await read.$count(authors), 3);
    });

    await t.test('JSON text inside JSON is decoded once', async (t) => {
      const { settings } = read.tables;
      await database.write((db) =>
        db.insert(settings).values({ name: 'x', value: { text: '"5"' }, version: 1, updatedAt: 0 }),
      );
      t.strictSame(await read.select({ value: settings.value }).from(settings), [{ value: { text: '"5"' } }]);
      await database.write((db) => db.update(settings).set({ value: sql`'"5"'` }));
      t.strictSame(await read.select({ value: settings.value }).from(settings), [{ value: '5' }]);
    });

    await t.test(
      'a count, a sum and an instant of a raw query are numbers, and no rows are none',
      async (t) => {
        const found = await read.rows(
          sql`select count(*) as count, sum(version) as sum, max(created_at) as newest from authors`,
        );
        t.strictSame(found, [{ count: 3, sum: 3, newest: 1_750_000_000_003 }]);
        t.strictSame(
          await database.write((db) => db.rows(sql`update authors set bio = ${'long'} where slug = ${'x'}`)),
          [],
        );
      },
    );

    await t.test('a violation is named alike', async (t) => {
      const violationOf = async (job: (db: Db) => Promise<unknown>) => {
        const error = await database.write(job).then(
          () => undefined,
          (error: unknown) => error,
        );
        return read.dialect.violation(error);
      };
      const unique = (constraint: string) => ({ kind: 'unique', constraint });
      t.strictSame(
        await violationOf((db) => addAuthors(db, author(9, { slug: 'author-1' }))),
        unique('authors_slug_key'),
      );
      t.strictSame(
        await violationOf((db) => addAuthors(db, author(1, { slug: 'new' }))),
        unique('authors_id_key'),
      );
      const sources = { sourceSystem: 'wire', sourceId: '7' };
      t.strictSame(
        await violationOf((db) =>
          db.insert(authors).values([8, 9].map((n) => ({ ...author(n), ...sources }))),
        ),
        unique('authors_source_system_source_id_key'),
      );
      const event = { position: 1, at: 0, actor: 'system', action: 'x', subject: 'x', tags: [] };
      t.strictSame(
        await violationOf((db) => db.insert(events).values([event, event])),
        unique('events_position_key'),
      );
      t.strictSame(
        await violationOf((db) =>
          db.insert(articleTags).values({ articleId: uuid(1), tagId: uuid(1), position: 0, listedAt: null }),
        ),
        { kind: 'foreign_key' },
      );
      t.strictSame(
        await violationOf(async (db) => {
          await db.rows(sql`create table up (n integer primary key)`);
          await db.rows(sql`create table down (n integer references up (n) on delete restrict)`);
          await db.rows(sql`insert into up values (1)`);
          await db.rows(sql`insert into down values (1)`);
          await db.rows(sql`delete from up`);
        }),
        { kind: 'foreign_key' },
      );
      t.strictSame(
        await violationOf(async (db) => {
          await db.rows(sql`create table few (n integer check (n < 3))`);
          await db.rows(sql`insert into few values (3)`);
        }),
        { kind: 'check' },
      );
      t.strictSame(
        await violationOf(async (db) => {
          await db.rows(sql`create table folded (name text)`);
          await db.rows(sql`create unique index folded_name_key on folded (lower(name))`);
          await db.rows(sql`insert into folded values ('a'), ('A')`);
        }),
        unique('folded_name_key'),
      );
      t.equal(await violationOf((db) => db.rows(sql`select nothing from nowhere`)), undefined);
      t.equal(read.dialect.violation('no error at all'), undefined);
    });

    await t.test('a list of ids or texts is one placeholder', async (t) => {
      const { dialect } = read;
      const find = (column: typeof authors.id | typeof authors.slug, isIn: boolean) =>
        prepared(read, `authors ${isIn ? 'in' : 'out'} ${column.name}`, () =>
          read
            .select({ slug: authors.slug })
            .from(authors)
            .where(isIn ? dialect.isAnyOf(column, 'list') : dialect.isNoneOf(column, 'list')),
        );
      const found = async (column: Parameters<typeof find>[0], isIn: boolean, values: string[]) =>
        slugs(await find(column, isIn).execute({ list: dialect.list(values) }));
      t.strictSame(await found(authors.id, true, [uuid(1), uuid(3), uuid(7)]), ['author-1', 'author-3']);
      t.strictSame(await found(authors.id, false, [uuid(1), uuid(3)]), ['author-2']);
      t.strictSame(await found(authors.slug, true, ['author-2', `it's "this", {that}`]), ['author-2']);
      t.strictSame(await found(authors.slug, false, ['author-2']), ['author-1', 'author-3']);
      t.strictSame(await found(authors.id, true, []), []);
      t.strictSame(await found(authors.id, false, []), ['author-1', 'author-2', 'author-3']);
    });

    await t.test('a page goes on behind its last row, by two columns', async (t) => {
      // Authors 1 and 3 share a name; 2 comes before both.
      const columns = [authors.name, authors.id] as const;
      const page = (where: ReturnType<typeof after>) =>
        read
          .select({ slug: authors.slug })
          .from(authors)
          .where(where)
          .orderBy(asc(authors.name), asc(authors.id));
      t.strictSame(await page(after(columns, ['Author 1', uuid(1)])), [{ slug: 'author-3' }]);
      t.strictSame(await page(before(columns, ['Author 1', uuid(3)])), [
        { slug: 'author-2' },
        { slug: 'author-1' },
      ]);
      const slots = [sql.placeholder('name'), sql.placeholder('id')] as const;
      const next = prepared(read, 'authors after', () => page(after(columns, slots)));
      t.strictSame(await next.execute({ name: 'Author 1', id: uuid(1) }), [{ slug: 'author-3' }]);
      t.strictSame(await next.execute({ name: 'Author 1', id: uuid(3) }), []);
    });

    await t.test('a slot is encoded as its column is', async (t) => {
      const byActive = prepared(read, 'authors by active', () =>
        read
          .select({ slug: authors.slug })
          .from(authors)
          .where(eq(authors.active, slot(authors.active, 'active'))),
      );
      t.strictSame(await byActive.execute({ active: false }), [{ slug: 'author-3' }]);
    });

    await t.test('a row can be read so that it stays until the write ends', async (t) => {
      const raise = () =>
        database.write(async (db) => {
          const mine = eq(authors.id, uuid(1));
          const [row] = await db.dialect.locked(db.select().from(authors).where(mine));
          await db
            .update(authors)
            .set({ articleCount: row!.articleCount + 1 })
            .where(mine);
        });
      await Promise.all(Array.from({ length: 8 }, raise));
      const [row] = await read
        .select()
        .from(authors)
        .where(eq(authors.id, uuid(1)));
      t.equal(row?.articleCount, 8);
    });

    await t.test('outside a write nothing is locked', async (t) => {
      const locking = (db: Db) =>
        db.dialect.locked(db.select().from(authors)).toSQL().sql.endsWith(' for update');
      t.equal(locking(read), false);
      t.equal(await database.write(async (db) => locking(db)), engine !== 'sqlite');
    });

    await t.test('writes that name the same lock pass one by one', async (t) => {
      const pass = () =>
        database.write(async (db) => {
          await db.dialect.lockUntilCommit(db, 7);
          const [row] = await db
            .select()
            .from(authors)
            .where(eq(authors.id, uuid(2)));
          await db
            .update(authors)
            .set({ articleCount: row!.articleCount + 1 })
            .where(eq(authors.id, uuid(2)));
        });
      await Promise.all(Array.from({ length: 8 }, pass));
      const [row] = await read
        .select()
        .from(authors)
        .where(eq(authors.id, uuid(2)));
      t.equal(row?.articleCount, 8);
    });

    await t.test(
      'a prepared query is built once for reading, and once for writing where writes share a connection',
      async (t) => {
        let built = 0;
        const count = (db: Db) =>
          prepared(db, 'authors counted', () => {
            built += 1;
            return db.select({ slug: authors.slug }).from(authors);
          }).execute();
        for (let i = 0; i < 3; i++) t.equal((await count(read)).length, 3);
        t.equal(built, 1);
        await database.write(async (db) => {
          t.equal((await count(db)).length, 3);
          t.equal((await count(db)).length, 3);
        });
        t.equal(built, database.engine === 'sqlite' ? 2 : 3);
      },
    );

    await t.test('prepared queries are kept up to a bound, the least used goes first', async (t) => {
      let built = 0;
      const one = (name: string) =>
        prepared(read, name, () => {
          built += 1;
          return read
            .select({ slug: authors.slug })
            .from(authors)
            .where(eq(authors.slug, sql.placeholder('slug')));
        });
      one('used');
      for (let n = 0; n < 300; n++) {
        one('used');
        one(`shape ${n}`);
      }
      t.equal(built, 301);
      one('shape 299');
      one('used');
      t.equal(built, 301);
      one('shape 1');
      t.equal(built, 302);
      for (const name of ['used', 'shape 1', 'shape 299']) {
        t.strictSame(await one(name).execute({ slug: 'author-1' }), [{ slug: 'author-1' }], name);
      }
    });
  });
}

test('a dialect says which engine it is', (t) => {
  t.equal(sqliteDialect.engine, 'sqlite');
  t.equal(postgresDialect.engine, 'postgres');
  t.end();
});

test('a PostgreSQL server looks after its own files', async (t) => {
  // Neither asks the database: there is nothing that a client could be told.
  const nowhere = Object.create(null);
  t.same(await postgresDialect.damage(nowhere, 1), []);
  t.same(await postgresDialect.lostReferences(nowhere, 1), []);
  t.same(await postgresDialect.fullText.damage(nowhere, 'public_search'), []);
});

for (const engine of bothEngines) {
  test(`a database of ${engine} is looked after while it is used`, async (t) => {
    const database = await testDatabase(t, engine);
    await database.maintain();
    await database.check();
    t.pass('and can be used then');
  });
}
