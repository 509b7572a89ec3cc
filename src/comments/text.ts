// A reader's words: plain text in, paragraphs and links out. Nothing a reader types is markup; the only tags are p, br
// and a, and they are written here.
import { escapeHtml, withoutControls } from '../core/text.ts';

// Up to a blank, an angle bracket or a quotation mark; East Asian punctuation ends an address without a blank.
const ADDRESS =
  /(?<![\p{L}\p{N}])https?:\/\/[^\s<>"`«»“”„‹›\u3000-\u303F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]+/giu;
const ADDRESS_MAX = 2_000;

const SENTENCE_END = new Set(".,;:!?'’*_~|…([{]}");

const countOf = (text: string, character: string): number => text.split(character).length - 1;

/** How much of `found` is the address: the end of the sentence is not, nor a parenthesis that was opened before it. */
const addressLength = (found: string): number => {
  let surplus = countOf(found, ')') - countOf(found, '(');
  let length = found.length;
  for (; length > 0; length--) {
    const last = found.charAt(length - 1);
    if (last === ')') {
      if (surplus <= 0) break;
      surplus--;
    } else if (!SENTENCE_END.has(last)) break;
    if (last === '(') surplus++;
  }
  return length;
};

/** The address to link to, unless it is none, or pretends to be another's with a user name (`https://bank@…`). */
const linkable = (address: string): string | undefined => {
  if (address.length > ADDRESS_MAX || !URL.canParse(address)) return undefined;
  const { href, username, password } = new URL(address);
  return username === '' && password === '' ? href : undefined;
};

const withLinks = (line: string): string => {
  let html = '';
  let done = 0;
  for (const { 0: found, index } of line.matchAll(ADDRESS)) {
    const address = found.slice(0, addressLength(found));
    const href = linkable(address);
    if (href === undefined) continue;
    html += escapeHtml(line.slice(done, index));
    html += `<a href="${escapeHtml(href)}" rel="nofollow ugc noopener">${escapeHtml(address)}</a>`;
    done = index + address.length;
  }
  return html + escapeHtml(line.slice(done));
};

/** A comment's `bodyHtml`: blank lines part paragraphs, a single line break is `<br>`, http(s) addresses are links. */
export const commentHtml = (text: string): string => {
  const lines = withoutControls(text).trim();
  if (lines === '') return '';
  const paragraphs = lines.split(/\n(?:[^\S\n]*\n)+/u).map((paragraph) =>
    paragraph
      .split('\n')
      .map((line) => withLinks(line.trim()))
      .join('<br>'),
  );
  return `<p>${paragraphs.join('</p><p>')}</p>`;
};

/**
 * The text under which two comments are the same: compatibility forms, case, blanks and invisible characters make no
 * difference (NFKC_Casefold of Unicode §3.13, as near as upper and lower case come to it).
 */
export const foldText = (text: string): string =>
  withoutControls(text)
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim();
