/** The owners' status page and what they are told by mail: once a day while something is wrong, and once when it is over. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RoomId } from '#core/ids.ts';
import { Operations } from '../../worker/directory/operations.ts';
import type { OperationStatus } from '../../worker/services.ts';
import { env, mailsTo, newColleague, newSeller, openRoom, request, services, type SignedIn } from '../support/front-door.ts';

afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const postbox = () => env.POSTBOX.get(env.POSTBOX.idFromName('main'));
/** A row of the postbox as if it stood there since a while. */
const posted = (room: RoomId, state: 'waiting' | 'failed', at: number, key = `test/${room}/${state}`) =>
  runInDurableObject(postbox(), (_, object) => {
    const mail = {
      key,
      from: '"A" <a@atelier.example>',
      to: '"Chen" <chen.wei@corp.example>',
      replyTo: null,
      subject: 'Hello',
      html: '<p>x</p>',
      text: 'x',
      headers: {},
      attachments: [],
      messageId: `<${key}@x>`,
    };
    object.storage.sql.exec(
      "INSERT OR REPLACE INTO mail (key, mail, recipient, room, state, due, at, reason) VALUES (?, ?, 'chen.wei@corp.example', ?, ?, ?, ?, 'validation_error: chen.wei@corp.example is not an address')",
      key,
      JSON.stringify(mail),
      room,
      state,
      at + 365 * 86_400_000,
      at,
    );
  });
const unpost = (room: RoomId) =>
  runInDurableObject(postbox(), (_, object) => void object.storage.sql.exec('DELETE FROM mail WHERE room = ?', room));
const statusOf = async (by: SignedIn): Promise<OperationStatus> => (await request('/api/status', { cookie: by.cookie })).json();
const alertsTo = async (by: SignedIn) => (await mailsTo(by.seller.email)).filter((one) => one.text.includes('/settings/status'));

describe('the status page', () => {
  test('is one calm line when all is well, and an owner’s alone', async () => {
    const owner = await newSeller();
    await new Operations(env).beat(Date.now(), 0);
    const page = await request('/settings/status', { cookie: owner.cookie });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('All is well');
    expect((await request('/settings/status', { cookie: (await newColleague(owner)).cookie })).status).toBe(403);
  });

  test('shows what waits and what failed of the workspace’s own rooms, with masked addresses, and sends again what is asked', async () => {
    const owner = await newSeller();
    const other = await newSeller('Other', 'Other');
    const { room } = await openRoom(owner);
    await posted(room, 'waiting', Date.now() - 40 * MINUTE);
    await posted(room, 'failed', Date.now() - MINUTE);
    const status = await statusOf(owner);
    expect(status).toMatchObject({ waiting: 1, wrong: ['outbox', 'failed'], failed: [{ to: 'c•••i@corp.example', canGoAgain: true }] });
    expect(JSON.stringify(status)).not.toContain('chen.wei@');
    expect(await statusOf(other)).toMatchObject({ waiting: 0, failed: [], wrong: [] });

    const { key } = status.failed[0] ?? { key: '' };
    expect(await services.operations.again(other.seller, { key })).toMatchObject({ ok: false });
    expect(await services.operations.again(owner.seller, { key })).toMatchObject({ ok: true });
    expect((await mailsTo('chen.wei@corp.example')).some((one) => one.subject === 'Hello')).toBe(true);
    expect((await statusOf(owner)).failed).toEqual([]);
    await unpost(room);
  });

  test('tells of rooms that D1 is behind', async () => {
    const owner = await newSeller();
    const { room } = await openRoom(owner);
    await postbox().lags(room, Date.now() - 20 * MINUTE);
    expect(await statusOf(owner)).toMatchObject({ lagging: 1, wrong: ['lag'] });
    await postbox().lags(room, null);
    expect(await statusOf(owner)).toMatchObject({ lagging: 0, wrong: [] });
  });
});

describe('alerts', () => {
  test('come once a day while it lasts, and once when it is well again', async () => {
    const owner = await newSeller();
    const { room } = await openRoom(owner);
    const start = Date.now();
    const operations = new Operations(env);
    const beat = (minutes: number) => {
      vi.setSystemTime(start + minutes * MINUTE);
      return operations.beat(start + minutes * MINUTE, 0);
    };
    await operations.beat(start, 0);
    await posted(room, 'waiting', start);
    await beat(15);
    await beat(30);
    expect(await alertsTo(owner)).toHaveLength(0);
    await beat(45);
    await beat(60);
    const [first, ...more] = await alertsTo(owner);
    expect(more).toEqual([]);
    expect(first?.text).toContain('half an hour');
    for (let minutes = 75; minutes < 24 * 60 + 60; minutes += 15) await beat(minutes);
    expect(await alertsTo(owner)).toHaveLength(2);
    await unpost(room);
    await beat(24 * 60 + 75);
    await beat(24 * 60 + 90);
    const all = await alertsTo(owner);
    expect(all).toHaveLength(3);
    expect(all[0]?.subject).toBe('Atelier is well again');
    // What comes and goes on the same day is told of once.
    await posted(room, 'waiting', start);
    await beat(24 * 60 + 105);
    expect(await alertsTo(owner)).toHaveLength(3);
    await unpost(room);
  });

  test('say that the cron did not run', async () => {
    const owner = await newSeller();
    const start = Date.now();
    const operations = new Operations(env);
    await operations.beat(start, 0);
    vi.setSystemTime(start + 3 * 60 * MINUTE);
    await operations.beat(start + 3 * 60 * MINUTE, 0);
    expect((await alertsTo(owner)).map((one) => one.text).join()).toContain('did not run in time');
  });
});
