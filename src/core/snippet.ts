// Where a text has what was searched, shown: `<mark>` around it and everything else escaped, so that the result can
// stand in a page as it is. Works on the stored text, not on an engine's index, and so is the same for every engine.
import type { Search, SearchTerm } from './search.ts';
import { escapeHtml } from './text.ts';
import { type Word, wordsOf } from './words.ts';

interface Span {
  start: number;
  end: number;
}

/** Whether a term stands at the word `at`; of a text that is cut off there, not. */
const isAt = ({ words, isPrefix }: SearchTerm, found: readonly Word[], at: number): boolean => {
  const last = words.length - 1;
  for (let index = 0; index < last; index++) if (found[at + index]?.word !== words[index]) return false;
  const there = found[at + last]?.word;
  return isPrefix ? there?.startsWith(words[last]!) === true : there === words[last];
};

/** Everything that is meant, in order, touching spans joined. */
const spansOf = (found: readonly Word[], { terms }: Search): Span[] => {
  const spans: Span[] = [];
  for (const [at, { start }] of found.entries()) {
    for (const term of terms) {
      if (!isAt(term, found, at)) continue;
      const { end } = found[at + term.words.length - 1]!;
      const before = spans.at(-1);
      if (before !== undefined && start <= before.end) before.end = Math.max(before.end, end);
      else spans.push({ start, end });
    }
  }
  return spans;
};

const marked = (text: string, from: number, to: number, spans: readonly Span[]): string => {
  let html = '';
  let at = from;
  for (const { start, end } of spans) {
    html += `${escapeHtml(text.slice(at, start))}<mark>${escapeHtml(text.slice(start, end))}</mark>`;
    at = end;
  }
  return html + escapeHtml(text.slice(at, to));
};

/** The whole text as HTML, what was searched in `<mark>`. */
export const markedHtml = (text: string, search: Search): string =>
  marked(text, 0, text.length, spansOf([...wordsOf(text)], search));

/** How far a text is read for its snippet: far beyond an article of usual length. */
const READ_MAX = 20_000;
const LENGTH = 240;
/** How much of it goes before the first mark. */
const LEAD = 60;

/** The words of a text up to the end of a snippet around the first thing that was searched; else all. */
const wordsToShow = (text: string, { terms }: Search): Word[] => {
  const longest = Math.max(...terms.map(({ words }) => words.length));
  const words: Word[] = [];
  let first: number | undefined;
  let beyond = 0;
  for (const word of wordsOf(text)) {
    words.push(word);
    if (first === undefined) {
      const term = terms.find((one) => isAt(one, words, words.length - one.words.length));
      if (term !== undefined) first = words[words.length - term.words.length]!.start;
    } else if (word.start > first + LENGTH) {
      // What begins within the snippet may end after it.
      beyond++;
      if (beyond > longest) break;
    }
  }
  return words;
};

/**
 * About 240 characters of `text` around the first thing that was searched, else its beginning; on one line, as HTML
 * with `<mark>` and nothing else.
 */
export const snippetOf = (text: string, search: Search): string => {
  const read = text.slice(0, READ_MAX);
  const words = wordsToShow(read, search);
  const spans = spansOf(words, search);
  const first = spans[0]?.start ?? 0;
  const from = first <= LEAD ? 0 : words.find(({ start }) => start >= first - LEAD)!.start;
  const fitting = words.filter(({ start, end }) => start >= from && end <= from + LENGTH);
  // A word longer than a snippet is cut, though not within a character.
  const lastEnd = fitting.at(-1)?.end ?? read.slice(0, from + LENGTH).replace(/[\uD800-\uDBFF]$/, '').length;
  const rest = read.slice(lastEnd);
  // What follows the last word of a text, such as its full stop, belongs to it.
  const to =
    /[\p{L}\p{N}]/u.test(rest) || rest.length > LEAD || read.length < text.length ? lastEnd : read.length;
  const shown = spans
    .filter((span) => span.start >= from && span.start < to)
    .map((span) => ({ ...span, end: Math.min(span.end, to) }));
  const html = marked(read, from, to, shown).replace(/\s+/gu, ' ').trim();
  return `${from > 0 ? '… ' : ''}${html}${to < text.length ? ' …' : ''}`;
};
