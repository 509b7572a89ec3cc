import fc from 'fast-check';
import { test } from 'tap';
import { isId } from '../../src/core/id.ts';
import {
  countCodePoints,
  countWords,
  escapeHtml,
  excerptOf,
  foldKey,
  hasForbiddenCharacters,
  isSlug,
  nextSlug,
  normalizeText,
  readingMinutes,
  slugOf,
  withoutControls,
} from '../../src/core/text.ts';

const UUID = '550e8400-e29b-41d4-a716-446655440000';
const NFD = 'e\u0301';
const FAMILY = '👨‍👩‍👧';
const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const anySlug = fc
  .oneof(anyText, fc.string({ maxLength: 300 }), fc.uuid())
  .map(slugOf)
  .filter(isSlug);

test('length counts code points', async (t) => {
  const lengths: [string, number][] = [
    ['', 0],
    ['abc', 3],
    ['é', 1],
    [NFD, 2],
    ['😀', 1],
    [FAMILY, 5],
    ['港口', 2],
    ['\uD83D', 1],
  ];
  for (const [text, length] of lengths) t.equal(countCodePoints(text), length, JSON.stringify(text));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => countCodePoints(text) === [...text].length));
});

test('two spellings of one text are the same once normalized', async (t) => {
  t.equal(normalizeText(`caf${NFD}`), 'café');
  t.equal(normalizeText('한국'.normalize('NFD')), '한국');
});

test('a key is blind to case, form and outer blanks, and folding it again changes nothing', async (t) => {
  t.equal(foldKey(` Ren${NFD}e@Example.ORG `), 'renée@example.org');
  t.equal(foldKey('ÉTÉ'), foldKey('e\u0301te\u0301'));
  t.equal(foldKey('\u212Aelvin'), 'kelvin');
  t.not(foldKey('ete'), foldKey('été'));
  fc.assert(fc.property(anyText, (text) => foldKey(foldKey(text)) === foldKey(text)));
});

test('U+0000 and lone surrogates are forbidden, everything else is not', async (t) => {
  for (const text of ['a\0', '\uD83D', 'x\uDE00', '\uDE00\uD83D'])
    t.equal(hasForbiddenCharacters(text), true);
  for (const text of ['', '\u0001', '😀', '\uFFFE', FAMILY]) t.equal(hasForbiddenCharacters(text), false);
});

test('control characters are taken out, line breaks are made one kind', async (t) => {
  t.equal(withoutControls('a\r\nb\rc\nd\te'), 'a\nb\nc\nd\te');
  t.equal(withoutControls('a\u0001\u001B\u007F\u0085\uFFFE\uFFFFb'), 'ab');
  t.equal(withoutControls(`é 港 😀 ${FAMILY} \u200F`), `é 港 😀 ${FAMILY} \u200F`);
});

test('escaped text cannot leave its place in HTML', async (t) => {
  t.equal(escapeHtml(`<a href="x" b='y'>&amp;`), '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;');
  fc.assert(fc.property(anyText, (text) => !/[<>"']/.test(escapeHtml(text))));
});

test('a slug is made of the words of a title', async (t) => {
  const slugs: Record<string, string> = {
    'Harbour Bridge reopens': 'harbour-bridge-reopens',
    'Die Straße nach Gießen: Müller & Söhne': 'die-strasse-nach-giessen-mueller-and-soehne',
    'Москва сегодня': 'moskva-segodnya',
    'NASA’s iPhone 15 on YouTube!': 'nasas-iphone-15-on-youtube',
    [`Caf${NFD} – na\u00EFve`]: 'cafe-naive',
    '--- a__b ---': 'a-b',
    港口大桥: '',
    '🎉': '',
    '': '',
  };
  for (const [title, slug] of Object.entries(slugs)) t.equal(slugOf(title), slug, title);
});

test('a long slug ends with a whole word where one fits', async (t) => {
  const slug = slugOf('harbour '.repeat(40));
  t.equal(slug, Array(12).fill('harbour').join('-'));
  t.equal(slugOf(`a ${'b'.repeat(200)}`), `a-${'b'.repeat(98)}`);
  t.equal(slugOf(`${'b'.repeat(100)} c`), 'b'.repeat(100));
  t.equal(slugOf('x'.repeat(1_000_000)).length, 100);
});

test('a slug is never taken for an id', async (t) => {
  t.equal(isId(slugOf(UUID)), false);
  t.equal(isSlug(slugOf(UUID)), true);
  t.equal(isSlug(UUID), false);
  fc.assert(fc.property(fc.uuid(), (uuid) => isSlug(slugOf(uuid.toUpperCase()))));
});

test('what is made of any text is a slug or nothing, and making it again changes nothing', async () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ maxLength: 400 })), (text) => {
      const slug = slugOf(text);
      return (slug === '' || isSlug(slug)) && slugOf(slug) === slug;
    }),
    { numRuns: 2_000 },
  );
});

test('kebab-case of at most 100 characters is a slug, other text is not', async (t) => {
  for (const text of ['a', '2026', 'a-b', 'a-1-b', 'a'.repeat(100)]) t.equal(isSlug(text), true, text);
  for (const text of [
    '',
    '-',
    '-a',
    'a-',
    'a--b',
    'A',
    'a_b',
    'é',
    'a b',
    'a\n',
    'a/b',
    '٣',
    'a'.repeat(101),
  ]) {
    t.equal(isSlug(text), false, JSON.stringify(text));
  }
});

test('the next slug is the first number that is free', async (t) => {
  t.equal(nextSlug('a', new Set()), 'a');
  t.equal(nextSlug('a', new Set(['a'])), 'a-2');
  t.equal(nextSlug('a', new Set(['a', 'a-2', 'a-4'])), 'a-3');
  const long = 'a'.repeat(100);
  t.equal(nextSlug(long, new Set([long])), `${'a'.repeat(98)}-2`);
  const words = Array(12).fill('harbour').join('-').concat('-end');
  t.equal(nextSlug(words, new Set([words])), `${Array(12).fill('harbour').join('-')}-2`);
});

test('the next slug of any slug is a slug that is not taken', async () => {
  fc.assert(
    fc.property(anySlug, fc.nat({ max: 120 }), (base, count) => {
      const taken = new Set<string>();
      for (let n = 0; n < count; n++) taken.add(nextSlug(base, taken));
      const next = nextSlug(base, taken);
      return taken.size === count && !taken.has(next) && isSlug(next);
    }),
    { numRuns: 50 },
  );
});

test('an excerpt is whole words on one line and an ellipsis', async (t) => {
  t.equal(excerptOf('  The  bridge\n\nreopened. ', 30), 'The bridge reopened.');
  t.equal(excerptOf('The bridge reopened on Monday.', 20), 'The bridge reopened…');
  t.equal(excerptOf('The bridge reopened on Monday.', 19), 'The bridge…');
  t.equal(excerptOf('The bridge, reopened', 12), 'The bridge…');
  t.equal(excerptOf('', 10), '');
});

test('an excerpt is found behind any number of blanks, and is not changed by what comes after it', async (t) => {
  t.equal(
    excerptOf(`${' \n'.repeat(5_000)}The bridge${'\t'.repeat(5_000)}reopened.\n`, 30),
    'The bridge reopened.',
  );
  t.equal(excerptOf(`The bridge${' '.repeat(5_000)}reopened on Monday.`, 20), 'The bridge reopened…');
  t.equal(excerptOf(`${' '.repeat(62)}The bridge reopened ${'x'.repeat(5_000)}`, 20), 'The bridge reopened…');
  t.equal(excerptOf('👨'.repeat(10), 10), '👨'.repeat(10));
  t.equal(excerptOf('👨'.repeat(11), 10), `${'👨'.repeat(9)}…`);
});

test('an excerpt without blanks ends with a whole character', async (t) => {
  t.equal(excerptOf('港口大桥重新开放', 5), '港口大桥…');
  t.equal(excerptOf('x'.repeat(50), 10), `${'x'.repeat(9)}…`);
  t.equal(excerptOf(`a ${FAMILY.repeat(5)}`, 9), `a ${FAMILY}…`);
  t.equal(excerptOf(NFD.repeat(5), 4), `${NFD}…`);
});

test('an excerpt of any text is at most as long as asked', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.integer({ min: 1, max: 100 }),
      (text, max) => {
        const excerpt = excerptOf(text, max);
        return countCodePoints(excerpt) <= max && !/\n/.test(excerpt);
      },
    ),
  );
});

test('words are counted in any script', async (t) => {
  const counts: [string, number][] = [
    ['', 0],
    [' \n—…!? ', 0],
    ["The bridge's re-opening cost 1,000.50 euros", 6],
    ['it’s rock’n’roll', 2],
    [`caf${NFD} cr\u00E8me`, 2],
    ['end.Next', 2],
    ['أعيد فتح الجسر', 3],
    ['می\u200Cخواهم', 1],
    ['다리가 다시 열렸다', 3],
    ['港口大桥重新开放', 4],
    ['東京タワーは2026年', 5],
    ['สะพานท่าเรือ', 3],
    ['naïve 港口 🎉 👍', 2],
  ];
  for (const [text, words] of counts) t.equal(countWords(text), words, text);
});

test('reading takes whole minutes, and some for any text at all', async (t) => {
  const minutes = [0, 1, 238, 500, 2_380].map(readingMinutes);
  t.same(minutes, [0, 1, 1, 2, 10]);
});
