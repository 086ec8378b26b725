/** The weekly mail: what you owe, what you are owed, what changed; once a week and reader, or not at all. */
import { createScheduledController, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ParticipantId, TaskId } from '#core/ids.ts';
import type { Whereabouts } from '#core/protocol.ts';
import { sendDigests, summaryDue } from '../../worker/mail/digest.ts';
import worker from '../../worker/local/index.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  comments,
  deliverMail,
  env,
  joinedCustomer,
  mailsTo,
  newSeller,
  openRoom,
  request,
  services,
  viewOf,
} from '../support/front-door.ts';
import { ROOM_THREAD } from '#core/audience.ts';
import { addDays } from '#core/due.ts';

/** The next Monday, 08:05 in Shanghai: 00:05 UTC. */
function monday(): number {
  const now = new Date();
  const days = (8 - now.getUTCDay()) % 7 || 7;
  return Date.parse(`${addDays(now.toISOString().slice(0, 10), days)}T00:05:00Z`);
}
const dueBy = (at: number, days: number) => ({
  date: addDays(new Date(at).toISOString().slice(0, 10), days),
  time: null,
  zone: 'Asia/Shanghai',
});

const digestsTo = async (email: string) => (await mailsTo(email)).filter((mail) => mail.headers['List-Id']?.startsWith('<digest.'));

beforeEach(async () => {
  await env.DB.exec('DELETE FROM participant');
});

async function week() {
  const at = monday();
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const [theirs, ours] = [fresh<TaskId>(), fresh<TaskId>()];
  await act(seller, opened.room, {
    type: 'task.add',
    task: theirs,
    title: 'Confirm the quantities',
    owners: [opened.customer],
    due: dueBy(at, 2),
  });
  await act(seller, opened.room, { type: 'task.add', task: ours, title: 'Send the quotation', owners: [opened.me], due: dueBy(at, 3) });
  await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: 'room', body: 'Welcome' });
  await deliverMail(opened.room);
  return { at, seller, opened, customer, theirs, ours };
}

describe('Monday morning', () => {
  test('is 08:00 where the reader is', () => {
    const at = Date.parse('2026-11-23T00:00:00Z');
    expect(summaryDue('Asia/Shanghai', at)).toBe('weekly');
    expect(summaryDue('Europe/Berlin', at)).toBe(null);
    expect(summaryDue('Europe/Berlin', Date.parse('2026-11-23T07:00:00Z'))).toBe('weekly');
    expect(summaryDue('America/New_York', Date.parse('2026-11-23T12:59:00Z'))).toBe(null);
    expect(summaryDue('Asia/Shanghai', at + 86_400_000)).toBe('daily');
  });
});

describe('the digest', () => {
  test('comes by cron with what the reader owes first, then what they are owed, then what changed', async () => {
    const { at, opened } = await week();
    await worker.scheduled(createScheduledController({ scheduledTime: at, cron: '*/15 * * * *' }), env);
    const [mail] = await digestsTo(opened.customerEmail);
    expect(mail?.text).toMatch(/Confirm the quantities[\s\S]*Send the quotation/);
    expect(mail?.text).toMatch(/Li Dan/);
    expect(mail?.subject).toContain('Confirm the quantities');
    expect(mail?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  });

  test('made for many at once says to each what is theirs alone', async () => {
    const at = monday();
    const made = async (title: string) => {
      const seller = await newSeller();
      const opened = await openRoom(seller);
      await joinedCustomer(seller, opened);
      await act(seller, opened.room, { type: 'task.add', task: fresh(), title, owners: [opened.customer], due: dueBy(at, 2) });
      await deliverMail(opened.room);
      return { seller, opened, title };
    };
    const first = await made('Confirm the pallets');
    const second = await made('Sign the contract');
    // The first seller has another room beside it.
    const other = await openRoom(first.seller);
    await act(first.seller, other.room, { type: 'task.add', task: fresh(), title: 'Call the mill', owners: [other.me], due: dueBy(at, 1) });
    await deliverMail(other.room);
    expect(await sendDigests(env, at)).toEqual({ sent: 4, empty: 0 });
    for (const [one, not] of [
      [first, second],
      [second, first],
    ] as const) {
      const [mail] = await digestsTo(one.opened.customerEmail);
      expect(mail?.text).toContain(one.title);
      expect(mail?.text).not.toContain(not.title);
      expect(mail?.text).not.toContain('Call the mill');
    }
    const [own] = await digestsTo(first.seller.seller.email);
    expect(own?.text).toMatch(/Call the mill[\s\S]*Confirm the pallets/);
    expect(own?.text).not.toContain('Sign the contract');
  });

  test('comes once, though the cron runs again, late, or had died half-way', async () => {
    const { at, opened } = await week();
    await sendDigests(env, at);
    await sendDigests(env, at + 900_000);
    await env.DB.exec("UPDATE digest SET state = 'claimed'");
    await sendDigests(env, at + 3_600_000);
    expect(await digestsTo(opened.customerEmail)).toHaveLength(1);
  });

  test('comes once though two crons work at the same moment, and one that died before it handed anything over is made up for', async () => {
    const { at, opened, seller } = await week();
    const readers = [seller.seller.email, opened.customerEmail];
    // A run that claimed both, and was gone.
    for (const email of readers)
      await env.DB.prepare("INSERT INTO digest (workspace_id, email, week, state, at) VALUES (?, ?, ?, 'claimed', ?)")
        .bind(seller.seller.workspace, email, addDays(new Date(at).toISOString().slice(0, 10), 0), new Date(at).toISOString())
        .run();
    expect(await sendDigests(env, at + 60_000)).toEqual({ sent: 0, empty: 0 });
    await Promise.all([sendDigests(env, at + 900_000), sendDigests(env, at + 900_000)]);
    for (const email of readers) expect(await digestsTo(email)).toHaveLength(1);
  });

  test('comes once though D1 fails after the mails were handed over', async () => {
    const { at, opened } = await week();
    const real = env.DB.prepare.bind(env.DB);
    const broken = vi.spyOn(env.DB, 'prepare').mockImplementation((text) => {
      if (/^\s*UPDATE digest/.test(text)) throw new Error('D1_ERROR: network lost');
      return real(text);
    });
    await expect(sendDigests(env, at)).rejects.toThrow(/UPDATE digest/);
    broken.mockRestore();
    await sendDigests(env, at + 900_000);
    expect(await digestsTo(opened.customerEmail)).toHaveLength(1);
  });

  test('is a seller’s weekly review, too: deals that stand still come first, and say since when and on whom they wait', async () => {
    const { at, seller, opened } = await week();
    const other = await openRoom(seller);
    await act(seller, other.room, { type: 'task.add', task: fresh(), title: 'Call the mill', owners: [other.me], due: dueBy(at, 8) });
    const won = await openRoom(seller);
    await act(seller, won.room, { type: 'deal.close', outcome: 'won' });
    await deliverMail(other.room, won.room);

    await sendDigests(env, at + 7 * 86_400_000);
    const [mail] = await digestsTo(seller.seller.email);
    const { room } = (await viewOf(seller, opened.room)).state;
    expect(mail?.subject).toMatch(/2/);
    expect(mail?.text.match(/[67] working days/g)).toHaveLength(2);
    expect(mail?.text).toMatch(
      new RegExp(`Standing still[\\s\\S]*\\[${room?.name}\\] Confirm the quantities[\\s\\S]*No word from the customer`),
    );
    expect(mail?.text).toContain('Open deals: 2. Standing still: 2.');
    expect(mail?.text.match(/Confirm the quantities/g)).toHaveLength(1);
    const [theirs] = await digestsTo(opened.customerEmail);
    expect(theirs?.text).not.toMatch(/Standing still|silent/);
  });

  test('is answered item by item: each answer stands under its own task', async () => {
    const { at, seller, opened, theirs, ours } = await week();
    await sendDigests(env, at);
    const [mail] = await digestsTo(opened.customerEmail);
    const addresses = [
      ...new Set(
        [...(mail?.html ?? '').matchAll(/mailto:(reply(?:\+|%2B)[a-z2-7]{52}@[a-z.]+)/gi)].map((match) =>
          decodeURIComponent(match[1] ?? ''),
        ),
      ),
    ];
    expect(addresses.length).toBeGreaterThanOrEqual(2);
    await bring({ from: opened.customerEmail, to: addresses[0] ?? '', text: '4,800 it is' });
    await bring({ from: opened.customerEmail, to: addresses[1] ?? '', text: 'Please hurry' });
    expect((await comments(seller, opened.room, theirs)).map((one) => one.body)).toEqual(['4,800 it is']);
    expect((await comments(seller, opened.room, ours)).map((one) => one.body)).toEqual(['Please hurry']);
  });

  test('is not sent when there is nothing to say', async () => {
    const at = monday();
    const seller = await newSeller();
    const opened = await openRoom(seller);
    await joinedCustomer(seller, opened);
    await deliverMail(opened.room);
    await sendDigests(env, at);
    expect(await digestsTo(opened.customerEmail)).toEqual([]);
  });

  test('is told to the sellers, sent or not', async () => {
    const at = monday();
    const seller = await newSeller();
    const opened = await openRoom(seller);
    const customer = await joinedCustomer(seller, opened);
    const told = async (cookie: string, who: ParticipantId) => {
      const answer = await request(`/api/rooms/${opened.room}/whereabouts`, { cookie });
      return ((await answer.json()) as { people: Record<ParticipantId, Whereabouts> }).people[who]?.summary;
    };
    await deliverMail(opened.room);
    await sendDigests(env, at);
    const day = addDays(new Date(at).toISOString().slice(0, 10), 0);
    expect(await told(seller.cookie, opened.customer)).toEqual({ day, sent: false });
    await act(seller, opened.room, { type: 'task.add', task: fresh(), title: 'Sign', owners: [opened.customer], due: dueBy(at, 8) });
    await deliverMail(opened.room);
    await sendDigests(env, at + 7 * 86_400_000);
    expect(await told(seller.cookie, opened.customer)).toEqual({ day: addDays(day, 7), sent: true });
    expect(await told(customer.cookie, opened.customer)).toBeUndefined();
  });

  test('does not repeat what the reader has seen', async () => {
    const { at, seller, opened, customer, theirs, ours } = await week();
    for (const task of [theirs, ours]) await act(seller, opened.room, { type: 'task.complete', task });
    const { view } = (await (await request(`/api/rooms/${opened.room}?as=customer`, { cookie: customer.cookie })).json()) as {
      view: { state: { seq: number } };
    };
    await services.rooms.seen({ kind: 'guest', device: customer.device }, opened.room, ROOM_THREAD, view.state.seq);
    await deliverMail(opened.room);
    await sendDigests(env, at);
    expect(await digestsTo(opened.customerEmail)).toEqual([]);
  });

  test('never tells a customer of an internal note', async () => {
    const { at, seller, opened } = await week();
    await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: 'room:internal', body: 'floor is 8%' });
    await deliverMail(opened.room);
    await sendDigests(env, at);
    const [mail] = await digestsTo(opened.customerEmail);
    expect(mail).toBeDefined();
    expect(JSON.stringify(mail)).not.toMatch(/8%|internal/i);
  });

  test('is left by one click', async () => {
    const { at, seller, opened } = await week();
    await sendDigests(env, at);
    const [mail] = await digestsTo(opened.customerEmail);
    const url = /<([^>]+)>/.exec(mail?.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    await request(new URL(url).pathname, {
      method: 'POST',
      headers: { origin: 'https://mail.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.mail).toBe('none');
    await deliverMail(opened.room);
    await sendDigests(env, at + 7 * 86_400_000);
    expect(await digestsTo(opened.customerEmail)).toHaveLength(1);
  });
});

describe('the mail budget', () => {
  test('lets five mails a week through to a customer, counts them in each, and keeps the rest for Monday', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    await joinedCustomer(seller, opened);
    for (let nth = 1; nth <= 7; nth += 1) {
      await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: 'room', body: `News ${nth}` });
      await deliverMail(opened.room);
    }
    const news = (await mailsTo(opened.customerEmail)).filter((mail) => /News \d/.test(mail.text));
    expect(news).toHaveLength(5);
    expect(news.map((mail) => /This week: (\d) of at most 5 mails/.exec(mail.text)?.[1]).sort()).toEqual(['1', '2', '3', '4', '5']);
    expect((await viewOf(seller, opened.room)).mailed).toEqual({ [opened.customer]: 5 });

    const at = monday();
    await sendDigests(env, at);
    await deliverMail(opened.room);
    const [summary] = await digestsTo(opened.customerEmail);
    expect(summary?.text).toContain('Li Dan');
  });

  test('counts the questions of a look back, too: when the week is spent they wait for another', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    await joinedCustomer(seller, opened);
    const questions = async () => (await mailsTo(opened.customerEmail)).filter((mail) => mail.text.includes('Three short questions'));
    for (let nth = 1; nth <= 5; nth += 1) {
      await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: 'room', body: `News ${nth}` });
      await deliverMail(opened.room);
    }
    await act(seller, opened.room, { type: 'reflection.ask' });
    await deliverMail(opened.room);
    expect(await questions()).toEqual([]);
    await runInDurableObject(env.ROOM.get(env.ROOM.idFromName(opened.room)), (_, state) =>
      state.storage.sql.exec("UPDATE mailed SET week = '2020-01-06'"),
    );
    await deliverMail(opened.room);
    const [mail] = await questions();
    expect(mail?.text).toContain('This week: 1 of at most 5 mails');
    expect((await viewOf(seller, opened.room)).mailed).toEqual({ [opened.customer]: 1 });
  });

  test('is no customer’s to read of another: only sellers are told', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    const customer = await joinedCustomer(seller, opened);
    expect((await viewOf(customer, opened.room)).mailed).toBeUndefined();
  });
});

test('who asked for one summary a day gets it on a Tuesday too, others do not', async () => {
  const { at, opened, customer, seller } = await week();
  const tuesday = at + 86_400_000;
  await sendDigests(env, tuesday);
  await deliverMail(opened.room);
  expect(await digestsTo(opened.customerEmail)).toHaveLength(0);
  await act(customer, opened.room, { type: 'participant.describe', participant: opened.customer, mail: 'daily' });
  await act(seller, opened.room, { type: 'task.add', task: fresh(), title: 'Sign today', owners: [opened.customer], due: dueBy(at, 1) });
  await deliverMail(opened.room);
  await sendDigests(env, tuesday);
  await deliverMail(opened.room);
  const [mail] = await digestsTo(opened.customerEmail);
  expect(mail?.text).toMatch(/Your day with[\s\S]*Sign today/);
  expect(mail?.text).not.toContain('Confirm the quantities');
});
