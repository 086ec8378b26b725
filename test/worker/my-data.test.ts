/** What somebody may take along by mail or page: all that is stored about them, their copy, and who did what. */
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { LedgerRow } from '#core/ledger.ts';
import { fresh } from '../../worker/access/tokens.ts';
import type { MyData } from '../../worker/room/my-data.ts';
import {
  act,
  bring,
  comments,
  deliverMail,
  enter,
  joinedCustomer,
  joinToken,
  mailsTo,
  newSeller,
  openRoom,
  request,
  type Letter,
} from '../support/front-door.ts';

/** A room in which both sides have said and done something, some of it internal. */
async function lived() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const [mail] = await mailsTo(opened.customerEmail);
  const task = fresh();
  await act(seller, opened.room, { type: 'task.add', task, title: 'Budget', owners: [opened.customer], due: null });
  await act(seller, opened.room, {
    type: 'comment.post',
    comment: fresh(),
    thread: 'room:internal',
    body: 'internal-secret: they will pay',
    mentions: [],
    files: [],
  });
  await act(seller, opened.room, { type: 'stakeholder.cast', of: opened.customer, roles: ['champions'] });
  await act(customer, opened.room, {
    type: 'comment.post',
    comment: fresh(),
    thread: 'room',
    body: 'From the page.',
    mentions: [],
    files: [],
  });
  await act(customer, opened.room, { type: 'task.complete', task });
  const invitation = (await mailsTo(opened.customerEmail)).find((one) => one.text.includes('/join/')) ?? mail;
  const reply = (text: string, more: Partial<Letter> = {}) =>
    bring({ from: opened.customerEmail, to: invitation?.replyTo ?? '', text, ...more });
  const answers = async () => {
    await deliverMail(opened.room);
    return (await mailsTo(opened.customerEmail)).filter((one) => one.headers['Auto-Submitted'] === 'auto-replied');
  };
  return { seller, opened, customer, reply, answers };
}

describe('MYDATA', () => {
  test.each([
    ['MYDATA', 'What is stored about you'],
    ['我的数据', 'What is stored about you'],
  ])('“%s” is answered by one mail with all of it, and is no comment', async (word, subject) => {
    const { seller, opened, reply, answers } = await lived();
    const letter = { messageId: `<${fresh()}@corp.example>` };
    await reply(word, letter);
    await reply(word, letter);
    const mails = await answers();
    expect(mails).toHaveLength(1);
    expect(mails[0]?.subject).toContain(subject);
    expect(mails[0]?.text).toContain(opened.customerEmail);
    expect(mails[0]?.attachments).toMatchObject([{ filename: 'my-data.json', contentType: 'application/json' }]);
    expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['From the page.']);
  });

  test('is in the language of whoever asked', async () => {
    const { reply, answers } = await lived();
    await reply('中文');
    await reply('MYDATA');
    expect((await answers()).map((one) => one.subject).join()).toContain('我的数据');
  });

  test('holds what is stored and nothing that is internal to the selling side', async () => {
    const { opened, customer, reply } = await lived();
    await reply('By mail.');
    const response = await request(`/api/rooms/${opened.room}/my-data.json?as=customer`, { cookie: customer.cookie });
    const text = await response.text();
    const data = JSON.parse(text) as MyData;
    expect(data.you).toMatchObject({ name: 'Chen Wei', email: opened.customerEmail, status: 'joined' });
    expect(data.devices).toHaveLength(1);
    expect(data.lastSeen).not.toBeNull();
    expect(data.mailsToYou.length).toBeGreaterThan(0);
    expect(data.mailsByYou).toMatchObject([{ outcome: 'comment' }]);
    expect(data.readingTimeIsRecorded).toBe(false);
    expect(data.byYou.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(['participant.joined', 'comment.posted', 'task.completed']),
    );
    expect(data.aboutYou.map(({ event }) => event.type)).toEqual(expect.arrayContaining(['participant.added', 'task.added']));
    for (const word of ['internal-secret', ':internal', 'champions', 'stakeholder.cast']) expect(text).not.toContain(word);
  });
});

test('EXPORT is answered by a mail whose link leads, by one press, to where the copy is taken', async () => {
  const { reply, answers, opened } = await lived();
  await reply('EXPORT');
  const [mail, ...more] = await answers();
  expect(more).toEqual([]);
  expect(mail?.subject).toContain('Your copy of');
  const link = /https?:\S*\/join\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  expect(new URL(link).searchParams.get('view')).toBe('record');
  // Nothing is opened by being looked at; the press is the owner's, and their device is let in as by any other link.
  expect((await request(new URL(link).pathname)).status).toBe(200);
  const entry = await enter(joinToken(mail ?? { text: '' }));
  expect(entry.entered || entry.maskedEmail.startsWith(opened.customerEmail[0] ?? '')).toBe(true);
});

test('who did what is the same on the page, as a table and in the copy, and a customer’s counts hold nothing internal', async () => {
  const { seller, opened, customer } = await lived();
  for (const [by, as] of [
    [seller, 'seller'],
    [customer, 'customer'],
  ] as const) {
    const ask = (path: string) => request(`/api/rooms/${opened.room}/${path}?as=${as}`, { cookie: by.cookie });
    const { ledger } = (await (await ask('ledger')).json()) as { ledger: LedgerRow[] };
    const chen = ledger.find((one) => one.participant === opened.customer);
    expect(chen?.entries).toMatchObject({ made: [{ what: 'Budget' }], kept: [{ what: 'Budget' }], late: [] });
    const table = await (await ask('ledger.csv')).text();
    const copy = unzipSync(new Uint8Array(await (await ask('copy.zip')).arrayBuffer()));
    expect(new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(copy['who-did-what.csv'])).toBe(
      `\ufeff${table.replace(/^\ufeff/, '')}`,
    );
    for (const { name, entries } of ledger)
      expect(table).toContain(`${name},${name === 'Chen Wei' ? 'Customer' : 'Seller'},${entries.made.length},${entries.kept.length}`);
    if (as === 'customer') expect(JSON.stringify([ledger, table])).not.toContain('internal');
  }
});
