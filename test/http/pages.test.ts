// What people read: the document, its browser, the pages of the problems.
import { test } from 'tap';
import { documentOf, endpointsOf } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { catalogue, problemCodes } from '../../src/core/problem.ts';
import { testSite } from '../site.ts';

test('the document is served as it is made, in JSON and in YAML, whatever parameters come with it', async (t) => {
  const site = await testSite(t);
  const config = readConfig({ PUBLIC_URL: 'https://cms.example' });
  const endpoints = endpointsOf({ config, secret: '', ready: async () => undefined });
  const json = await site.ask('GET', '/openapi.json?utm_source=x');
  t.same(json.body, JSON.parse(JSON.stringify(documentOf(endpoints, config.publicUrl))));
  t.match(json.headers, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'public, max-age=300',
  });
  const yaml = await site.ask('GET', '/openapi.yaml');
  t.match(yaml.text, /^openapi: 3\.1\.0\n/);
  t.match(yaml.headers, { 'content-type': /^application\/yaml/ });
});

test('/docs needs no outside host, no https and no script of its own', async (t) => {
  const site = await testSite(t);
  const { text, status, headers } = await site.ask('GET', '/docs');
  t.match(await site.ask('HEAD', '/docs'), { status, text: '' });
  t.equal(status, 200);
  const policy = headers['content-security-policy'] ?? '';
  t.match(
    policy,
    /default-src 'none'.*script-src 'self';.*connect-src 'self' https:\/\/cms\.example;.*frame-ancestors 'none'/,
  );
  t.notMatch(
    policy,
    /upgrade-insecure-requests|swagger\.io|https:(?!\/\/cms\.example)|unsafe-eval|script-src[^;]*unsafe/,
  );
  t.notMatch(text, /<script>|<style>|onload=|https?:\/\//, 'nothing inline that the policy would stop');

  const assets = [...text.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map(([, path = '']) =>
    `/${path}`.replace(/^\/(?!docs)/, '/docs/'),
  );
  t.ok(assets.length >= 4);
  for (const asset of [...assets, '/docs/json', '/docs/yaml']) {
    const answer = await site.ask('GET', asset);
    t.equal(answer.status, 200, asset);
    t.equal(answer.headers['content-security-policy'], policy, asset);
  }
  const script = await site.ask('GET', '/docs/static/swagger-initializer.js');
  t.notMatch(script.text.replace(/^ *\/\/.*$/gm, ''), /https?:\/\//, 'asks nobody outside');
  t.match(script.text, /"validatorUrl":\s*null/);
});

test('behind a path of PUBLIC_URL everything leads to where that path is', async (t) => {
  const site = await testSite(t, { PUBLIC_URL: 'https://cms.example/base/' });
  const section = { as: 'editor', body: { name: 'Politics' } };
  const { headers, body } = await site.ask('POST', '/v1/manage/sections', section);
  t.equal(headers.location, `/base/v1/manage/sections/${body.id}`);

  const article = { title: 'Old', body: { format: 'markdown', source: 'Text.' }, authors: ['ada'] };
  await site.ask('POST', '/v1/manage/authors', { as: 'editor', body: { name: 'Ada' } });
  const made = await site.ask('POST', '/v1/manage/articles', {
    as: 'editor',
    body: { ...article, status: 'published' },
  });
  await site.ask('PATCH', `/v1/manage/articles/${made.body.id}`, {
    as: 'editor',
    headers: { 'if-match': '*' },
    body: { slug: 'new' },
  });
  t.match(await site.ask('GET', '/v1/articles/old'), {
    status: 308,
    headers: { location: '/base/v1/articles/new' },
  });

  for (const page of ['/docs', '/problems', '/problems/not_found']) {
    const { text } = await site.ask('GET', page);
    const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    t.ok(links.length > 0, page);
    for (const link of links) {
      t.ok(link.startsWith('/base/'), `${page}: ${link}`);
      t.equal((await site.ask('GET', link.slice('/base'.length))).status, 200, link);
    }
  }
  const slash = await site.ask('GET', '/docs/');
  t.match(slash.text, /src="\.\/static\//, 'relative to the page itself');
});

test('beside /docs nothing of the disk is served', async (t) => {
  const site = await testSite(t);
  for (const path of [
    'nothing.js',
    '..%2f..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '..\\package.json',
    '%00',
    'package.json',
  ]) {
    const answer = await site.ask('GET', `/docs/static/${path}`);
    t.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
});

test('every problem has a page that explains it, and `type` leads there', async (t) => {
  const site = await testSite(t);
  const list = await site.ask('GET', '/problems');
  t.match(list, {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': /^default-src 'none'; style-src/,
    },
  });
  for (const code of problemCodes) {
    t.ok(list.text.includes(`href="/problems/${code}"`), `${code} is listed`);
    const { status, text } = await site.ask('GET', `/problems/${code}`);
    t.equal(status, 200);
    t.ok(text.includes(`HTTP ${catalogue[code].status}`), code);
    t.notMatch(text, /`|<script/, code);
  }
  const { body } = await site.ask('GET', '/v1/nothing');
  t.equal(body.type, 'https://cms.example/problems/not_found');
  for (const code of ['nothing', 'constructor', '__proto__'])
    t.equal((await site.ask('GET', `/problems/${code}`)).status, 404);
});

test('the front door leads to what is there', async (t) => {
  const site = await testSite(t);
  const { body } = await site.ask('GET', '/?utm_source=x');
  for (const [name, link] of Object.entries<string>(body.links)) {
    t.ok(link.startsWith('https://cms.example/'), name);
    const { status } = await site.ask('GET', new URL(link).pathname, { as: 'admin' });
    t.equal(status, 200, link);
  }
});

test('the probes tell a process that lives from one that can work', async (t) => {
  const site = await testSite(t);
  for (const url of ['/livez', '/readyz?x']) {
    t.match(await site.ask('GET', url), {
      status: 200,
      body: { status: 'ok' },
      headers: { 'cache-control': 'no-store' },
    });
  }
  await site.database.close();
  t.equal((await site.ask('GET', '/livez')).status, 200);
  site.clock.now += 1_000;
  t.match(await site.ask('GET', '/readyz'), {
    status: 503,
    body: { code: 'unavailable' },
    headers: { 'retry-after': '2' },
  });
});
