/** Builds raw mails for the test set: charsets, transfer encodings, encoded words, multiparts. */
import type { Locale } from './locales.ts';

export const AUTHSERV = 'mx.cloudflare.net';
export const DOMAIN = 'in.atelier.example';
export const BOUNCE = 'bounce@in.atelier.example';

export type Part =
  | { kind: 'leaf'; type: string; headers?: string[]; body: Uint8Array; encoding: 'base64' | 'quoted-printable' | '8bit' | '7bit' }
  | { kind: 'multi'; type: string; boundary: string; preamble?: string; children: Part[] };

export type MailParts = {
  id: string;
  person: { name: string; address: string };
  to: string;
  locale: Locale;
  subject: string;
  headers: string[];
  part: Part;
  authentication: 'pass' | 'fail' | 'none' | 'spf-only' | 'dkim-only' | 'other-id' | 'spf-comment' | 'missing';
  /** Replaces everything: the mail as it is. */
  raw?: (usual: Uint8Array) => Uint8Array;
};

const encoders = new Map<string, Map<string, number[]>>();

/** The WHATWG encoders are not exposed; a table is made by decoding every one- and two-byte sequence. */
function tableOf(charset: string): Map<string, number[]> {
  const known = encoders.get(charset);
  if (known !== undefined) return known;
  const table = new Map<string, number[]>();
  const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: false });
  const learn = (bytes: number[]): void => {
    try {
      const text = decoder.decode(new Uint8Array(bytes));
      if ([...text].length === 1 && !table.has(text)) table.set(text, bytes);
    } catch {
      // no character there
    }
  };
  for (let a = 0; a < 256; a++) learn([a]);
  if (/^(gb|big5|euc|shift)/.test(charset)) for (let a = 0x81; a < 0xff; a++) for (let b = 0x30; b < 0xff; b++) learn([a, b]);
  encoders.set(charset, table);
  return table;
}

export function encode(text: string, charset: string): Uint8Array {
  const name = charset.toLowerCase();
  if (name === 'utf-8' || name === 'us-ascii') return new TextEncoder().encode(text);
  if (name === 'iso-2022-jp') return iso2022jp(text);
  const whatwg = name === 'gb2312' || name === 'gbk' ? 'gb18030' : name === 'ks_c_5601-1987' ? 'euc-kr' : name === 'iso-8859-1' ? 'windows-1252' : name;
  const table = tableOf(whatwg);
  const out: number[] = [];
  for (const char of text) {
    const bytes = table.get(char);
    if (bytes === undefined) throw new Error(`${char} (U+${char.codePointAt(0)?.toString(16)}) is not in ${charset}`);
    out.push(...bytes);
  }
  return new Uint8Array(out);
}

function iso2022jp(text: string): Uint8Array {
  const table = tableOf('euc-jp');
  const out: number[] = [];
  let japanese = false;
  for (const char of text) {
    if (char.charCodeAt(0) < 0x80) {
      if (japanese) out.push(0x1b, 0x28, 0x42);
      japanese = false;
      out.push(char.charCodeAt(0));
      continue;
    }
    const bytes = table.get(char);
    if (bytes === undefined) throw new Error(`${char} is not in JIS X 0208`);
    if (!japanese) out.push(0x1b, 0x24, 0x42);
    japanese = true;
    out.push(...bytes.map((byte) => byte & 0x7f));
  }
  if (japanese) out.push(0x1b, 0x28, 0x42);
  return new Uint8Array(out);
}

export function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function base64Lines(bytes: Uint8Array): string {
  return (Buffer.from(bytes).toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
}

export function quotedPrintable(bytes: Uint8Array): string {
  const out: string[] = [];
  for (const line of binary(bytes).split(/\r?\n/)) {
    let current = '';
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      const last = i === line.length - 1;
      let piece = line.charAt(i);
      if (code === 0x3d || code > 0x7e || code < 0x20 || (last && code === 0x20)) piece = `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
      if (current.length + piece.length > 75) {
        out.push(`${current}=`);
        current = '';
      }
      current += piece;
    }
    out.push(current);
  }
  return out.join('\r\n');
}

export function encodedWord(text: string, charset = 'utf-8'): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let piece = '';
  for (const char of text) {
    if (encode(piece + char, charset).length > 42) {
      words.push(piece);
      piece = '';
    }
    piece += char;
  }
  words.push(piece);
  return words.map((word) => `=?${charset}?B?${Buffer.from(encode(word, charset)).toString('base64')}?=`).join('\r\n ');
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

export function text(content: string, charset: string, encoding: 'base64' | 'quoted-printable' | '8bit' | '7bit', extra = ''): Part {
  return { kind: 'leaf', type: `text/plain; charset="${charset}"${extra}`, body: encode(content.replace(/\r?\n/g, '\r\n'), charset), encoding };
}

export function html(content: string, charset: string, encoding: 'base64' | 'quoted-printable' | '8bit' | '7bit'): Part {
  return { kind: 'leaf', type: `text/html; charset="${charset}"`, body: encode(content.replace(/\r?\n/g, '\r\n'), charset), encoding };
}

export function alternative(boundary: string, ...children: Part[]): Part {
  return { kind: 'multi', type: 'multipart/alternative', boundary, children };
}

export function mixed(boundary: string, ...children: Part[]): Part {
  return { kind: 'multi', type: 'multipart/mixed', boundary, children };
}

export function related(boundary: string, ...children: Part[]): Part {
  return { kind: 'multi', type: 'multipart/related', boundary, children };
}

/** A file part; `style` is how the sender writes the name. */
export function file(name: string, type: string, bytes: Uint8Array, style: '2231' | '2047' | 'raw' | 'plain' = 'plain', disposition = 'attachment', headers: string[] = [], charset = 'utf-8'): Part {
  const pct = [...encode(name, charset)].map((byte) => (/[A-Za-z0-9._-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('');
  const named = style === '2231' ? `filename*=${charset}''${pct}` : style === '2047' ? `filename="${encodedWord(name, charset)}"` : style === 'raw' ? `filename="${binary(encode(name, charset))}"` : `filename="${name}"`;
  const typed = style === '2047' ? `; name="${encodedWord(name, charset)}"` : style === 'plain' ? `; name="${name}"` : '';
  return { kind: 'leaf', type: `${type}${typed}`, headers: [`Content-Disposition: ${disposition}; ${named}`, ...headers], body: bytes, encoding: 'base64' };
}

function render(part: Part): string {
  if (part.kind === 'leaf') {
    const body = part.encoding === 'base64' ? base64Lines(part.body) : part.encoding === 'quoted-printable' ? quotedPrintable(part.body) : binary(part.body);
    return [`Content-Type: ${part.type}`, `Content-Transfer-Encoding: ${part.encoding}`, ...(part.headers ?? []), '', body].join('\r\n');
  }
  const inner = part.children.map((child) => `--${part.boundary}\r\n${render(child)}\r\n`).join('');
  return `Content-Type: ${part.type};\r\n\tboundary="${part.boundary}"\r\n\r\n${part.preamble === undefined ? '' : `${part.preamble}\r\n`}${inner}--${part.boundary}--\r\n`;
}

function authentication(kind: MailParts['authentication'], address: string): string[] {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  switch (kind) {
    case 'pass':
      return [`Authentication-Results: ${AUTHSERV};\r\n\tdkim=pass header.d=${domain} header.s=s1 header.b=Qm4xT2;\r\n\tdmarc=pass header.from=${domain} policy.dmarc=quarantine;\r\n\tspf=pass (${AUTHSERV}: domain of ${address} designates 203.0.113.9 as permitted sender) smtp.mailfrom=${address} smtp.helo=out.${domain};\r\n\tarc=none`];
    case 'fail':
      return [`Authentication-Results: ${AUTHSERV};\r\n\tdkim=none;\r\n\tdmarc=fail header.from=${domain} policy.dmarc=reject;\r\n\tspf=pass smtp.mailfrom=x@elsewhere.example`];
    case 'spf-comment':
      return [`Authentication-Results: ${AUTHSERV};\r\n\tdkim=none;\r\n\tdmarc=fail header.from=${domain};\r\n\tspf=pass (${AUTHSERV}: domain of "dmarc=pass header.from=${domain}"@evil.example designates 198.51.100.9) smtp.mailfrom=x@evil.example`];
    case 'none':
      return [`Authentication-Results: ${AUTHSERV}; dkim=none; dmarc=none header.from=${domain}; spf=none`];
    case 'spf-only':
      return [`Authentication-Results: ${AUTHSERV}; dkim=none; dmarc=none header.from=${domain}; spf=pass smtp.mailfrom=bounces@mail.${domain}`];
    case 'dkim-only':
      return [`Authentication-Results: ${AUTHSERV}; dkim=fail header.d=other.example; dkim=pass header.d=mail.${domain}; spf=softfail smtp.mailfrom=a@x.example`];
    case 'other-id':
      return [`Authentication-Results: mx.elsewhere.example; dkim=pass header.d=${domain}; dmarc=pass header.from=${domain}`];
    case 'missing':
      return [];
  }
}

export function mail(parts: MailParts): Uint8Array {
  const domain = parts.person.address.slice(parts.person.address.lastIndexOf('@') + 1);
  const number = Number.parseInt(parts.id, 10) || 0;
  const has = (name: string): boolean => parts.headers.some((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  const headers = [
    `Received: from out.${domain} (203.0.113.9)\r\n\tby edge.example (unknown) id r${number}\r\n\tfor <${parts.to}>; Thu, 12 Nov 2026 02:40:15 +0000`,
    ...authentication(parts.authentication, parts.person.address),
    ...(has('From') ? [] : [`From: ${/^[\w .]*$/.test(parts.person.name) ? parts.person.name : encodedWord(parts.person.name, parts.locale.headerCharset ?? 'utf-8')} <${parts.person.address}>`]),
    `To: ${encodedWord('李丹（Atelier）')} <${parts.to}>`,
    ...(has('Subject') ? [] : [`Subject: ${encodedWord(parts.subject, 'utf-8')}`]),
    ...(has('Date') ? [] : ['Date: Thu, 12 Nov 2026 10:40:12 +0800']),
    ...(has('Message-ID') ? [] : [`Message-ID: <m${number}.${parts.id.replace(/[^a-z0-9-]/gi, '')}@mail.${domain}>`]),
    ...(has('In-Reply-To') ? [] : [`In-Reply-To: <t-${number}.n1@${DOMAIN}>`, `References: <room-7q2m@${DOMAIN}>\r\n <t-${number}.n1@${DOMAIN}>`]),
    ...parts.headers,
    'MIME-Version: 1.0',
  ];
  const bytes = new Uint8Array(Buffer.from(`${headers.join('\r\n')}\r\n${render(parts.part)}`, 'latin1'));
  return parts.raw === undefined ? bytes : parts.raw(bytes);
}
