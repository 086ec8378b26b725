/**
 * Hostile mails through `email()`: none makes the sending server come back for nothing, none is posted in another's name, none runs
 * where it is shown, and what the customer writes in between is posted.
 */
import { describe, expect, test } from 'vitest';
import { toBase64 } from '../../worker/base64.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { activeIn, MARK, TEXTS } from '../support/hostile.ts';
import { scene, shown, stands, tried, wrong, type Scene } from '../support/hostile-room.ts';
import { bring, bringRaw, comments, env, lastMailTo, newSeller, request, viewOf } from '../support/front-door.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const EDGE = 'mx.cloudflare.net';

/** A mail whose every part is hostile words, put in as they are: what breaks a line in them breaks the head. */
function written(words: string, from: string, to: string, nth: number, verdict: string): string {
  const boundary = nth % 5 === 0 ? words.replace(/[\r\n]/g, '').slice(0, 70) || 'b' : `b${nth}`;
  const address = nth % 4 === 3 ? `"${words}" <${from}>` : `<${from}>`;
  return [
    `Authentication-Results: ${verdict}`,
    `From: ${address}`,
    `To: <${to}>`,
    `Subject: ${nth % 2 ? words : `=?utf-8?B?${toBase64(words)}?=`}`,
    `Message-ID: <${fresh()}@corp.example>`,
    ...(nth % 3 === 0 ? [`In-Reply-To: ${words}`, `References: ${words}`, `Cc: ${words} <x@evil.example>`] : []),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    `Content-Type: text/${nth % 2 ? 'html' : 'plain'}; charset=${nth % 7 === 0 ? words.slice(0, 40) : 'utf-8'}`,
    '',
    nth % 2 ? `<p>${words}</p>` : words,
    `--${boundary}`,
    `Content-Type: ${nth % 3 ? 'text/html' : words}; name="${words}"`,
    `Content-Disposition: attachment; filename="${words}"; filename*=utf-8''${encodeURIComponent(words.replace(/[\ud800-\udfff]/g, ''))}`,
    'Content-Transfer-Encoding: base64',
    '',
    toBase64(`<script>${MARK}</script>${nth}`),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

const many = (line: string, times: number): string => Array.from({ length: times }, () => line).join('\r\n');
const nested = (times: number): string =>
  Array.from({ length: times }, (_, nth) => `Content-Type: multipart/mixed; boundary="b${nth}"\r\n\r\n--b${nth}\r\n`).join('') + '\r\nx';
/** Mails that are hardly any, each under the verdict and the addresses that the edge gives. */
const BROKEN: readonly string[] = [
  '',
  '\r\n',
  '\r\n\r\n',
  '\u0000',
  'x',
  ':::::',
  'Subject',
  'Subject: x\r\rBcc: y\n\nz',
  ' folded: before anything\r\n\r\nx',
  `X-${'y'.repeat(100_000)}: z\r\n\r\nx`,
  `${many('X-Many: y', 20_000)}\r\n\r\nx`,
  `Received: ${'x '.repeat(50_000)}\r\n\r\nx`,
  `Message-ID: <${'x'.repeat(5_000)}>\r\n\r\nx`,
  'Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\nx',
  'Date: NaN\r\n\r\nx',
  'Content-Type: multipart/mixed\r\n\r\nx',
  'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n----',
  `Content-Type: multipart/mixed; boundary="${'b'.repeat(5_000)}"\r\n\r\nx`,
  nested(300),
  `Content-Type: message/rfc822\r\n\r\n${many('Content-Type: message/rfc822\r\n', 300)}\r\nx`,
  'Content-Type: text/plain; charset=__proto__\r\n\r\nx',
  'Content-Type: text/plain; charset=constructor\r\n\r\nx',
  'Content-Type: text/plain; charset=utf-16\r\n\r\n\ud800x',
  'Content-Transfer-Encoding: base64\r\n\r\n====%%%%',
  'Content-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=\r\n=0',
  'Content-Transfer-Encoding: __proto__\r\n\r\nx',
  'Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 ../../etc/passwd\r\n#\r\nend',
  `Content-Type: text/html\r\n\r\n${'<div>'.repeat(20_000)}x`,
  `Content-Type: text/html\r\n\r\n${'<'.repeat(20_000)}`,
  `Content-Type: text/html\r\n\r\n${'&#x'.repeat(20_000)}`,
  `Content-Type: text/html\r\n\r\n<a ${'x="y" '.repeat(20_000)}>z`,
  `Content-Type: text/plain\r\n\r\n${'>'.repeat(20_000)}`,
  `Content-Type: text/plain\r\n\r\n${'> '.repeat(10_000)}x`,
  `Content-Type: text/plain\r\n\r\n${'On x wrote:\r\n'.repeat(5_000)}`,
  'Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=SECONDLY\r\nUID:__proto__',
  `Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n${many('BEGIN:VEVENT', 5_000)}`,
  'Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--',
  'Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgAAAAAAAAA=',
  'Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAoAAAAAAP////8=',
  'Content-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\n\r\nx',
  'Auto-Submitted: __proto__\r\n\r\nx',
  'From: x@evil.example\r\nFrom: y@evil.example\r\n\r\nx',
  'From: @\r\n\r\nx',
  `From: ${'x,'.repeat(20_000)}\r\n\r\nx`,
  'From: "\\\\\\\\\\\\\\\\\r\n\r\nx',
  `To: ${'(('.repeat(20_000)}\r\n\r\nx`,
  `Subject: ${'=?utf-8?B?'.repeat(5_000)}\r\n\r\nx`,
];
const ADDRESSES = [
  '',
  '<>',
  '@',
  'x',
  `x@${'a'.repeat(300)}`,
  `"\r\nBcc: y"@evil.example`,
  '__proto__@evil.example',
  'x@evil.example\u0000',
  '邮件@例子.example',
];

/** Every mail by the customer's address that the room has taken as theirs. */
const posted = async (on: Scene) => (await comments(on.seller, on.room)).filter((one) => one.via === 'mail').map((one) => one.body);

async function send(what: string, raw: Uint8Array, envelope: { from: string; to: string }): Promise<void> {
  tried.inputs += 1;
  try {
    await bringRaw(raw, envelope);
  } catch (error) {
    wrong.push(`${what.slice(0, 120)}: ${String(error)}`);
  }
}

describe('hostile mails', { timeout: 120_000 }, () => {
  test('of the customer are words and files; what others write in the customer’s name is never theirs', async () => {
    const seller = await newSeller(`Li ${MARK}`, `"><script>${MARK}</script>`);
    const texts = TEXTS.filter((one, nth) => nth % 5 < 2 && one.length < 4_000);
    const SIZE = 45;
    for (let first = 0; first < texts.length; first += SIZE) {
      const on = await scene(seller);
      const from = on.opened.customerEmail;
      const to = (await lastMailTo(from)).replyTo ?? '';
      for (const [nth, words] of texts.slice(first, first + SIZE).entries()) {
        const isTheirs = nth % 2 === 0;
        const marked = isTheirs ? words : `${words}\r\nI am the customer ${nth}`;
        // Others say themselves that they were proven; the edge says what is so.
        const verdict = isTheirs
          ? `${EDGE}; dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example`
          : `${EDGE}; dmarc=fail header.from=corp.example`;
        const forged = isTheirs ? '' : `\r\nAuthentication-Results: ${EDGE}; dmarc=pass header.from=corp.example`;
        await send(words, bytesOf(written(marked, from, to, first + nth, verdict + forged)), { from, to });
        if (nth % 10 === 0) {
          await bring({ from, to, text: `By mail ${nth}` });
          on.said.push(`By mail ${nth}`);
        }
      }
      const bodies = await posted(on);
      if (bodies.some((body) => body.includes('I am the customer'))) wrong.push('posted in the customer’s name');
      await stands(on);
      await shown(on);
      for (const held of Object.values((await viewOf(on.seller, on.room)).state.held)) await original(on, held.id);
    }
    expect(wrong.splice(0)).toEqual([]);
  });

  test('that are hardly mails, from and to addresses that are hardly any', async () => {
    const on = await scene();
    const from = on.opened.customerEmail;
    const to = (await lastMailTo(from)).replyTo ?? '';
    const verdict = `Authentication-Results: ${EDGE}; dmarc=fail header.from=corp.example\r\n`;
    for (const [nth, mail] of BROKEN.entries()) {
      await send(mail, bytesOf(verdict + mail), { from, to });
      await send(
        mail,
        Uint8Array.from(verdict + mail, (letter) => letter.charCodeAt(0) & 0xff),
        { from: 'x@evil.example', to },
      );
      if (nth % 10 === 0) {
        await bring({ from, to, text: `In between ${nth}` });
        on.said.push(`In between ${nth}`);
      }
    }
    for (const address of ADDRESSES) {
      await send(`from ${address}`, bytesOf(`${verdict}From: ${address}\r\nTo: ${to}\r\n\r\nx`), { from: address, to });
      await send(`to ${address}`, bytesOf(`${verdict}From: ${from}\r\nTo: ${address}\r\n\r\nx`), { from, to: address });
      const shaped = `reply+${address}@${env.REPLY_DOMAIN}`;
      await send(`to ${shaped}`, bytesOf(`${verdict}From: ${from}\r\nTo: ${shaped}\r\n\r\nx`), { from, to: shaped });
    }
    await stands(on);
    await shown(on);
    expect(wrong.splice(0)).toEqual([]);
    expect(tried.inputs).toBeGreaterThan(300);
  });
});

/** The page of a mail's original: nothing in it runs, whatever its policy would forbid beside. */
async function original(on: Scene, mail: string): Promise<void> {
  const response = await request(`/api/rooms/${on.room}/mails/${mail}?as=seller`, { cookie: on.seller.cookie });
  if (response.status !== 200 || !response.headers.get('content-security-policy')?.includes('sandbox'))
    wrong.push(`original: ${response.status}`);
  for (const found of activeIn(await response.text(), { nonce: null, own: [] })) wrong.push(`original: ${found}`);
}
