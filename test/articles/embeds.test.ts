import { test } from 'tap';
import { DEFAULT_EMBED_HOSTS, renderBody } from '../../src/articles/body.ts';

const NO_HOSTS: ReadonlySet<string> = new Set();
const SANDBOX =
  'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation';

const render = (format: 'markdown' | 'html', source: string, hosts: ReadonlySet<string>) =>
  renderBody({ format, source }, hosts).html;
const markdown = (source: string, hosts = DEFAULT_EMBED_HOSTS) => render('markdown', source, hosts);
const html = (source: string, hosts = DEFAULT_EMBED_HOSTS) => render('html', source, hosts);

/** How a frame of `src` is always written. */
const frame = (src: string, more = '') =>
  `<iframe src="${src}"${more} sandbox="${SANDBOX}" loading="lazy" referrerpolicy="strict-origin-when-cross-origin" allowfullscreen></iframe>`;

test('an iframe stays only where its host is allowed', async (t) => {
  const player = 'https://player.vimeo.com/video/1';
  t.equal(
    html(
      `<iframe src="${player}" title="A film" width="640" srcdoc="x" allow="camera" name="n">x<b>y</b></iframe>`,
    ),
    frame(player, ' title="A film" width="640"'),
  );
  t.equal(
    html('<iframe src="//www.youtube.com/embed/dQw4w9WgXcQ?autoplay=1">'),
    frame('https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ'),
  );
  const refused = [
    'http://player.vimeo.com/video/1',
    'https://evil.example/',
    'https://player.vimeo.com.evil.example/',
    'javascript:alert(1)',
  ];
  const others = [
    '',
    '/x',
    'https://a@player.vimeo.com/',
    'https://player.vimeo.com:8443/',
    'https://player.vimeo.com@evil.example/',
  ];
  for (const src of [...refused, ...others])
    t.equal(html(`a<iframe src="${src}">b<p>c</p></iframe>d`), 'ad', src);
  t.equal(html(`<iframe src="${player}"></iframe>`, NO_HOSTS), '');
  t.equal(html('<iframe><iframe></iframe>x</iframe>y'), 'xy');
});

test('an address of a player alone on a line becomes the player', async (t) => {
  const players: Record<string, string> = {
    'https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s': 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ',
    'http://m.youtube.com/watch?v=dQw4w9WgXcQ': 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ',
    'https://youtu.be/dQw4w9WgXcQ?si=x': 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ',
    'https://youtube.com/shorts/dQw4w9WgXcQ': 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ',
    'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=5':
      'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=5',
    'https://vimeo.com/76979871': 'https://player.vimeo.com/video/76979871',
    'https://vimeo.com/76979871/0a1b2c3d': 'https://player.vimeo.com/video/76979871?h=0a1b2c3d',
    'https://datawrapper.dwcdn.net/AbCdE/3/': 'https://datawrapper.dwcdn.net/AbCdE/3/',
  };
  for (const [link, src] of Object.entries(players)) t.equal(markdown(link), frame(src), link);
  const src = 'https://player.vimeo.com/video/1';
  t.equal(markdown('a\n  https://vimeo.com/1  \nb'), `<p>a</p>\n${frame(src)}\n<p>b</p>`);
  t.equal(markdown('- a\n\n  https://vimeo.com/1'), `<ul>\n<li>\n<p>a</p>\n${frame(src)}\n</li>\n</ul>`);
  t.equal(markdown('> https://vimeo.com/1'), `<blockquote>\n${frame(src)}\n</blockquote>`);
  t.equal(
    markdown('https://maps.example/x?a=1&b=2', new Set(['maps.example'])),
    frame('https://maps.example/x?a=1&amp;b=2'),
  );
});

test('an address in a sentence, in code, in angle brackets or of another host stays what it is', async (t) => {
  const link = 'https://vimeo.com/1';
  const anchor = `<a href="${link}" rel="noopener">${link}</a>`;
  t.equal(markdown(`see ${link}`), `<p>see ${anchor}</p>`);
  t.equal(markdown(`a\n    ${link}`), `<p>a\n${anchor}</p>`);
  t.equal(
    markdown(`- a\n\n      \t${link}`),
    `<ul>\n<li>\n<p>a</p>\n<pre><code>\t${link}\n</code></pre>\n</li>\n</ul>`,
  );
  t.equal(markdown(`> a\n    ${link}`), `<blockquote>\n<p>a\n${anchor}</p>\n</blockquote>`);
  t.equal(markdown(`<${link}>`), `<p>${anchor}</p>`);
  t.equal(markdown(`    ${link}`), `<pre><code>${link}\n</code></pre>`);
  t.equal(markdown(`\`\`\`\n${link}\n\`\`\``), `<pre><code>${link}\n</code></pre>`);
  t.equal(markdown(link, NO_HOSTS), `<p>${anchor}</p>`);
  for (const other of [
    'https://www.youtube.com/watch',
    'https://www.youtube.com/@channel',
    'https://vimeo.com/about',
    'https://evil.example/1',
  ]) {
    t.match(markdown(other), /^<p><a href=/, other);
  }
});
