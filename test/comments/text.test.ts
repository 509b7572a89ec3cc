import fc from 'fast-check';
import { test } from 'tap';
import { commentHtml, foldText } from '../../src/comments/text.ts';

const link = (href: string, text = href) => `<a href="${href}" rel="nofollow ugc noopener">${text}</a>`;

/** What no comment may become: any tag or attribute but the three it is written with. */
const WRITTEN = /<p>|<\/p>|<br>|<a href="https?:\/\/[^"<>]*" rel="nofollow ugc noopener">|<\/a>/g;

test('blank lines part paragraphs, single line breaks stay', async (t) => {
  t.equal(commentHtml('one\ntwo\n\nthree'), '<p>one<br>two</p><p>three</p>');
  t.equal(commentHtml('\n\n one \r\n two \r \u00A0\t\r\n\n\nthree\n'), '<p>one<br>two</p><p>three</p>');
  t.equal(commentHtml('one\n\n\n\n\ntwo'), '<p>one</p><p>two</p>');
  for (const empty of ['', ' ', '\n\n', '\t\r\n', '\u0001'])
    t.equal(commentHtml(empty), '', JSON.stringify(empty));
});

test('everything a reader types is text', async (t) => {
  t.equal(
    commentHtml(`<b>a</b> & "b" 'c' &lt;`),
    '<p>&lt;b&gt;a&lt;/b&gt; &amp; &quot;b&quot; &#39;c&#39; &amp;lt;</p>',
  );
  t.equal(commentHtml('a\u0000\u0007\u001Bb'), '<p>ab</p>');
  const others = [
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://x.example',
    '//x.example',
    'www.x.example',
    'mailto:a@x.example',
  ];
  for (const text of [
    ...others,
    'a@x.example',
    '[x](/y)',
    '**x**',
    'xhttps://x.example',
    'http:/x.example',
  ]) {
    t.equal(commentHtml(text), `<p>${text}</p>`);
  }
});

test('an http or https address becomes a link that no search engine follows', async (t) => {
  t.equal(
    commentHtml('see https://x.example/a?b=1&c=2#d now'),
    `<p>see ${link('https://x.example/a?b=1&amp;c=2#d')} now</p>`,
  );
  t.equal(
    commentHtml('http://x.example/a\nhttp://x.example/b'),
    `<p>${link('http://x.example/a')}<br>${link('http://x.example/b')}</p>`,
  );
  t.equal(
    commentHtml('HTTPS://X.Example/É'),
    `<p>${link('https://x.example/%C3%89', 'HTTPS://X.Example/É')}</p>`,
  );
  t.equal(commentHtml('https://x.example:8080/'), `<p>${link('https://x.example:8080/')}</p>`);
});

test('the punctuation around an address stays outside', async (t) => {
  const address = 'https://x.example/a';
  for (const after of [
    '.',
    ',',
    '!',
    '?',
    ';',
    ':',
    '…',
    '...',
    ')',
    ').',
    ')))',
    '!?',
    '*',
    '_',
    '’',
    '(',
    ']',
    '】',
    '。次',
    '》',
    '，',
    '”',
    '»',
  ]) {
    t.equal(commentHtml(`${address}${after}`), `<p>${link(address)}${after}</p>`, after);
  }
  t.equal(commentHtml(`<${address}>`), `<p>&lt;${link(address)}&gt;</p>`);
  t.equal(commentHtml(`"${address}"`), `<p>&quot;${link(address)}&quot;</p>`);
  t.equal(commentHtml(`(${address})`), `<p>(${link(address)})</p>`);
});

test('a parenthesis that belongs to an address stays inside', async (t) => {
  const address = 'https://x.example/Bridge_(harbour)';
  t.equal(commentHtml(address), `<p>${link(address)}</p>`);
  t.equal(commentHtml(`(see ${address}).`), `<p>(see ${link(address)}).</p>`);
  t.equal(commentHtml(`${address})`), `<p>${link(address)})</p>`);
  t.equal(commentHtml('https://x.example/((a)'), `<p>${link('https://x.example/((a)')}</p>`);
});

test('what is no address, or pretends to be another, is not linked', async (t) => {
  const long = `https://x.example/${'a'.repeat(2_000)}`;
  for (const text of [
    'https://',
    'http://((((',
    'https://bank.example@evil.example/',
    'https://a:b@evil.example/',
    'http://[',
    'http://x:99999/',
    long,
  ]) {
    t.equal(commentHtml(text), `<p>${text}</p>`);
  }
});

test('nothing but paragraphs, breaks and links comes out of any text', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(
      'http://',
      'https://x.example',
      '/',
      '(',
      ')',
      '<',
      '>',
      '"',
      "'",
      '&',
      '\n',
      ' ',
      '@',
      '<script>',
      'javascript:',
    ),
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (source) => {
      const html = commentHtml(source);
      return (
        !/[<>"']/.test(html.replace(WRITTEN, '')) &&
        (html.match(/<a /g)?.length ?? 0) === (html.match(/<\/a>/g)?.length ?? 0)
      );
    }),
    { numRuns: 2_000 },
  );
});

test('what makes a matcher slow comes to an end', async (t) => {
  for (const piece of [
    'http://',
    'http://a.b/(',
    ')',
    '\n',
    '\n ',
    'http://a ',
    'http://a.b/)',
    'https://a@b ',
    '.',
  ]) {
    const text = piece.repeat(20_000);
    for (const source of [text, `http://a.b/${text}`])
      t.ok(commentHtml(source).length < 20 * source.length, piece);
  }
});

test('texts that read the same have one key', async (t) => {
  t.equal(foldText('  Great\n\tNEWS! '), 'great news!');
  t.equal(foldText('Ｇｒｅａｔ\u3000news！'), 'great news!');
  t.equal(foldText('G\u200Brea\u2060t\uFEFF ne\u00ADws\u202E!'), 'great news!');
  t.equal(foldText('STRASSE'), foldText('straße'));
  t.equal(foldText('ΟΔΟΣ'), foldText('οδοσ'));
  t.equal(foldText('cafe\u0301'), foldText('CAFÉ'));
  t.equal(foldText('ﬁne ①'), 'fine 1');
  t.not(foldText('cafe'), foldText('café'));
  t.equal(foldText('\u200B\u2060'), '');
});

test('folding a key again changes nothing', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => foldText(foldText(text)) === foldText(text)),
  );
});
