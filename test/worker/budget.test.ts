/** What an action costs in rows: written to the room's own database, and to D1. More is a mistake until somebody says why. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import type { CommentId, ParticipantId, TaskId } from '#core/ids.ts';
import type { CommandInput } from '#core/commands.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { act, deliverMail, env, joinedCustomer, newSeller, openRoom, request } from '../support/front-door.ts';

const stubOf = (room: string) => env.ROOM.get(env.ROOM.idFromName(room));

/** Rows that the room's database writes while something happens. */
async function rowsOf(room: string, what: () => Promise<unknown>): Promise<number> {
  let rows = 0;
  await runInDurableObject(stubOf(room), (_one, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    vi.spyOn(sql, 'exec').mockImplementation((...asked) => {
      const cursor = exec(...asked);
      // A cursor counts as it is read, and a write is done by then.
      const all = cursor.toArray();
      rows += cursor.rowsWritten;
      return { toArray: () => all, one: () => all[0], [Symbol.iterator]: () => all[Symbol.iterator]() } as unknown as typeof cursor;
    });
  });
  await what();
  await runInDurableObject(stubOf(room), () => void vi.restoreAllMocks());
  return rows;
}

/** Rows that D1 writes while something happens. */
async function rowsInD1(what: () => Promise<unknown>): Promise<number> {
  let rows = 0;
  const batch = env.DB.batch.bind(env.DB);
  const spy = vi.spyOn(env.DB, 'batch').mockImplementation(async (statements) => {
    const results = await batch(statements);
    for (const one of results) rows += one.meta.rows_written;
    return results as never;
  });
  await what();
  spy.mockRestore();
  return rows;
}

async function settled(people: number) {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  for (let n = 2; n < people; n += 1) {
    await act(seller, opened.room, {
      type: 'participant.add',
      participant: fresh<ParticipantId>(),
      side: 'customer',
      name: `Person ${n}`,
      email: `person${n}.${fresh().slice(0, 6)}@corp.example`,
      locale: 'en',
      zone: 'Asia/Shanghai',
      invite: true,
      note: '',
    });
  }
  await deliverMail(opened.room);
  return { seller, room: opened.room };
}

const comment = (body = 'Thursday suits us.'): CommandInput => ({
  type: 'comment.post',
  comment: fresh<CommentId>(),
  thread: 'room',
  body,
});

describe('in the room’s own database', () => {
  test('a comment writes seven rows, however many people are to hear of it', async () => {
    const { seller, room } = await settled(12);
    // The first of a burst also opens each reader's window.
    await act(seller, room, comment());
    // The event, its place in the thread and among comments, its command, who is to hear of it, how far its writer has read, and that D1 is to hear of it.
    expect(await rowsOf(room, () => act(seller, room, comment()))).toBeLessThanOrEqual(7);
  });

  test('a task writes three rows: the event, its command, and that D1 is to hear of it', async () => {
    const { seller, room } = await settled(2);
    const task = fresh<TaskId>();
    await act(seller, room, { type: 'task.add', task, title: 'Security review' });
    expect(await rowsOf(room, () => act(seller, room, { type: 'task.add', task: fresh<TaskId>(), title: 'Contract' }))).toBeLessThanOrEqual(
      3,
    );
    expect(await rowsOf(room, () => act(seller, room, { type: 'task.complete', task }))).toBeLessThanOrEqual(3);
  });

  test('reading the room writes nothing', async () => {
    const { seller, room } = await settled(2);
    const look = () => request(`/api/rooms/${room}?as=seller&threads=room`, { cookie: seller.cookie });
    expect(await rowsOf(room, look)).toBe(0);
  });
});

describe('in D1', () => {
  test('an event costs one row, and each batch of them a few for what changed', async () => {
    const { seller, room } = await settled(3);
    for (let n = 0; n < 20; n += 1) await act(seller, room, comment(`Number ${n}`));
    const rows = await rowsInD1(async () => {
      await runInDurableObject(stubOf(room), (_one, state) => {
        state.storage.sql.exec("UPDATE agenda SET at = 1 WHERE kind = 'project'");
        return state.storage.setAlarm(Date.now());
      });
      await runDurableObjectAlarm(stubOf(room));
    });
    expect(rows).toBeGreaterThanOrEqual(20);
    expect(rows).toBeLessThanOrEqual(40);
  });
});
