// The HTML an article may hold, and nothing else. sanitize-html's answer is given back to it until it no longer changes,
// so that what is stored means the same to whoever parses it again.
import type SanitizeHtml from 'sanitize-html';
import type { Attributes, IOptions, Transformer } from 'sanitize-html';
import { lazily, load } from '../core/lazy.ts';
import { withoutControls } from '../core/text.ts';
import { embedAddress } from './embeds.ts';

// The package is CommonJS, and what it exports is the function itself.
const sanitizer = lazily(() => load('sanitize-html') as typeof SanitizeHtml);

const ADDRESSED = ['a', 'img', 'iframe'];
// Without their marks 10<sup>6</sup> would be another number, and what was struck out would be said again.
const INLINE = ['code', 'em', 'strong', 'sub', 'sup', 's', 'br'];
const CELLS = ['td', 'th'];
const BLOCKS = [
  ...['p', 'h2', 'h3', 'h4', 'ul', 'ol', 'li', 'blockquote', 'pre', 'figure', 'figcaption', 'hr'],
  ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr'],
];

/** Elements that begin a new line of an article's plain text. */
export const LINE_BREAKING: ReadonlySet<string> = new Set([...BLOCKS, 'br', 'iframe']);

/** Dropped without a trace, these would glue the text before them to the text inside. */
const PARAGRAPH_LIKE = [
  ...['address', 'article', 'aside', 'center', 'div', 'footer', 'header', 'hgroup', 'main', 'nav', 'section'],
  ...['dd', 'details', 'dl', 'dt', 'fieldset', 'form', 'summary'],
];

/** These go with all that is inside them: parsers differ on it, or it is not text of the article. */
const NOT_TEXT = [
  ...['script', 'style', 'textarea', 'option', 'xmp', 'noembed', 'noframes', 'noscript', 'plaintext'],
  ...['template', 'title', 'svg', 'math'],
];

// A path of the site begins with one slash only: browsers read `/\host` as another host.
const LINKABLE = /^(?:https?:\/\/|mailto:|\/(?![/\\])|#)/i;
const LOADABLE = /^(?:https?:\/\/|\/(?![/\\]))/i;

/** Browsers skip control characters in an address, so `java&Tab;script:` is one (WHATWG URL, §4.4). */
const cleaned = (value: string | undefined): string => (value ?? '').replace(/\p{Cc}/gu, '').trim();

const addressOf = (value: string | undefined, allowed: RegExp): string | undefined => {
  const address = cleaned(value).replace(/^\/\/(?!\/)/, 'https://');
  const isReadable = allowed.test(address) && (/^[/#]/.test(address) || URL.canParse(address));
  return isReadable ? address.replace(/[\s<>"]/gu, encodeURIComponent) : undefined;
};

/** What could end a comment, a CDATA section or an element, were the attribute ever copied into one. */
const MARKUP = /<[/!]?[a-z][^<>]*>?|(?:--!?|\])>/gi;

const plain = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : withoutControls(value).replace(MARKUP, ' ').replace(/\s+/gu, ' ').trim();

const matching = (value: string | undefined, pattern: RegExp): string | undefined =>
  value !== undefined && pattern.test(value) ? value : undefined;

const PIXELS = /^[1-9]\d{0,4}$/;
const SPAN = /^[1-9]\d{0,2}$/;

/** A transformer that keeps the tag and writes its attributes anew; `undefined` ones are left out. */
const withAttributes =
  (write: (found: Partial<Attributes>) => Record<string, string | undefined>): Transformer =>
  (tagName, found) => {
    const attribs: Attributes = {};
    for (const [name, value] of Object.entries(write(found))) if (value !== undefined) attribs[name] = value;
    return { tagName, attribs };
  };

/** What a paid or a reader's link has to say of itself; kept where the source says it. */
const KEPT_RELS = ['nofollow', 'sponsored', 'ugc'];

const link = withAttributes(({ href, title, rel = '' }) => {
  const address = addressOf(href, LINKABLE);
  const said = new Set(rel.toLowerCase().split(/\s+/));
  const rels = KEPT_RELS.filter((name) => said.has(name));
  if (/^http/i.test(address ?? '')) rels.push('noopener');
  return { href: address, title: plain(title), rel: rels.join(' ') };
});

const image = withAttributes(({ src, alt = '', title, width, height }) => ({
  src: addressOf(src, LOADABLE),
  alt: plain(alt),
  title: plain(title),
  width: matching(width, PIXELS),
  height: matching(height, PIXELS),
  loading: 'lazy',
}));

const cell = withAttributes(({ colspan, rowspan, scope }) => ({
  colspan: matching(colspan, SPAN),
  rowspan: matching(rowspan, SPAN),
  scope: matching(scope, /^(?:row|col)(?:group)?$/),
}));

const orderedList = withAttributes(({ start }) => ({ start: matching(start, /^\d{1,9}$/) }));

/** A player needs scripts and its own origin's storage; being of another origin, it cannot lift its own sandbox. */
const SANDBOX =
  'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation';

const frameOf = (hosts: ReadonlySet<string>): Transformer =>
  withAttributes(({ src, title, width, height }) => ({
    src: embedAddress(cleaned(src), hosts),
    title: plain(title),
    width: matching(width, PIXELS),
    height: matching(height, PIXELS),
    sandbox: SANDBOX,
    loading: 'lazy',
    // YouTube plays nothing for a page that does not say who it is.
    referrerpolicy: 'strict-origin-when-cross-origin',
    allowfullscreen: '',
  }));

const NESTING_MAX = 100;
/** The parser's time grows with the square of what is open at once. */
const OPEN_MAX = 1_000;
/** Far more than the longest article has; a table of 2,500 rows by four is within it. */
export const ELEMENTS_MAX = 10_000;
/** Elements read in all passes together: one to clean, one to repair, one to prove that nothing changes any more. */
const WORK_MAX = 3 * ELEMENTS_MAX;

const POLICY: IOptions = {
  allowedTags: [...BLOCKS, ...CELLS, ...INLINE, ...ADDRESSED],
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height', 'loading'],
    iframe: ['src', 'title', 'width', 'height', 'sandbox', 'loading', 'referrerpolicy', 'allowfullscreen'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan', 'scope'],
    ol: ['start'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nonTextTags: NOT_TEXT,
  nestingLimit: NESTING_MAX,
  textFilter: withoutControls,
};

// A transformer may only answer with a tag that is allowed: after any other, the library closes the next element of that
// depth by the wrong name. What is to go loses its address instead, and `tidy` takes it out.
const TRANSFORMS = {
  ...{ h1: 'h2', h5: 'h4', h6: 'h4', b: 'strong', i: 'em', del: 's', strike: 's' },
  ...Object.fromEntries(PARAGRAPH_LIKE.map((name) => [name, 'p'])),
  ...{ a: link, img: image, td: cell, th: cell, ol: orderedList },
};

/** Takes out what has no address (an `a` leaves its text), what is inside a frame, and empty paragraphs. */
const tidy = (html: string): string => {
  const isKept: boolean[] = [];
  return html
    .replace(/<iframe([^>]*)>[\s\S]*?<\/iframe>/g, (_, attributes: string) =>
      attributes.startsWith(' src=') ? `<iframe${attributes}></iframe>` : '',
    )
    .replace(/<img(?! src=)[^>]*>/g, '')
    .replace(/<a(?: [^>]*)?>|<\/a>/g, (tag) => {
      if (tag === '</a>') return isKept.pop() === true ? tag : '';
      isKept.push(tag.startsWith('<a href='));
      return isKept.at(-1) === true ? tag : '';
    })
    .replace(/<p>\s*<\/p>/gu, '')
    .trim();
};

/** One pass; `spend` is called for it and for each element, and may throw. */
const sanitizedOnce = (html: string, hosts: ReadonlySet<string>, spend: () => void): string => {
  let open = 0;
  spend();
  const clean = sanitizer()(html, {
    ...POLICY,
    transformTags: { ...TRANSFORMS, iframe: frameOf(hosts) },
    onOpenTag: () => {
      spend();
      open++;
      if (open > OPEN_MAX) throw new RangeError('too many elements are open at once');
    },
    onCloseTag: () => {
      open--;
    },
  });
  return tidy(clean);
};

/**
 * What is allowed of `html`, in the form that does not change when it is asked again; yields between two passes.
 * Throws a RangeError when that would cost too much: more than about 10,000 elements, or 1,000 of them open at once.
 */
export function* allowingHtml(html: string, hosts: ReadonlySet<string>): Generator<void, string> {
  let left = WORK_MAX;
  const spend = () => {
    left--;
    if (left < 0) throw new RangeError('too many elements');
  };
  let current = html;
  let next = sanitizedOnce(current, hosts, spend);
  while (next !== current) {
    yield;
    current = next;
    next = sanitizedOnce(current, hosts, spend);
  }
  return next;
}
