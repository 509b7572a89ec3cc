// A second opinion on rendered HTML: a browser's parser (jsdom) reads it twice, and everything that is not on a list
// written down here again, apart from the renderer's own, is named; DOMPurify is asked what it would take out.
import createPurifier from 'dompurify';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('');
const purifier = createPurifier(window);

const PLAIN =
  'p h2 h3 h4 ul li blockquote pre code em strong sub sup s figure figcaption table caption thead tbody tfoot tr hr br'.split(
    ' ',
  );
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(PLAIN.map((name) => [name, []])),
  a: ['href', 'title', 'rel'],
  img: ['src', 'alt', 'title', 'width', 'height', 'loading'],
  iframe: ['src', 'title', 'width', 'height', 'sandbox', 'loading', 'referrerpolicy', 'allowfullscreen'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan', 'scope'],
  ol: ['start'],
};
const PROTOCOLS: Readonly<Record<string, readonly string[]>> = {
  href: ['http:', 'https:', 'mailto:'],
  src: ['http:', 'https:'],
};

const dangersOf = (element: Element, hosts: ReadonlySet<string>): string[] => {
  const name = element.localName;
  const allowed = ALLOWED[name];
  if (allowed === undefined || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') return [`<${name}>`];
  const found: string[] = [];
  for (const { name: attribute, value } of element.attributes) {
    if (!allowed.includes(attribute)) found.push(`${name}[${attribute}]`);
    const protocols = PROTOCOLS[attribute];
    if (protocols === undefined) continue;
    const url = new URL(value, 'https://site.example/');
    if (!protocols.includes(url.protocol)) found.push(`${name}[${attribute}=${value}]`);
    if (name === 'iframe' && !(url.protocol === 'https:' && hosts.has(url.host)))
      found.push(`frame of ${url.host}`);
  }
  if (name === 'iframe' && element.textContent !== '') found.push('text in a frame');
  if ((name === 'iframe' || name === 'img') && !element.hasAttribute('src'))
    found.push(`${name} without src`);
  return found;
};

/** Of a document without a window, in which no frame is ever opened. */
const { body } = window.document.implementation.createHTMLDocument('');

/** What of `html` an article may not hold, when a browser reads it, writes it and reads that again; empty is good. */
export const dangersIn = (html: string, hosts: ReadonlySet<string>): string[] => {
  const found: string[] = [];
  let current = html;
  for (let reading = 0; reading < 2; reading++) {
    body.innerHTML = current;
    for (const element of body.querySelectorAll('*')) found.push(...dangersOf(element, hosts));
    current = body.innerHTML;
  }
  return found;
};

/** What another sanitizer would still take out of `html`. Slow. */
export const removedByDomPurify = (html: string): string[] => {
  purifier.sanitize(html, {
    ADD_TAGS: ['iframe'],
    ADD_ATTR: ['sandbox', 'referrerpolicy', 'allowfullscreen'],
  });
  return purifier.removed.map((removed) => `DOMPurify removes ${Object.keys(removed).join()}`);
};
