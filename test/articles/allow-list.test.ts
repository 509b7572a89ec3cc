import { test } from 'tap';
import { DEFAULT_EMBED_HOSTS, renderBody } from '../../src/articles/body.ts';

const html = (source: string) => renderBody({ format: 'html', source }, DEFAULT_EMBED_HOSTS).html;

test('HTML keeps what an article may hold, and nothing else', async (t) => {
  const cases: Record<string, string> = {
    '<h1>a</h1><h5 id="x">b</h5><h6>c</h6>': '<h2>a</h2><h4>b</h4><h4>c</h4>',
    '<p class="x" style="y" id="z" onclick="e()" lang="en">a</p>': '<p>a</p>',
    '<b>a</b><i>b</i><u>c</u><span>d</span>': '<strong>a</strong><em>b</em>cd',
    '<figure><img src="/i.png" alt="a" width="640" height="5e9" srcset="x 2x"><figcaption>c</figcaption></figure>':
      '<figure><img src="/i.png" alt="a" width="640" loading="lazy" /><figcaption>c</figcaption></figure>',
    '<img src="//cdn.example/i.png">': '<img src="https://cdn.example/i.png" alt="" loading="lazy" />',
    '<table><caption>c</caption><tr><th scope="row" colspan="2" rowspan="0">a<td rowspan=3 colspan="9999">b</table>':
      '<table><caption>c</caption><tr><th colspan="2" scope="row">a</th><td rowspan="3">b</td></tr></table>',
    '<ol start="7" type="a"><li value="9">a</ol>': '<ol start="7"><li>a</li></ol>',
    '<a href=" /a " target="_blank" rel="Sponsored nofollow opener">a</a>':
      '<a href="/a" rel="nofollow sponsored">a</a>',
    '<a href="HTTPS://x.example" rel="ugc">a</a>': '<a href="HTTPS://x.example" rel="ugc noopener">a</a>',
    '<a href="//x.example/">a</a>': '<a href="https://x.example/" rel="noopener">a</a>',
    '<a href="mailto:desk@news.example">a</a>': '<a href="mailto:desk@news.example">a</a>',
    '<p>a<!-- b --><![CDATA[c]]><?php d ?></p>': '<p>a</p>',
    '<p>a</p><p>&nbsp;</p><p><br></p><p></p>': '<p>a</p><p><br /></p>',
    '<p>a\r\nb\u0001&#2;&#13;</p>': '<p>a\nb\n</p>',
    '&lt;b&gt; &eacute; &copy; &#x1F600; AT&T "q"': '&lt;b&gt; é © 😀 AT&amp;T "q"',
  };
  for (const [source, wanted] of Object.entries(cases)) t.equal(html(source), wanted, source);
});

test('a link or an image without an address it may have leaves its text or nothing', async (t) => {
  const schemes = [
    'javascript:x',
    'data:text/html,x',
    'vbscript:x',
    'ftp://x.example/',
    'tel:1',
    'https:x.example',
  ];
  const relative = ['', 'a/b', '?q', '/\\x.example', '\\\\x.example', '///x.example', 'https://', '//'];
  for (const address of [...schemes, ...relative]) {
    t.equal(html(`a <a title="t" href="${address}"><em>b</em></a> c`), 'a <em>b</em> c', address);
    t.equal(html(`a <img src="${address}" alt="x">c`), 'a c', address);
  }
  for (const address of ['#a', 'mailto:desk@news.example'])
    t.equal(html(`a <img src="${address}" alt="x">c`), 'a c');
  t.equal(html('<a name="x">a<a href="/b">b</a></a><a>c</a>'), 'a<a href="/b">b</a>c');
});

test('an address is what a browser would make of it, and holds no markup', async (t) => {
  t.equal(html('<a href="/\t/x.example">a</a>'), '<a href="https://x.example" rel="noopener">a</a>');
  t.equal(
    html('<a href="https://x.exa\nmple/a b">a</a>'),
    '<a href="https://x.example/a%20b" rel="noopener">a</a>',
  );
  t.equal(html(`<a href='/a"--><script>'>a</a>`), '<a href="/a%22--%3E%3Cscript%3E">a</a>');
});

test('a title or an alternative text is text', async (t) => {
  const written = (alt: string) => html(`<img src="/a" alt="${alt}">`).match(/alt="([^"]*)"/)?.[1];
  t.equal(written(' a\n &amp; &quot;b&quot; '), 'a &amp; &quot;b&quot;');
  t.equal(written('<b>a</b> < 3 > 2 <!-- b --> c]]> d --!> e'), 'a &lt; 3 &gt; 2 &lt;!-- b c] d e');
  t.equal(written('<<b>b>a'), '&lt; b&gt;a');
});

test('what is not text of the article goes with all that is inside it', async (t) => {
  const names =
    'script style textarea option xmp noembed noframes noscript plaintext template title svg math';
  for (const name of names.split(' ')) t.equal(html(`a<${name}>x<b>y</b></${name}>b`), 'ab', name);
  t.equal(html('a<select><option>x</option></select><svg><desc>x</desc><path d="M0"/></svg>b'), 'ab');
});

test('dropping a block never glues two words', async (t) => {
  t.equal(html('<div>one</div><div>two</div>'), '<p>one</p><p>two</p>');
  t.equal(html('<section><div><p>a</p><ul><li>b</ul></div></section>'), '<p>a</p><ul><li>b</li></ul>');
  t.equal(html('<p><span><p>a</span></p>'), '<p>a</p>');
});
