// Words as search compares them: folded, so that case, accents and Unicode forms do not matter, and cut out of a text
// with their places. The index, the query and the marks in a snippet all use these two functions and no others.

/** Rises when a text gives other words than before: what was indexed by an older number is indexed again. */
export const WORDS_VERSION = 1;

// Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic. Not the vowels of Hindi or Thai and
// not the voicing of kana, which are marks to Unicode and letters to readers.
const ACCENTS = new RegExp(
  '[\\u0300-\\u036F\\u0483-\\u0487\\u0591-\\u05C7\\u0610-\\u061A\\u064B-\\u065F\\u0670' +
    '\\u1AB0-\\u1AFF\\u1DC0-\\u1DFF\\u20D0-\\u20F0\\uFE20-\\uFE2F]',
  'g',
);

/** Letters that no decomposition takes apart, and how they are typed where there is no key for them. */
const TYPED_AS: Record<string, string> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ŧ: 't', ı: 'i', ŋ: 'n' },
  // Arabic and Persian type the same letter in several forms, and a final sigma is a sigma.
  ...{ ς: 'σ', ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه' },
};
const TYPED = new RegExp(`[${Object.keys(TYPED_AS).join('')}]`, 'gu');

const NOT_OF_A_WORD = /[^\p{L}\p{M}\p{N}]/gu;

const WORD_UNITS_MAX = 64;

/** The form in which two spellings of a word are the same; letters, marks and digits only, and perhaps none. */
export const foldWord = (word: string): string => {
  return (
    word
      .normalize('NFKD')
      .toLowerCase()
      .normalize('NFKD')
      .replace(ACCENTS, '')
      .replace(TYPED, (letter) => TYPED_AS[letter]!)
      .replace(NOT_OF_A_WORD, '')
      // Hangul, kana and the scripts of India are put together again, or one syllable would be several letters.
      .normalize('NFC')
  );
};

/** A folded word and where the text has it. */
export interface Word {
  word: string;
  start: number;
  end: number;
  /** It only says how a run without blanks ends: a single character, after the pairs. */
  endsRun?: true;
}

// Scripts written without blanks between words.
const UNSPACED =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ーｰﾞﾟ';
// The soft hyphen and the joiners are inside words, and mean nothing.
const OF_WORDS = '\\p{L}\\p{M}\\p{N}\\u00AD\\u200C\\u200D';
// Most words of most texts are of the first kind, which needs no folding but its case.
const WORDS = new RegExp(
  `([A-Za-z0-9]+)(?![${OF_WORDS}])|((?:[${UNSPACED}]\\p{M}*)+)|(?:(?![${UNSPACED}])[${OF_WORDS}])+`,
  'gu',
);
const CHARACTERS = /.[\p{M}ﾞﾟ]*/gsu;

/** A run without blanks as overlapping pairs of characters, so that every part of it of two or more can be found. */
function* pairsOf(run: string, at: number): Generator<Word> {
  let before: Word | undefined;
  for (const { 0: character, index } of run.matchAll(CHARACTERS)) {
    const word = foldWord(character);
    if (word === '') continue;
    const start = at + index;
    const here = { word, start, end: start + character.length };
    if (before !== undefined) yield { word: before.word + word, start: before.start, end: here.end };
    before = here;
  }
  if (before !== undefined) yield { ...before, endsRun: true };
}

/** The words of a text in order: folded, at most 64 characters each. Time is linear in the text. */
export function* wordsOf(text: string): Generator<Word> {
  for (const { 0: found, 1: plain, 2: run, index } of text.matchAll(WORDS)) {
    if (run !== undefined) {
      yield* pairsOf(run, index);
      continue;
    }
    const folded = plain === undefined ? foldWord(found) : plain.toLowerCase();
    const word = folded.length > WORD_UNITS_MAX ? folded.slice(0, WORD_UNITS_MAX).toWellFormed() : folded;
    if (word !== '') yield { word, start: index, end: index + found.length };
  }
}
