/** Mail that comes in: posted only in the name of whoever it is proven to be from; never lost, never answered in a loop. */
import { describe, expect, test } from 'vitest';
import { fresh } from '../../worker/access/tokens.ts';
import { stamped } from '../../worker/local/edge.ts';
import { CLIENTS, quote } from '../../worker/local/quote.ts';
import { sourceOf } from '../../worker/local/source.ts';
import {
  act,
  bring,
  bringRaw,
  comments,
  env,
  invite,
  mailsTo,
  newAddress,
  newSeller,
  openRoom,
  raw,
  request,
  viewOf,
  type OpenRoom,
  type SignedIn,
  deliverMail,
  enter,
  joinedCustomer,
  lastCodeTo,
  services,
} from '../support/front-door.ts';

async function answerable() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const mail = await invite(seller, opened);
  return { seller, opened, mail, to: mail.replyTo ?? '' };
}

const held = async (seller: SignedIn, opened: OpenRoom) => Object.values((await viewOf(seller, opened.room)).state.held);
const posted = async (seller: SignedIn, opened: OpenRoom) => (await comments(seller, opened.room)).map((one) => one.body);
const rejections = async (email: string) => (await mailsTo(email)).filter((mail) => mail.headers['Auto-Submitted'] === 'auto-replied');

describe('who a mail is from', () => {
  test('is whoever the receiving edge verified, and nothing that the sender wrote', async () => {
    const { seller, opened, to } = await answerable();
    const domain = opened.customerEmail.split('@')[1];
    const pass = `dkim=pass header.d=${domain}; dmarc=pass header.from=${domain}`;
    const forgeries = [
      { verdict: null },
      { verdict: `mx.cloudflare.net; dmarc=fail header.from=${domain}` },
      { verdict: `mx.evil.example; ${pass}` },
      {
        verdict: `mx.cloudflare.net; spf=pass smtp.mailfrom=mallory@evil.example; dmarc=fail header.from=${domain}`,
        headers: { 'Authentication-Results': `mx.cloudflare.net; ${pass}` },
      },
      { verdict: `mx.cloudflare.net; spf=pass (domain of "dmarc=pass"@evil.example) smtp.mailfrom=evil.example` },
    ];
    for (const forgery of forgeries) {
      const { rejected } = await bring({ from: opened.customerEmail, to, text: 'Please pay to this account instead', ...forgery });
      expect(rejected).toContain('could not be verified');
    }
    expect(await posted(seller, opened)).toEqual([]);
    expect((await held(seller, opened)).map((one) => one.reason)).toEqual(forgeries.map(() => 'not_authenticated'));
    expect(await rejections(opened.customerEmail)).toEqual([]);
  });

  test('may be a colleague who got the mail passed on: held for the seller, told why, posted once they are in the room', async () => {
    const { seller, opened, to } = await answerable();
    const email = newAddress('zhao');
    await bring({ from: email, to, text: 'Finance agrees.' });
    expect(await posted(seller, opened)).toEqual([]);
    const [mail] = await held(seller, opened);
    expect(mail).toMatchObject({ reason: 'other_sender', from: email, text: 'Finance agrees.' });
    expect(await rejections(email)).toHaveLength(1);
    if (!mail) throw new Error('nothing held');

    const refused = await act(seller, opened.room, { type: 'mail.settle', held: mail.id, how: 'posted' });
    expect(refused.status).toBe(409);
    await act(seller, opened.room, {
      type: 'participant.add',
      participant: 'z'.repeat(26),
      side: 'customer',
      name: 'Zhao',
      email,
      locale: 'en',
      zone: 'UTC',
      invite: false,
      note: '',
    });
    await act(seller, opened.room, { type: 'mail.settle', held: mail.id, how: 'posted' });
    const [comment] = await comments(seller, opened.room);
    expect(comment).toMatchObject({ body: 'Finance agrees.', by: 'z'.repeat(26), via: 'mail' });
    expect(await held(seller, opened)).toEqual([]);
  });
});

describe('mail that can’t be posted', () => {
  test('to an unknown reply address is held in the room it names, and its sender is told once a day', async () => {
    const { seller, opened } = await answerable();
    const email = newAddress('stranger');
    const address = `reply+${'k'.repeat(26)}${opened.room}@${env.REPLY_DOMAIN}`;
    for (const text of ['Hello?', 'Hello again?']) await bring({ from: email, to: address, text });
    expect((await held(seller, opened)).map((one) => one.text)).toEqual(['Hello?', 'Hello again?']);
    expect(await rejections(email)).toHaveLength(1);
  });

  test('to an address that names no room is answered, not lost in silence', async () => {
    const email = newAddress('stranger');
    const kept = async () => (await env.FILES.list({ prefix: 'mail/' })).objects.map((one) => one.key);
    const before = await kept();
    await bring({ from: email, to: `reply+${'q'.repeat(52)}@${env.REPLY_DOMAIN}`, text: 'Hello?' });
    expect(await rejections(email)).toHaveLength(1);
    // Nobody can read them: they are not kept.
    await bring({ from: email, to: `anything@${env.REPLY_DOMAIN}`, text: 'Hello?', verdict: null });
    await bring({
      from: email,
      to: `reply+${'q'.repeat(52)}@${env.REPLY_DOMAIN}`,
      text: 'Away',
      headers: { 'Auto-Submitted': 'auto-replied' },
    });
    expect(await kept()).toEqual(before);
  });

  test('with nothing in it but a quotation and a signature is said to be empty', async () => {
    const { seller, opened, mail, to } = await answerable();
    await bring({
      from: opened.customerEmail,
      to,
      inReplyTo: mail.messageId,
      text: `\n\n在 2026年11月23日，Li Dan 写道：\n${mail.text
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n')}\n`,
    });
    expect(await posted(seller, opened)).toEqual([]);
    expect(await rejections(opened.customerEmail)).toHaveLength(1);
  });

  test('automatic answers, bounces and lists are never posted and never answered', async () => {
    const { seller, opened, to } = await answerable();
    const before = (await mailsTo(opened.customerEmail)).length;
    await bring({
      from: opened.customerEmail,
      to,
      text: 'I am away until 30 November',
      subject: 'Automatic reply: hello',
      headers: { 'Auto-Submitted': 'auto-replied' },
    });
    await bring({
      from: opened.customerEmail,
      to,
      text: '您好，我正在休假',
      subject: '自动回复：你好',
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    await bring({ from: opened.customerEmail, to, text: 'News', headers: { 'List-Id': '<news.corp.example>', Precedence: 'bulk' } });
    expect(await posted(seller, opened)).toEqual([]);
    expect(await held(seller, opened)).toEqual([]);
    expect((await mailsTo(opened.customerEmail)).length).toBe(before);
  });

  test('what a mail says is text: markup in it can’t run', async () => {
    const { seller, opened, to } = await answerable();
    await bring({
      from: opened.customerEmail,
      to,
      text: '<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))',
    });
    const response = await request(`/api/rooms/${opened.room}/threads/room?as=seller`, { cookie: seller.cookie });
    const page = (await response.json()) as { html: Record<string, string> };
    const html = Object.values(page.html).join('');
    expect(html).not.toMatch(/<script|<img|javascript:/i);
  });
});

describe('a mail that came half-way', () => {
  test('is finished when it is sent again', async () => {
    const { seller, opened, to } = await answerable();
    const letter = { from: opened.customerEmail, to, text: 'Once only', messageId: '<half-way@corp.example>' };
    const put = env.FILES.put;
    env.FILES.put = () => Promise.reject(new Error('storage is down'));
    await expect(bringRaw(raw(letter), letter)).rejects.toThrow('storage is down');
    env.FILES.put = put;
    await bringRaw(raw(letter), letter);
    await bringRaw(raw(letter), letter);
    expect(await posted(seller, opened)).toEqual(['Once only']);
  });
});

describe('a mail that was taken and not written down as taken', () => {
  /** As if the Worker had died between the room's word and its own row. */
  const again = async (letter: Parameters<typeof raw>[0]) => {
    const bytes = raw(letter);
    await bringRaw(bytes, letter);
    await env.DB.exec("UPDATE inbound_mail SET outcome = 'pending'");
    await bringRaw(bytes, letter);
  };

  test('is no second comment, with its files or without', async () => {
    const { seller, opened, to } = await answerable();
    await again({
      from: opened.customerEmail,
      to,
      text: 'Here it is',
      files: [{ name: 'a.pdf', type: 'application/pdf', content: '%PDF-1.4' }],
    });
    expect(await posted(seller, opened)).toEqual(['Here it is']);
    expect(await held(seller, opened)).toEqual([]);
  });

  test('ends a device once: its NO is no comment afterwards', async () => {
    const { seller, opened } = await answerable();
    const customer = await joinedCustomer(seller, opened);
    const second = await enter(customer.token);
    await services.access.enterWithCode(customer.token, second.device, await lastCodeTo(opened.customerEmail), {
      ip: '203.0.113.8',
      userAgent: 'Mozilla/5.0 (iPhone) Safari/604.1',
    });
    const [report] = (await mailsTo(opened.customerEmail)).filter((mail) => mail.replyTo);
    await again({ from: opened.customerEmail, to: report?.replyTo ?? '', text: 'NO' });
    expect(await posted(seller, opened)).toEqual([]);
    await deliverMail(opened.room);
    await deliverMail(opened.room);
    expect((await mailsTo(opened.customerEmail)).filter((mail) => mail.subject.startsWith('Signed out'))).toHaveLength(1);
  });

  test('is known again though it has no Message-ID and came another way', async () => {
    const { seller, opened, to } = await answerable();
    const letter = { from: opened.customerEmail, to, text: 'Once only', messageId: '' };
    const bytes = raw(letter);
    await bringRaw(bytes, letter);
    const line = new TextEncoder().encode('Received: from mx2.corp.example by mx.cloudflare.net; Mon, 23 Nov 2026 08:00:00 +0000\r\n');
    await bringRaw(new Uint8Array([...line, ...bytes]), letter);
    expect(await posted(seller, opened)).toEqual(['Once only']);
  });
});

describe('a bounce', () => {
  const report = (to: string, recipient: string, original: string) =>
    new TextEncoder().encode(
      [
        'From: Mail Delivery System <MAILER-DAEMON@mx.corp.example>',
        `To: <${to}>`,
        'Subject: Undelivered Mail Returned to Sender',
        `Message-ID: <${crypto.randomUUID()}@mx.corp.example>`,
        'Auto-Submitted: auto-replied',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'The mail could not be delivered.',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; mx.corp.example',
        '',
        `Final-Recipient: rfc822; ${recipient}`,
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 no such user',
        '',
        '--b',
        'Content-Type: text/rfc822-headers',
        '',
        `Message-ID: ${original}`,
        `To: <${recipient}>`,
        '',
        '--b--',
        '',
      ].join('\r\n'),
    );

  test('marks the participant only if it is about a mail that we sent to them', async () => {
    const { seller, opened, mail, to } = await answerable();
    const trouble = async () => (await viewOf(seller, opened.room)).state.people[opened.customer]?.trouble;
    await bringRaw(report(to, opened.customerEmail, '<forged@in.atelier.example>'), { from: '', to });
    expect(await trouble()).toBeNull();
    await bringRaw(report(to, opened.customerEmail, mail.messageId), { from: '', to });
    expect(await trouble()).toBe('bounced');
    expect(await posted(seller, opened)).toEqual([]);
  });
});

describe('an answer from a mail program', () => {
  test.each(CLIENTS.flatMap((client) => (['en', 'zh-CN'] as const).map((locale) => [client, locale] as const)))(
    '%s, %s: what was typed and nothing of what we had sent',
    async (client, locale) => {
      const { seller, opened } = await answerable();
      const customer = await joinedCustomer(seller, opened);
      await act(customer, opened.room, { type: 'participant.describe', participant: opened.customer, locale });
      // A second device, so that its report is in the reader's language, too.
      const second = await enter(customer.token);
      await services.access.enterWithCode(customer.token, second.device, await lastCodeTo(opened.customerEmail), {
        ip: '203.0.113.8',
        userAgent: 'Mozilla/5.0 (iPhone) Safari/604.1',
      });
      await act(seller, opened.room, {
        type: 'comment.post',
        comment: fresh(),
        thread: 'room',
        body: 'Is **Friday** fine?\n\n- 10:00\n- 15:00',
      });
      await deliverMail(opened.room);
      const mails = await mailsTo(opened.customerEmail);
      for (const [turn, original] of mails.filter((mail) => mail.replyTo).entries()) {
        const typed = locale === 'en' ? `Typed by hand, ${turn}` : `手写的回复 ${turn}`;
        const written = quote(client, original, { text: typed, locale, zone: 'Asia/Shanghai' });
        const messageId = `<${fresh()}@corp.example>`;
        const source = await sourceOf({
          ...written,
          from: opened.customerEmail,
          to: original.replyTo ?? '',
          attachments: [],
          messageId,
          date: new Date().toISOString(),
        });
        await bringRaw(await stamped(source, { from: opened.customerEmail, to: original.replyTo ?? '' }, 'pass', env.AUTHSERV_ID), {
          from: opened.customerEmail,
          to: original.replyTo ?? '',
        });
        const said = await posted(seller, opened);
        expect(said, `${client} ${original.subject}`).toContain(typed);
      }
    },
  );
});
