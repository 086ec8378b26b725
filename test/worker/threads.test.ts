/** Threads from outside: paging, reactions, edits and deletions, read marks, over the API, the socket and in mails. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { Comment } from '#core/discussion.ts';
import type { CommentId, FileId, ThreadId } from '#core/ids.ts';
import type { ThreadPage } from '#core/protocol.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  browserIn,
  deliverMail,
  env,
  joinedCustomer,
  lastMailTo,
  mailsTo,
  newSeller,
  openRoom,
  request,
  type SignedIn,
  viewOf,
} from '../support/front-door.ts';

const stubOf = (room: string) => env.ROOM.get(env.ROOM.idFromName(room));

async function scene() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  await deliverMail(opened.room);
  return { seller, opened, customer, room: opened.room };
}
type By = SignedIn | { cookie: string };
const as = (by: By) => (by.cookie.includes('guest') ? 'customer' : 'seller');

async function page(by: By, room: string, query = '', thread = 'room'): Promise<ThreadPage> {
  const response = await request(`/api/rooms/${room}/threads/${thread}?as=${as(by)}${query}`, { cookie: by.cookie });
  return (await response.json()) as ThreadPage;
}
async function say(by: By, room: Parameters<typeof act>[1], body: string, thread = 'room'): Promise<CommentId> {
  const comment = fresh<CommentId>();
  await act(by, room, { type: 'comment.post', comment, thread, body });
  return comment;
}
const find = async (by: By, room: string, id: string, thread = 'room'): Promise<Comment | undefined> =>
  (await page(by, room, '', thread)).comments.find((one) => one.id === id);

describe('a long thread', () => {
  test('is read page by page, back and forth, or around a comment, without a gap or a double', async () => {
    const { seller, room } = await scene();
    const ids: CommentId[] = [];
    for (let n = 0; n < 75; n += 1) ids.push(await say(seller, room, `No. ${n}`));
    // Reactions and edits are no comments: they don't fill pages.
    for (const comment of ids.slice(60))
      await act(seller, room, { type: 'comment.react', comment, thread: 'room', reaction: 'thumb', on: true });
    await act(seller, room, { type: 'comment.edit', comment: ids[2] ?? '', thread: 'room', body: 'No. 2, edited' });

    const newest = await page(seller, room);
    expect(newest.comments.map((one) => one.id)).toEqual(ids.slice(45));
    expect(newest.after).toBeNull();
    const earlier = await page(seller, room, `&before=${newest.before}`);
    const first = await page(seller, room, `&before=${earlier.before}`);
    expect([...first.comments, ...earlier.comments].map((one) => one.id)).toEqual(ids.slice(0, 45));
    expect(first.before).toBeNull();
    expect(first.comments[2]).toMatchObject({ body: 'No. 2, edited' });
    expect(first.comments[2]?.editedAt).not.toBeNull();

    const around = await page(seller, room, `&at=${ids[20]}`);
    expect(around.comments.map((one) => one.id)).toEqual(ids.slice(5, 35));
    const on = await page(seller, room, `&after=${around.after}`);
    expect(on.comments.map((one) => one.id)).toEqual(ids.slice(35, 65));
    const rest = await page(seller, room, `&after=${on.after}`);
    expect(rest.comments.map((one) => one.id)).toEqual(ids.slice(65));
    expect(rest.after).toBeNull();
    expect((await page(seller, room, `&at=${fresh()}`)).comments.at(-1)?.id).toBe(ids.at(-1));
  });

  test('is found by index: no query over comments reads through the whole history', async () => {
    const { room } = await scene();
    const plans = await runInDurableObject(stubOf(room), (_one, state) => {
      const plan = (query: string) =>
        state.storage.sql
          .exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`)
          .toArray()
          .map((row) => row.detail)
          .join('; ');
      const posted = `thread IS NOT NULL AND substr(event, 10, 14) = 'comment.posted'`;
      const of = `thread IS NOT NULL AND json_extract(event, '$.comment')`;
      return [
        plan(`SELECT seq FROM event WHERE thread = 'room' AND ${posted} AND seq < 99 ORDER BY seq DESC LIMIT 31`),
        plan(`SELECT seq FROM event WHERE ${of} = 'x' ORDER BY seq`),
        plan(`SELECT seq FROM event WHERE ${of} IN (SELECT value FROM json_each('["x"]')) AND NOT (${posted}) ORDER BY seq`),
      ];
    });
    expect(plans[0]).toContain('event_said');
    expect(plans[1]).toContain('event_comment');
    expect(plans[2]).toContain('event_comment');
    expect(plans.join()).not.toMatch(/SCAN event\b/);
  });
});

describe('a comment', () => {
  test('is edited, and every wording stays to be seen by whoever may see the thread', async () => {
    const { seller, customer, room } = await scene();
    const comment = await say(seller, room, 'Twelve licences');
    await act(seller, room, { type: 'comment.edit', comment, thread: 'room', body: 'Ten **licences**' });
    expect(await find(customer, room, comment)).toMatchObject({ body: 'Ten **licences**' });
    const response = await request(`/api/rooms/${room}/comments/${comment}/wordings?as=customer`, { cookie: customer.cookie });
    expect(await response.json()).toMatchObject({
      wordings: [
        { body: 'Twelve licences', html: null },
        { body: 'Ten **licences**', html: '<p>Ten <strong>licences</strong></p>' },
      ],
    });
    expect((await act(customer, room, { type: 'comment.edit', comment, thread: 'room', body: 'Mine' })).status).toBe(403);
  });

  test('once deleted leaves a trace and not a word, on any path; restored, it is back with its file', async () => {
    const { seller, customer, room } = await scene();
    const upload = await request(`/api/rooms/${room}/files?as=seller`, {
      method: 'POST',
      cookie: seller.cookie,
      headers: { 'x-file-name': 'price.txt' },
      body: 'the price list',
    });
    const { id: file } = (await upload.json()) as { id: FileId };
    const comment = fresh<CommentId>();
    await act(seller, room, { type: 'comment.post', comment, thread: 'room', body: 'sent-by-mistake', files: [file] });
    const open = async () => (await request(`/files/${room}/${file}?as=customer`, { cookie: customer.cookie })).status;
    expect(await open()).toBe(200);

    await act(seller, room, { type: 'comment.delete', comment, thread: 'room' });
    const shown = await page(customer, room);
    expect(JSON.stringify(shown)).not.toContain('sent-by-mistake');
    expect(shown.comments.find((one) => one.id === comment)).toMatchObject({ body: '', files: [] });
    expect(await open()).toBe(404);
    expect((await viewOf(customer, room)).state.files).toEqual([]);
    expect((await request(`/api/rooms/${room}/comments/${comment}/wordings?as=customer`, { cookie: customer.cookie })).status).toBe(404);

    const events = await request(`/api/rooms/${room}/events?as=customer&since=0`, { cookie: customer.cookie });
    expect(await events.text()).not.toContain('sent-by-mistake');
    const away = await browserIn(customer, room, 1);
    const missed = await away.next('events');
    expect(missed.events.some(({ event }) => event.type === 'comment.deleted')).toBe(true);
    expect(JSON.stringify([missed, await page(customer, room)])).not.toContain('sent-by-mistake');

    await act(seller, room, { type: 'comment.restore', comment, thread: 'room' });
    expect(await find(customer, room, comment)).toMatchObject({ body: 'sent-by-mistake', files: [{ id: file }], deletedAt: null });
    expect(await open()).toBe(200);
  });

  test('that was edited or deleted before its mail went out is mailed as it is now, or not at all', async () => {
    const { seller, opened, room } = await scene();
    const before = (await mailsTo(opened.customerEmail)).length;
    const gone = await say(seller, room, 'a slip of the pen');
    await act(seller, room, { type: 'comment.delete', comment: gone, thread: 'room' });
    await deliverMail(room);
    expect(await mailsTo(opened.customerEmail)).toHaveLength(before);

    const comment = await say(seller, room, 'We meet on Thrusday');
    await act(seller, room, { type: 'comment.edit', comment, thread: 'room', body: 'We meet on Thursday' });
    await deliverMail(room);
    const mail = await lastMailTo(opened.customerEmail);
    expect(mail.text).toContain('We meet on Thursday');
    expect(mail.text).not.toContain('Thrusday');
    expect(mail.text).not.toContain('slip of the pen');
  });

  test('can’t be taken over by posting another under its id', async () => {
    const { seller, customer, room } = await scene();
    const comment = await say(seller, room, 'Ours');
    expect((await act(customer, room, { type: 'comment.post', comment, thread: 'room', body: 'Theirs' })).status).toBe(409);
    expect(await find(customer, room, comment)).toMatchObject({ body: 'Ours' });
  });
});

describe('a reaction', () => {
  test('reaches the other side at once, is counted once, and mails nobody', async () => {
    const { seller, customer, opened, room } = await scene();
    const comment = await say(seller, room, 'Agreed?');
    await deliverMail(room);
    const before = (await mailsTo(seller.seller.email)).length;
    const live = await browserIn(seller, room);
    await live.next('snapshot');
    for (const id of ['once-more', 'and-again'])
      await act(customer, room, { type: 'comment.react', comment, thread: 'room', reaction: 'tick', on: true }, id);
    const heard = await live.next('events', (message) => message.events.some(({ event }) => event.type === 'comment.reacted'));
    expect(heard.events).toMatchObject([{ by: opened.customer, event: { reaction: 'tick', on: true } }]);
    expect(await find(seller, room, comment)).toMatchObject({ reactions: { tick: [opened.customer] } });
    await act(customer, room, { type: 'comment.react', comment, thread: 'room', reaction: 'tick', on: false });
    expect(await find(seller, room, comment)).toMatchObject({ reactions: {} });
    await deliverMail(room);
    expect(await mailsTo(seller.seller.email)).toHaveLength(before);
  });
});

describe('an internal note', () => {
  test('has no wording, reaction, read mark or page for a customer', async () => {
    const { seller, customer, room } = await scene();
    const comment = await say(seller, room, 'floor-price-secret', 'room:internal');
    for (const command of [
      { type: 'comment.react', comment, thread: 'room:internal', reaction: 'eyes', on: true },
      { type: 'comment.react', comment, thread: 'room', reaction: 'eyes', on: true },
      { type: 'comment.edit', comment, thread: 'room', body: 'x' },
    ] as const)
      expect((await act(customer, room, command)).status).toBe(404);
    expect((await request(`/api/rooms/${room}/comments/${comment}/wordings?as=customer`, { cookie: customer.cookie })).status).toBe(404);
    expect((await request(`/api/rooms/${room}/threads/room:internal?as=customer&at=${comment}`, { cookie: customer.cookie })).status).toBe(
      404,
    );
    const around = await page(customer, room, `&at=${comment}`);
    expect(JSON.stringify(around)).not.toContain('floor-price-secret');
    expect((await page(seller, room, '', 'room:internal')).comments).toHaveLength(1);
  });
});

describe('who has read how far', () => {
  test('is told with the thread, and live to whoever has it before them', async () => {
    const { seller, customer, opened, room } = await scene();
    const comment = await say(seller, room, 'Please read');
    const a = await browserIn(seller, room);
    const b = await browserIn(customer, room);
    await a.next('snapshot');
    const { view } = await b.next('snapshot');
    expect((await page(seller, room)).read[opened.customer] ?? 0).toBeLessThan(view.state.seq);
    a.send({ type: 'here', at: 'room' as ThreadId, typing: false });
    await a.next('presence', (message) => message.here.some((one) => one.at === 'room'));
    b.send({ type: 'seen', thread: 'room' as ThreadId, seq: view.state.seq });
    expect(await a.next('read')).toEqual({ type: 'read', thread: 'room', participant: opened.customer, seq: view.state.seq });
    const { read, comments } = await page(seller, room);
    expect(read[opened.customer]).toBeGreaterThanOrEqual(comments.find((one) => one.id === comment)?.seq ?? Infinity);
  });

  test('in an internal thread is not told to a customer', async () => {
    const { seller, customer, room } = await scene();
    await say(seller, room, 'Among us', 'room:internal');
    const a = await browserIn(seller, room);
    const b = await browserIn(customer, room);
    const { view } = await a.next('snapshot');
    await b.next('snapshot');
    b.send({ type: 'here', at: 'room:internal' as ThreadId, typing: false });
    a.send({ type: 'seen', thread: 'room:internal' as ThreadId, seq: view.state.seq });
    await a.next('seen');
    const last = a.do({ type: 'room.rename', name: 'After it' });
    await a.next('accepted', (message) => message.id === last);
    await b.next('events', (message) => message.events.some((one) => one.event.type === 'room.renamed'));
    expect(b.heard.some((message) => message.type === 'read')).toBe(false);
    expect(JSON.stringify((await page(customer, room)).read)).not.toContain('internal');
  });
});
