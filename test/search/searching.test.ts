// Search over HTTP, the same on every engine: who is found, by what, in which order.
import { test } from 'tap';
import { createArticle } from '../articles/make.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';

const published = (title: string, source: string, more: object = {}) => ({
  title,
  body: { format: 'markdown', source },
  status: 'published',
  ...more,
});

const titles = (body: { items: { title: string }[] }): string[] => body.items.map(({ title }) => title);

test('what is public is found, with the passage that has it, whatever the case, the accents and the form', async (t) => {
  const site = await testSite(t);
  await createArticle(site, published('Café am Hafen', 'Der Bürgermeister eröffnete die **Straße**.'));
  await createArticle(site, published('Nothing of it', 'The ferry sails at night.'));
  for (const q of ['café', 'CAFE', 'cafe\u0301', 'strasse', 'STRASSE', 'Straße', 'burgermeister', 'hafen eröffnete']) {
    const { body } = await site.ask('GET', `/v1/search?q=${encodeURIComponent(q)}`);
    t.same(titles(body), ['Café am Hafen'], q);
    t.match(`${body.items[0].titleHtml} ${body.items[0].snippet}`, /<mark>/, q);
  }
  await play(t, site, [
    {
      name: 'marks',
      request: 'GET /v1/search?q=cafe+strasse&total=true',
      status: 200,
      has: {
        items: [
          {
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
