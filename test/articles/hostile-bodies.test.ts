// Payloads stand one a line, as they would be typed; those with control characters, backticks or several lines follow.
import { test } from 'tap';
import { type Body, DEFAULT_EMBED_HOSTS, renderBody } from '../../src/articles/body.ts';
import { dangersIn, removedByDomPurify } from './dangers.ts';

const SCRIPT_ADDRESSES = [
  ...String.raw`
javascript:alert(1)
JaVaScRiPt:alert(1)
java&Tab;script:alert(1)
java&#10;script:alert(1)
&#106;avascript:alert(1)
&#x6A;avascript&colon;alert(1)
&#0000106avascript:alert(1)
javascript&#58;x
java<!-- -->script:alert(1)
javascript:%61lert(1)
//javascript:alert(1)
data:text/html,<script>alert(1)</script>
data:text/html;base64,PHNjcmlwdD4=
DATA:image/svg+xml,<svg/onload=x>
vbscript:msgbox(1)
livescript:x
blob:https://x.example/1
filesystem:https://x.example/1
view-source:x
feed:javascript:alert(1)
jar:javascript:x!
https://x.example/" onclick="alert(1)
https://x.example/' onclick='x
/\evil.example
\/evil.example
https:///\evil.example
file:///etc/passwd
about:blank
`
    .trim()
    .split('\n'),
  ...[
    ' javascript:x',
    '\u0001javascript:x',
    'java\tscript:x',
    'java\nscript:x',
    'java\u0000script:x',
    '/\t/evil.example',
  ],
];

const MARKUP = [
  ...String.raw`
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<script/x>alert(1)</script>
<script>
</script><script>alert(1)
<<script>alert(1)//<</script>
<img src=x onerror=alert(1)>
<img/src/onerror=alert(1)>
<img src=x ONERROR=alert(1) //
<img """><script>alert(1)</script>">
<img src=x:x onerror="&#97;lert(1)">
<a href=/x onmouseover=alert(1)>x
<a href="/x"onclick="alert(1)">x</a>
<a/href=/x/onclick=alert(1)>x</a>
<p style="background:url(javascript:x)">
<p onclick=x class=y id=location name=cookie>
<body onload=alert(1)>
<html manifest=x>
<base href=//evil.example/>
<meta http-equiv=refresh content="0;url=x">
<link rel=stylesheet href=//evil.example>
<style>@import "//evil.example"</style>
<form action=x><input name=y autofocus onfocus=x>
<object data=javascript:x>
<embed src=javascript:x>
<applet code=x>
<video><source onerror=x></video>
<audio src=x onerror=x>
<details open ontoggle=x>
<marquee onstart=x>
<isindex action=javascript:x type=image>
<svg onload=alert(1)>
<svg/onload=x>
<svg><script>alert(1)</script></svg>
<svg><a xlink:href="javascript:x"><text>x</text></a></svg>
<svg><animate onbegin=x attributeName=x>
<svg><use href="data:image/svg+xml,x#x"/></svg>
<svg><foreignObject><img src=x onerror=x></foreignObject></svg>
<svg></p><style><a id="</style><img src=1 onerror=x>">
<math><a xlink:href="javascript:x">x</a></math>
<math><mi//xlink:href="data:x,<script>x</script>">
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=x&gt;">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=x>
<math><annotation-xml encoding="text/html"><style><img src=x onerror=x></style></annotation-xml></math>
<noscript><p title="</noscript><img src=x onerror=x>">
<noembed><img src=x onerror=x></noembed>
<noframes><style></noframes><img src=x onerror=x>
<xmp><img src=x onerror=x></xmp>
<xmp>&lt;/xmp&gt;<img src=x onerror=x>
<plaintext><img src=x onerror=x>
<textarea></textarea><img src=x onerror=x>
<textarea><img title="</textarea><img src=x onerror=x>">
<title><img title="</title><img src=x onerror=x>">
<template><img src=x onerror=x></template>
<option><style></option></select><img src=x onerror=x></style>
<option>&lt;img src=x onerror=x&gt;</option>
<select><template><img src=x onerror=x>
<!--><img src=x onerror=x>-->
<!--x--!><img src=x onerror=x>
<!-- --!><script>x</script>
<![CDATA[<img src=x onerror=x>]]>
<?xml version="1.0"?><img src=x onerror=x>
<!DOCTYPE x [<!ENTITY y "<script>">]>&y;
<%<img src=x onerror=x>%>
<iframe src=javascript:alert(1)>
<iframe srcdoc="<script>x</script>">
<iframe src="data:text/html,x">
<iframe onload=x>
<iframe src=https://player.vimeo.com/1 onload=x>
<iframe src=https://player.vimeo.com/1><img src=x onerror=x></iframe>
<iframe src=https://player.vimeo.com/1><a title="</iframe><img src=x onerror=x>">x</a></iframe>
<iframe src=https://player.vimeo.com/1 srcdoc="<script>x</script>" name="x" allow="camera"></iframe>
<table background=javascript:x><td background=javascript:x>
<table><a href=javascript:x><td>x
<td><svg onload=x>
<p title="><img src=x onerror=x>">
<a title="--><img src=x onerror=x>" href=/>x</a>
<img alt="<x" title="a>b" src=/x onerror=x>
<a href="/x" title="&quot; onclick=&quot;x">y</a>
<img src=/x alt='"><script>x</script>'>
<p/onclick=x/>
<x onclick=alert(1)>y</x>
<custom-element onclick=x>
<__proto__ onclick=x>
<constructor>x</constructor>
<img __proto__=x constructor=y src=/x>
<img alt=\u0022onerror=x src=/x>
`
    .trim()
    .split('\n'),
  ...['<img src=x onerror\n=\nalert(1)>', '<img src="x` `onerror=alert(1)">', '<p \u00A0onclick=x>'],
  ...['\u0000<\u0000script>x</script>', '<\u0000img src=x onerror=x>'],
];

const IN_MARKDOWN = [
  ...String.raw`
[x](javascript:alert(1))
[x](JAVASCRIPT:x)
[x](java&#115;cript:x)
[x](java\script:x)
[x](<javascript:x>)
<javascript:alert(1)>
![x](javascript:x)
![x](x"onerror="x)
[x](/a "t\"onclick=\"x")
[x](data:text/html,x)
[x](vbscript:x)
![<img src=x onerror=x>](/a)
[<script>x</script>](/a)
# <svg onload=x>
> <script>x</script>
&lt;script&gt;x
\<script>x
https://player.vimeo.com/"onload="x
https://youtu.be/"><script>x</script>
https://player.vimeo.com@evil.example/x
`
    .trim()
    .split('\n'),
  ...['[x]: javascript:x\n\n[x]', '`<img src=x onerror=x>`', '```<img>\n<script>x</script>\n```'],
  ...['| <img src=x onerror=x> |\n|-|\n'],
];

type Format = Body['format'];

const rendered = new Set<string>();

/** What is wrong with `source`, rendered as either format: dangers in it, or an answer that is not at rest. */
const faultsOf = (source: string, formats: Format[] = ['html', 'markdown']): string[] =>
  formats.flatMap((format) => {
    const { html } = renderBody({ format, source }, DEFAULT_EMBED_HOSTS);
    const again = renderBody({ format: 'html', source: html }, DEFAULT_EMBED_HOSTS).html;
    rendered.add(html);
    return [...dangersIn(html, DEFAULT_EMBED_HOSTS), ...(again === html ? [] : [`${html} becomes ${again}`])];
  });

test('no spelling of a script address gets into a link, an image or a frame', async (t) => {
  for (const address of SCRIPT_ADDRESSES) {
    const elements = [
      `<a href="${address}">x</a>`,
      `<img src='${address}'>`,
      `<iframe src="${address}"></iframe>`,
    ];
    for (const source of [...elements, `<a href=${address}>x</a>`, `[x](${address})`, `![x](<${address}>)`]) {
      t.same(faultsOf(source), [], source);
    }
  }
});

test('no markup gets anything in that an article may not hold', async (t) => {
  for (const source of MARKUP) t.same(faultsOf(source), [], source);
});

test('markup stays out wherever it stands', async (t) => {
  const places = [
    (x: string) => `<p>a ${x} b</p>`,
    (x: string) => `<table><tr><td>${x}</td></tr></table>`,
    (x: string) => `<div title="${x}">a</div>`,
    (x: string) => `<a href="/x">${x}`,
    (x: string) => `<pre><code>${x}`,
    (x: string) => `</p>${x}</div>`,
    (x: string) => `<!-- ${x} -->${x}`,
  ];
  for (const place of places) {
    const faults = MARKUP.flatMap((source) => faultsOf(place(source), ['html']));
    t.same(faults, [], place(''));
  }
  const inMarkdown = (x: string) => `> - ${x}\n\n[${x}](/a "${x}")`;
  t.same(
    MARKUP.flatMap((source) => faultsOf(inMarkdown(source), ['markdown'])),
    [],
  );
});

test('Markdown has no way round', async (t) => {
  for (const source of IN_MARKDOWN) t.same(faultsOf(source), [], source);
});

test('another sanitizer finds nothing to take out', async (t) => {
  t.ok(rendered.size > 100);
  const together = [...rendered].join('\n');
  t.same(removedByDomPurify(together), []);
  t.same(dangersIn(together, DEFAULT_EMBED_HOSTS), []);
  t.not(removedByDomPurify('<p onclick=x>y</p>').length, 0);
});

test('the second opinion sees what it is there to see', async (t) => {
  const bad = ['<script>x</script>', '<p onclick=x>', '<a href="java\tscript:x">x</a>', '<svg></svg>'];
  for (const html of [...bad, '<img src=data:x>', '<img alt="">']) {
    t.ok(dangersIn(html, DEFAULT_EMBED_HOSTS).length > 0, html);
  }
  t.ok(dangersIn('<iframe src="https://evil.example/">x</iframe>', DEFAULT_EMBED_HOSTS).length > 1);
});
