/** A mail as it came: a plain, sandboxed page, or its source. */
import { withoutKeys } from '../access/tokens.ts';
import { base64Lines, toBase64 } from '../base64.ts';
import type { Env } from '../env.ts';
import { pieces } from '../files/store.ts';
import { piecesOf, readMail, type ReadMail } from './reading/read-mail.ts';
import { Skeleton } from './reading/skeleton.ts';

const escape = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const LOCKED = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'private, no-store',
};

/** The mail to read, without the keys it quotes; its bytes only for its own author, whose keys they are. */
export async function originalPage(env: Env, id: string, key: string, raw: boolean, mayTakeRaw: boolean): Promise<Response> {
  if (raw && !mayTakeRaw) return new Response('not yours', { status: 403 });
  const object = await env.FILES.get(key);
  if (!object) return new Response('gone', { status: 404 });
  if (raw)
    return new Response(object.body, {
      headers: {
        ...LOCKED,
        'Content-Type': 'text/plain; charset=utf-8',
        'Content-Disposition': `attachment; filename="mail-${id.slice(0, 8)}.eml"`,
      },
    });

  const mail = await readKept(object.body);
  const rows = [
    ['From', mail.from ? `${mail.from.name} <${mail.from.address}>` : ''],
    ['Date', mail.date?.toUTCString() ?? ''],
    ['Subject', mail.subject],
  ].map(([label, value]) => `<tr><th>${label}</th><td>${escape(value ?? '')}</td></tr>`);
  const html = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escape(mail.subject)}</title>
<style>body{font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}th{text-align:left;padding-right:1rem;color:gray;font-weight:500;vertical-align:top}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;border-top:1px solid #8884;padding-top:1rem}a{color:inherit}</style>
<table>${rows.join('')}</table><pre>${escape(withoutKeys(words(mail)))}</pre>${mayTakeRaw ? '<p><a href="?raw=1">.eml</a></p>' : ''}`;
  return new Response(html, { headers: { ...LOCKED, 'Content-Type': 'text/html; charset=utf-8' } });
}

/** The mail as a mail again, without the keys it quotes: who, when, about what, and every word. Its files stand beside it. */
export async function originalWithoutKeys(bytes: Uint8Array): Promise<string> {
  return plainly(await readMail(bytes), 'keys of other people were taken out');
}

/** A mail that is kept, read without holding it whole. */
export async function readKept(body: ReadableStream<Uint8Array>): Promise<ReadMail> {
  const skeleton = new Skeleton();
  for await (const piece of pieces(body)) skeleton.push(piece);
  return readMail(skeleton.end());
}

/** Everything that can be read in a mail, head and words; and the mail with other words in their place. */
export const toldBy = (mail: ReadMail): string =>
  [mail.subject, ...[mail.from, ...mail.to, ...mail.cc].flatMap((one) => (one ? [one.name, one.address] : [])), words(mail)].join('\n');
export const retold = (mail: ReadMail, change: (text: string) => string): string =>
  plainly(
    { ...mail, from: mail.from && { name: change(mail.from.name), address: change(mail.from.address) }, subject: change(mail.subject) },
    'somebody who is no longer to be known was taken out',
    change,
  );

function plainly(mail: ReadMail, note: string, change = (text: string) => text): string {
  const encoded = (text: string) => `=?UTF-8?B?${toBase64(text)}?=`;
  const oneLine = (text: string) => text.replace(/[\r\n]+/g, ' ');
  return [
    `From: ${mail.from ? `${encoded(oneLine(mail.from.name))} <${oneLine(mail.from.address)}>` : ''}`,
    `Date: ${mail.date?.toUTCString() ?? ''}`,
    `Subject: ${encoded(oneLine(withoutKeys(mail.subject)))}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    `X-Atelier-Note: ${note}`,
    '',
    base64Lines(change(withoutKeys(words(mail)))),
    '',
  ].join('\r\n');
}

/** The whole body, quotation and all, as text. */
const words = (mail: ReadMail): string =>
  mail.body
    .map((part) =>
      part.kind === 'text' ? part.text : part.kind === 'html' ? (part.alternative ?? textOf(part.html)) : `[${part.file.name}]`,
    )
    .join('\n\n');

/** A rough reading of HTML for a mail without a text part; the page shows it escaped. */
const textOf = (html: string): string =>
  Array.from(piecesOf(html), ({ text, tag }) => text + (/^<(br|\/p|\/div|\/tr|\/li|hr)\b/i.test(tag) ? '\n' : ''))
    .join('')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
