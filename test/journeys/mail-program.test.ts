/**
 * Mails that this product did not write: Nodemailer builds and sends them over SMTP to a receiving server, which stamps its verdict
 * on top as the edge does and hands the bytes to the runtime's own mail door. What the room then shows is what a customer wrote.
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { stamped, type Verdict } from '../../worker/local/edge.ts';
import { encode } from '../mails/mime.ts';
import { mailTo, type Mail } from './people.ts';

interface Comment {
  body: string;
  by: string;
  via: string;
  files: { id: string; name: string; type: string; size: number }[];
}

/** What the receiving server finds out of the next sender. */
let verdict: Verdict = 'pass';

/** A receiving server: takes what is sent to it, and answers with what the product says. */
const edge = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  logger: false,
  onData(stream, session, callback) {
    const { mailFrom, rcptTo } = session.envelope;
    const taken = async () => {
      const raw = await buffer(stream);
      for (const { address } of rcptTo) await handOn(raw, mailFrom ? mailFrom.address : '', address);
    };
    callbackify(taken)((error: Error | null) => callback(error && Object.assign(error, { responseCode: 550 })));
  },
});

async function handOn(raw: Buffer, from: string, to: string): Promise<void> {
  const bytes = await stamped(new Uint8Array(raw), { from, to }, verdict, 'mx.cloudflare.net');
  const response = await fetch(`${inject('url')}/cdn-cgi/handler/email?${new URLSearchParams({ from, to })}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
  });
  if (!response.ok) throw new Error(await response.text());
}

const cookie = inject('demo')
  .seller.kept.cookies.map((one) => `${one.name}=${one.value}`)
  .join('; ');

async function api<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(inject('url') + path, {
    headers: { cookie, origin: inject('url'), 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const run = Date.now().toString(36);
const chen = { name: '陈伟', address: `chen.wei@smtp-${run}.example` };
let room = '';
let customer = '';
let invitation: Mail;
let port = 0;

const command = (one: object) =>
  api(`/api/rooms/${room}/commands?as=seller`, { id: `smtp-${run}-${Math.random().toString(36).slice(2)}`, command: one });
const thread = async (of = 'room') => (await api<{ comments: Comment[] }>(`/api/rooms/${room}/threads/${of}?as=seller`)).comments;

/** Sends a mail as a customer's program does. The server's refusal is an exception. */
async function send(mail: SendMailOptions): Promise<void> {
  const program = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  try {
    await program.sendMail({ from: chen, to: invitation.replyTo ?? '', subject: `回复：${invitation.subject}`, ...mail });
  } finally {
    program.close();
  }
}

beforeAll(async () => {
  await new Promise<void>((listening) => void edge.listen(0, '127.0.0.1', () => listening()));
  const address = edge.server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  ({ port } = address);
  ({ room } = await api<{ room: string }>('/api/rooms', {
    email: chen.address,
    account: `邮件客户端 ${run}`,
    template: 'blank',
    locale: 'zh-CN',
    name: chen.name,
  }));
  const { view } = await api<{ view: { state: { people: Record<string, { id: string; side: string }> } } }>(`/api/rooms/${room}?as=seller`);
  customer = Object.values(view.state.people).find((one) => one.side === 'customer')?.id ?? '';
  await command({ type: 'participant.invite', participant: customer, note: '' });
  invitation = await mailTo(chen.address, (mail) => mail.replyTo !== null);
});

afterAll(() => new Promise<void>((closed) => edge.close(() => closed())));

/** The original, quoted below the answer as mail programs do. */
const quotedText = () =>
  `在 2026年11月27日，Atelier 写道：\n${invitation.text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}`;

/** A picture that is no decoration: 12 KB. */
const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(12_000, 7)]);
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const shapes: { what: string; says: string; files?: string[]; mail: () => SendMailOptions }[] = [
  { what: 'text', says: '预算已批。\n\n周五签字。', mail: () => ({ text: `预算已批。\n\n周五签字。\n\n${quotedText()}` }) },
  {
    what: 'HTML alone',
    says: 'Approved, with **one** condition.',
    mail: () => ({ html: `<p>Approved, with **one** condition.</p><blockquote type="cite"><p>${invitation.text}</p></blockquote>` }),
  },
  {
    what: 'both forms',
    says: '两种格式，一句话。',
    mail: () => ({
      text: `两种格式，一句话。\n\n${quotedText()}`,
      html: `<div>两种格式，一句话。</div><div class="gmail_quote"><div class="gmail_attr">Atelier 于2026年11月27日周五 10:12写道：<br></div><blockquote class="gmail_quote">${invitation.text}</blockquote></div>`,
    }),
  },
  {
    what: 'text as base64',
    says: 'Long dashes — and “quotes”.',
    mail: () => ({ text: 'Long dashes — and “quotes”.', textEncoding: 'base64' }),
  },
  {
    what: 'files with Chinese names',
    says: '见附件。',
    files: ['2026年度报价单（最终版）.pdf', '数量.csv'],
    mail: () => ({
      text: '见附件。',
      attachments: [
        { filename: '2026年度报价单（最终版）.pdf', content: Buffer.from('%PDF-1.4\n%%EOF\n') },
        { filename: '数量.csv', content: '托盘,4800\n' },
      ],
    }),
  },
  {
    what: 'a picture within the words',
    says: 'Here is the gate:',
    files: ['大门.png'],
    mail: () => ({
      html: '<p>Here is the gate:</p><p><img src="cid:gate@corp.example"></p>',
      attachments: [{ filename: '大门.png', content: picture, cid: 'gate@corp.example' }],
    }),
  },
  {
    what: 'GBK',
    says: '合同已经盖章，原件今天下午寄出。',
    mail: () => ({
      text: '',
      alternatives: [{ contentType: 'text/plain; charset=gbk', content: Buffer.from(encode('合同已经盖章，原件今天下午寄出。', 'gbk')) }],
    }),
  },
  {
    what: 'a signature of the domain (DKIM)',
    says: 'Signed by our own server.',
    mail: () => ({
      text: 'Signed by our own server.',
      dkim: { domainName: chen.address.split('@')[1] ?? '', keySelector: 's1', privateKey },
    }),
  },
  {
    what: 'a file of 6 MiB',
    says: 'The drawing is large.',
    files: ['图纸.bin'],
    mail: () => ({
      text: 'The drawing is large.',
      attachments: [{ filename: '图纸.bin', content: Buffer.alloc(6 * 1024 * 1024, createHash('sha256').update(run).digest()) }],
    }),
  },
];

test.each(shapes)('a customer’s mail with $what is what they wrote, in the room', async ({ says, files = [], mail }) => {
  await send(mail());
  await expect.poll(async () => (await thread()).map((one) => one.body)).toContain(says);
  const comment = (await thread()).find((one) => one.body === says);
  expect(comment).toMatchObject({ by: customer, via: 'mail' });
  expect(comment?.files.map((one) => one.name)).toEqual(files);
});

test('a file is the same on its way out', async () => {
  const file = (await thread()).flatMap((one) => one.files).find((one) => one.name === '大门.png');
  const response = await fetch(`${inject('url')}/files/${room}/${file?.id}`, { headers: { cookie } });
  expect(Buffer.from(await response.arrayBuffer()).equals(picture)).toBe(true);
});

test('a mail that is sent twice is one comment', async () => {
  const mail = { text: 'Sent twice.', messageId: `<${run}.twice@smtp.example>`, date: new Date() };
  await send(mail);
  await send(mail);
  await expect.poll(async () => (await thread()).filter((one) => one.body === 'Sent twice.').length).toBe(1);
});

test('a mail that is not proven to be theirs is refused to the program that sent it', async () => {
  verdict = 'fail';
  await expect(send({ text: 'Pay to this account instead.' })).rejects.toThrow(/550.*could not be verified/s);
  verdict = 'pass';
  expect((await thread()).map((one) => one.body)).not.toContain('Pay to this account instead.');
});

test('a calendar’s answer is the attendee’s', { timeout: 240_000 }, async () => {
  const task = run.padEnd(26, 'a').replace(/[^a-z2-7]/g, 'b');
  const due = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  await command({
    type: 'task.add',
    task,
    title: '产品演示',
    kind: 'demo',
    owners: [customer],
    due: { date: due, time: '15:00', zone: 'Asia/Shanghai' },
  });
  const entry = await mailTo(
    chen.address,
    (mail) => (mail as Mail & { calendar: { method: string } | null }).calendar?.method === 'REQUEST',
  );
  const { ics } = (entry as Mail & { calendar: { ics: string } }).calendar;
  const unfolded = ics.replace(/\r?\n[ \t]/g, '');
  const field = (name: string): string => new RegExp(`^${name}[^\\r\\n]*`, 'm').exec(unfolded)?.[0] ?? '';
  const reply = [
    'BEGIN:VCALENDAR',
    'PRODID:-//Some Calendar//EN',
    'VERSION:2.0',
    'METHOD:REPLY',
    'BEGIN:VEVENT',
    ...['UID', 'SEQUENCE', 'DTSTART', 'DTEND', 'ORGANIZER', 'SUMMARY'].map(field),
    `DTSTAMP:${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`,
    `ATTENDEE;PARTSTAT=ACCEPTED;CN=${chen.name}:mailto:${chen.address}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  await send({
    to: /mailto:([^\s;]+)$/im.exec(field('ORGANIZER'))?.[1] ?? '',
    subject: '已接受：产品演示',
    text: '陈伟已接受邀请。',
    icalEvent: { method: 'REPLY', content: reply },
  });
  const answerOf = async () => {
    const { view } = await api<{ view: { state: { meetings: Record<string, { answers: Record<string, object> }> } } }>(
      `/api/rooms/${room}?as=seller`,
    );
    return view.state.meetings[task]?.answers[customer];
  };
  await expect.poll(answerOf).toMatchObject({ answer: 'accepted', via: 'mail' });
  expect((await thread(task)).map((one) => one.body)).toEqual([]);
});
