import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { DEFAULT_EMBED_HOSTS, RENDERER_VERSION, renderBody, renderInTurns } from '../../src/articles/body.ts';

const render = (format: 'markdown' | 'html', source: string) =>
  renderBody({ format, source }, DEFAULT_EMBED_HOSTS).html;
const markdown = (source: string) => render('markdown', source);
const html = (source: string) => render('html', source);

test('Markdown becomes the HTML that an article may hold', async (t) => {
  const cases: Record<string, string> = {
    '# One\n\n## Two\n\n#### Four\n\n###### Six': '<h2>One</h2>\n<h2>Two</h2>\n<h4>Four</h4>\n<h4>Six</h4>',
    '*a* **b** `c`\\\nd': '<p><em>a</em> <strong>b</strong> <code>c</code><br />\nd</p>',
    '- a\n- b\n\n3. c': '<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol start="3">\n<li>c</li>\n</ol>',
    '> q\n\n---\n\n```js\nx < 1\n```':
      '<blockquote>\n<p>q</p>\n</blockquote>\n<hr />\n<pre><code>x &lt; 1\n</code></pre>',
    '[a](https://x.example/?a=1&b=2 "t")':
      '<p><a href="https://x.example/?a=1&amp;b=2" title="t" rel="noopener">a</a></p>',
    '[a](/b) [c](#d) <desk@news.example>':
      '<p><a href="/b">a</a> <a href="#d">c</a> <a href="mailto:desk@news.example">desk@news.example</a></p>',
    '![a](https://x.example/i.png "t")':
      '<p><img src="https://x.example/i.png" alt="a" title="t" loading="lazy" /></p>',
    'see https://x.example/a.':
      '<p>see <a href="https://x.example/a" rel="noopener">https://x.example/a</a>.</p>',
    'x.example, ftp://x.example and a@x.example': '<p>x.example, ftp://x.example and a@x.example</p>',
    '~~struck~~': '<p><s>struck</s></p>',
    '<b>x</b> <script>y</script>': '<p>&lt;b&gt;x&lt;/b&gt; &lt;script&gt;y&lt;/script&gt;</p>',
    '[x](javascript:alert(1))': '<p>[x](javascript:alert(1))</p>',
    'a ![x](data:image/png;base64,AA) b': '<p>a  b</p>',
    '': '',
  };
  for (const [source, wanted] of Object.entries(cases)) t.equal(markdown(source), wanted, source);
});

test('a Markdown table keeps its cells and loses its styles', async (t) => {
  t.equal(
    markdown('| a | b |\n|:--|--:|\n| 1 | 2 |'),
    '<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>',
  );
});

test('the text is the words alone, a line a block', async (t) => {
  const source =
    '# One\n\nTwo *th*ree & <four>\\\nfive ![alt](/i.png)six\n\n- a\n- b\n\n|x|y|\n|-|-|\n|1|2|\n\nhttps://vimeo.com/1';
  const { text, wordCount } = renderBody({ format: 'markdown', source }, DEFAULT_EMBED_HOSTS);
  t.equal(text, 'One\nTwo three & <four>\nfive six\na\nb\nx\ny\n1\n2');
  t.equal(wordCount, 12);
  const decoded = renderBody(
    { format: 'html', source: '&amp;lt; &quot;e&#x301;&quot;<td>1</td><td>2</td>' },
    DEFAULT_EMBED_HOSTS,
  );
  t.equal(decoded.text, '&lt; "é" 1 2');
});

test('text of any script goes through unchanged', async (t) => {
  for (const text of [
    '港口大桥重新开放。',
    'أعيد فتح الجسر \u200Fيوم الاثنين',
    'می\u200Cخواهم',
    '👨‍👩‍👧 👍🏽',
    'Z\u0351\u036B',
    'हिन्दी',
  ]) {
    t.equal(markdown(text), `<p>${text}</p>`);
    t.equal(html(`<p>${text}</p>`), `<p>${text}</p>`);
  }
});

test('the renderer names the versions of the libraries it is made of', async (t) => {
  for (const name of ['markdown-it', 'sanitize-html']) {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    t.ok(RENDERER_VERSION.includes(`${name} ${version}`), name);
  }
  t.equal(renderBody({ format: 'html', source: '' }, DEFAULT_EMBED_HOSTS).rendererVersion, RENDERER_VERSION);
});

test('a body is the same when others have their turn between its steps', async (t) => {
  const bodies: [format: 'markdown' | 'html', source: string, turns: number][] = [
    // Read, written as HTML, cleaned, cleaned once more to see that it stays so; then its words.
    ['markdown', '# One\n\n[two](https://x.example)', 4],
    ['html', '<h1>One</h1>', 3],
    ['html', '<p>One</p>', 2],
    // Given up while it is read, and as plain text then the same again.
    ['markdown', 'x\n\n'.repeat(10_001), 2],
  ];
  for (const [format, source, turns] of bodies) {
    const body = { format, source };
    let taken = 0;
    const turn = async () => void taken++;
    t.same(await renderInTurns(body, DEFAULT_EMBED_HOSTS, turn), renderBody(body, DEFAULT_EMBED_HOSTS));
    t.equal(taken, turns, source.slice(0, 40));
    t.same(await renderInTurns(body, DEFAULT_EMBED_HOSTS), renderBody(body, DEFAULT_EMBED_HOSTS));
  }
});

test('a body too expensive to understand is shown as plain text', async (t) => {
  const items = 'x\n\n'.repeat(10_001);
  t.match(markdown(items), /^<pre>x\n\nx/);
  t.match(markdown('![](/a)'.repeat(10_000)), /^<pre>!/);
  t.match(html('<p>x</p>'.repeat(10_000)), /^<p>x<\/p>/);
  t.match(html('<p>x</p>'.repeat(30_001)), /^<pre>x {2}x/);
  t.equal(html(`${'<b>'.repeat(1_001)}x`), '<pre>x</pre>');
  t.equal(html('<svg>'.repeat(1_001)), '');
  const reference = `[x]: https://x.example/${'y'.repeat(2_000)}\n\n${'[x] '.repeat(10_000)}`;
  t.ok(markdown(reference).startsWith('<pre>[x]: https://x.example/yyy'));
  t.ok(markdown(reference).length < 1.1 * reference.length);
});

test('nesting ends at a hundred elements, and lists at ten', async (t) => {
  const depth = 300;
  const nested = html(`${'<blockquote>'.repeat(depth)}x${'</blockquote>'.repeat(depth)}`);
  t.equal(nested, `${'<blockquote>'.repeat(100)}x${'</blockquote>'.repeat(100)}`);
  t.ok((markdown(`${'> '.repeat(5_000)}x`).match(/<blockquote>/g) ?? []).length <= 20);
  const list = Array.from({ length: 600 }, (_, level) => `${'  '.repeat(level)}- a`).join('\n');
  t.ok((markdown(list).match(/<ul>/g) ?? []).length <= 10);
});

test('what makes a parser slow comes to an end', async (t) => {
  const pieces =
    '[a](b ![ [ `a *a_ < & <!-- http:// https://a.b/( [x]: <p><span> </p> <li><p> <iframe> <xmp> x<a>';
  for (const piece of [...pieces.split(' '), '**x ', '<a href="', '| a', '\\\n', '<![CDATA[', '<p>  ']) {
    const source = piece.repeat(500);
    for (const body of [markdown(source), html(source)]) t.ok(body.length <= 12 * source.length, piece);
  }
});
