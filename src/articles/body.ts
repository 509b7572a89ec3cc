// An article's text → HTML that any page may show. Both formats end in one allow-list. A body built to be expensive
// (tens of thousands of elements, megabytes out of one reference) is shown as plain text, not refused: it is still text.
import type MarkdownIt from 'markdown-it';
import type { StateBlock } from 'markdown-it';
import { lazily, load } from '../core/lazy.ts';
import { countWords, escapeHtml, normalizeText, withoutControls } from '../core/text.ts';
import { takingTurns } from '../core/turns.ts';
import { allowingHtml, ELEMENTS_MAX, LINE_BREAKING } from './allow-list.ts';
import { embedAddress } from './embeds.ts';

export { DEFAULT_EMBED_HOSTS } from './embeds.ts';

export interface Body {
  format: 'markdown' | 'html';
  source: string;
}

export interface RenderedBody {
  html: string;
  /** The words alone: a line a block, entities decoded; for search, excerpts and counts. */
  text: string;
  wordCount: number;
  /** What made this HTML; where a row has another value, it may be rendered again. */
  rendererVersion: string;
}

/** The libraries, and the rules of this house: the last number rises when those change what is rendered. */
export const RENDERER_VERSION = 'markdown-it 15.0.3, sanitize-html 2.17.5, rules 2';

/** A line of its own that is the address of a player becomes the player. */
const embedRule = (state: StateBlock, line: number, _endLine: number, isProbe: boolean): boolean => {
  const { hosts } = state.env;
  const text = state.getLines(line, line + 1, state.blkIndent, false);
  const isCode = /^(?: {0,3}\t| {4})/.test(text);
  const src = isCode || !(hosts instanceof Set) ? undefined : embedAddress(text.trim(), hosts);
  if (src === undefined) return false;
  if (!isProbe) {
    state.push('embed_open', 'iframe', 1).attrSet('src', src);
    state.push('embed_close', 'iframe', -1);
    state.line = line + 1;
  }
  return true;
};

const markdownReader = lazily(() => {
  // What the package exports to CommonJS is the class that it exports to modules by default.
  const Markdown = load('markdown-it') as typeof MarkdownIt;
  const markdown = new Markdown({ html: false, maxNesting: 20, linkify: true });
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  for (const schema of ['ftp:', '//', 'mailto:']) markdown.linkify.add(schema, null);
  markdown.block.ruler.before('reference', 'embed', embedRule, {
    alt: ['paragraph', 'reference', 'blockquote'],
  });
  return markdown;
});

/** One reference of 2,000 characters, used 60,000 times, makes 130 MB of HTML. */
const ATTRIBUTES_MAX = 2_000_000;

/** Throws a RangeError when the source would make too much HTML. */
function* readingMarkdown(source: string, hosts: ReadonlySet<string>): Generator<void, string> {
  const env = { hosts };
  const markdown = markdownReader();
  const tokens = markdown.parse(source, env);
  yield;
  let elements = 0;
  let attributes = 0;
  for (const { tag, nesting, attrs } of tokens.flatMap((token) => [token, ...(token.children ?? [])])) {
    elements += tag === '' || nesting < 0 ? 0 : 1;
    for (const [, value] of attrs ?? []) attributes += String(value).length;
  }
  if (elements > ELEMENTS_MAX || attributes > ATTRIBUTES_MAX) throw new RangeError('too much HTML');
  return markdown.renderer.render(tokens, markdown.options, env);
}

/** One element with all the text, as it was written: what is left of a body too expensive to understand. */
const asPlainText = (text: string): string =>
  text.trim() === '' ? '' : `<pre>${escapeHtml(text.trim())}</pre>`;

function* makingHtml({ format, source }: Body, hosts: ReadonlySet<string>): Generator<void, string> {
  const text = withoutControls(source);
  try {
    const html = format === 'markdown' ? yield* readingMarkdown(text, hosts) : text;
    yield;
    return yield* allowingHtml(html, hosts);
  } catch {
    // Only the limits throw; should a library ever do, the text is there all the same.
    const plain = asPlainText(format === 'markdown' ? text : text.replace(/<[^<>]*>/g, ' '));
    return yield* allowingHtml(plain, hosts);
  }
}

/** Elements within a word or a line, which part nothing. */
const INLINE = new Set(['a', 'code', 'em', 'strong']);

/** The text of sanitized HTML, where every `<` begins a tag, every `>` ends one, and four entities exist. */
const textOf = (html: string): string => {
  const words = html.replace(/<\/?([a-z\d]+)[^>]*>/g, (_, name: string) => {
    if (LINE_BREAKING.has(name)) return '\n';
    return INLINE.has(name) ? '' : ' ';
  });
  const decoded = words
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
  return normalizeText(decoded)
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n\s*/gu, '\n')
    .trim();
};

/** Renders a body; yields wherever others may have their turn. */
function* rendering(body: Body, embedHosts: ReadonlySet<string>): Generator<void, RenderedBody> {
  const html = yield* makingHtml(body, embedHosts);
  yield;
  const text = textOf(html);
  return { html, text, wordCount: countWords(text), rendererVersion: RENDERER_VERSION };
}

/**
 * Renders a body; `embedHosts` are the hosts whose https pages may stand in an iframe. Never throws. The HTML holds
 * only what an article may hold, and rendering it again as HTML changes nothing.
 */
export const renderBody = (body: Body, embedHosts: ReadonlySet<string>): RenderedBody => {
  const work = rendering(body, embedHosts);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
};

/** An article of 32 KB takes twice that. */
const MAX_TURN_MS = 5;

/** The same, where others may have their turn in between: not inside a write, which awaits nothing but its database. */
export const renderInTurns = async (
  body: Body,
  embedHosts: ReadonlySet<string>,
  turn = takingTurns(MAX_TURN_MS),
): Promise<RenderedBody> => {
  const work = rendering(body, embedHosts);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await turn();
  }
};
