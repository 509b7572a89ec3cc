// What a reader types into a search field, taken apart. It is text and never a query language: operators of the
// engines (NEAR, title:, ^) are words here, and what an engine is given is built from folded words alone.
import { countCodePoints } from './text.ts';
import { wordsOf } from './words.ts';

export const SEARCH_LENGTH_MAX = 200;
export const SEARCH_TERMS_MAX = 16;
/** Over all terms: a phrase costs its words, and so does a name in Chinese. */
export const SEARCH_WORDS_MAX = 32;
/** A thirtieth of all words may begin with two given letters, and FTS5 reads them all before it gives the first. */
export const PREFIX_MIN = 3;

/** Words that must follow each other; `isPrefix`: of the last one this is only the beginning. */
export interface SearchTerm {
  words: readonly string[];
  isPrefix: boolean;
}

export interface Search {
  /** All of them; at least one. */
  terms: readonly SearchTerm[];
  /** None of them. */
  without: readonly SearchTerm[];
}

export interface SearchFault {
  code: 'no_search_terms' | 'too_many_terms' | 'prefix_too_short';
  message: string;
}

/** `-` directly before makes it unwanted, `*` directly after a beginning; a quote that is never closed ends with the text. */
const PARTS = /(?<minus>-?)(?:"(?<phrase>[^"]*)"?(?<star>\*?)|(?<plain>[^\s"]+))/gu;

const termOf = (text: string, isBeginning: boolean): SearchTerm | undefined => {
  const found = [...wordsOf(text)];
  const last = found.at(-1);
  if (last === undefined) return undefined;
  // Pairs find the inside of a longer run; the single character that ends a run would tie the term to its end. One
  // character alone is the beginning of a pair.
  const isRun = last.endsRun === true;
  const isSingle = isRun && (found.length === 1 || found.at(-2)!.end <= last.start);
  const words = (isRun && !isSingle ? found.slice(0, -1) : found).map(({ word }) => word);
  return { words, isPrefix: isSingle || (isBeginning && !isRun) };
};

/** Where a character is a syllable or a word, one or two of them say as much as three letters. */
const SAYS_MUCH =
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー]/u;

const isTooShort = ({ words, isPrefix }: SearchTerm): boolean => {
  const beginning = words.at(-1)!;
  return isPrefix && countCodePoints(beginning) < PREFIX_MIN && !SAYS_MUCH.test(beginning);
};

/** The terms of a text of at most SEARCH_LENGTH_MAX characters, or what is wrong with it. Never throws. */
export const parseSearch = (text: string): Search | SearchFault => {
  const terms: SearchTerm[] = [];
  const without: SearchTerm[] = [];
  for (const { groups = {} } of text.matchAll(PARTS)) {
    const { minus, phrase, star, plain = '' } = groups;
    const term = termOf(phrase ?? plain, phrase === undefined ? plain.endsWith('*') : star === '*');
    if (term !== undefined) (minus === '-' ? without : terms).push(term);
  }
  const all = [...terms, ...without];
  if (terms.length === 0) {
    return {
      code: 'no_search_terms',
      message: 'must hold a word to look for: letters or digits, without - before it',
    };
  }
  if (
    all.length > SEARCH_TERMS_MAX ||
    all.reduce((sum, { words }) => sum + words.length, 0) > SEARCH_WORDS_MAX
  ) {
    return {
      code: 'too_many_terms',
      message: `may hold at most ${SEARCH_TERMS_MAX} terms and ${SEARCH_WORDS_MAX} words`,
    };
  }
  if (all.some(isTooShort)) {
    return { code: 'prefix_too_short', message: `needs at least ${PREFIX_MIN} letters before *` };
  }
  return { terms, without };
};
