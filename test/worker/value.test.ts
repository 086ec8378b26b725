/** The value case and open questions as they are met from outside: by mail, in the digest, in a seller's lists. */
import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import type { CommentId, RoomId, TaskId, ValueLineId } from '#core/ids.ts';
import { openObjections } from '#core/objections.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { sendDigests } from '../../worker/mail/digest.ts';
import { roomStub } from '../../worker/room/stub.ts';
import {
  act,
  bring,
  browserIn,
  comments,
  deliverMail,
  env,
  joinedCustomer,
  lastMailTo,
  mailsTo,
  newSeller,
  openRoom,
  request,
  services,
  viewOf,
  type OpenRoom,
  type SignedIn,
} from '../support/front-door.ts';

const db = (bindings as { DB: D1Database }).DB;
const settle = (room: RoomId) => roomStub(env, room).settle();

async function withLine(seller: SignedIn, opened: OpenRoom, text = '3 h/week × 14 people × 46 weeks × ¥200/h') {
  const line = fresh<ValueLineId>();
  await act(seller, opened.room, { type: 'value.add', line, side: 'gain', title: 'Hours saved', text });
  await deliverMail(opened.room);
  return line;
}

test('a customer answers the mail about a line with a number: it is theirs, Vc moves in every window, the digest says so', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  await act(customer, opened.room, { type: 'value.add', line: fresh<ValueLineId>(), side: 'cost', title: 'Price', text: '80k' });
  const line = await withLine(seller, opened);
  const mail = await lastMailTo(opened.customerEmail);
  expect(mail.text).toContain('Hours saved');
  expect(mail.text).toContain('14 people');
  expect(mail.text).toContain('13 people, not 14');
  expect(mail.replyTo).toMatch(/^reply\+/);

  const window = await browserIn(seller, opened.room);
  await window.next('snapshot');
  await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: '10人，不是14' });
  await window.next('events', ({ events }) => events.some(({ event }) => event.type === 'value.numbered'));
  expect((await comments(seller, opened.room, line)).map((one) => one.body)).toEqual(['10人，不是14']);

  const { value } = (await viewOf(seller, opened.room)).state;
  expect(value.lines[line]).toMatchObject({ owner: { by: opened.customer, side: 'customer' }, number: { low: 276_000 } });
  expect(value.history.at(-1)).toMatchObject({ low: 196_000, by: opened.customer });

  const refused = await act(seller, opened.room, { type: 'value.factor', line, factor: 1, value: 12 });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: { reason: 'number_is_theirs' } });

  // The seller hears of it, under that line's own address; a number in the answer proposes.
  await deliverMail(opened.room);
  const news = await lastMailTo(seller.seller.email);
  expect(news.text).toContain('(was 14)');
  await bring({ from: seller.seller.email, to: news.replyTo ?? '', text: '12 people, not 10' });
  const proposed = (await viewOf(seller, opened.room)).state.value.lines[line];
  expect(proposed).toMatchObject({ number: { low: 276_000 }, proposal: { number: { low: 331_200 } } });

  await settle(opened.room);
  const monday = Date.parse('2030-01-07T01:00:00Z');
  await db.prepare(`UPDATE room_event SET at = '2030-01-04T00:00:00.000Z' WHERE room_id = ?`).bind(opened.room).run();
  await db
    .prepare(`UPDATE value_case SET history = replace(history, '"at":"20', '"at":"2030-01-04T00:00:00.000Z","was":"20') WHERE room_id = ?`)
    .bind(opened.room)
    .run();
  // The seller looked before the customer's number came.
  const before = value.history.at(-2)?.seq ?? 0;
  await db.prepare('DELETE FROM seen WHERE room_id = ?').bind(opened.room).run();
  await db
    .prepare(`INSERT INTO seen (room_id, participant_id, thread, seq) VALUES (?1, ?2, 'room', ?3)`)
    .bind(opened.room, opened.me, before)
    .run();
  await services.directory.removeDemo(seller.seller);
  await sendDigests(env, monday);
  const digest = (await mailsTo(seller.seller.email)).find((one) => one.text.includes('Vc'));
  expect(digest?.text).toContain('Vc ¥306k → ¥196k');
  expect(digest?.text).toContain('Chen Wei changed 1 number');
});

test('a reply that is no number is a comment and nothing more; delivered twice, it counts once', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  const line = await withLine(seller, opened);
  const mail = await lastMailTo(opened.customerEmail);
  await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: 'Is it 10 people, not 14?' });
  expect((await viewOf(seller, opened.room)).state.value.lines[line]?.owner).toMatchObject({ side: 'seller' });
  const once = { from: opened.customerEmail, to: mail.replyTo ?? '', text: '10人', messageId: `<${fresh()}@corp.example>` };
  await bring(once);
  await bring(once);
  const { value } = (await viewOf(seller, opened.room)).state;
  expect(value.lines[line]?.earlier).toHaveLength(1);
  expect(await comments(seller, opened.room, line)).toHaveLength(2);
});

test('a number by mail is answered by a receipt that says what changed; UNDO puts one’s own old one back', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  const line = await withLine(seller, opened);
  const mail = await lastMailTo(opened.customerEmail);
  const answer = async (to: string | null, text: string) => {
    await bring({ from: opened.customerEmail, to: to ?? '', text });
    await deliverMail(opened.room);
    return lastMailTo(opened.customerEmail);
  };
  const first = await answer(mail.replyTo, '10人，不是14');
  expect(first.text).toContain('“Hours saved” now reads ¥276k a year, under your name.');
  // The seller's number is not to be set back in the customer's name.
  expect(first.text).not.toContain('UNDO');
  const second = await answer(mail.replyTo, '11人，不是10');
  expect(second.text).toContain('UNDO');
  await answer(second.replyTo, 'UNDO');
  expect((await viewOf(seller, opened.room)).state.value.lines[line]?.number).toMatchObject({ low: 276_000 });
});

test('a number that was set back before its mail went out is no news', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  const line = await withLine(seller, opened);
  const { replyTo } = await lastMailTo(opened.customerEmail);
  const answer = (text: string) => bring({ from: opened.customerEmail, to: replyTo ?? '', text });
  const toSeller = async () => {
    await deliverMail(opened.room);
    return (await mailsTo(seller.seller.email)).filter((one) => one.text.includes('changed a number'));
  };
  await answer('10人，不是14');
  expect(await toSeller()).toHaveLength(1);
  await answer('11人，不是10');
  await answer('UNDO');
  expect((await viewOf(seller, opened.room)).state.value.lines[line]?.number).toMatchObject({ low: 276_000 });
  expect(await toSeller()).toHaveLength(1);
});

test('“ok” to the mail about a number agrees with it, and leaves it whose it is', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  const line = await withLine(seller, opened);
  const mail = await lastMailTo(opened.customerEmail);
  const lineNow = async () => (await viewOf(seller, opened.room)).state.value.lines[line];
  await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: 'ok' });
  expect(await lineNow()).toMatchObject({ owner: { side: 'seller' }, stances: { [opened.customer]: { stance: 'agrees' } } });
  await deliverMail(opened.room);
  const receipt = await lastMailTo(opened.customerEmail);
  expect(receipt.text).toContain('You agree with');
  await bring({ from: opened.customerEmail, to: receipt.replyTo ?? '', text: 'UNDO' });
  expect((await lineNow())?.stances).toEqual({});
});

test('a proposed number is taken or kept by a press in the mail, of its owner alone', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const line = fresh<ValueLineId>();
  await act(customer, opened.room, { type: 'value.add', line, side: 'gain', title: 'Hours saved', text: '¥100k a year' });
  const lineNow = async () => (await viewOf(seller, opened.room)).state.value.lines[line];
  for (const [text, low] of [
    ['¥120k a year', 100_000],
    ['¥130k a year', 130_000],
  ] as const) {
    await act(seller, opened.room, { type: 'value.propose', line, text });
    await deliverMail(opened.room);
    const mail = (await mailsTo(opened.customerEmail)).find((one) => one.text.includes(text.slice(0, 5)));
    if (!mail) throw new Error(`no mail about ${text}`);
    const words = [...mail.html.matchAll(/href="mailto:[^"]*body=([^"]*)"/g)].map((match) => decodeURIComponent(match[1] ?? ''));
    const [take = '', keep = ''] = words;
    await bring({ from: seller.seller.email, to: mail.replyTo ?? '', text: take });
    expect((await lineNow())?.proposal).not.toBeNull();
    await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: low === 100_000 ? keep : take });
    expect(await lineNow()).toMatchObject({ number: { low }, proposal: null });
  }
});

async function answered(seller: SignedIn, opened: OpenRoom, question: string, answer: string) {
  const task = fresh<TaskId>();
  const customer = await joinedCustomer(seller, opened);
  await act(customer, opened.room, { type: 'objection.raise', task, title: question });
  await act(seller, opened.room, { type: 'objection.answer', task, comment: fresh<CommentId>(), body: answer });
  await deliverMail(opened.room);
  return { task, customer };
}

test('a question is raised by mail, answered by a reply, reopened by “不够” and closed by “ok” of who asked', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  await act(seller, opened.room, { type: 'comment.post', comment: fresh<CommentId>(), thread: 'room', body: 'Any questions?' });
  await deliverMail(opened.room);
  const asked = await lastMailTo(opened.customerEmail);
  await bring({ from: opened.customerEmail, to: asked.replyTo ?? '', text: '异议：数据存放在哪里？' });
  const stateNow = async () => {
    const { state } = await viewOf(seller, opened.room);
    return openObjections(state).map((one) => ({ state: one.state, asker: one.asker, task: one.task.id }));
  };
  const [raised] = await stateNow();
  expect(raised).toMatchObject({ state: 'open', asker: opened.customer });
  const task = raised?.task as TaskId;
  expect((await act(seller, opened.room, { type: 'task.complete', task })).status).toBe(403);

  await deliverMail(opened.room);
  // The comment in the discussion is told as well, by a mail of its own: which of the two went out last is nobody's promise.
  const toSeller = (await mailsTo(seller.seller.email)).find((mail) => mail.subject.includes('数据存放在哪里'));
  await bring({ from: seller.seller.email, to: toSeller?.replyTo ?? '', text: 'All of it stays in Frankfurt.' });
  expect(await stateNow()).toMatchObject([{ state: 'answered' }]);

  await deliverMail(opened.room);
  const toCustomer = await lastMailTo(opened.customerEmail);
  expect(toCustomer.text).toContain('All of it stays in Frankfurt.');
  expect(toCustomer.text).toContain('not enough');
  await bring({ from: opened.customerEmail, to: toCustomer.replyTo ?? '', text: '不够' });
  expect(await stateNow()).toMatchObject([{ state: 'open' }]);
  await act(seller, opened.room, { type: 'objection.answer', task, comment: fresh<CommentId>(), body: 'And the backup in Berlin.' });
  await bring({ from: opened.customerEmail, to: toCustomer.replyTo ?? '', text: 'ok' });
  expect(await stateNow()).toEqual([]);
});

test('open questions stand in the list of rooms until they are accepted', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const { task, customer } = await answered(seller, opened, 'Where is our data?', 'In Frankfurt.');
  const count = async () => {
    await settle(opened.room);
    return (await services.directory.rooms(seller.seller)).find((one) => one.room === opened.room)?.objections.count;
  };
  expect(await count()).toBe(1);
  await act(customer, opened.room, { type: 'objection.accept', task });
  expect(await count()).toBe(0);
});

test('an accepted answer is found again in its own workspace, by other words and in Chinese, and nowhere else', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const first = await answered(
    seller,
    opened,
    'How do you handle data residency?',
    'Everything stays in Frankfurt, with a backup in Berlin.',
  );
  const second = await openRoom(seller);
  const other = await answered(seller, second, '我们的数据存放在哪里？', '全部存放在上海的机房。');
  const find = async (by: SignedIn, query: string) => {
    const response = await request(`/api/answers?q=${encodeURIComponent(query)}`, { cookie: by.cookie });
    return ((await response.json()) as { answers: { question: string }[] }).answers;
  };
  await settle(opened.room);
  expect(await find(seller, 'residency')).toEqual([]);

  await act(first.customer, opened.room, { type: 'objection.accept', task: first.task });
  await act(other.customer, second.room, { type: 'objection.accept', task: other.task });
  await settle(opened.room);
  await settle(second.room);
  expect(await find(seller, 'Data residency of backups')).toMatchObject([{ question: 'How do you handle data residency?' }]);
  expect(await find(seller, '数据')).toMatchObject([{ question: '我们的数据存放在哪里？' }]);
  expect(await find(seller, '')).toHaveLength(2);
  expect(await services.directory.answers(seller.seller, '请问数据会存放在哪个机房？', true)).toMatchObject([
    { answer: '全部存放在上海的机房。' },
  ]);
  expect(await services.directory.answers(seller.seller, 'What does the training cost?', true)).toEqual([]);
  expect(JSON.stringify(await find(seller, ''))).not.toMatch(/Corp|Chen|[a-z2-7]{26}/);

  const stranger = await newSeller('Mallory', 'Elsewhere');
  expect(await find(stranger, 'Data residency of backups')).toEqual([]);
  expect(await find(stranger, '')).toEqual([]);
  expect((await request('/api/answers')).status).toBe(401);

  // Opened again, it is nobody's answer any more.
  await act(first.customer, opened.room, { type: 'objection.reopen', task: first.task });
  await settle(opened.room);
  expect(await find(seller, 'residency')).toEqual([]);
});

test('nobody makes a question of what the sellers said among themselves, nor of somebody else’s words', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const secret = fresh<CommentId>();
  await act(seller, opened.room, { type: 'comment.post', comment: secret, thread: 'room:internal', body: 'They will ask for a discount' });
  const raise = (comment: CommentId): CommandInput => ({ type: 'objection.raise', task: fresh<TaskId>(), title: 'Why?', comment });
  expect((await act(customer, opened.room, raise(secret))).status).toBe(404);
  expect((await act(seller, opened.room, raise(secret))).status).toBe(403);
  const open = fresh<CommentId>();
  await act(customer, opened.room, { type: 'comment.post', comment: open, thread: 'room', body: 'Where is our data?' });
  await act(seller, opened.room, { ...raise(open), author: opened.me } as CommandInput);
  expect(openObjections((await viewOf(seller, opened.room)).state)).toMatchObject([{ asker: opened.customer, comment: open }]);
});
