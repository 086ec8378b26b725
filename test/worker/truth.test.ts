/** The plan as seen from outside: who confirmed it, what is asked by mail, and changes that wait for an owner. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import { addDays } from '#core/due.ts';
import type { RoomId, TaskId } from '#core/ids.ts';
import { verdict } from '#core/plan-truth.ts';
import { arrange, queryOf } from '../../worker/directory/pipeline.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  deliverMail,
  env,
  joinedCustomer,
  mailsTo,
  newSeller,
  openRoom,
  type OpenRoom,
  replyToken,
  request,
  services,
  type SignedIn,
  viewOf,
} from '../support/front-door.ts';

interface Deal {
  seller: SignedIn;
  opened: OpenRoom;
  customer: { cookie: string };
  room: RoomId;
}

async function deal(): Promise<Deal> {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  return { seller, opened, customer, room: opened.room };
}

const today = new Date().toISOString().slice(0, 10);
const due = (days: number) => ({ date: addDays(today, days), time: null, zone: 'Asia/Shanghai' });

async function added({ seller, room }: Deal, title: string, owner: string, days: number | null): Promise<TaskId> {
  const task = fresh<TaskId>();
  const command: CommandInput = { type: 'task.add', task, title, owners: [owner], due: days === null ? null : due(days), past: true };
  expect((await act(seller, room, command)).status).toBe(202);
  return task;
}

const move = (task: TaskId, days: number): CommandInput => ({ type: 'task.change', task, due: due(days), past: true });
const stateOf = async ({ seller, room }: Deal) => (await viewOf(seller, room)).state;

/** Lets the room's history lie further back, as if the days had passed. */
async function daysLater({ room }: Deal, days: number): Promise<void> {
  const stub = env.ROOM.get(env.ROOM.idFromName(room));
  await runInDurableObject(stub, (_instance, state) => {
    state.storage.sql.exec('UPDATE event SET at = at - ?', days * 86_400_000);
    state.storage.sql.exec('DELETE FROM snapshot');
    state.storage.sql.exec("DELETE FROM mark WHERE name = 'snapshot'");
  });
  await evictDurableObject(stub);
}

async function answer(mail: { replyTo: string | null; subject: string }, from: string, text: string): Promise<void> {
  expect(await bring({ from, to: `reply+${replyToken(mail)}@${env.REPLY_DOMAIN}`, subject: `Re: ${mail.subject}`, text })).toEqual({
    rejected: null,
  });
}

describe('a plan', () => {
  test('is green when both sides have confirmed it, and one side alone never makes it so', async () => {
    const one = await deal();
    await added(one, 'Survey', one.opened.customer, 5);
    await act(one.seller, one.room, { type: 'plan.confirm' });
    expect(verdict(await stateOf(one), Date.now())).toEqual({ kind: 'new', sides: ['customer'] });
    await act(one.customer, one.room, { type: 'plan.confirm' });
    expect(verdict(await stateOf(one), Date.now()).kind).toBe('confirmed');
  });

  test('whose date slipped twice asks one person of each side, once; “still right” confirms for theirs', async () => {
    const one = await deal();
    const task = await added(one, 'Survey', one.opened.customer, 5);
    await act(one.seller, one.room, { type: 'plan.confirm' });
    await act(one.customer, one.room, { type: 'plan.confirm' });
    await act(one.customer, one.room, move(task, 8));
    await act(one.customer, one.room, move(task, 12));
    expect(verdict(await stateOf(one), Date.now())).toMatchObject({ kind: 'unconfirmed', sides: ['seller', 'customer'] });
    // The look at the plan, then the mails that it asks for; further looks ask nobody again.
    for (let turn = 0; turn < 4; turn += 1) await deliverMail(one.room);
    const asked = (mails: Awaited<ReturnType<typeof mailsTo>>) => mails.filter((mail) => mail.subject.includes('Is the plan still right?'));
    const toSeller = asked(await mailsTo(one.seller.seller.email));
    const toCustomer = asked(await mailsTo(one.opened.customerEmail));
    expect(toSeller).toHaveLength(1);
    expect(toCustomer).toHaveLength(1);
    expect(toCustomer[0]?.html).toContain('body=Still%20right');
    expect(toCustomer[0]?.html).toContain('body=Move%20to%20');

    if (toCustomer[0]) await answer(toCustomer[0], one.opened.customerEmail, 'Still right');
    expect(verdict(await stateOf(one), Date.now())).toMatchObject({ kind: 'unconfirmed', sides: ['seller'] });
    if (toSeller[0]) await answer(toSeller[0], one.seller.seller.email, 'yes');
    expect(verdict(await stateOf(one), Date.now()).kind).toBe('confirmed');
  });

  test('whose confirmation is fourteen days old is unconfirmed since then, and says so in its log', async () => {
    const one = await deal();
    await added(one, 'Survey', one.opened.customer, 30);
    await act(one.seller, one.room, { type: 'plan.confirm' });
    await act(one.customer, one.room, { type: 'plan.confirm' });
    await daysLater(one, 15);
    await act(one.seller, one.room, { type: 'plan.confirm' });
    expect(verdict(await stateOf(one), Date.now())).toMatchObject({ kind: 'unconfirmed', sides: ['customer'] });
    for (let turn = 0; turn < 3; turn += 1) await deliverMail(one.room);
    expect((await stateOf(one)).truth.turned).toMatchObject({ sides: ['customer'] });
    expect((await mailsTo(one.opened.customerEmail))[0]?.text).toContain('Unconfirmed by customer since');
  });
});

describe('the list of rooms', () => {
  test('tells how many days each plan has slipped, and puts the most slipped first when asked', async () => {
    const one = await deal();
    const other = await openRoom(one.seller);
    const task = await added(one, 'Survey', one.opened.customer, 5);
    await act(one.customer, one.room, move(task, 8));
    await act(one.customer, one.room, move(task, 12));
    await act(one.seller, other.room, { type: 'task.add', task: fresh<TaskId>(), title: 'Later than all', due: due(3) });
    for (const room of [one.room, other.room]) await env.ROOM.get(env.ROOM.idFromName(room)).settle();
    const rows = await services.directory.rooms(one.seller.seller);
    expect(rows.find((row) => row.room === one.room)?.slipped).toBe(7);
    const bySlips = arrange(rows, queryOf(new URLSearchParams({ sort: 'slipped' })));
    expect(bySlips[0]?.room).toBe(one.room);
  });
});

describe('a change of somebody else’s task', () => {
  test('waits for its owner, who accepts it by replying “ok”', async () => {
    const one = await deal();
    const task = await added(one, 'Survey', one.opened.customer, 5);
    await deliverMail(one.room);
    await act(one.seller, one.room, move(task, 9));
    expect((await stateOf(one)).plan.tasks[task]?.due?.date).toBe(addDays(today, 5));
    for (let turn = 0; turn < 2; turn += 1) await deliverMail(one.room);
    const mail = (await mailsTo(one.opened.customerEmail)).find((each) => each.text.includes('proposes a change'));
    expect(mail?.html).toContain('body=Ok');
    if (mail) await answer(mail, one.opened.customerEmail, 'ok');
    const after = await stateOf(one);
    expect(after.plan.tasks[task]?.due?.date).toBe(addDays(today, 9));
    expect(after.truth.moves[task]).toMatchObject([{ by: one.opened.customer, proposer: one.opened.me }]);
    for (let turn = 0; turn < 2; turn += 1) await deliverMail(one.room);
    expect((await mailsTo(one.seller.seller.email)).some((each) => each.text.includes('accepted your proposal'))).toBe(true);
  });

  test('that nobody answers passes into the log after its time', async () => {
    const one = await deal();
    const task = await added(one, 'Survey', one.opened.customer, 5);
    await act(one.seller, one.room, move(task, 9));
    const stub = env.ROOM.get(env.ROOM.idFromName(one.room));
    await runInDurableObject(stub, (_instance, state) => {
      state.storage.sql.exec(
        `UPDATE event SET event = json_set(event, '$.until', ?) WHERE json_extract(event, '$.type') = 'task.proposed'`,
        new Date(Date.now() - 1000).toISOString(),
      );
      state.storage.sql.exec('DELETE FROM snapshot');
      state.storage.sql.exec("DELETE FROM mark WHERE name = 'snapshot'");
    });
    await evictDurableObject(stub);
    await deliverMail(one.room);
    const state = await stateOf(one);
    expect(state.truth.proposals).toEqual([]);
    expect(state.plan.tasks[task]?.due?.date).toBe(addDays(today, 5));
  });
});

describe('an owner', () => {
  test('is reminded once of what is over, and not at all of what is done', async () => {
    const one = await deal();
    const late = await added(one, 'Survey', one.opened.customer, -5);
    const finished = await added(one, 'Contract', one.opened.customer, -5);
    await act(one.seller, one.room, { type: 'task.complete', task: finished });
    await act(one.customer, one.room, { type: 'task.reopen', task: late });
    await daysLater(one, 10);
    const remind = async () => {
      const stub = env.ROOM.get(env.ROOM.idFromName(one.room));
      await runInDurableObject(stub, async (_instance, state) => {
        state.storage.sql.exec(
          "INSERT OR REPLACE INTO agenda (kind, key, at) VALUES ('remind', ?, ?)",
          one.opened.customer,
          Date.now() - 1,
        );
        await state.storage.setAlarm(Date.now() - 1);
      });
      await runDurableObjectAlarm(stub);
    };
    await remind();
    await remind();
    const mails = (await mailsTo(one.opened.customerEmail)).filter((mail) => mail.subject.includes('Overdue: '));
    expect(mails.map((mail) => mail.subject.includes('Survey'))).toEqual([true]);
    expect(mails[0]?.text).not.toContain('Contract');
  });
});

describe('the plan, taken along', () => {
  test('as a table: names, dates, a byte order mark, and nothing that a spreadsheet would run', async () => {
    const one = await deal();
    await added(one, '=HYPERLINK("https://elsewhere.example")', one.opened.customer, 5);
    const response = await request(`/api/rooms/${one.room}/plan.csv?as=customer`, { cookie: one.customer.cookie });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes.slice(0, 3)).toEqual(new Uint8Array([0xef, 0xbb, 0xbf]));
    const text = new TextDecoder().decode(bytes);
    expect(text).toContain('Milestone,Task,Done by,Due');
    expect(text).toContain(`"'=HYPERLINK(""https://elsewhere.example"")",Chen Wei,${addDays(today, 5)}`);
  });

  test('as a calendar at an address of one’s own, which ends when it is renewed, stopped, or its owner is gone', async () => {
    const one = await deal();
    const task = await added(one, 'Survey', one.opened.customer, 5);
    const feed = `/api/rooms/${one.room}/feed?as=customer`;
    const make = async () => {
      const made = await request(feed, { method: 'POST', cookie: one.customer.cookie });
      return new URL(((await made.json()) as { url: string }).url).pathname;
    };
    const first = await make();
    expect(first).toMatch(/^\/feeds\/[a-z2-7]{52}\.ics$/);
    const calendar = await request(first);
    expect(calendar.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const text = await calendar.text();
    expect(text).toContain(`UID:${task}.${one.room}@plan`);
    expect(text).toContain(`DTSTART;VALUE=DATE:${addDays(today, 5).replaceAll('-', '')}`);

    const second = await make();
    expect((await request(first)).status).toBe(404);
    expect((await request(second)).status).toBe(200);
    await request(feed, { method: 'DELETE', cookie: one.customer.cookie });
    expect((await request(second)).status).toBe(404);

    const third = await make();
    await act(one.seller, one.room, { type: 'participant.remove', participant: one.opened.customer });
    expect((await request(third)).status).toBe(404);
  });
});
