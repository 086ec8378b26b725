/** The local mailbox: keeps what was sent, shows it safely, hands in what people answer. */
import { gallery } from '#emails/gallery.ts';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import PostalMime from 'postal-mime';
import { beforeEach, describe, expect, test } from 'vitest';
import { deliverInbound, type Delivery, type Envelope } from '../../worker/local/edge.ts';
import { type LocalEnv, Mailbox } from '../../worker/local/mailbox.ts';
import { mailboxRoutes } from '../../worker/local/routes.tsx';
import type { OutgoingMail } from '../../worker/mail/transport.ts';

interface HandedIn {
  raw: string;
  envelope: Envelope;
}

let mailbox: Mailbox;
let handedIn: HandedIn[];
let answer: Delivery;

const routes = mailboxRoutes({
  deliver: async (raw, envelope) => {
    handedIn.push({ raw: new TextDecoder().decode(raw), envelope });
    return answer;
  },
});

function openMailbox(): Mailbox {
  const db = new DatabaseSync(':memory:');
  const exec = (query: string, ...values: SQLInputValue[]) => db.prepare(query).all(...values);
  return new Mailbox({ storage: { sql: { exec } } } as unknown as DurableObjectState, {} as LocalEnv);
}

/** Asks the routes as a browser or a test would. */
const ask = (path: string, init: RequestInit = {}) => {
  const env = { MAILBOX: { idFromName: (name: string) => name, get: () => mailbox }, AUTHSERV_ID: 'mx.cloudflare.net' };
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
  return routes.request(path, init, env, context);
};

const form = (fields: Record<string, string | File>): RequestInit => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return { method: 'POST', body };
};
const asProgram = (init: RequestInit): RequestInit => ({ ...init, headers: { ...init.headers, Accept: 'application/json' } });

function letter(name: string, more: Partial<OutgoingMail> = {}): OutgoingMail {
  const sample = gallery().find((one) => one.locale === 'zh-CN' && one.name === name);
  if (!sample) throw new Error(`no letter ${name}`);
  return {
    key: `key/${name}`,
    from: '"李丹 · 华东制造, MES" <room@atelier.example>',
    to: '"陈伟" <Chen.Wei@huadong.example>',
    replyTo: 'reply+abc@in.atelier.example',
    ...sample.rendered,
    headers: { 'Auto-Submitted': 'auto-generated', References: '<root@in.atelier.example>' },
    attachments: [],
    messageId: `<${name}@in.atelier.example>`,
    ...more,
  };
}

beforeEach(() => {
  mailbox = openMailbox();
  handedIn = [];
  answer = { accepted: true };
});

describe('kept', () => {
  test('once per key, newest first, by recipient', async () => {
    const { id } = await mailbox.deliver(letter('invitation'));
    expect(await mailbox.deliver(letter('invitation'))).toEqual({ id });
    await mailbox.deliver(letter('digest'));
    await mailbox.deliver(letter('code', { to: 'li.dan@yunqi.example' }));
    const list = mailbox.list({ to: 'chen.wei@huadong.example' });
    expect(list.map(({ messageId }) => messageId)).toEqual(['<digest@in.atelier.example>', '<invitation@in.atelier.example>']);
    expect(mailbox.list({ before: id })).toEqual([]);
    expect(list[0]).toMatchObject({
      from: { name: '李丹 · 华东制造, MES', address: 'room@atelier.example' },
      to: { name: '陈伟', address: 'Chen.Wei@huadong.example' },
    });
    expect(mailbox.recipients()).toEqual([
      { address: 'li.dan@yunqi.example', mails: 1 },
      { address: 'chen.wei@huadong.example', mails: 2 },
    ]);
    mailbox.clear();
    expect(mailbox.list()).toEqual([]);
  });

  test('as the whole message that would have gone out', async () => {
    const { id } = await mailbox.deliver(
      letter('invitation', {
        attachments: [{ filename: '报价.txt', contentType: 'text/plain', base64: Buffer.from('一').toString('base64') }],
      }),
    );
    const response = await ask(`/${id}/source`);
    const mail = await PostalMime.parse(await response.arrayBuffer());
    expect(mail).toMatchObject({
      messageId: '<invitation@in.atelier.example>',
      from: { name: '李丹 · 华东制造, MES' },
      replyTo: [{ address: 'reply+abc@in.atelier.example' }],
    });
    expect(mail.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
    expect(mail.attachments[0]?.filename).toBe('报价.txt');
    expect(mail.html).toContain('atelier-mail');
  });
});

describe('shown', () => {
  test('as JSON for tests, with every link', async () => {
    await mailbox.deliver(letter('invitation'));
    const [first] = await (await ask('/messages.json?to=chen.wei@huadong.example')).json<{ links: string[] }[]>();
    expect(first).toMatchObject({ subject: expect.stringContaining('邀请您加入'), replyTo: 'reply+abc@in.atelier.example' });
    expect(first?.links).toContainEqual(expect.stringMatching(/^https:\/\/room\.example\/join\/\w+\?lang=zh-CN$/));
    expect(await (await ask('/messages.json?to=nobody@x.example')).json()).toEqual([]);
  });

  test('in a frame that can run and fetch nothing, with addresses leading to a letter', async () => {
    const { id } = await mailbox.deliver(letter('digest'));
    const response = await ask(`/${id}/html`);
    expect(response.headers.get('content-security-policy')).toMatch(/^sandbox (?!.*allow-scripts).*default-src 'none'/);
    const html = await response.text();
    expect(html).toContain('<base target="_blank">');
    expect(html).not.toContain('href="mailto:');
    const [, link = ''] = /href="(\/dev\/mail\/compose[^"]*)"/.exec(html) ?? [];
    const query = new URLSearchParams(link.replaceAll('&amp;', '&').split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      from: '"陈伟" <Chen.Wei@huadong.example>',
      to: expect.stringMatching(/^reply\+a1\w+@in\.room\.example$/),
      subject: 'Re: [华东制造 MES 项目] 提供预算审批文件',
    });
    expect(await (await ask(link.replace('/dev/mail', '').replaceAll('&amp;', '&'))).text()).toContain(
      'value="&quot;陈伟&quot; &lt;Chen.Wei@huadong.example&gt;"',
    );
  });

  test('beside a gallery of all letters', async () => {
    expect((await (await ask('/gallery?lang=zh-CN')).text()).match(/<iframe/g)).toHaveLength(gallery().length);
    expect(await (await ask('/gallery/zh-CN/digest')).text()).toContain('<html lang="zh-CN">');
    expect((await ask('/gallery/zh-CN/nothing')).status).toBe(404);
  });

  test('in both languages and all views; a mail that is gone is said to be', async () => {
    const { id } = await mailbox.deliver(letter('news-internal'));
    for (const view of ['html', 'text', 'source', 'headers']) expect((await ask(`/${id}?view=${view}`)).status).toBe(200);
    expect(await (await ask('/', { headers: { 'Accept-Language': 'zh-CN,zh;q=0.9' } })).text()).toContain('本地邮箱');
    expect(await (await ask('/?lang=en', { headers: { 'Accept-Language': 'zh-CN' } })).text()).toContain('Local mailbox');
    expect((await ask('/999')).status).toBe(404);
  });
});

describe('answered', () => {
  test('with a real message to the reply address, under the verdict of the edge', async () => {
    const { id } = await mailbox.deliver(letter('invitation'));
    const response = await ask(
      `/${id}/reply`,
      asProgram(form({ client: 'qq', text: '预算已批\r\n见附件', files: new File(['%PDF'], '审批.pdf', { type: 'application/pdf' }) })),
    );
    expect(await response.json()).toEqual({ accepted: true, messageId: expect.stringMatching(/^<.+@huadong\.example>$/) });
    const [one] = handedIn;
    expect(one?.envelope).toEqual({ from: 'Chen.Wei@huadong.example', to: 'reply+abc@in.atelier.example' });
    expect(one?.raw.startsWith('Authentication-Results: mx.cloudflare.net; dkim=pass header.d=huadong.example; dmarc=pass ')).toBe(true);
    const mail = await PostalMime.parse(one?.raw ?? '');
    expect(mail).toMatchObject({
      from: { name: '陈伟' },
      inReplyTo: '<invitation@in.atelier.example>',
      references: '<root@in.atelier.example> <invitation@in.atelier.example>',
    });
    expect(mail.text?.startsWith('预算已批\n见附件\n')).toBe(true);
    expect(mail.html).toContain('原始邮件');
    expect(mail.attachments[0]?.filename).toBe('审批.pdf');
  });

  test('as somebody who can not prove who they are', async () => {
    const { id } = await mailbox.deliver(letter('invitation'));
    answer = { accepted: false, reason: '550 not you' };
    const response = await ask(`/${id}/reply`, form({ text: 'x', auth: 'fail' }));
    expect(handedIn[0]?.raw).toMatch(/^Authentication-Results: .*dmarc=fail/);
    expect([response.status, response.headers.get('location')]).toEqual([303, `/dev/mail/${id}?sent=rejected&reason=550+not+you`]);
    expect(await (await ask(`/${id}?sent=rejected&reason=550+not+you`)).text()).toContain('550 not you');
  });

  test('by a new mail, and by a raw one', async () => {
    await ask(
      '/compose',
      form({ from: '"Li Na" <li.na@huadong.example>', to: 'room@in.atelier.example', subject: '你好', text: '第一封' }),
    );
    expect(handedIn[0]?.envelope).toEqual({ from: 'li.na@huadong.example', to: 'room@in.atelier.example' });
    const raw = 'From: a@corp.example\r\nTo: reply+x@in.atelier.example\r\nSubject: s\r\n\r\nHi\r\n';
    expect(await (await ask('/inbound', { method: 'POST', body: raw })).json()).toEqual({ accepted: true });
    expect(handedIn[1]?.envelope).toEqual({ from: 'a@corp.example', to: 'reply+x@in.atelier.example' });
    await ask('/inbound?from=b@corp.example&to=y@in.atelier.example&auth=absent', { method: 'POST', body: raw });
    expect(handedIn[2]).toEqual({ raw, envelope: { from: 'b@corp.example', to: 'y@in.atelier.example' } });
  });
});

describe('handed to email()', () => {
  const raw = new TextEncoder().encode('From: a@corp.example\r\nSubject: =?UTF-8?B?5L2g?=\r\n\r\nHi\r\n');
  const envelope = { from: 'a@corp.example', to: 'reply+x@in.atelier.example' };

  test('whole, with its envelope', async () => {
    const outcome = await deliverInbound(
      async (message) => {
        expect({ from: message.from, to: message.to, size: message.rawSize }).toEqual({ ...envelope, size: raw.length });
        expect(new Uint8Array(await new Response(message.raw).arrayBuffer())).toEqual(raw);
        expect(message.headers.get('from')).toBe('a@corp.example');
      },
      raw,
      envelope,
      {},
      {},
    );
    expect(outcome).toEqual({ accepted: true });
  });

  test('a rejection is for good, an exception is for now', async () => {
    expect(await deliverInbound((message) => message.setReject('no'), raw, envelope, {}, {})).toEqual({
      accepted: false,
      reason: '550 no',
    });
    expect(await deliverInbound(() => Promise.reject(new Error('D1 is away')), raw, envelope, {}, {})).toEqual({
      accepted: false,
      reason: '451 try again: D1 is away',
    });
  });
});
