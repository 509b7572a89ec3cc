// The passage that is shown: what was searched is marked, everything else is text.
import fc from 'fast-check';
import { test } from 'tap';
import { parseSearch, type Search } from '../../src/core/search.ts';
import { markedHtml, snippetOf } from '../../src/core/snippet.ts';

const searchFor = (text: string): Search => {
  const search = parseSearch(text);
  if ('code' in search) throw new Error(search.message);
  return search;
};

test('words, phrases and beginnings are marked in the text as it was written', async (t) => {
  t.equal(markedHtml('The Café & the bar', searchFor('CAFE')), 'The <mark>Café</mark> &amp; the bar');
  t.equal(
    markedHtml('night bus, night ferry', searchFor('"night ferry"')),
    'night bus, <mark>night ferry</mark>',
  );
  t.equal(markedHtml('harbours', searchFor('harb*')), '<mark>harbours</mark>');
  t.equal(markedHtml('harbours', searchFor('harb')), 'harbours');
  t.equal(markedHtml('a b c', searchFor('"a b" "b c"')), '<mark>a b c</mark>');
  t.equal(markedHtml('ferry, no strike', searchFor('ferry -strike')), '<mark>ferry</mark>, no strike');
  t.equal(markedHtml('新しい東京都庁の橋', searchFor('東京都')), '新しい<mark>東京都</mark>庁の橋');
  t.equal(markedHtml('橋と橋', searchFor('橋')), '<mark>橋と橋</mark>');
  t.equal(markedHtml('nothing', searchFor('ferry')), 'nothing');
  t.equal(
    markedHtml('<mark>a</mark> "b"', searchFor('a')),
    '&lt;mark&gt;<mark>a</mark>&lt;/mark&gt; &quot;b&quot;',
  );
});

test('a snippet begins and ends with whole words, around the first match or at the beginning', async (t) => {
  const filler = 'word '.repeat(100);
  t.equal(snippetOf('Short.', searchFor('ferry')), 'Short.');
  t.equal(snippetOf('', searchFor('ferry')), '');
  const middle = snippetOf(`${filler}the ferry sails. ${filler}`, searchFor('ferry'));
  t.match(middle, /^… (?:word )+the <mark>ferry<\/mark> sails\. (?:word )+…$/);
  t.ok(middle.length < 280);
  const begin = snippetOf(filler, searchFor('ferry'));
  t.match(begin, /^(?:word )+…$/);
  t.equal(snippetOf('the\nferry', searchFor('ferry')), 'the <mark>ferry</mark>');
  t.match(snippetOf(`${filler}the ferry sails.`, searchFor('ferry')), /sails\.$/);
  t.match(snippetOf(`${'🚢'.repeat(119)}x${'🚢'.repeat(119)}`, searchFor('ferry')), /^🚢+x?$|^[^\uFFFD]*$/u);
});

test('a word longer than a snippet is cut, and nothing beyond what is read is looked for', async (t) => {
  const long = snippetOf('a'.repeat(1_000), searchFor('b'));
  t.equal(long, `${'a'.repeat(240)} …`);
  t.equal(snippetOf(`x${'𝒜'.repeat(400)}`, searchFor('b')).isWellFormed(), true);
  t.match(
    snippetOf('a'.repeat(64) + 'a'.repeat(500), searchFor('a'.repeat(100))),
    /^<mark>a{240}<\/mark> …$/,
  );
  t.notMatch(snippetOf(`${'word '.repeat(5_000)}ferry`, searchFor('ferry')), /mark/);
});

test('whatever the text, what comes out holds no tag but mark and gives the text back', async (t) => {
  const text = fc.string({ unit: fc.constantFrom(...'ab <>&"\'/\u0301é東京🚢\n'), maxLength: 600 });
  const decoded = (html: string) =>
    html
      .replace(/<\/?mark>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
  fc.assert(
    fc.property(text, fc.constantFrom('a', 'bbb*', '"a b"', '東', '東京', 'é'), (any, query) => {
      const search = searchFor(query);
      const html = markedHtml(any, search);
      const snippet = snippetOf(any, search);
      const isClean = (out: string) =>
        !/[<>"']/.test(out.replace(/<mark>|<\/mark>/g, '')) &&
        /^[^<]*(?:<mark>[^<]*<\/mark>[^<]*)*$/.test(out);
      return decoded(html) === any && isClean(html) && isClean(snippet) && snippet.length < 3_000;
    }),
    { numRuns: 500 },
  );
  t.pass('held for five hundred texts');
});
