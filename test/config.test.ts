// Environment → Config.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { ConfigError, options, readConfig } from '../src/config.ts';
import { testDirectory } from './database.ts';

const faultsOf = (env: NodeJS.ProcessEnv): string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
};

const refuses = (t: Test, name: string, values: readonly string[]) => {
  for (const value of values) {
    const faults = faultsOf({ [name]: value });
    t.equal(faults.length, 1, `${name}=${value} is one line`);
    t.match(faults[0], new RegExp(`^${name}: [a-z]`, 'i'), `${name}=${value} says why`);
  }
};

test('nothing needs to be configured', async (t) => {
  const config = readConfig({});
  t.match(config, {
    host: '127.0.0.1',
    port: 3000,
    publicUrl: 'http://127.0.0.1:3000',
    articleUrlTemplate: 'http://127.0.0.1:3000/v1/articles/{slug}',
    databaseUrl: 'file:./data/masthead.db',
    logLevel: 'info',
    trustProxy: [],
    corsOrigins: ['*'],
    corsManageOrigins: [],
    rateLimit: true,
    commentFloodSeconds: 15,
  });
  t.equal(config.akismet, undefined);
  t.equal(config.adminKey, undefined);
  t.equal(config.secret, undefined);
  t.ok(config.embedHosts.has('player.vimeo.com'));
  t.ok(Object.isFrozen(config));
});

test('an empty value says nothing', async (t) => {
  const empty = Object.fromEntries(
    Object.keys(options).flatMap((name) => [
      [name, ''],
      [`${name}_FILE`, ''],
    ]),
  );
  t.strictSame(readConfig(empty), readConfig({}));
});

test('links are built from PUBLIC_URL, or from where the server listens', async (t) => {
  t.equal(readConfig({ PUBLIC_URL: 'https://cms.example//' }).publicUrl, 'https://cms.example');
  t.equal(readConfig({ PUBLIC_URL: 'https://news.example/cms/' }).publicUrl, 'https://news.example/cms');
  t.equal(readConfig({ HOST: '::1', PORT: '80' }).publicUrl, 'http://[::1]:80');
  t.equal(
    readConfig({ PUBLIC_URL: 'https://cms.example' }).articleUrlTemplate,
    'https://cms.example/v1/articles/{slug}',
  );
  t.equal(
    readConfig({ ARTICLE_URL_TEMPLATE: 'https://news.example/{slug}.html' }).articleUrlTemplate,
    'https://news.example/{slug}.html',
  );
});

test('lists are taken apart at commas, blanks around them left out', async (t) => {
  const config = readConfig({
    TRUST_PROXY: '10.0.0.0/8, ::1 ,192.0.2.1,fd00::/8',
    CORS_ORIGINS: 'https://a.example,https://b.example:8443',
    CORS_MANAGE_ORIGINS: '*',
    EMBED_HOSTS: 'a.example,,b.example,',
  });
  t.strictSame(config.trustProxy, ['10.0.0.0/8', '::1', '192.0.2.1', 'fd00::/8']);
  t.strictSame(config.corsOrigins, ['https://a.example', 'https://b.example:8443']);
  t.strictSame(config.corsManageOrigins, ['*']);
  t.strictSame([...config.embedHosts], ['a.example', 'b.example']);
});

test('what an option cannot be is refused', async (t) => {
  refuses(t, 'PORT', ['x', '-1', '65536', '3000.5', '0x10', '1e3', ' ', '99999999999']);
  refuses(t, 'PUBLIC_URL', ['cms.example', 'ftp://cms.example', '/cms']);
  refuses(t, 'ARTICLE_URL_TEMPLATE', [
    'https://news.example/',
    '/{slug}',
    'https://{slug',
    'javascript:{slug}',
  ]);
  refuses(t, 'DATABASE_URL', ['mysql://x', './data.db', 'file:', 'postgres://']);
  refuses(t, 'LOG_LEVEL', ['verbose', 'INFO']);
  refuses(t, 'TRUST_PROXY', [
    'true',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    '0.0.0.0/0',
    '/8',
    'localhost',
  ]);
  refuses(t, 'CORS_ORIGINS', [
    'https://a.example/',
    'a.example',
    'https://a.example/path',
    'null',
    'https://*.example',
  ]);
  refuses(t, 'CORS_MANAGE_ORIGINS', ['https://A.example']);
  refuses(t, 'COMMENT_FLOOD_SECONDS', ['-1', '86401', '1 minute']);
  refuses(t, 'MASTHEAD_SECRET', ['too short']);
});

test('all that is wrong is said at once, a line an option, and never the value of a secret', async (t) => {
  const env = {
    PORT: 'x',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://root:hunter2@db',
    MASTHEAD_SECRET: 'hunter3',
  };
  const faults = faultsOf(env);
  t.strictSame(faults.map((line) => line.split(':')[0]).sort(), Object.keys(env).sort());
  t.notMatch(faults.join('\n'), /hunter/);
});

test('a secret may lie in a file, which wins over the variable; one that cannot be read is named', async (t) => {
  const directory = testDirectory(t);
  const file = join(directory, 'secret');
  writeFileSync(file, '  the content of a secret, long enough \n');
  t.equal(readConfig({ MASTHEAD_SECRET_FILE: file }).secret, 'the content of a secret, long enough');
  t.equal(
    readConfig({ MASTHEAD_ADMIN_KEY: 'x', MASTHEAD_ADMIN_KEY_FILE: file }).adminKey,
    'the content of a secret, long enough',
  );
  t.equal(readConfig({ HOST: 'localhost', HOST_FILE: file }).host, 'localhost');

  mkdirSync(join(directory, 'folder'));
  const faults = faultsOf({
    MASTHEAD_SECRET_FILE: join(directory, 'none'),
    DATABASE_URL_FILE: join(directory, 'folder'),
    PORT: 'x',
  });
  t.equal(faults.length, 3);
  t.match(
    faults.find((line) => line.startsWith('MASTHEAD_SECRET_FILE')),
    /ENOENT/,
  );
  t.match(
    faults.find((line) => line.startsWith('DATABASE_URL_FILE')),
    /EISDIR/,
  );
});

test('every option says what it means', async (t) => {
  for (const [name, { meaning }] of Object.entries(options)) {
    t.match(name, /^[A-Z]+(_[A-Z]+)*$/);
    t.match(meaning, /\.$/);
  }
});

test('an outside spam service has an address and a key, or is not asked', async (t) => {
  const url = 'https://spam.example/1.1/comment-check';
  t.same(readConfig({ AKISMET_URL: url, AKISMET_KEY: 'k' }).akismet, { url, key: 'k' });
  for (const half of [{ AKISMET_URL: url }, { AKISMET_KEY: 'k' }]) {
    t.throws(() => readConfig(half), { message: 'AKISMET_URL: goes together with AKISMET_KEY' });
  }
  t.equal(readConfig({ RATE_LIMIT: 'off' }).rateLimit, false);
});
