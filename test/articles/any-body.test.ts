import fc from 'fast-check';
import { test } from 'tap';
import { DEFAULT_EMBED_HOSTS, renderBody } from '../../src/articles/body.ts';
import { dangersIn } from './dangers.ts';

const TAGS = [
  ...'p div section a b em h1 h2 ul li table tr td th tbody caption iframe img br hr pre code blockquote'.split(
    ' ',
  ),
  ...'figure svg math mi mtext script style xmp textarea title option select template noscript noembed'.split(
    ' ',
  ),
  ...'plaintext dd dl form foreignObject'.split(' '),
  ...['a href="/x"', 'a href="javascript:x"', 'iframe src="https://player.vimeo.com/1"', 'img src=/a'],
  ...['annotation-xml encoding="text/html"', 'body onload=x', 'p title="</p><img src=x onerror=x>"'],
];
const SCRAPS = [
  ...'x &lt; &amp; &#60; &nbsp; &#0; <!-- --> <![CDATA[ ]]> < > " \' /> </ <?x <!x> <svg/> <p/> `'.split(' '),
  ...[' ', '\n', '\u00A0', '\0', '<img src=x onerror=x ', 'javascript:x'],
];

const soup = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...TAGS).map((tag) => `<${tag}>`) },
      { weight: 4, arbitrary: fc.constantFrom(...TAGS).map((tag) => `</${tag.split(' ')[0]}>`) },
      { weight: 4, arbitrary: fc.constantFrom(...SCRAPS) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''));

test('what is rendered of any text is safe, and rendering it again changes nothing', async () => {
  fc.assert(
    fc.property(soup, fc.constantFrom('markdown', 'html'), (source, format) => {
      const first = renderBody({ format, source }, DEFAULT_EMBED_HOSTS);
      const second = renderBody({ format: 'html', source: first.html }, DEFAULT_EMBED_HOSTS);
      const dangers = dangersIn(first.html, DEFAULT_EMBED_HOSTS);
      if (dangers.length > 0) throw new Error(dangers.join('; '));
      return second.html === first.html && second.text === first.text;
    }),
    { numRuns: 300 },
  );
});
