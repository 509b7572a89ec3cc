// Words as the index, the query and the snippet see them.
import fc from 'fast-check';
import { test } from 'tap';
import { foldWord, wordsOf } from '../../src/core/words.ts';

const wordsIn = (text: string): string[] => [...wordsOf(text)].map(({ word }) => word);

test('case, accents and Unicode forms do not make another word', async (t) => {
  for (const [spelling, folded] of [
    ['Café', 'cafe'],
    ['cafe\u0301', 'cafe'],
    ['STRASSE', 'strasse'],
    ['Straße', 'strasse'],
    ['Łódź', 'lodz'],
    ['Ærøskøbing', 'aeroskobing'],
    ['İstanbul', 'istanbul'],
    ['ISPARTA', 'isparta'],
    ['Ελλάς', 'ελλασ'],
    ['ΕΛΛΆΣ', 'ελλασ'],
    ['ёлка', 'елка'],
    ['ﬁn', 'fin'],
    ['Ｈａｒｂｏｕｒ', 'harbour'],
    ['مُحَمَّد', 'محمد'],
    ['한국', '한국'],
    ['हिन्दी', 'हिन्दी'],
    ['soft\u00ADhyphen', 'softhyphen'],
  ] as const) {
    t.equal(foldWord(spelling), folded.normalize('NFC'), spelling);
    t.equal(foldWord(spelling.normalize('NFD')), folded.normalize('NFC'), `${spelling}, decomposed`);
  }
});

test('a word ends where a letter or digit does, and knows its place', async (t) => {
  t.same(wordsIn("L'été, don't; 1,000.5 e-mail"), ['l', 'ete', 'don', 't', '1', '000', '5', 'e', 'mail']);
  t.same(
    [...wordsOf('a Café!')],
    [
      { word: 'a', start: 0, end: 1 },
      { word: 'cafe', start: 2, end: 6 },
    ],
  );
  t.same(wordsIn('a'.repeat(200)), ['a'.repeat(64)]);
  t.same(wordsIn(`x\u0301${'é'.repeat(200)}`)[0]?.length, 64);
  t.same(wordsIn('— … 🚢 \u0301'), []);
});

test('what is written without blanks becomes pairs, and the last character alone', async (t) => {
  t.same(wordsIn('東京都'), ['東京', '京都', '都']);
  t.same(wordsIn('iPhone手机'), ['iphone', '手机', '机']);
  t.same(wordsIn('ガス'), ['ガス', 'ス']);
  t.same(wordsIn('ｶﾞｽ'), ['ガス', 'ス']);
  t.same(wordsIn('ก๏ท'), ['กท', 'ท'], 'a sign in a run is no character of a word');
  t.same(wordsIn('กรุงเทพ').length, 6);
  t.match(
    [...wordsOf('の 橋')],
    [
      { word: 'の', start: 0, end: 1, endsRun: true },
      { word: '橋', start: 2 },
    ],
  );
});

test('folding is done when it is done, and every word is where it says', async (t) => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(text, (any) => {
      let before = 0;
      for (const { word, start, end } of wordsOf(any)) {
        if (start < before || end <= start || end > any.length) return false;
        before = start;
        if (!/^[\p{L}\p{M}\p{N}\uFFFD]+$/u.test(word)) return false;
      }
      return true;
    }),
  );
  t.pass('no text gave a word of anything but letters, marks and digits');
});
