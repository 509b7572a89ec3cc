// Search over HTTP, the same on every engine: who is found, by what, in which order.
import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { found, publish } from './seed.ts';

test('case, accents and Unicode forms make no difference, and the passage is marked', async (t) => {
  const site = await testSite(t);
  await publish(site, 'Café am Hafen', 'Der Bürgermeister eröffnete die **Straße**.');
  await publish(site, 'Nothing of it', 'The ferry sails at night.');
  for (const q of ['café', 'CAFE', 'cafe\u0301', 'strasse', 'Straße', 'burgermeister', 'hafen eröffnete'])
    t.same(await found(site, q), ['Café am Hafen'], q);
  await play(t, site, [
    {
      name: 'what was searched is marked, and the rest is text',
      request: 'GET /v1/search?q=cafe+strasse&total=true',
      status: 200,
      has: {
        items: [
          {
            title: 'Café am Hafen',
            titleHtml: '<mark>Café</mark> am Hafen',
            snippet: 'Der Bürgermeister eröffnete die <mark>Straße</mark>.',
          },
        ],
        nextCursor: null,
        total: 1,
      },
    },
  ]);
});

test('all words must be there, phrases in order, beginnings begin, and what is not wanted is not', async (t) => {
  const site = await testSite(t);
  await publish(site, 'One', 'The night ferry sails from the harbour.');
  await publish(site, 'Two', 'The ferry sails at night.', { subtitle: 'A strike', summary: 'Of harbours.' });
  await publish(site, 'Three', '新しい東京都庁の橋 opened.');
  const expected: [string, string[]][] = [
    ['ferry night', ['Two', 'One']],
    ['"night ferry"', ['One']],
    ['"ferry night"', []],
    ['harbour', ['One']],
    ['harb*', ['Two', 'One']],
    ['"night fer"*', ['One']],
    ['ferry -strike', ['One']],
    ['ferry -"at night"', ['One']],
    ['ferry -harb*', []],
    ['strike harbours', ['Two']],
    ['東京', ['Three']],
    ['東京都', ['Three']],
    ['京都', ['Three']],
    ['橋', ['Three']],
    ['大阪', []],
    ['"の橋 opened"', ['Three']],
    // A phrase does not reach from one field into the next.
    ['"strike of"', []],
    ['"two a"', []],
  ];
  for (const [q, titles] of expected) t.same((await found(site, q)).sort(), [...titles].sort(), q);
});

test('the title weighs more than the text, and of two alike the newer one is first', async (t) => {
  const site = await testSite(t);
  await publish(site, 'The ferry', 'It sails at night from the harbour.');
  site.clock.now += 1_000;
  await publish(site, 'Old storm', 'A ferry sank in the harbour tonight.');
  site.clock.now += 1_000;
  await publish(site, 'New storm', 'A ferry sank in the harbour tonight.');
  t.same(await found(site, 'ferry'), ['The ferry', 'New storm', 'Old storm']);
  t.same(await found(site, 'ferry', '&sort=relevance'), ['The ferry', 'New storm', 'Old storm']);
  t.same(await found(site, 'ferry', '&sort=-publishedAt'), ['New storm', 'Old storm', 'The ferry']);
});

test('newest first is by publication, in whatever order articles came in', async (t) => {
  const site = await testSite(t);
  for (const day of [3, 1, 2, 2, 2, 2, 2, 5, 4])
    await publish(site, `Day ${day}`, 'A ferry.', { publishedAt: `2020-01-0${day}T00:00:00Z` });
  const titles = await found(site, 'ferry', '&sort=-publishedAt');
  t.same(titles, [...titles].sort().reverse());
  t.equal(titles.length, 9);
});

test('a search is narrowed like a list', async (t) => {
  const site = await testSite(t);
  const { body: section } = await site.ask('POST', '/v1/manage/sections', {
    as: 'editor',
    body: { name: 'Sport' },
  });
  const one = await publish(site, 'One', 'A ferry.', { section: section.slug, tags: ['Harbour'] });
  site.clock.now += 60_000;
  await publish(site, 'Two', 'A ferry.', { language: 'de' });
  const narrowed: [string, string[]][] = [
    ['&section=sport', ['One']],
    ['&section=unknown', []],
    ['&tag=harbour', ['One']],
    ['&author=ada-okafor', ['Two', 'One']],
    ['&author=ada-okafor&tag=harbour', ['One']],
    ['&language=de,fr', ['Two']],
    [`&publishedAfter=${one.publishedAt}`, ['Two']],
    ['&publishedBefore=2026-03-01T06:30:30Z', ['One']],
    [`&exclude=${one.id}`, ['Two']],
  ];
  for (const [more, titles] of narrowed) {
    t.same(await found(site, 'ferry', more), titles, more);
    t.same(await found(site, 'ferry', `${more}&sort=-publishedAt`), titles, more);
  }
  await play(t, site, [
    {
      name: 'with the text',
      request: 'GET /v1/search?q=ferry&view=full&language=de',
      status: 200,
      has: { items: [{ bodyHtml: '<p>A ferry.</p>' }] },
    },
    {
      name: 'without',
      request: 'GET /v1/search?q=ferry&language=de',
      status: 200,
      lacks: ['bodyHtml'],
    },
  ]);
});

test('pages give every match once, and a cursor belongs to its search', async (t) => {
  const site = await testSite(t);
  for (let n = 0; n < 7; n++) await publish(site, `Ferry ${n}`, `The ferry ${'sails '.repeat(n)}.`);
  for (const sort of ['relevance', '-publishedAt']) {
    const titles: string[] = [];
    let cursor = '';
    do {
      const { body } = await site.ask('GET', `/v1/search?q=ferry&limit=3&total=true&sort=${sort}${cursor}`);
      titles.push(...body.items.map(({ title }: { title: string }) => title));
      t.equal(body.total, 7);
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    t.equal(titles.length, 7, sort);
    t.equal(new Set(titles).size, 7, sort);
  }
  const { body, headers } = await site.ask('GET', '/v1/search?q=ferry&limit=3');
  t.match(headers.link, /rel="next"/);
  await play(t, site, [
    {
      name: 'another search',
      request: `GET /v1/search?q=ferries&limit=3&cursor=${body.nextCursor}`,
      status: 400,
      code: 'cursor_invalid',
    },
    {
      name: 'another order',
      request: `GET /v1/search?q=ferry&sort=-publishedAt&cursor=${body.nextCursor}`,
      status: 400,
      code: 'cursor_invalid',
    },
  ]);
});

test('more matches than one step reads are found to the last, and more than can be paged are counted', async (t) => {
  const site = await testSite(t);
  const { articles } = site.database.read.tables;
  const made = await publish(site, 'Ferry', 'The ferry.');
  const COPIES = 620;
  const { indexArticle } = await import('../../src/articles/search.store.ts');
  const { newId } = await import('../../src/core/id.ts');
  const { eq } = await import('drizzle-orm');
  await site.database.write(async (db) => {
    const { articleBodies } = db.tables;
    const [row] = await db.select().from(articles).where(eq(articles.id, made.id));
    const [text] = await db.select().from(articleBodies).where(eq(articleBodies.articleId, made.id));
    const { seq: _, ...copied } = row!;
    for (let n = 0; n < COPIES; n++) {
      const id = newId(site.clock.now);
      await db.insert(articles).values({ ...copied, id, slug: `copy-${n}` });
      await db.insert(articleBodies).values({ ...text!, articleId: id });
      await indexArticle(db, id);
    }
  });
  const pages = async (url: string): Promise<number> => {
    let count = 0;
    let cursor = '';
    do {
      const { body } = await site.ask('GET', `${url}&limit=100${cursor}`);
      count += body.items.length;
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    return count;
  };
  t.equal(await pages('/v1/search?q=ferry&sort=-publishedAt'), COPIES + 1);
  t.equal(await pages('/v1/search?q=ferry'), 500);
  t.match((await site.ask('GET', '/v1/search?q=ferry&total=true')).body, { total: COPIES + 1 });
  // So many words that the index is walked in stretches of a few hundred articles.
  const long = `"${'ferry the '.repeat(16)}"`;
  for (const more of ['', '&publishedAfter=2020-01-01T00:00:00Z']) t.same(await found(site, long, more), []);
});

test('a site without articles finds nothing', async (t) => {
  const site = await testSite(t);
  for (const more of ['', '&publishedBefore=2020-01-01T00:00:00Z', '&sort=-publishedAt&total=true'])
    t.same(await found(site, 'ferry', more), [], more);
});

test('a window of publication holds what was published in it, however many share a second', async (t) => {
  const site = await testSite(t);
  // Eight in one second take the places of the seconds after it, among them that of the article that came next.
  const days = ['01', '02', '02', '02', '02', '02', '02', '02', '02', '03'];
  for (const [n, day] of days.entries())
    await publish(site, `${day}-${n}`, 'A ferry.', { publishedAt: `2020-01-${day}T00:00:00Z` });
  await publish(site, 'next', 'A ferry.', { publishedAt: '2020-01-02T00:00:01Z' });
  const within = async (more: string) => (await found(site, 'ferry', `&limit=100${more}`)).sort();
  const second = days.flatMap((day, n) => (day === '02' ? [`02-${n}`] : []));
  for (const sort of ['&sort=relevance', '&sort=-publishedAt']) {
    t.same(await within(`&publishedBefore=2020-01-02T00:00:01Z${sort}`), ['01-0', ...second]);
    t.same(await within(`&publishedBefore=2020-01-02T00:00:00Z${sort}`), ['01-0']);
    t.same(await within(`&publishedAfter=2020-01-02T00:00:00Z${sort}`), ['03-9', 'next']);
    t.same(await within(`&publishedAfter=2020-01-01T00:00:00Z&publishedBefore=2020-01-02T00:00:02Z${sort}`), [
      ...second,
      'next',
    ]);
    t.same(await within(`&publishedBefore=1960-01-01T00:00:00Z${sort}`), []);
  }
});

test('what is no search is refused by name', async (t) => {
  const site = await testSite(t);
  const refused = (name: string, q: string, code: string) => ({
    name,
    request: `GET /v1/search?${q}`,
    status: 400,
    code: 'validation_failed',
    faults: ['q'],
    has: { errors: [{ parameter: 'q', code }] },
  });
  await play(t, site, [
    refused('without q', '', 'required'),
    refused('empty', 'q=', 'empty'),
    refused('blank', 'q=+', 'blank'),
    refused('only what is not wanted', 'q=-ferry', 'no_search_terms'),
    refused('only quotes', 'q=%22%22', 'no_search_terms'),
    refused('too short a beginning', 'q=f*', 'prefix_too_short'),
    refused('too many terms', `q=${'a+'.repeat(17)}`, 'too_many_terms'),
    refused('too long', `q=${'a'.repeat(201)}`, 'too_long'),
    refused('NUL', 'q=a%00', 'encoding_invalid'),
    {
      name: 'an unknown parameter',
      request: 'GET /v1/search?q=a&status=draft',
      status: 400,
      faults: ['status'],
    },
  ]);
});

test('no text from a search field is taken for a query, or breaks one', async (t) => {
  const site = await testSite(t);
  await publish(site, 'Plain', 'Nothing that is looked for.');
  for (const q of [
    ...['NEAR(a b, 2)', 'title:plain AND', 'a OR', '{title} : x', '^ab', 'a"b', '"', 'ab***', '-', '--x y'],
    ...[
      'a:*',
      "a' | 'b",
      'a & !b <-> c',
      '\\',
      "'':*",
      '(a',
      'a)',
      'ﷺ',
      '🚢 a',
      '\u202Eabc\u202C',
      'שלום',
      '%_',
    ],
    ...[
      'a'.repeat(200),
      '𝒜𝓑',
      '\u0301\u0301',
      "Robert'); drop table articles;--",
      'ａｂ',
      'x\u200Dy',
      '１２',
    ],
  ]) {
    const { status } = await site.ask('GET', `/v1/search?q=${encodeURIComponent(q)}`);
    t.ok(status === 200 || status === 400, `${q}: ${status}`);
    const desk = await site.ask('GET', `/v1/manage/articles?q=${encodeURIComponent(q)}`, { as: 'editor' });
    t.equal(desk.status, status, `${q} at the desk`);
  }
  t.same(await found(site, 'plain'), ['Plain']);
});
