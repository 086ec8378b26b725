/**
 * Mails as the road leaves them. A mail is a string of bytes here ("binary": one character a byte), and all chance comes from a seed,
 * so that any mail can be made again. `GENTLE` are changes that touch no word a person wrote: reading must come to the same.
 * `ROUGH` are all others: reading must come to something.
 */
export type Chance = {
  /** A whole number from 0 to `below`, which is not among them. */
  int(below: number): number;
  of<T>(list: readonly T[]): T;
};

/** The same chances for the same seed (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    int: (below) => Math.floor(next() * below),
    of: (list) => {
      const one = list[Math.floor(next() * list.length)];
      if (one === undefined) throw new Error('nothing to choose from');
      return one;
    },
  };
}

/** What the receiving edge laid on top, its verdict last, is its own: no damage reaches it. */
function apart(mail: string): { stamp: string; rest: string } {
  const stamp = /^(?:[^\r\n]+\r?\n)*?Authentication-Results:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n/.exec(mail)?.[0] ?? '';
  return { stamp, rest: mail.slice(stamp.length) };
}

/** What a carrier lays on a mail that it brings once more. */
export const again = (mail: string, turn: number): string =>
  `Received: from mx${turn}.corp.example by mx.cloudflare.net; Mon, 23 Nov 2026 08:${String(10 + (turn % 50))}:00 +0000\r\n${mail}`;

type Change = (mail: string, chance: Chance, other: string) => string;

const lineEnd = (mail: string): string => (mail.includes('\r\n') ? '\r\n' : '\n');

/** Head and body, and what stands between them. */
function halves(mail: string): { head: string; gap: string; body: string } {
  const blank = /\r?\n\r?\n/.exec(mail);
  if (!blank) return { head: mail, gap: '', body: '' };
  return { head: mail.slice(0, blank.index), gap: blank[0], body: mail.slice(blank.index + blank[0].length) };
}

function inHead(mail: string, change: (lines: string[]) => string[]): string {
  const { head, gap, body } = halves(mail);
  const end = lineEnd(mail);
  return change(head.split(/\r?\n(?![ \t])/)).join(end) + gap + body;
}

/** Runs of whole lines, for what tears between them. */
const linesOf = (mail: string): string[] => mail.split(/(?<=\n)/);

const letters = (one: Chance, length: number): string => Array.from({ length }, () => String.fromCharCode(97 + one.int(26))).join('');

/** A mail whose body is one part of a multipart, behind other parts. */
export function within(mail: string, parts: string[][], boundary = '=_outside'): string {
  const { head, body } = halves(mail);
  const end = lineEnd(mail);
  const lines = head.split(/\r?\n(?![ \t])/);
  const isAbout = (line: string): boolean => /^content-/i.test(line);
  const all = [...parts, [...lines.filter(isAbout), '', body]].flatMap((part) => [`--${boundary}`, ...part]);
  const type = `Content-Type: multipart/mixed; boundary="${boundary}"`;
  return [...lines.filter((line) => !isAbout(line)), type, '', ...all, `--${boundary}--`, ''].join(end);
}

/** A header as some gateway writes it: one line of any length, or folded. */
function junk(one: Chance, size: number): string {
  const words = Array.from({ length: Math.ceil(size / 60) }, () => letters(one, 60));
  return `X-Gateway-${letters(one, 5)}: ${words.join(one.int(2) === 0 ? ' ' : '\r\n\t')}`;
}

export const GENTLE: Record<string, Change> = {
  'lines of carriers': (mail, one) => Array.from({ length: 1 + one.int(4) }, () => one.int(60)).reduce(again, mail),
  'a huge header': (mail, one) => inHead(mail, (lines) => [...lines, junk(one, one.of([1_000, 20_000, 80_000]))]),
  'many headers': (mail, one) => inHead(mail, (lines) => [...Array.from({ length: 50 + one.int(300) }, () => junk(one, 60)), ...lines]),
  'a header twice': (mail) => inHead(mail, (lines) => [...lines, ...lines.filter((line) => /^(subject|date|to|mime-version):/i.test(line))]),
  'names of headers in capitals': (mail) => inHead(mail, (lines) => lines.map((line) => line.replace(/^[^:]+:/, (name) => name.toUpperCase()))),
  'names of headers in small letters': (mail) =>
    inHead(mail, (lines) => lines.map((line) => line.replace(/^[^:]+:/, (name) => name.toLowerCase()))),
  'zero bytes in a header': (mail, one) => inHead(mail, (lines) => [...lines, `X-Zero: ${'\0'.repeat(1 + one.int(9))}${letters(one, 9)}`]),
  'raw letters in a header': (mail, one) =>
    inHead(mail, (lines) => [...lines, `X-Raw: ${Array.from({ length: 40 }, () => String.fromCharCode(128 + one.int(128))).join('')}`]),
  'line ends of one kind': (mail) => mail.replaceAll('\r\n', '\n'),
  'line ends of both kinds': (mail, one) => mail.replace(/\r?\n/g, () => (one.int(2) === 0 ? '\r\n' : '\n')),
  'a line of a mailbox file': (mail) => `From grace@harbour.example Mon Nov 23 08:00:00 2026\r\n${mail}`,
  'a body within bodies': (mail, one) => {
    let now = mail;
    for (let depth = 1 + one.int(12); depth > 0; depth--) now = within(now, [], `=_${letters(one, 12)}`);
    return now;
  },
  'utf-8 under another name': (mail, one) =>
    mail.replace(/(?<=charset="?)utf-8/gi, () => `${one.of(['gb2312', 'gbk', 'us-ascii', 'x-unknown', 'utf8mb4', 'iso-8859-1', 'cp936'])}`),
  'words around the parts': (mail) => {
    const { head, gap, body } = halves(mail);
    if (!/^content-type:\s*multipart/im.test(head) || !/^--[^\r\n]+--\s*$/m.test(body.slice(-90))) return mail;
    return `${head}${gap}This is a message in MIME format.\r\n${body}\r\nNobody reads what stands here.\r\n`;
  },
  'no last boundary': (mail) => (/^content-type:\s*multipart/im.test(halves(mail).head) ? mail.replace(/--[^\r\n]{6,70}--\s*$/, '') : mail),
};

const replaceRun = (mail: string, one: Chance, put: (run: string) => string, longest = 400): string => {
  const at = one.int(mail.length + 1);
  const end = Math.min(mail.length, at + 1 + one.int(longest));
  return mail.slice(0, at) + put(mail.slice(at, end)) + mail.slice(end);
};

/** Applies to a few of the places that fit. */
const some = (mail: string, one: Chance, pattern: RegExp, put: (found: string) => string): string =>
  mail.replace(pattern, (found) => (one.int(3) === 0 ? put(found) : found));

const CHARSETS = ['us-ascii', 'gb2312', 'gbk', 'utf-16', 'utf-7', 'iso-2022-jp', 'hz-gb-2312', 'x-unknown', 'big5', 'utf8mb4', '', '"', 'a;b', '=?utf-8?q?x?='];

export const ROUGH: Record<string, Change> = {
  'blank lines before the head': (mail, one) => '\r\n'.repeat(1 + one.int(3)) + mail,
  'bits turned': (mail, one) => {
    const bytes = [...mail];
    for (let left = 1 + one.int(20); left > 0; left--) {
      const at = one.int(bytes.length);
      bytes[at] = String.fromCharCode((bytes[at] ?? '').charCodeAt(0) ^ (1 << one.int(8)));
    }
    return bytes.join('');
  },
  'cut short': (mail, one) => mail.slice(0, 1 + one.int(mail.length)),
  'cut in front': (mail, one) => mail.slice(one.int(mail.length)),
  'a run lost': (mail, one) => replaceRun(mail, one, () => ''),
  'a run twice': (mail, one) => replaceRun(mail, one, (run) => run + run),
  'a run of one byte': (mail, one) => replaceRun(mail, one, (run) => String.fromCharCode(one.int(256)).repeat(run.length)),
  'a run of another mail': (mail, one, other) => replaceRun(mail, one, () => other.slice(one.int(other.length)).slice(0, 2_000)),
  'another mail behind it': (mail, one, other) => mail + (one.int(2) === 0 ? '\r\n' : '') + other,
  'lines lost': (mail, one) =>
    linesOf(mail)
      .filter(() => one.int(12) !== 0)
      .join(''),
  'lines twice': (mail, one) =>
    linesOf(mail)
      .map((line) => (one.int(12) === 0 ? line + line : line))
      .join(''),
  'lines moved': (mail, one) => {
    const lines = linesOf(mail);
    for (let left = 1 + one.int(8); left > 0; left--) lines.splice(one.int(lines.length), 0, ...lines.splice(one.int(lines.length), 1));
    return lines.join('');
  },
  'headers lost': (mail, one) => inHead(mail, (lines) => lines.filter(() => one.int(4) !== 0)),
  'headers twice': (mail, one) => inHead(mail, (lines) => lines.flatMap((line) => (one.int(4) === 0 ? [line, line] : [line]))),
  'headers moved': (mail, one) => inHead(mail, (lines) => lines.toSorted(() => one.int(3) - 1)),
  'a second Message-ID': (mail, one) => inHead(mail, (lines) => [...lines, `Message-ID: <${letters(one, 8)}@corp.example>`]),
  'no Message-ID': (mail) => inHead(mail, (lines) => lines.filter((line) => !/^message-id:/i.test(line))),
  'a Message-ID of any shape': (mail, one) =>
    inHead(mail, (lines) =>
      lines.map((line) =>
        /^message-id:/i.test(line) ? `Message-ID: ${one.of(['', '<>', '<a b@c>', 'bare@corp.example', `<${letters(one, 5_000)}@x>`, '<\0>', '(c) <x@y> <z@y>'])}` : line,
      ),
    ),
  'a second sender': (mail) => inHead(mail, (lines) => [...lines, 'From: Mallory <mallory@evil.example>']),
  'wrong charsets': (mail, one) => some(mail, one, /charset="?[\w-]+"?/gi, () => `charset=${one.of(CHARSETS)}`),
  'wrong encodings': (mail, one) =>
    some(mail, one, /content-transfer-encoding:\s*[\w-]+/gi, () => `Content-Transfer-Encoding: ${one.of(['base64', 'quoted-printable', '7bit', 'x-uuencode', '', 'base64; x'])}`),
  'wrong types': (mail, one) =>
    some(mail, one, /content-type:\s*[\w/-]+/gi, () => `Content-Type: ${one.of(['multipart/mixed', 'multipart/alternative', 'multipart/report', 'message/rfc822', 'application/ms-tnef', 'application/pkcs7-mime', 'text/calendar', 'text/html', 'text', '/', 'multipart/signed'])}`),
  'broken boundaries': (mail, one) => some(mail, one, /^--[^\r\n]{4,70}/gm, (line) => one.of(['--', '', `${line}x`, line.slice(1), `${line}--`, ` ${line}`, line.toUpperCase()])),
  'one boundary for all': (mail) => mail.replace(/boundary="?[^"\r\n;]+"?/gi, 'boundary="b"').replace(/^--[^\r\n ]{4,70}?(--)?\r?$/gm, '--b$1'),
  'base64 damaged': (mail, one) => some(mail, one, /^[A-Za-z0-9+/]{40,76}=*\r?$/gm, (line) => one.of([line.slice(1), `${line.slice(0, 9)}=${line.slice(9)}`, `${line.slice(0, 20)}*&~${line.slice(20)}`, line.replace(/=+/, ''), ''])),
  'quoted-printable damaged': (mail, one) => some(mail, one, /=[0-9A-F]{2}|=\r?\n/g, (found) => one.of(['=', `${found.slice(0, 2)}G`, '==', found.toLowerCase(), '=\t', ''])),
  'encoded words damaged': (mail, one) => some(mail, one, /=\?[^?\s]+\?[bq]\?[^?]*\?=/gi, (found) => one.of([found.slice(0, -2), found.replace(/\?[bq]\?/i, '?x?'), found.replace('=?', '=?x'), found + found, found.replace('?=', '=?=')])),
  'zero bytes': (mail, one) => replaceRun(mail, one, (run) => [...run].join('\0')),
  'line ends of old Macs': (mail) => mail.replaceAll('\r\n', '\r'),
  'line ends lost': (mail, one) => some(mail, one, /\r?\n/g, () => ''),
  'blank lines everywhere': (mail, one) => some(mail, one, /\n/g, () => '\n'.repeat(1 + one.int(5))),
  'a body in a thousand': (mail, one) => {
    const { head, body } = halves(mail);
    const depth = 50 + one.int(400);
    const open = Array.from({ length: depth }, (_, at) => `--n${at}\r\nContent-Type: multipart/mixed; boundary=n${at + 1}\r\n\r\n`).join('');
    return `${head.replace(/^content-[^\n]*(\n[ \t][^\n]*)*\n?/gim, '')}\r\nContent-Type: multipart/mixed; boundary=n0\r\n\r\n${open}--n${depth}\r\n\r\n${body}`;
  },
  'a thousand parts': (mail, one) => {
    const { head, body } = halves(mail);
    return `${head.replace(/^content-[^\n]*(\n[ \t][^\n]*)*\n?/gim, '')}\r\nContent-Type: multipart/mixed; boundary=n\r\n\r\n${`--n\r\nContent-Disposition: attachment\r\n\r\nx\r\n`.repeat(200 + one.int(2_500))}--n\r\n\r\n${body}`;
  },
  'tags torn': (mail, one) => some(mail, one, /<\/?[a-z]+/gi, (tag) => one.of(['<', `${tag}>`, '<!--', '</', `<${tag}`, '<blockquote', '<style', ''])),
};

export type Damaged = { mail: string; what: string[]; isGentle: boolean };

/** One mail with some damage of one kind or of several. */
export function damaged(mail: string, other: string, one: Chance): Damaged {
  const { stamp, rest } = apart(mail);
  // A head behind a blank line is found only while nothing stands above it.
  const isGentle = one.int(3) === 0 && !/^[\r\n]/.test(rest);
  const changes = isGentle ? GENTLE : ROUGH;
  const names = Object.keys(changes);
  const what = Array.from({ length: 1 + one.int(isGentle ? 3 : 4) }, () => one.of(names));
  let now = rest;
  for (const name of what) now = (changes[name] ?? ((same) => same))(now, one, other) || ' ';
  return { mail: stamp + now, what, isGentle };
}
