/** Mails that test one thing each: charsets, damage, containers, forwards, machines, forgeries. */
import { atelierHtml, type Situation } from './clients.ts';
import { alternative, base64Lines, binary, DOMAIN, encode, encodedWord, file, html, mixed, related, text, type MailParts, type Part } from './mime.ts';

export type SpecialBuilt = {
  subject: string;
  headers?: string[];
  part: Part;
  to?: string;
  from?: { name: string; address: string };
  envelopeFrom?: string;
  authentication?: MailParts['authentication'];
  raw?: (usual: Uint8Array) => Uint8Array;
  expect: { action: string; text?: string; attachments?: string[]; reason?: string };
};

export type Special = { name: string; locale: string; build: (s: Situation & { id: string }) => SpecialBuilt };

type S = Situation & { id: string };

const SMALL_PNG = Uint8Array.from(Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAwAAAAECAIAAAA1REndAAAAEUlEQVR4nGM4ISdHEDHQVxEAOMYwwX2PXeQAAAAASUVORK5CYII=', 'base64'));
const BIG_PNG = (() => {
  const bytes = new Uint8Array(14_000);
  bytes.set(SMALL_PNG);
  for (let i = SMALL_PNG.length; i < bytes.length; i++) bytes[i] = (i * 31) & 0xff;
  return bytes;
})();
const PDF = new TextEncoder().encode('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');

const quote = (s: S): string => s.original.lines.map((line) => `> ${line}`).join('\n');
const on = (s: S): string => `On Tue, Nov 3, 2026 at 10:12 AM ${s.original.sender} <${s.original.from.address}> wrote:`;
const reply = (s: S, body: string): string => `${body}\n\n${on(s)}\n${quote(s)}\n`;
const re = (s: S): string => `Re: ${s.original.subject}`;
const comment = (body: string, attachments: string[] = []): SpecialBuilt['expect'] => ({ action: 'comment', text: body, attachments });
const raw = (type: string, body: Uint8Array | string, encoding: '8bit' | '7bit' | 'base64' | 'quoted-printable' = '8bit', headers: string[] = []): Part => ({ kind: 'leaf', type, body: typeof body === 'string' ? new TextEncoder().encode(body) : body, encoding, headers });
/** A leaf whose body is written as it is, whatever its encoding header says. */
const verbatim = (type: string, encoding: string, body: string): Part => ({ kind: 'leaf', type: `${type}\r\nContent-Transfer-Encoding: ${encoding}\r\nX-As-Written: yes`, body: Buffer.from(body, 'latin1'), encoding: '8bit' });

/** One charset, honestly declared or not. */
function inCharset(name: string, locale: string, declared: string, actual: string, body: string, how: '8bit' | 'base64' | 'quoted-printable' = 'base64'): Special {
  return { name: `charset-${name}`, locale, build: (s) => ({ subject: re(s), part: raw(`text/plain${declared === '' ? '' : `; charset=${declared}`}`, encode(`${body}\r\n\r\n-----Original Message-----\r\nFrom: Li Dan <${s.original.from.address}>\r\nSent: 3 Nov 2026 10:12\r\nTo: x@y.example\r\nSubject: plan\r\n\r\nHi,\r\n`, actual), how), expect: comment(body) }) };
}

function u16(value: number): number[] {
  return [value & 255, (value >> 8) & 255];
}
function u32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
}
/** A winmail.dat with one attachment, long name in UTF-16 among its MAPI properties. */
export function tnef(name: string, content: Uint8Array, body: string | null): Uint8Array {
  const out: number[] = [...u32(0x223e9f78), ...u16(1)];
  const attribute = (level: number, id: number, data: number[]): void => {
    out.push(level, ...u32(id), ...u32(data.length), ...data, ...u16(data.reduce((sum, byte) => (sum + byte) & 0xffff, 0)));
  };
  attribute(1, 0x00089006, u32(0x00010000));
  attribute(1, 0x00069007, [...u32(1252), ...u32(0)]);
  if (body !== null) attribute(1, 0x0002800c, [...Buffer.from(`${body}\0`, 'latin1')]);
  attribute(2, 0x00069002, [1, 0, 0, 0, 255, 255, 255, 255, 32, 0, 32, 0, 0, 0]);
  attribute(2, 0x00018010, [...Buffer.from('LONGNA~1.PDF\0', 'latin1')]);
  attribute(2, 0x0006800f, [...content]);
  const long = [...Buffer.from(`${name}\0`, 'utf16le')];
  const padded = [...long, ...Array.from({ length: (4 - (long.length % 4)) % 4 }, () => 0)];
  attribute(2, 0x00069005, [...u32(2), ...u16(0x0003), ...u16(0x3705), ...u32(1), ...u16(0x001f), ...u16(0x3707), ...u32(1), ...u32(long.length), ...padded]);
  return new Uint8Array(out);
}

function der(tag: number, content: number[]): number[] {
  const length = content.length < 128 ? [content.length] : content.length < 65536 ? [0x82, content.length >> 8, content.length & 255] : [0x83, content.length >> 16, (content.length >> 8) & 255, content.length & 255];
  return [tag, ...length, ...content];
}
/** RFC 5652 signed-data round some bytes, without certificates. */
export function signedData(content: Uint8Array): Uint8Array {
  const oid = (tail: number): number[] => [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, tail];
  const inner = der(0x30, [...oid(1), ...der(0xa0, der(0x04, [...content]))]);
  return new Uint8Array(der(0x30, [...oid(2), ...der(0xa0, der(0x30, [0x02, 0x01, 0x01, ...der(0x31, []), ...inner, ...der(0x31, [])]))]));
}

function forward(name: string, locale: string, subject: string, note: string, separator: string, block: string[], message: string[], tail: string[] = []): Special {
  const body = [note, '', separator, ...block, '', ...message, ...tail].filter((line, index) => !(line === '' && index === 0));
  return { name: `forward-${name}`, locale, build: () => ({ subject, part: text(body.join('\n'), 'utf-8', 'base64'), expect: comment(body.join('\n')) }) };
}

function automatic(name: string, locale: string, subject: string, headers: string[], body: string, envelope: 'null' | 'same' = 'null'): Special {
  return { name: `auto-${name}`, locale, build: () => ({ subject, headers, part: text(body, 'utf-8', 'base64'), ...(envelope === 'null' ? { envelopeFrom: '' } : {}), expect: { action: 'ignore', reason: 'auto-reply' } }) };
}

function dsn(name: string, fields: string[], reason: string, daemon = 'MAILER-DAEMON@mx.example', subject = 'Undelivered Mail Returned to Sender'): Special {
  return {
    name: `bounce-${name}`, locale: 'en',
    build: (s) => ({
      subject, headers: ['Auto-Submitted: auto-replied', `From: Mail Delivery System <${daemon}>`], from: { name: 'Mail Delivery System', address: daemon }, envelopeFrom: '', to: `bounce@${DOMAIN}`, authentication: 'none',
      part: { kind: 'multi', type: 'multipart/report; report-type=delivery-status', boundary: `dsn${s.index}`, children: [text('Your mail could not be delivered.', 'us-ascii', '7bit'), raw('message/delivery-status', `Reporting-MTA: dns; mx.example\r\n\r\n${fields.join('\r\n')}\r\n`, '7bit'), raw('text/rfc822-headers', `From: reply@${DOMAIN}\r\nMessage-ID: <t-${s.index}@${DOMAIN}>\r\n`, '7bit')] },
      expect: { action: 'bounce', reason },
    }),
  };
}

export const SPECIALS: Special[] = [
  inCharset('big5', 'zh-TW', 'big5', 'big5', '林先生，規格書已經收到，下週三開會討論。'),
  inCharset('big5-unlabelled', 'zh-TW', '', 'big5', '規格書已經收到，我們下週三上午開會討論，請先準備樣品。', '8bit'),
  inCharset('big5-is-utf8', 'zh-TW', 'big5', 'utf-8', '規格書已經收到，下週三開會討論。'),
  inCharset('gbk-unlabelled', 'zh', '', 'gbk', '验收报告我们已经收到，请在周三之前把剩下的两项补齐。', '8bit'),
  inCharset('gbk-as-utf8', 'zh', 'utf-8', 'gbk', '验收报告我们已经收到，请在周三之前把剩下的两项补齐。'),
  inCharset('gb2312-with-gbk', 'zh', 'gb2312', 'gbk', '请朱镕珺（珺）核对㎡单价，喆总已同意。'),
  inCharset('gbk-x-unknown', 'zh', 'x-unknown', 'gbk', '合同已经盖章，原件今天下午寄出。'),
  inCharset('gbk-us-ascii', 'zh', 'us-ascii', 'gbk', '合同已经盖章，原件今天下午寄出。', '8bit'),
  inCharset('cp936', 'zh', 'cp936', 'gbk', '可以，周四见。', 'quoted-printable'),
  inCharset('iso-2022-jp', 'ja', 'iso-2022-jp', 'iso-2022-jp', '了解しました。来週の水曜日に検収を行います。', '8bit'),
  inCharset('iso-2022-jp-unlabelled', 'ja', 'us-ascii', 'iso-2022-jp', '図面を確認しました。問題ありません。', '8bit'),
  inCharset('shift-jis', 'ja', 'cp932', 'shift_jis', '請求書をお送りください。'),
  inCharset('euc-kr', 'ko', 'ks_c_5601-1987', 'euc-kr', '계약서를 검토했습니다. 다음 주에 서명하겠습니다.'),
  inCharset('koi8-r', 'ru', 'koi8-r', 'koi8-r', 'Протокол подписан, оригинал отправим завтра.'),
  inCharset('cp1251-unlabelled', 'ru', '', 'windows-1251', 'Протокол подписан, оригинал отправим завтра утром.', '8bit'),
  inCharset('windows-1252', 'fr', 'windows-1252', 'windows-1252', 'L’écart est de 3 % — c’est trop, négociez à 1 500 €.', 'quoted-printable'),
  inCharset('windows-1252-as-latin1', 'de', 'iso-8859-1', 'windows-1252', 'Die „Größe“ stimmt – 3 € je Stück.', '8bit'),
  inCharset('utf8-as-latin1', 'de', 'iso-8859-1', 'utf-8', 'Die Größe stimmt, das Maß für den Überstand auch.', '8bit'),
  inCharset('utf8mb4', 'zh', 'utf8mb4', 'utf-8', '好的👌，周五前给答复。'),
  inCharset('iso-8859-9', 'tr', 'iso-8859-9', 'windows-1254', 'Kapılar uygun, tutanağı müdür imzalar.', 'quoted-printable'),
  inCharset('windows-1256', 'ar', 'windows-1256', 'windows-1256', 'تم الاستلام، سنوقع العقد يوم الخميس'),
  inCharset('iso-8859-7', 'el', 'iso-8859-7', 'iso-8859-7', 'Το πρωτόκολλο υπογράφει ο διευθυντής.', 'quoted-printable'),
  inCharset('windows-1255', 'he', 'windows-1255', 'windows-1255', 'המסמך התקבל, נחתום ביום חמישי.'),
  inCharset('windows-874', 'th', 'tis-620', 'windows-874', 'ได้รับเอกสารแล้ว จะเซ็นวันพฤหัส'),
  inCharset('windows-1258', 'en', 'utf-8', 'utf-8', 'naïve café, 5 µm'),
  { name: 'charset-meta-gbk', locale: 'zh', build: (s) => ({ subject: re(s), part: raw('text/html', encode(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=gbk"></head><body><div>图纸第 3 页的尺寸有误，请更正。</div><div style="border-top:solid #B5C4DF 1.0pt"><div><b>发件人：</b>李丹</div><div><b>发送时间：</b>2026-11-03 10:12</div><div><b>收件人：</b>周海涛</div><div><b>主题：</b>计划</div></div><div>您好：</div></body></html>`, 'gbk'), '8bit'), expect: comment('图纸第 3 页的尺寸有误，请更正。') }) },
  { name: 'charset-raw-gbk-subject', locale: 'zh', build: (s) => ({ subject: 'x', headers: [`Subject: ${binary(encode('回复：验收标准', 'gbk'))}`], part: text(reply(s, '可以。'), 'gbk', 'base64'), expect: comment('可以。') }) },
  { name: 'name-2047-gbk-split', locale: 'zh', build: (s) => {
    const bytes = encode('二期设备清单与报价明细（最终）.xlsx', 'gbk');
    const cut = 15;
    const word = (piece: Uint8Array): string => `=?GBK?B?${Buffer.from(piece).toString('base64')}?=`;
    return { subject: re(s), part: mixed('m1', text('见附件。', 'utf-8', 'base64'), { kind: 'leaf', type: 'application/vnd.ms-excel', headers: [`Content-Disposition: attachment;\r\n filename="${word(bytes.slice(0, cut))}\r\n ${word(bytes.slice(cut)).replace('GBK', 'gbk')}"`], body: PDF, encoding: 'base64' }), expect: comment('见附件。', ['二期设备清单与报价明细（最终）.xlsx']) };
  } },
  { name: 'name-2231-gbk', locale: 'zh', build: (s) => ({ subject: re(s), part: mixed('m1', text('见附件。', 'utf-8', 'base64'), file('验收报告.pdf', 'application/pdf', PDF, '2231', 'attachment', [], 'gbk')), expect: comment('见附件。', ['验收报告.pdf']) }) },
  { name: 'name-raw-utf8', locale: 'de', build: (s) => ({ subject: re(s), part: mixed('m1', text('Anbei.', 'utf-8', '8bit'), file('Maße & Größen.pdf', 'application/pdf', PDF, 'raw')), expect: comment('Anbei.', ['Maße & Größen.pdf']) }) },
  { name: 'name-raw-gbk', locale: 'zh', build: (s) => ({ subject: re(s), part: mixed('m1', text('请查收。', 'gbk', 'base64'), file('报价单.pdf', 'application/pdf', PDF, 'raw', 'attachment', [], 'gbk')), expect: comment('请查收。', ['报价单.pdf']) }) },
  { name: 'attachment-only', locale: 'en', build: (s) => ({ subject: re(s), part: mixed('m1', text('\n', 'utf-8', '7bit'), file('signed.pdf', 'application/pdf', PDF)), expect: { action: 'comment', text: '', attachments: ['signed.pdf'] } }) },
  { name: 'apple-inline-pdf-between', locale: 'en', build: (s) => ({ subject: re(s), part: alternative('alt', text('First look at this:\n\nand then tell me.', 'utf-8', '7bit'), mixed('mix', html('<html><body><div>First look at this:</div></body></html>', 'utf-8', '7bit'), file('layout.pdf', 'application/pdf', PDF, 'plain', 'inline'), html('<html><body><div>and then tell me.</div></body></html>', 'utf-8', '7bit'))), expect: comment('First look at this:\n\nand then tell me.', ['layout.pdf']) }) },
  { name: 'cid-image-typed', locale: 'en', build: (s) => ({ subject: re(s), part: related('rel', html(`<div>This is the gate:</div><div><img src="cid:gate@x" alt="image.png" width="400"></div><div>Is it wide enough?</div><br><div class="gmail_quote"><div class="gmail_attr">${s.escape(on(s))}</div><blockquote class="gmail_quote">${atelierHtml(s)}<img src="cid:logo@x"></blockquote></div>`, 'utf-8', 'base64'), file('gate.png', 'image/png', BIG_PNG, 'plain', 'inline', ['Content-ID: <gate@x>']), file('logo.png', 'image/png', SMALL_PNG, 'plain', 'inline', ['Content-ID: <logo@x>'])), expect: comment('This is the gate:\n\nIs it wide enough?', ['gate.png']) }) },
  { name: 'cid-logo-in-signature', locale: 'en', build: (s) => ({ subject: re(s), part: related('rel', html(`<div>Fine with us.</div><div><br></div><div class="gmail_signature" data-smartmail="gmail_signature"><div>Grace</div><img src="cid:l@x"></div><br><div class="gmail_quote"><div class="gmail_attr">${s.escape(on(s))}</div><blockquote class="gmail_quote">${atelierHtml(s)}</blockquote></div>`, 'utf-8', 'base64'), file('image001.png', 'image/png', SMALL_PNG, 'plain', 'inline', ['Content-ID: <l@x>'])), expect: comment('Fine with us.') }) },
  { name: 'photo-from-phone', locale: 'en', build: (s) => ({ subject: re(s), part: mixed('m', text('Look:\n', 'us-ascii', '7bit'), file('IMG_0231.png', 'image/png', BIG_PNG, 'plain', 'inline'), text(`\n\nSent from my iPhone\n\n> ${on(s)}\n> \n${quote(s)}\n`, 'us-ascii', '7bit')), expect: comment('Look:', ['IMG_0231.png']) }) },
  { name: 'winmail', locale: 'en', build: (s) => ({ subject: re(s), headers: ['X-MS-TNEF-Correlator: <x>'], part: mixed('m', text(reply(s, 'The drawing is attached.'), 'us-ascii', '7bit'), file('winmail.dat', 'application/ms-tnef', tnef('Dock drawing – rev 4.pdf', PDF, null))), expect: comment('The drawing is attached.', ['Dock drawing – rev 4.pdf']) }) },
  { name: 'winmail-body', locale: 'en', build: (s) => ({ subject: re(s), part: file('winmail.dat', 'application/ms-tnef', tnef('a.pdf', PDF, 'Only in the container.')), expect: comment('Only in the container.', ['a.pdf']) }) },
  { name: 'smime-detached', locale: 'de', build: (s) => ({ subject: re(s), part: { kind: 'multi', type: 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256', boundary: 'sig', children: [text(reply(s, 'Signiert und einverstanden.'), 'utf-8', 'quoted-printable'), file('smime.p7s', 'application/pkcs7-signature', new Uint8Array([48, 0]))] }, expect: comment('Signiert und einverstanden.') }) },
  { name: 'smime-opaque', locale: 'de', build: (s) => ({ subject: re(s), part: { kind: 'leaf', type: 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', headers: ['Content-Disposition: attachment; filename="smime.p7m"'], body: signedData(Buffer.from(`Content-Type: multipart/mixed; boundary="in"\r\n\r\n--in\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nIn der Hülle.\r\n--in\r\nContent-Type: application/pdf; name="vertrag.pdf"\r\nContent-Disposition: attachment; filename="vertrag.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(PDF)}\r\n--in--\r\n`)), encoding: 'base64' }, expect: comment('In der Hülle.', ['vertrag.pdf']) }) },
  { name: 'smime-encrypted', locale: 'de', build: (s) => ({ subject: re(s), part: { kind: 'leaf', type: 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"', body: new Uint8Array([0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03]), encoding: 'base64' }, expect: { action: 'reject', reason: 'encrypted' } }) },
  { name: 'pgp-clearsigned', locale: 'en', build: (s) => ({ subject: re(s), part: text(`-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nAgreed, three sites.\n\n- - no Gdansk\n- - no Porto\n-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n`, 'utf-8', '7bit'), expect: comment('Agreed, three sites.\n\n- no Gdansk\n- no Porto') }) },
  { name: 'pgp-mime-signed', locale: 'en', build: (s) => ({ subject: re(s), part: { kind: 'multi', type: 'multipart/signed; micalg=pgp-sha512; protocol="application/pgp-signature"', boundary: 'pgp', children: [mixed('in', text(reply(s, 'Signed, sealed.'), 'utf-8', 'quoted-printable'), file('OpenPGP_0xAB.asc', 'application/pgp-keys', PDF)), file('OpenPGP_signature.asc', 'application/pgp-signature', PDF)] }, expect: comment('Signed, sealed.') }) },
  { name: 'pgp-encrypted', locale: 'en', build: (s) => ({ subject: re(s), part: { kind: 'multi', type: 'multipart/encrypted; protocol="application/pgp-encrypted"', boundary: 'enc', children: [raw('application/pgp-encrypted', 'Version: 1', '7bit'), file('encrypted.asc', 'application/octet-stream', PDF)] }, expect: { action: 'reject', reason: 'encrypted' } }) },
  { name: 'rfc822-attached', locale: 'en', build: (s) => ({ subject: re(s), part: mixed('m', text(reply(s, 'Their answer is attached.'), 'utf-8', '7bit'), raw('message/rfc822', 'From: a@b.example\r\nSubject: Our answer\r\nContent-Type: text/plain\r\n\r\nThis must not leak.\r\n', '7bit')), expect: comment('Their answer is attached.', ['Our answer.eml']) }) },
  { name: 'nested-multiparts', locale: 'en', build: (s) => ({ subject: re(s), part: mixed('a', mixed('b', related('c', alternative('d', text(reply(s, 'Deep inside.'), 'utf-8', '7bit'), html(`<p>Deep inside.</p><div class="gmail_quote"><div class="gmail_attr">${s.escape(on(s))}</div><blockquote class="gmail_quote">${atelierHtml(s)}</blockquote></div>`, 'utf-8', '7bit'))), file('x.csv', 'text/csv', PDF)), text('_______________________________________________\nharbour mailing list\nharbour@lists.harbour-freight.example\nhttps://lists.harbour-freight.example/mailman/listinfo/harbour', 'us-ascii', '7bit')), expect: comment('Deep inside.', ['x.csv']) }) },
  { name: 'list-footer-groups', locale: 'en', build: (s) => ({ subject: re(s), part: text(`Agreed, go ahead.\n\n-- \nYou received this message because you are subscribed to the Google Groups "Harbour" group.\nTo unsubscribe from this group and stop receiving emails from it, send an email to harbour+unsubscribe@googlegroups.example.\nTo view this discussion visit https://groups.google.com/d/msgid/x.\n`, 'utf-8', '7bit'), expect: comment('Agreed, go ahead.') }) },
  { name: 'base64-damaged', locale: 'en', build: (s) => ({ subject: re(s), part: verbatim('text/plain; charset=utf-8', 'base64', base64Lines(Buffer.from(reply(s, 'The second delivery is on Thursday, please keep dock 4 free for us.'))).replace(/\r\n/, '!\r\n\r\n').replace(/$/, '=')), expect: comment('The second delivery is on Thursday, please keep dock 4 free for us.') }) },
  { name: 'base64-plus-footer', locale: 'en', build: (s) => ({ subject: re(s), part: verbatim('text/plain; charset=utf-8', 'base64', `${base64Lines(Buffer.from('Dock 4 is free on Thursday.\r\n'))}\r\n_______________________________________________\r\nharbour mailing list\r\nharbour@lists.example\r\n`), expect: comment('Dock 4 is free on Thursday.') }) },
  { name: 'base64-is-plain', locale: 'en', build: (s) => ({ subject: re(s), part: verbatim('text/plain; charset=utf-8', 'base64', 'This was never base64, whatever the header says: dock 4, Thursday.'), expect: comment('This was never base64, whatever the header says: dock 4, Thursday.') }) },
  { name: 'qp-damaged', locale: 'de', build: (s) => ({ subject: re(s), part: verbatim('text/plain; charset=utf-8', 'quoted-printable', 'Die Gr=c3=b6=C3=9Fe ist 4 =3D 2 + 2, Rabatt 5=% und der Rest folgt am= \r\n Montag.'), expect: comment('Die Größe ist 4 = 2 + 2, Rabatt 5=% und der Rest folgt am Montag.') }) },
  { name: 'leading-blank-line', locale: 'en', build: (s) => ({ subject: re(s), part: text(reply(s, 'Fine.'), 'utf-8', '7bit'), raw: (bytes) => new Uint8Array(Buffer.concat([Buffer.from('\r\n'), bytes])), expect: comment('Fine.') }) },
  { name: 'lf-only', locale: 'en', build: (s) => ({ subject: re(s), part: text(reply(s, 'Line ends of one byte.'), 'utf-8', '7bit'), raw: (bytes) => new Uint8Array(Buffer.from(binary(bytes).replaceAll('\r\n', '\n'), 'latin1')), expect: comment('Line ends of one byte.') }) },
  { name: 'no-closing-boundary', locale: 'en', build: (s) => ({ subject: re(s), part: alternative('cutoff', text(reply(s, 'Cut short.'), 'utf-8', '7bit')), raw: (bytes) => new Uint8Array(Buffer.from(binary(bytes).replace('--cutoff--\r\n', ''), 'latin1')), expect: comment('Cut short.') }) },
  { name: 'nul-bytes', locale: 'en', build: (s) => ({ subject: re(s), part: text('Null\u0000 and void? No: valid.', 'utf-8', 'base64'), expect: comment('Null and void? No: valid.') }) },
  { name: 'html-unclosed', locale: 'en', build: (s) => ({ subject: re(s), part: html(`<body><p>One<p>Two<br>Three<div class=gmail_quote><div class=gmail_attr>${s.escape(on(s))}</div><blockquote class=gmail_quote>${atelierHtml(s)}`, 'utf-8', '7bit'), expect: comment('One\n\nTwo\nThree') }) },
  { name: 'html-bare-blockquote', locale: 'en', build: (s) => ({ subject: re(s), part: html(`<div>The norm says:</div><blockquote>Doors shall open outwards.</blockquote><div>Ours do not.</div><br><div class="gmail_quote"><div class="gmail_attr">${s.escape(on(s))}</div><blockquote class="gmail_quote">${atelierHtml(s)}</blockquote></div>`, 'utf-8', '7bit'), expect: comment('The norm says:\nDoors shall open outwards.\nOurs do not.') }) },
  { name: 'html-div-around-all', locale: 'en', build: (s) => ({ subject: re(s), part: html(`<div><div>Everything in one div.</div><div><b>From:</b> Li Dan &lt;${s.original.from.address}&gt;<br><b>Sent:</b> Tuesday, 3 November 2026 10:12<br><b>To:</b> Grace Hopper<br><b>Subject:</b> plan<br></div><div>Hi,</div></div>`, 'utf-8', '7bit'), expect: comment('Everything in one div.') }) },
  { name: 'html-ordered-list', locale: 'en', build: (s) => ({ subject: re(s), part: html(`<div dir="ltr"><div>Two answers:</div><ol><li>Yes.</li><li>Tom Brook.</li></ol></div><div class="gmail_quote"><div class="gmail_attr">${s.escape(on(s))}</div><blockquote class="gmail_quote">${atelierHtml(s)}</blockquote></div>`, 'utf-8', '7bit'), expect: comment('Two answers:\n1. Yes.\n2. Tom Brook.') }) },
  { name: 'quote-subject-first', locale: 'en', build: (s) => ({ subject: re(s), part: text(`Order changed.\n\nSubject: plan\nFrom: Li Dan <${s.original.from.address}>\nTo: Grace Hopper <g@h.example>\nDate: Tue, 3 Nov 2026 10:12:07 +0800\n\nHi,\n${s.original.lines.join('\n')}`, 'utf-8', '7bit'), expect: comment('Order changed.') }) },
  { name: 'long-to-list', locale: 'en', build: (s) => ({ subject: re(s), part: text(`Noted.\n\nFrom: Li Dan <${s.original.from.address}>\nSent: Tuesday, November 3, 2026 10:12 AM\nTo: Grace Hopper <grace.hopper@harbour-freight.example>; Tom Brook <tom@harbour-freight.example>;\n Ann Lee <ann@harbour-freight.example>; Bo Chen <bo@harbour-freight.example>\nCc: Priya Nair <priya@harbour-freight.example>\nSubject: RE: plan\nImportance: High\n\n${s.original.lines.join('\n')}`, 'utf-8', '7bit'), expect: comment('Noted.') }) },
  { name: 'typed-gt-line', locale: 'en', build: (s) => ({ subject: re(s), part: html(`<div>Rule: &gt; 5 pallets go by rail.</div><div>&gt;= 20 by ship.</div>`, 'utf-8', '7bit'), expect: comment('Rule: > 5 pallets go by rail.\n>= 20 by ship.') }) },
  { name: 'bottom-with-signature', locale: 'en', build: (s) => ({ subject: re(s), part: text(`${on(s)}\n${quote(s)}\n\nBoth by Friday.\n\nRegards,\nGrace\n\n-- \nGrace Hopper\nHarbour Freight\n+44 20 5550 1234\n`, 'utf-8', '7bit'), expect: comment('Both by Friday.\n\nRegards,\nGrace') }) },
  { name: 'unmarked-card', locale: 'en', build: (s) => ({ subject: re(s), part: text(reply(s, 'We take option B.\n\nGrace Hopper\nOperations Manager\nHarbour Freight Ltd\nT +44 20 5550 1234\nM +44 7700 900123\nwww.harbour-freight.example'), 'utf-8', '7bit'), expect: comment('We take option B.') }) },
  { name: 'regards-card', locale: 'en', build: (s) => ({ subject: re(s), part: text(reply(s, 'We take option B.\n\nBest regards,\nGrace Hopper\nOperations Manager | Harbour Freight Ltd\nT: +44 20 5550 1234\nE: grace.hopper@harbour-freight.example'), 'utf-8', '7bit'), expect: comment('We take option B.\n\nBest regards,\nGrace Hopper') }) },
  { name: 'printing-footer', locale: 'en', build: (s) => ({ subject: re(s), part: text(reply(s, 'Approved.\n\nP Please consider the environment before printing this e-mail.'), 'utf-8', '7bit'), expect: comment('Approved.') }) },
  forward('gmail', 'en', 'Fwd: Insurance', 'See what the insurer says.', '---------- Forwarded message ---------', ['From: Priya Nair <priya@insure.example>', 'Date: Mon, Nov 2, 2026 at 5:40 PM', 'Subject: Insurance', 'To: Grace Hopper <grace.hopper@harbour-freight.example>'], ['We need the drawings first.', '', '-- ', 'Priya Nair']),
  forward('outlook', 'en', 'FW: Insurance', 'For your file.', '________________________________', ['From: Priya Nair <priya@insure.example>', 'Sent: Monday, November 2, 2026 5:40 PM', 'To: Grace Hopper <grace.hopper@harbour-freight.example>', 'Subject: Insurance'], ['We need the drawings first.']),
  forward('outlook-zh', 'zh', '转发: 付款条件', '请看财务的意见。', '', ['发件人: 赵敏 <zhaomin@huanan-elec.example>', '发送时间: 2026年11月2日 17:40', '收件人: 周海涛 <zhouhaitao@huanan-elec.example>', '主题: 付款条件'], ['建议改为 4-4-2。']),
  forward('qq', 'zh', '转发：付款条件', '请看财务的意见。', '------------------ 原始邮件 ------------------', ['发件人: "赵敏" <zhaomin@qq.com>;', '发送时间: 2026年11月2日(星期一) 下午5:40', '收件人: "周海涛"<zhouhaitao@huanan-elec.example>;', '主题: 付款条件'], ['建议改为 4-4-2。']),
  forward('netease', 'zh', 'Fw:付款条件', '请看财务的意见。', '-------- 转发邮件信息 --------', ['发件人："赵敏" <zhaomin@163.com>', '发送日期：2026-11-02 17:40:00', '收件人："周海涛" <zhouhaitao@huanan-elec.example>', '主题：付款条件'], ['建议改为 4-4-2。']),
  forward('apple', 'en', 'Fwd: Insurance', 'FYI', 'Begin forwarded message:', ['', 'From: Priya Nair <priya@insure.example>', 'Subject: Insurance', 'Date: 2 November 2026 at 17:40:00 GMT', 'To: Grace Hopper <grace.hopper@harbour-freight.example>'], ['We need the drawings first.']),
  forward('thunderbird-de', 'de', 'Fwd: Versicherung', 'Zur Info.', '-------- Weitergeleitete Nachricht --------', ['Betreff: \tVersicherung', 'Datum: \tMon, 2 Nov 2026 17:40:00 +0100', 'Von: \tPriya Nair <priya@insure.example>', 'An: \tJürgen Weiß <j.weiss@weiss-foerdertechnik.example>'], ['Wir brauchen zuerst die Zeichnungen.']),
  forward('outlook-de', 'de', 'WG: Versicherung', 'Zur Info.', '', ['Von: Priya Nair <priya@insure.example>', 'Gesendet: Montag, 2. November 2026 17:40', 'An: Jürgen Weiß <j.weiss@weiss-foerdertechnik.example>', 'Betreff: Versicherung'], ['Wir brauchen zuerst die Zeichnungen.']),
  forward('outlook-fr', 'fr', 'TR: Assurance', 'Pour info.', '', ['De : Priya Nair <priya@insure.example>', 'Envoyé : lundi 2 novembre 2026 17:40', 'À : Hélène Moreau <helene.moreau@moreau-logistique.example>', 'Objet : Assurance'], ['Il nous faut les plans.']),
  automatic('exchange', 'en', 'Automatic reply: plan', ['Auto-Submitted: auto-generated', 'X-Auto-Response-Suppress: All'], 'I am out of the office until 16 November.'),
  automatic('exchange-zh', 'zh', '自动答复: 确认验收标准', ['Auto-Submitted: auto-replied'], '我在休假，11月20日回来。'),
  automatic('rules-loop', 'de', 'Abwesenheitsnotiz: Lieferplan', ['X-Auto-Response-Suppress: All', 'X-MS-Exchange-Inbox-Rules-Loop: j.weiss@weiss-foerdertechnik.example'], 'Ich bin bis zum 18.11.2026 nicht im Büro.'),
  automatic('qq', 'zh', '自动回复：确认验收标准', ['X-QQ-mid: vacation8t17'], '这是来自QQ邮箱的假期自动回复邮件。\n\n您好，我最近正在休假中。', 'same'),
  automatic('netease', 'zh', '自动回复:确认验收标准', [], '您好，您的邮件我已收到，我会尽快回复您。', 'same'),
  automatic('gmail', 'en', 'Out of office Re: plan', ['Auto-Submitted: auto-replied', 'Precedence: bulk', 'X-Autoreply: yes'], 'Back on November 20th.', 'same'),
  automatic('vacation', 'fr', 'Absence du bureau : plan', ['X-Autorespond: plan', 'Precedence: auto_reply'], 'Je suis absente jusqu’au 20 novembre.'),
  automatic('ja', 'ja', '自動応答: plan', ['Auto-Submitted: auto-replied'], '11月20日まで休暇をいただいております。'),
  automatic('es', 'es', 'Respuesta automática: plan', [], 'Estaré fuera de la oficina hasta el 20 de noviembre.', 'same'),
  { name: 'xars-alone', locale: 'en', build: (s) => ({ subject: re(s), headers: ['X-Auto-Response-Suppress: DR, OOF, AutoReply', 'Auto-Submitted: no'], part: text(reply(s, 'A person wrote this.'), 'utf-8', '7bit'), expect: comment('A person wrote this.') }) },
  { name: 'human-re-automatic', locale: 'en', build: (s) => ({ subject: 'Re: Automatic reply: plan', part: text(reply(s, 'I am back, let us go on.'), 'utf-8', '7bit'), expect: comment('I am back, let us go on.') }) },
  { name: 'human-out-of-office-topic', locale: 'en', build: () => ({ subject: 'Out of office hours access to dock 4', part: text('Who opens the gate after six?', 'utf-8', '7bit'), expect: comment('Who opens the gate after six?') }) },
  dsn('5.1.1', ['Final-Recipient: rfc822; tom@harbour-freight.example', 'Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'], '5.1.1 tom@harbour-freight.example'),
  dsn('exchange', ['Final-Recipient: rfc822;tom@harbour-freight.example', 'Action: failed', 'Status: 5.1.10', 'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'], '5.1.10 tom@harbour-freight.example', 'postmaster@harbour-freight.example', 'Undeliverable: plan'),
  dsn('full', ['Final-Recipient: rfc822; ann@harbour-freight.example', 'Action: failed', 'Status: 4.2.2'], '4.2.2 ann@harbour-freight.example'),
  { name: 'bounce-delayed', locale: 'en', build: (s) => ({ subject: 'Delivery delayed', headers: ['Auto-Submitted: auto-replied'], from: { name: 'M', address: 'mailer-daemon@mx.example' }, envelopeFrom: '', to: `bounce@${DOMAIN}`, authentication: 'none', part: { kind: 'multi', type: 'multipart/report; report-type=delivery-status', boundary: `d${s.index}`, children: [text('Still trying.', 'us-ascii', '7bit'), raw('message/delivery-status', 'Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; tom@x.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n', '7bit')] }, expect: { action: 'ignore', reason: 'delivery-notice' } }) },
  { name: 'bounce-qq', locale: 'zh', build: () => ({ subject: '系统退信/Systems bounce', from: { name: 'PostMaster', address: 'PostMaster@qq.com' }, envelopeFrom: '', to: `bounce@${DOMAIN}`, authentication: 'none', part: html('<div><h2>退信通知</h2><p>您好，很抱歉，您的邮件无法送达。</p><p>收件人邮件地址：nobody@qq.com</p><p>退信原因：550 Mailbox unavailable or access denied。收件人（nobody@qq.com）不存在或未激活。</p><p>host mx1.qq.com said: 550 5.1.1 Mailbox not found</p></div>', 'utf-8', 'base64'), expect: { action: 'bounce', reason: '5.1.1 nobody@qq.com' } }) },
  { name: 'read-receipt', locale: 'en', build: (s) => ({ subject: 'Read: plan', part: { kind: 'multi', type: 'multipart/report; report-type=disposition-notification', boundary: `mdn${s.index}`, children: [text('Your message was read.', 'us-ascii', '7bit'), raw('message/disposition-notification', 'Final-Recipient: rfc822;g@h.example\r\nOriginal-Message-ID: <x@in.atelier.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n', '7bit')] }, expect: { action: 'ignore', reason: 'read-receipt' } }) },
  { name: 'read-receipt-zh', locale: 'zh', build: () => ({ subject: '已读: 确认验收标准', part: text('这是邮件收条，您发送给 周海涛 的邮件已被阅读。\n该收条只表明收件人的计算机上曾显示过此邮件。', 'utf-8', 'base64'), expect: { action: 'ignore', reason: 'read-receipt' } }) },
  ...(['ACCEPTED', 'DECLINED', 'TENTATIVE'] as const).map((partstat): Special => ({ name: `calendar-${partstat.toLowerCase()}`, locale: 'en', build: (s) => ({ subject: `${partstat}: Demo`, part: alternative(`cal${s.index}`, text(`${s.person.name} has answered.`, 'utf-8', '7bit'), raw('text/calendar; method=REPLY; charset=UTF-8', `BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nDTSTART:20261105T070000Z\r\nUID:meet-1@in.atelier.example\r\nATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${partstat};CN=\r\n "Hopper, Grace":mailto:${s.person.address}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`, '7bit')), expect: { action: 'ignore', reason: `calendar-reply ${partstat.toLowerCase()}` } }) })),
  { name: 'list-mail', locale: 'en', build: (s) => ({ subject: '[harbour] news', headers: ['List-Id: <harbour.lists.example>', 'Precedence: list'], part: text('Weekly news.', 'utf-8', '7bit'), expect: { action: 'ignore', reason: 'list' }, ...(s.index < 0 ? { to: '' } : {}) }) },
  { name: 'own-loop', locale: 'en', build: (s) => ({ subject: s.original.subject, from: { name: 'Li Dan (Atelier)', address: s.original.from.address }, part: text(s.original.lines.join('\n'), 'utf-8', '7bit'), expect: { action: 'ignore', reason: 'own-loop' } }) },
  ...(['fail', 'none', 'other-id', 'spf-comment', 'missing'] as const).map((kind): Special => ({ name: `forged-${kind}`, locale: 'en', build: (s) => ({ subject: re(s), authentication: kind, headers: kind === 'missing' ? [] : [`Authentication-Results: mx.cloudflare.net; dmarc=${kind === 'other-id' ? 'fail' : 'pass'} header.from=harbour-freight.example`], envelopeFrom: 'x@evil.example', part: text(reply(s, 'Pay to the new account.'), 'utf-8', '7bit'), expect: { action: 'reject', reason: 'sender-not-authenticated' } }) })),
  { name: 'spf-aligned', locale: 'en', build: (s) => ({ subject: re(s), authentication: 'spf-only', part: text(reply(s, 'No DMARC record here.'), 'utf-8', '7bit'), expect: comment('No DMARC record here.') }) },
  { name: 'dkim-aligned', locale: 'en', build: (s) => ({ subject: re(s), authentication: 'dkim-only', part: text(reply(s, 'Signed by a subdomain.'), 'utf-8', '7bit'), expect: comment('Signed by a subdomain.') }) },
  { name: 'two-from', locale: 'en', build: (s) => ({ subject: re(s), headers: [`From: Grace Hopper <${s.person.address}>`, 'From: Mallory <m@evil.example>'], part: text('x', 'utf-8', '7bit'), expect: { action: 'reject', reason: 'two-senders' } }) },
  { name: 'other-sender', locale: 'en', build: (s) => ({ subject: re(s), from: { name: 'Tom Brook', address: 'tom.brook@harbour-freight.example' }, part: text(reply(s, 'I answer for Grace.'), 'utf-8', '7bit'), expect: { action: 'reject', reason: 'other-sender' } }) },
  { name: 'unknown-token', locale: 'en', build: (s) => ({ subject: re(s), to: `reply+aaaaaaaaaaaaaaaaaaaaaaaaaa@${DOMAIN}`, part: text(reply(s, 'Hello?'), 'utf-8', '7bit'), expect: { action: 'reject', reason: 'unknown-token' } }) },
  { name: 'empty-reply', locale: 'en', build: (s) => ({ subject: re(s), part: text(`\n\nSent from my iPhone\n\n> ${on(s)}\n> \n${quote(s)}\n`, 'utf-8', '7bit'), expect: { action: 'reject', reason: 'empty' } }) },
  { name: 'upper-case-address', locale: 'en', build: (s) => ({ subject: re(s), to: `Reply+${s.person.token.toUpperCase()}@IN.ATELIER.EXAMPLE`, part: text(reply(s, 'Case does not matter.'), 'utf-8', '7bit'), expect: comment('Case does not matter.') }) },
  { name: 'encoded-from-comma', locale: 'de', build: (s) => ({ subject: re(s), headers: [`From: ${encodedWord('Weiß, Jürgen')} <${s.person.address}>`], part: text(reply(s, 'Passt.'), 'utf-8', '7bit'), expect: comment('Passt.') }) },
  { name: 'inline-no-mark', locale: 'en', build: (s) => ({ subject: re(s), part: text(`${on(s)}\n> Hi,\n> Li Dan needs two answers from you:\n> 1. Can the dock doors take 3.2 m trailers?\n\nYes, easily.\n\n> 2. Who signs the acceptance protocol?\n\nTom Brook signs.\nHe is here until the 20th.\n\n> Reply to this mail to post in the room.\n> Atelier for Northwind Software\n`, 'utf-8', '7bit'), expect: comment('> Hi,\n> Li Dan needs two answers from you:\n> 1. Can the dock doors take 3.2 m trailers?\nYes, easily.\n\n> 2. Who signs the acceptance protocol?\nTom Brook signs.\nHe is here until the 20th.') }) },
  { name: 'inline-short-quote', locale: 'en', build: (s) => ({ subject: re(s), part: text('> 2. Who signs the acceptance protocol?\n\nTom Brook.\n', 'utf-8', '7bit'), expect: comment('> 2. Who signs the acceptance protocol?\nTom Brook.') }) },
  { name: 'inline-apple-html', locale: 'en', build: (s) => ({ subject: re(s), part: html(`<html><body><div><blockquote type="cite"><div>On 3 Nov 2026, at 10:12, Li Dan &lt;${s.original.from.address}&gt; wrote:</div><br class="Apple-interchange-newline"><div><div>1. Can the dock doors take 3.2 m trailers?</div></div></blockquote><div><br></div>Yes.</div><div><br><blockquote type="cite"><div>2. Who signs the acceptance protocol?</div></blockquote><div><br></div>Tom.</div><div><br><blockquote type="cite"><div>Atelier for Northwind Software</div></blockquote></div></body></html>`, 'utf-8', '7bit'), expect: comment('> 1. Can the dock doors take 3.2 m trailers?\nYes.\n\n> 2. Who signs the acceptance protocol?\nTom.') }) },
];
