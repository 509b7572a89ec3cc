import { test } from 'tap';
import { hiddenCharacterIn } from '../../src/comments/hidden-characters.ts';

test('what hides or turns a text is found', async (t) => {
  const hidden: [string, string][] = [
    ['invoice\u202Efdp.exe', 'U+202E'],
    ['a\u2066b\u2069', 'U+2066'],
    ['vi\u200Bagra', 'U+200B'],
    ['vi\u200Dagra', 'U+200D'],
    ['ca\u200Csino', 'U+200C'],
    ['сa\u200Cсино', 'U+200C'],
    ['a\u2060b', 'U+2060'],
    ['\uFEFFb', 'U+FEFF'],
    ['\u3164', 'U+3164'],
    ['\uFFA0', 'U+FFA0'],
    ['\u180E', 'U+180E'],
    ['\u200D', 'U+200D'],
    ['hello\u{E0068}\u{E0069}', 'U+E0068'],
    ['\u{E0001}', 'U+E0001'],
  ];
  for (const [text, found] of hidden) t.equal(hiddenCharacterIn(text), found, JSON.stringify(text));
});

test('honest writing is left alone', async (t) => {
  for (const text of [
    'An ordinary sentence, with “quotes” – and a dash.',
    'می\u200Cخواهم', // Persian
    'क्\u200Dष', // Hindi
    'ক্\u200Cষ', // Bengali
    'ശ്രീ അവന്\u200D', // Malayalam
    'ශ්\u200Dරී', // Sinhala
    'ភាសា\u200Bខ្មែរ', // Khmer
    'ภาษา\u200Bไทย', // Thai
    '👩\u200D👩\u200D👧\u200D👦 👩🏽\u200D🚀 🏳\uFE0F\u200D🌈 ❤\uFE0F\u200D🔥 🧔\u200D♂\uFE0F',
    '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
    'שלום\u200F!',
    'مرحبا\u200E (2)',
    'Donau\u00ADdampf\u00ADschiff',
    '葛\u{E0100}城市',
    '1\uFE0F\u20E3',
  ]) {
    t.equal(hiddenCharacterIn(text), undefined, text);
  }
});
