// Text as people write it: lengths, keys, slugs, excerpts, counts. Everything here runs in time linear in the text,
// which is why words are not counted with Intl.Segmenter (many seconds for 256 KB).
import type { default as Slugify } from '@sindresorhus/slugify';
import { isId } from './id.ts';
import { lazily, load } from './lazy.ts';

const SURROGATE_PAIR = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

/** The length that people and the API count: Unicode code points. */
export const countCodePoints = (text: string): number =>
  text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);

/** NFC: the one form in which text is stored and compared. */
export const normalizeText = (text: string): string => text.normalize('NFC');

/** The key under which two spellings of an e-mail or a tag's name are the same. */
export const foldKey = (text: string): string => normalizeText(normalizeText(text).toLowerCase()).trim();

/** U+0000, which PostgreSQL cannot store, or a lone surrogate, which UTF-8 cannot say. */
export const hasForbiddenCharacters = (text: string): boolean =>
  text.includes('\0') || /\p{Surrogate}/u.test(text);

// XML 1.0 §2.2: what no feed could carry; and the C1 controls, which nobody means.
const INVISIBLE = /[^\P{Cc}\t\n]|[\uFFFE\uFFFF]/gu;

/** `text` without control characters other than tab and line feed; CR LF and CR become LF. */
export const withoutControls = (text: string): string => text.replace(/\r\n?/g, '\n').replace(INVISIBLE, '');

/** Safe as HTML text and inside a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

// `load` gives a module as an object of its exports.
const slugifier = lazily(() => (load('@sindresorhus/slugify') as { default: typeof Slugify }).default);

const SLUG_MAX = 100;
/** Beyond this, no title changes its slug; bounds the work on a hostile one. */
const SLUG_SOURCE_MAX = 2_000;

/** The first words of a slug that fit into `max`; a last word longer than half of that is cut. */
const cutSlug = (slug: string, max: number): string => {
  if (slug.length <= max) return slug;
  const hyphen = slug.lastIndexOf('-', max);
  return slug.slice(0, hyphen > max / 2 ? hyphen : max).replace(/-$/, '');
};

/** A slug made from any text: transliterated, kebab-case, at most 100 characters; `''` when nothing is left. */
export const slugOf = (text: string): string => {
  const slug = cutSlug(slugifier()(text.slice(0, SLUG_SOURCE_MAX), { decamelize: false }), SLUG_MAX);
  return isId(slug) ? `id-${slug}` : slug;
};

/** Kebab-case of a–z and 0–9, at most 100 characters, and not to be taken for an id. */
export const isSlug = (text: string): boolean =>
  text.length <= SLUG_MAX && /^[a-z\d]+(?:-[a-z\d]+)*$/.test(text) && !isId(text);

/** The first of `base`, `base-2`, `base-3`… that is not taken. `base` is a slug. */
export const nextSlug = (base: string, taken: ReadonlySet<string>): string => {
  let slug = base;
  for (let n = 2; taken.has(slug); n++) {
    const suffix = `-${n}`;
    slug = cutSlug(base, SLUG_MAX - suffix.length) + suffix;
  }
  return slug;
};

/** What it knows of the world's scripts takes twenty milliseconds to read. */
const graphemes = lazily(() => new Intl.Segmenter('und', { granularity: 'grapheme' }));

/** As many whole graphemes (an emoji with its modifiers is one) as fit into `max` code points. */
const cutGraphemes = (text: string, max: number): string => {
  let kept = '';
  let room = max;
  for (const { segment } of graphemes().segment(text)) {
    room -= countCodePoints(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept;
};

/** The beginning of `text` on one line: at least so many UTF-16 units, or all there is. */
const beginningOf = (text: string, units: number): string => {
  let end = units;
  let line: string;
  do {
    end *= 2;
    line = text.slice(0, end).replace(/\s+/gu, ' ').trim();
  } while (line.length < units && end < text.length);
  return line;
};

/**
 * The beginning of `text` on one line, at most `maxCodePoints` long: whole words and an ellipsis, or all of it when it
 * fits. Where there is no blank to cut at (Chinese, a very long word) it ends with a whole grapheme.
 */
export const excerptOf = (text: string, maxCodePoints: number): string => {
  // Of that many units at least one code point more than fits.
  const line = beginningOf(text, 2 * maxCodePoints + 1);
  if (countCodePoints(line) <= maxCodePoints) return line;
  const fitting = cutGraphemes(line.slice(0, 2 * maxCodePoints), maxCodePoints - 1);
  const blank = line.lastIndexOf(' ', fitting.length);
  const kept = blank > fitting.length / 2 ? line.slice(0, blank) : fitting;
  return `${kept.replace(/[\s,;:–—-]+$/u, '')}…`;
};

// Scripts written without blanks. A word of Chinese or Japanese is about two characters long, one of Thai, Lao, Khmer
// or Burmese about four (Intl.Segmenter on news prose: 1.5–1.7 and 4.2).
const UNSPACED =
  /([\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]+)|[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu;

// Joined by apostrophe or hyphen it is one word, and so is 1,000.5; the joiners and the soft hyphen belong inside.
const WORD =
  /[\p{L}\p{N}][\p{L}\p{M}\p{N}\u00AD\u200C\u200D]*(?:['’-][\p{L}\p{N}][\p{L}\p{M}\p{N}\u00AD\u200C\u200D]*|[.,]\p{N}+)*/gu;

/** Words of a text in any script. */
export const countWords = (text: string): number => {
  let unspaced = 0;
  const rest = text.replace(UNSPACED, (run, east: string | undefined) => {
    unspaced += Math.ceil(countCodePoints(run) / (east === undefined ? 4 : 2));
    return ' ';
  });
  return unspaced + (rest.match(WORD)?.length ?? 0);
};

/** Adults reading non-fiction silently (M. Brysbaert, Journal of Memory and Language 109, 2019). */
const WORDS_PER_MINUTE = 238;

/** Whole minutes, at least one unless there is nothing to read. */
export const readingMinutes = (words: number): number =>
  words === 0 ? 0 : Math.max(1, Math.round(words / WORDS_PER_MINUTE));
