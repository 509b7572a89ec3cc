// An article as schema.org NewsArticle.
import { test } from 'tap';
import { createArticle, createAuthor } from '../articles/make.ts';
import { play } from '../scenario.ts';
import { START, testSite } from '../site.ts';

const force = { as: 'editor', headers: { 'if-match': '*' } } as const;
const NOW = new Date(START).toISOString();

test('everything that is known of an article is in its JSON-LD, in the words of schema.org', async (t) => {
  const site = await testSite(t, { ARTICLE_URL_TEMPLATE: 'https://news.example/{slug}' });
  const frame = { name: 'The Harbour Times', logoUrl: 'https://news.example/logo.png' };
  await site.ask('PATCH', '/v1/manage/settings/site', { as: 'editor', body: frame });
  await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'City' } });
  const ada = await createAuthor(site);
  await createAuthor(site, 'Jon Berg');
  await site.ask('PATCH', `/v1/manage/authors/${ada.id}`, {
    ...force,
    body: { website: 'https://ada.example' },
  });
  await createArticle(site, {
    title: 'Harbour bridge reopens',
    subtitle: 'After two years',
    section: 'city',
    tags: ['Harbour', 'Public transport'],
    authors: [{ author: 'jon-berg', role: 'photographer' }, 'ada-okafor'],
    cover: {
      url: 'https://img.example/1.jpg',
      alt: 'A bridge',
      caption: 'The bridge',
      credit: 'J. Berg',
      width: 800,
      height: 600,
    },
    canonicalUrl: 'https://agency.example/bridge',
    seo: { description: 'For search engines.' },
    language: 'en-GB',
    status: 'published',
    notes: 'SECRET',
  });
  const comment = { authorName: 'Sam', authorEmail: 'sam@mail.example', body: 'Lovely.' };
  const posted = await site.ask('POST', '/v1/articles/harbour-bridge-reopens/comments', { body: comment });
  t.equal(posted.status, 202);
  const [read] = await play(t, site, [
    {
      name: 'the whole',
      request: 'GET /v1/articles/harbour-bridge-reopens/jsonld',
      status: 200,
      lacks: ['SECRET', 'ada@news.example'],
      sends: {
        'content-type': 'application/ld+json; charset=utf-8',
        etag: /^"[\w-]{22}"$/,
        'cache-control': /^public/,
      },
    },
  ]);
  t.same(read?.body, {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    mainEntityOfPage: { '@type': 'WebPage', '@id': 'https://agency.example/bridge' },
    url: 'https://news.example/harbour-bridge-reopens',
    headline: 'Harbour bridge reopens',
    alternativeHeadline: 'After two years',
    description: 'For search engines.',
    image: {
      '@type': 'ImageObject',
      url: 'https://img.example/1.jpg',
      width: 800,
      height: 600,
      caption: 'The bridge',
      creditText: 'J. Berg',
    },
    datePublished: NOW,
    dateModified: NOW,
    author: [{ '@type': 'Person', name: 'Ada Okafor', url: 'https://ada.example' }],
    contributor: [{ '@type': 'Person', name: 'Jon Berg' }],
    publisher: {
      '@type': 'Organization',
      name: 'The Harbour Times',
      logo: { '@type': 'ImageObject', url: 'https://news.example/logo.png' },
    },
    articleSection: 'City',
    keywords: ['Harbour', 'Public transport'],
    inLanguage: 'en-GB',
    wordCount: 5,
    commentCount: 0,
    isAccessibleForFree: true,
  });
});

test('what is not known is absent, and a byline without a writer is the author', async (t) => {
  const site = await testSite(t);
  const authors = [{ author: 'ada-okafor', role: 'photographer' }];
  await createArticle(site, {
    title: 'Plain',
    authors,
    cover: { url: 'https://img.example/1.jpg' },
    status: 'published',
  });
  const { body } = await site.ask('GET', '/v1/articles/plain/jsonld');
  t.same(body, {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    mainEntityOfPage: { '@type': 'WebPage', '@id': 'https://cms.example/v1/articles/plain' },
    url: 'https://cms.example/v1/articles/plain',
    headline: 'Plain',
    description: 'The bridge reopened on Monday.',
    image: { '@type': 'ImageObject', url: 'https://img.example/1.jpg' },
    datePublished: NOW,
    dateModified: NOW,
    author: [{ '@type': 'Person', name: 'Ada Okafor' }],
    publisher: { '@type': 'Organization', name: 'Masthead' },
    keywords: [],
    inLanguage: 'en',
    wordCount: 5,
    commentCount: 0,
    isAccessibleForFree: true,
  });
});

test('no text can leave the script element it is embedded in, and it means the same', async (t) => {
  const site = await testSite(t);
  const title = '</script><script>alert(1)</script> <!-- <script>';
  await createArticle(site, { title, slug: 'hostile', tags: ['</SCRIPT >'], status: 'published' });
  const { body, text } = await site.ask('GET', '/v1/articles/hostile/jsonld');
  t.notMatch(text, '<');
  t.equal(body.headline, title);
  t.same(body.keywords, ['</SCRIPT >']);
});

test('it answers as its article does, and takes what the article had for a slug', async (t) => {
  const site = await testSite(t);
  const bridge = await createArticle(site, { title: 'Bridge', status: 'published' });
  await createArticle(site, { title: 'Draft' });
  const at = `/v1/manage/articles/${bridge.id}`;
  await site.ask('PATCH', at, { ...force, body: { slug: 'harbour-bridge' } });
  const { headers } = await site.ask('GET', '/v1/articles/bridge/jsonld');
  await play(t, site, [
    {
      name: 'by a former slug',
      request: 'GET /v1/articles/bridge/jsonld',
      status: 200,
      has: { headline: 'Bridge' },
    },
    { name: 'by id', request: `GET /v1/articles/${bridge.id}/jsonld`, status: 200 },
    {
      name: 'the bytes that one has',
      request: 'GET /v1/articles/bridge/jsonld',
      headers: { 'if-none-match': headers.etag ?? '' },
      status: 304,
    },
    { name: 'of a draft', request: 'GET /v1/articles/draft/jsonld', status: 404, code: 'not_found' },
    {
      name: 'parameters',
      request: 'GET /v1/articles/bridge/jsonld?pretty=1',
      status: 400,
      faults: ['pretty'],
    },
  ]);
  await site.ask('POST', `${at}/archive`, force);
  await play(t, site, [
    { name: 'withdrawn', request: 'GET /v1/articles/bridge/jsonld', status: 410, code: 'withdrawn' },
  ]);
});
