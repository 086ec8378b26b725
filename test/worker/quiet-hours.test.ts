/** Nobody's night is disturbed by news; what can't wait, and whoever is at it, is written to at once. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { dayIn } from '#core/due.ts';
import type { CommentId, TaskId } from '#core/ids.ts';
import { mayWriteFrom, quietHoursIn } from '#core/quiet-hours.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  deliverMail,
  env,
  joinedCustomer,
  lastMailTo,
  mailsTo,
  newSeller,
  type OpenRoom,
  openRoom,
  viewOf,
} from '../support/front-door.ts';

const ZONE = 'Asia/Shanghai';
const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Hours in which it is night now, whatever the time of this run. */
function nightNow(): string {
  const [hour, minute] = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' }).format().split(':');
  const now = Number(hour) * 60 + Number(minute);
  return now < 21 * 60 ? `${clock(now + 120)}-${clock(now + 60)}` : `${clock(now - 60)}-${clock(now - 120)}`;
}

const inRoom = (opened: OpenRoom, work: (one: { env: { QUIET_HOURS?: string } }, sql: SqlStorage) => void) =>
  runInDurableObject(env.ROOM.get(env.ROOM.idFromName(opened.room)), (one, { storage }) =>
    work(one as unknown as { env: { QUIET_HOURS?: string } }, storage.sql),
  );

/** A customer who was last here two hours ago, in whose zone it is night. */
async function asleep() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  await deliverMail(opened.room);
  await inRoom(opened, (one, sql) => {
    one.env.QUIET_HOURS = nightNow();
    sql.exec('UPDATE event SET at = at - 7200000');
    sql.exec('UPDATE visit SET at = at - 7200000');
  });
  return { seller, opened };
}

const comment = (body: string, mentions: OpenRoom['customer'][] = [], thread = 'room') =>
  ({ type: 'comment.post', comment: fresh<CommentId>(), thread, body, mentions }) as const;

describe('at night', () => {
  test('news wait for the morning, and are then one mail', async () => {
    const { seller, opened } = await asleep();
    const before = (await mailsTo(opened.customerEmail)).length;
    await act(seller, opened.room, comment('The new offer is in the room.'));
    await deliverMail(opened.room);
    await act(seller, opened.room, comment('And a plan of the hall.'));
    await deliverMail(opened.room);
    expect(await mailsTo(opened.customerEmail)).toHaveLength(before);

    await inRoom(opened, (one) => void delete one.env.QUIET_HOURS);
    await deliverMail(opened.room);
    expect(await mailsTo(opened.customerEmail)).toHaveLength(before + 1);
    const mail = await lastMailTo(opened.customerEmail);
    expect(mail.text).toContain('The new offer is in the room.');
    expect(mail.text).toContain('And a plan of the hall.');
  });

  test('a page knows when mails rest, so that it can say so before one writes', async () => {
    const { seller, opened } = await asleep();
    const hours = quietHoursIn(nightNow());
    const known = await viewOf(seller, opened.room);
    expect(known.quiet).toEqual(hours);
    expect(hours && mayWriteFrom(ZONE, Date.now(), hours)).toBeGreaterThan(Date.now());
  });

  test('whoever has just written is awake, and is answered', async () => {
    const { seller, opened } = await asleep();
    await inRoom(opened, (one) => void delete one.env.QUIET_HOURS);
    await act(seller, opened.room, comment('Is Thursday good for you?'));
    await deliverMail(opened.room);
    const asked = await lastMailTo(opened.customerEmail);
    await inRoom(opened, (one) => void (one.env.QUIET_HOURS = nightNow()));
    await bring({ from: opened.customerEmail, to: asked.replyTo ?? '', text: 'Friday is better.' });
    await act(seller, opened.room, comment('Friday it is.'));
    await deliverMail(opened.room);
    expect((await lastMailTo(opened.customerEmail)).text).toContain('Friday it is.');
  });

  test('whoever says that it was not them is answered', async () => {
    const { opened } = await asleep();
    const [report] = (await mailsTo(opened.customerEmail)).filter((mail) => mail.text.includes('NO'));
    await bring({ from: opened.customerEmail, to: report?.replyTo ?? '', text: 'NO' });
    await deliverMail(opened.room);
    expect((await lastMailTo(opened.customerEmail)).subject).toContain('Signed out');
  });

  test('who is named in what is due within a day is written to at once', async () => {
    const { seller, opened } = await asleep();
    const task = fresh<TaskId>();
    const due = { date: dayIn(ZONE, Date.now()), time: '00:00', zone: ZONE };
    await act(seller, opened.room, { type: 'task.add', task, title: 'Sign', due, past: true });
    await act(seller, opened.room, comment('Chen, can you sign?', [opened.customer], task));
    await deliverMail(opened.room);
    expect((await lastMailTo(opened.customerEmail)).text).toContain('Chen, can you sign?');
  });
});
