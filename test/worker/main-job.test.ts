/** The main job, through the front door: a room is opened, the customer answers from the mail client, the seller sees it live. */
import { describe, expect, test } from 'vitest';
import type { ThreadId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import type { TaskId } from '#core/ids.ts';
import {
  act,
  bring,
  browserIn,
  comments,
  deliverMail,
  env,
  invite,
  joinedCustomer,
  joinToken,
  lastMailTo,
  mailsTo,
  newColleague,
  newSeller,
  openRoom,
  raw,
  bringRaw,
  replyToken,
  request,
  services,
  viewOf,
} from '../support/front-door.ts';

const demoTask = { date: '2026-12-04', time: '15:00', zone: 'Asia/Shanghai' };

async function roomWithTask() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const task = fresh<TaskId>();
  await act(seller, opened.room, {
    type: 'task.add',
    task,
    title: 'Invite the customer to a product demo',
    kind: 'demo',
    owners: [opened.customer],
    due: demoTask,
  });
  return { seller, opened, task };
}

describe('a customer who was not invited yet', () => {
  test('gets no mail, whatever happens in the room', async () => {
    const { opened } = await roomWithTask();
    await deliverMail(opened.room);
    expect(await mailsTo(opened.customerEmail)).toEqual([]);
  });
});

describe('the invitation', () => {
  test('is personal, in the reader’s language and time, with the task, one way in and an address that answers it', async () => {
    const { seller, opened } = await roomWithTask();
    const mail = await invite(seller, opened, 'Looking forward to Friday.');
    expect(mail.from.name).toContain('Li Dan');
    expect(mail.text).toContain('Invite the customer to a product demo');
    expect(mail.text).toContain('Looking forward to Friday.');
    expect(mail.html).toContain('Invite the customer to a product demo');
    expect(joinToken(mail)).toHaveLength(52);
    expect(replyToken(mail)).toHaveLength(52);
    expect((mail.replyTo ?? '').split('@')[0]?.length).toBeLessThanOrEqual(64);
    expect(mail.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    expect(mail.headers['Auto-Submitted']).toBe('auto-generated');
  });
});

describe('a reply to a mail', () => {
  test('stands under the task in the customer’s name with its file, live, and once however often it is delivered', async () => {
    const { seller, opened, task } = await roomWithTask();
    const mail = await invite(seller, opened);
    await act(seller, opened.room, {
      type: 'comment.post',
      comment: fresh(),
      thread: task,
      body: 'Does Friday suit you?',
      mentions: [opened.customer],
    });
    await deliverMail(opened.room);
    const question = await lastMailTo(opened.customerEmail);
    expect(question.messageId).not.toBe(mail.messageId);
    expect(question.text).toContain('Does Friday suit you?');

    const open = await browserIn(seller, opened.room);
    await open.next('snapshot');
    const letter = {
      from: opened.customerEmail,
      name: '陈伟',
      to: question.replyTo ?? '',
      subject: `Re: ${question.subject}`,
      inReplyTo: question.messageId,
      messageId: `<${fresh()}@corp.example>`,
      text: `预算已批，见附件\n\n在 2026年11月23日，Li Dan 写道：\n${question.text
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n')}\n`,
      files: [{ name: 'budget.pdf', type: 'application/pdf', content: '%PDF-1.4\n%%EOF\n' }],
    };
    const bytes = raw(letter);
    expect(await bringRaw(bytes, letter)).toEqual({ rejected: null });

    const heard = await open.next('events', (message) => message.events.some((one) => one.event.type === 'comment.posted'));
    const posted = heard.events.find((one) => one.event.type === 'comment.posted');
    expect(posted).toMatchObject({
      by: opened.customer,
      via: 'mail',
      event: { thread: task, body: '预算已批，见附件', files: [{ name: 'budget.pdf', type: 'application/pdf' }] },
    });

    await bringRaw(bytes, letter);
    const stand = (await comments(seller, opened.room, task)).filter((one) => one.via === 'mail');
    expect(stand).toHaveLength(1);
    const [comment] = stand;
    const file = comment?.files[0];
    const download = await request(`/files/${opened.room}/${file?.id}?as=seller`, { cookie: seller.cookie });
    expect(download.status).toBe(200);
    expect(await download.text()).toContain('%PDF');
    const seen = async (by: { cookie: string }, query: string) => request(`/api/rooms/${opened.room}/mails/${comment?.mail}?${query}`, by);
    // The seller reads the whole mail, but not the keys that its quotation gives away; its bytes are its author's.
    const page = await (await seen(seller, 'as=seller')).text();
    expect(page).toContain('Does Friday suit you?');
    expect(question.text).toContain(joinToken(question));
    expect(page).not.toContain(joinToken(question));
    expect(page).not.toMatch(/unsubscribe\/[a-z2-7]{52}/);
    expect((await seen(seller, 'as=seller&raw=1')).status).toBe(403);
    const customer = await joinedCustomer(seller, opened);
    const original = await seen(customer, 'as=customer&raw=1');
    expect(new Uint8Array(await original.arrayBuffer())).toEqual(bytes);
  });

  test('reaches the colleague who was mentioned, and answering that mail works too', async () => {
    const { seller, opened, task } = await roomWithTask();
    const colleague = await newColleague(seller);
    const zhou = fresh();
    await act(seller, opened.room, {
      type: 'comment.post',
      comment: fresh(),
      thread: task,
      body: '@Zhou Hang please bring the slides',
      invite: [
        {
          participant: zhou,
          side: 'seller',
          name: 'Zhou Hang',
          email: colleague.seller.email,
          locale: 'en',
          zone: 'Asia/Shanghai',
          invite: true,
          note: '',
        },
      ],
    });
    await deliverMail(opened.room);
    const mails = await mailsTo(colleague.seller.email);
    const mention = mails.find((mail) => mail.text.includes('please bring the slides'));
    expect(mention).toBeDefined();
    await bring({ from: colleague.seller.email, to: mention?.replyTo ?? '', text: 'Will do.' });
    const stand = await comments(seller, opened.room, task);
    expect(stand.at(-1)).toMatchObject({ body: 'Will do.', by: zhou, via: 'mail' });
  });

  test('reaches a colleague brought in by the very comment that names them: the invitation, and what was said', async () => {
    const { seller, opened } = await roomWithTask();
    const colleague = await newColleague(seller);
    await act(seller, opened.room, {
      type: 'comment.post',
      comment: fresh(),
      thread: 'room',
      body: '@Zhou Hang welcome to the room',
      invite: [
        {
          participant: fresh(),
          side: 'seller',
          name: 'Zhou Hang',
          email: colleague.seller.email,
          locale: 'en',
          zone: 'Asia/Shanghai',
          invite: true,
          note: '',
        },
      ],
    });
    await deliverMail(opened.room);
    const texts = (await mailsTo(colleague.seller.email)).map((mail) => mail.text);
    expect(texts.filter((text) => text.includes('welcome to the room'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('Contoso') || text.includes('Corp')).length).toBeGreaterThanOrEqual(2);
  });

  test('to an internal note stays internal', async () => {
    const { seller, opened } = await roomWithTask();
    const customer = await joinedCustomer(seller, opened);
    const colleague = await newColleague(seller);
    const zhou = fresh();
    await act(seller, opened.room, {
      type: 'comment.post',
      comment: fresh(),
      thread: 'room:internal',
      body: 'Our floor is 8%',
      invite: [
        {
          participant: zhou,
          side: 'seller',
          name: 'Zhou Hang',
          email: colleague.seller.email,
          locale: 'en',
          zone: 'Asia/Shanghai',
          invite: true,
          note: '',
        },
      ],
    });
    await deliverMail(opened.room);
    const note = (await mailsTo(colleague.seller.email)).find((mail) => mail.text.includes('Our floor is 8%'));
    await bring({ from: colleague.seller.email, to: note?.replyTo ?? '', text: 'Agreed, not lower.' });
    expect((await comments(seller, opened.room, 'room:internal')).map((one) => one.body)).toEqual([
      'Our floor is 8%',
      'Agreed, not lower.',
    ]);
    const theirs = JSON.stringify([
      await viewOf(customer, opened.room),
      await comments(customer, opened.room),
      await comments(customer, opened.room, 'room:internal'),
      await mailsTo(opened.customerEmail),
    ]);
    expect(theirs).not.toContain('8%');
    expect(theirs).not.toContain('not lower');
  });
});

describe('mail about what happens', () => {
  test('a burst is one mail; the actor gets none; who has read it gets none', async () => {
    const { seller, opened, task } = await roomWithTask();
    const customer = await joinedCustomer(seller, opened);
    const before = (await mailsTo(opened.customerEmail)).length;
    for (const body of ['one', 'two', 'three', 'four', 'five'])
      await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: task, body: `Comment ${body}` });
    await deliverMail(opened.room);
    const mails = await mailsTo(opened.customerEmail);
    expect(mails.length - before).toBe(1);
    expect(mails[0]?.text).toMatch(/Comment one[\s\S]*Comment five/);
    const theirs = await mailsTo(seller.seller.email);
    expect(theirs.filter((mail) => mail.text.includes('Comment one'))).toEqual([]);

    await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: task, body: 'Seen at once' });
    const browser = await browserIn(customer, opened.room);
    const { view } = await browser.next('snapshot');
    browser.send({ type: 'seen', thread: task as string as ThreadId, seq: view.state.seq });
    await browser.next('seen', (message) => (message.seen[task as string as ThreadId] ?? 0) >= view.state.seq);
    await deliverMail(opened.room);
    expect((await mailsTo(opened.customerEmail)).length).toBe(mails.length);
  });

  test('all mails of a thread name the same root and keep the same subject', async () => {
    const { seller, opened, task } = await roomWithTask();
    await joinedCustomer(seller, opened);
    for (const body of ['first', 'second']) {
      await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: task, body });
      await deliverMail(opened.room);
    }
    const mails = (await mailsTo(opened.customerEmail)).filter((mail) => /first|second/.test(mail.text));
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map((mail) => mail.headers['References'])).size).toBe(1);
    expect(new Set(mails.map((mail) => mail.subject)).size).toBe(1);
    expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(2);
  });
});

describe('what the seller’s list shows', () => {
  test('is in D1 soon after it happened, from the events alone', async () => {
    const { seller, opened } = await roomWithTask();
    await deliverMail(opened.room);
    const list = (await (await request('/api/rooms', { cookie: seller.cookie })).json()) as {
      rooms: { room: string; customer: { title: string } | null }[];
    };
    expect(list.rooms.find((one) => one.room === opened.room)).toMatchObject({
      customer: { title: 'Invite the customer to a product demo' },
    });
    const { n } = (await env.DB.prepare('SELECT count(*) AS n FROM room_event WHERE room_id = ?')
      .bind(opened.room)
      .first<{ n: number }>()) ?? { n: 0 };
    expect(n).toBe((await viewOf(seller, opened.room)).state.seq);
  });
});

describe('a new seller’s first room', () => {
  test('is a demo, marked as one; its customer’s side can be looked at; one press removes it', async () => {
    const { seller, cookie } = await newSeller();
    const [demo] = await services.directory.rooms(seller);
    expect(demo).toMatchObject({ demo: true });
    if (!demo) return;
    await deliverMail(demo.room);
    expect((await mailsTo(seller.email)).filter((mail) => mail.subject.startsWith('['))).toEqual([]);
    const link = await services.rooms.customerSide({ kind: 'seller', person: seller.person, workspace: seller.workspace }, demo.room);
    expect(link.ok && (await services.access.look(link.value.token, undefined)).ok).toBe(true);
    const own = await openRoom({ seller, cookie });
    expect(
      await services.rooms.customerSide({ kind: 'seller', person: seller.person, workspace: seller.workspace }, own.room),
    ).toMatchObject({ ok: false });
    await services.directory.removeDemo(seller);
    expect((await services.directory.rooms(seller)).map((one) => one.demo)).toEqual([false]);
  });
});
