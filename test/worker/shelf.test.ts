/** Rooms that end: archived, deleted, brought back, kept for as long as the workspace says, and erased without a trace. */
import { runInDurableObject } from 'cloudflare:test';
import { getTableColumns, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RoomId } from '#core/ids.ts';
import * as schema from '../../worker/directory/schema.ts';
import { eraseRoom, OF_A_ROOM, Shelf } from '../../worker/directory/shelf.ts';
import { fresh } from '../../worker/access/tokens.ts';
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
  newColleague,
  newSeller,
  openRoom,
  request,
  services,
  viewOf,
  type SignedIn,
} from '../support/front-door.ts';

afterEach(() => vi.useRealTimers());

const DAY = 86_400_000;

async function lived() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const invitation = (await mailsTo(opened.customerEmail)).find((one) => one.text.includes('/join/'));
  return { seller, opened, customer, room: opened.room, replyTo: invitation?.replyTo ?? '' };
}

const move = (by: { cookie: string }, room: string, how: string) =>
  request(`/api/rooms/${room}/shelf`, {
    method: 'PUT',
    cookie: by.cookie,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ how }),
  });
const say = (by: { cookie: string }, room: RoomId, body: string) =>
  act(by, room, { type: 'comment.post', comment: fresh(), thread: 'room', body, mentions: [], files: [] });
const listed = async (by: SignedIn) => (await services.directory.rooms(by.seller)).map((one) => one.room);

describe('an archived room', () => {
  test('leaves the list, stays readable, and comes back when somebody writes in it', async () => {
    const { seller, room, customer, replyTo, opened } = await lived();
    expect((await move(seller, room, 'archive')).status).toBe(200);
    expect(await listed(seller)).not.toContain(room);
    expect((await services.directory.shelf(seller.seller)).archived.map((one) => one.room)).toEqual([room]);
    expect((await request(`/rooms/${room}`, { cookie: seller.cookie })).status).toBe(200);
    // Where the sellers keep it is not told to the customer.
    expect(JSON.stringify(await viewOf(customer, room))).not.toMatch(/archived/);

    await bring({ from: opened.customerEmail, to: replyTo, text: 'Still there?' });
    expect((await viewOf(seller, room)).state.room?.archived).toBeUndefined();
    await deliverMail(room);
    expect(await listed(seller)).toContain(room);
  });

  test('comes back by a press, and somebody’s own mail wishes do not bring it back', async () => {
    const { seller, room, customer, opened } = await lived();
    await move(seller, room, 'archive');
    await act(customer, room, { type: 'participant.describe', participant: opened.customer, mail: 'weekly' });
    expect((await viewOf(seller, room)).state.room?.archived).toBeDefined();
    expect((await move(seller, room, 'unarchive')).status).toBe(200);
    expect(await listed(seller)).toContain(room);
  });
});

describe('a deleted room', () => {
  test('is shut at once: pages, links, sockets, API and mail; and comes back as it was', async () => {
    const { seller, room, customer, opened, replyTo } = await lived();
    await say(customer, room, 'Before.');
    const window = await browserIn(customer, room);
    await window.next('snapshot');
    // Told to nobody: it was about to be.
    await say(seller, room, 'Never mailed.');
    expect((await move(seller, room, 'delete')).status).toBe(200);
    expect(await window.whenClosed()).toBeGreaterThanOrEqual(4000);

    for (const [path, by] of [
      [`/rooms/${room}`, seller],
      [`/r/${room}`, customer],
    ] as const) {
      const page = await request(path, { cookie: by.cookie });
      expect(page.status, path).toBe(410);
      expect(await page.text()).not.toContain('Before.');
    }
    const door = await request(`/join/${customer.token}`);
    expect(await door.text()).toMatch(/has been closed/);
    for (const by of [seller, customer]) {
      const as = by === seller ? 'seller' : 'customer';
      expect((await say(by, room, 'Anybody?')).status).toBe(403);
      for (const path of ['events', 'copy.zip', 'my-data.json', 'plan.csv', 'threads/room'])
        expect((await request(`/api/rooms/${room}/${path}?as=${as}`, { cookie: by.cookie })).status, path).toBe(403);
    }
    const before = (await mailsTo(opened.customerEmail)).length;
    await deliverMail(room);
    expect((await mailsTo(opened.customerEmail)).filter((one) => one.text.includes('Never mailed'))).toEqual([]);

    // A reply is held, and its writer told why.
    await bring({ from: opened.customerEmail, to: replyTo, text: 'Where are you?' });
    expect((await lastMailTo(opened.customerEmail)).text).toContain('This room has been closed');
    expect((await mailsTo(opened.customerEmail)).length).toBe(before + 1);

    const { deleted } = await services.directory.shelf(seller.seller);
    expect(deleted.map((one) => one.room)).toEqual([room]);
    expect(Date.parse(deleted[0]?.erasedAfter ?? '') - Date.now()).toBeGreaterThan(29.9 * DAY);

    expect((await move(seller, room, 'restore')).status).toBe(200);
    expect((await comments(customer, room)).map((one) => one.body)).toEqual(['Before.', 'Never mailed.']);
    expect(Object.values((await viewOf(seller, room)).state.held)).toMatchObject([{ reason: 'deleted', text: 'Where are you?' }]);
    expect(await listed(seller)).toContain(room);
  });

  test('may be deleted by an owner from outside and by who is in it; by no colleague beside it, and by nobody elsewhere', async () => {
    const { seller, room, customer } = await lived();
    const colleague = await newColleague(seller);
    const elsewhere = await newSeller('Other', 'Other');
    for (const how of ['archive', 'delete', 'restore'])
      for (const [by, status] of [
        [colleague, 403],
        [elsewhere, 404],
        [customer, 401],
      ] as const)
        expect((await move(by, room, how)).status, how).toBe(status);
    const theirs = await openRoom(colleague);
    expect((await services.directory.shelf(colleague.seller)).inUse.map((one) => one.room)).toEqual([theirs.room]);
    expect((await services.directory.shelf(seller.seller)).inUse.map((one) => one.room)).toEqual(
      expect.arrayContaining([room, theirs.room]),
    );
    expect((await move(seller, theirs.room, 'delete')).status).toBe(200);
    expect((await move(seller, theirs.room, 'delete')).status).toBe(200);
    expect(await listed(colleague)).toEqual([]);
    const log = await services.access.audit(seller.seller, null);
    expect(log.ok && log.value.rows.map((one) => one.deed.type)).toEqual(expect.arrayContaining(['room.deleted']));
  });
});

/** Everything of a room that is anywhere. */
async function traces(room: RoomId): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of [...OF_A_ROOM, 'room']) {
    const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${table === 'room' ? 'id' : 'room_id'} = ?`)
      .bind(room)
      .first<{ n: number }>();
    if (row?.n) found[table] = row.n;
  }
  const files = await env.FILES.list({ prefix: `rooms/${room}/` });
  if (files.objects.length > 0) found['files'] = files.objects.length;
  const events = await runInDurableObject(env.ROOM.get(env.ROOM.idFromName(room)), (_, state) => {
    const [events] = state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM event').toArray();
    return events?.n ?? 0;
  });
  if (events > 0) found['events'] = events;
  const posted = await runInDurableObject(env.POSTBOX.get(env.POSTBOX.idFromName('main')), (_, state) =>
    state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM mail WHERE room = ?', room).one(),
  );
  if (posted.n > 0) found['posted'] = posted.n;
  return found;
}

async function withEverything() {
  const one = await lived();
  const { seller, room, opened, replyTo } = one;
  const response = await request(`/api/rooms/${room}/files?as=seller`, {
    method: 'POST',
    cookie: seller.cookie,
    headers: { 'x-file-name': 'plan.txt' },
    body: 'kept in R2',
  });
  const { id } = (await response.json()) as { id: string };
  await act(seller, room, { type: 'comment.post', comment: fresh(), thread: 'room', body: 'file', mentions: [], files: [id] });
  await bring({ from: opened.customerEmail, to: replyTo, text: 'By mail' });
  await deliverMail(room);
  const mail = await env.DB.prepare('SELECT id FROM inbound_mail WHERE room_id = ?').bind(room).first<{ id: string }>();
  await move(seller, room, 'delete');
  return { ...one, mail: mail?.id ?? '' };
}
const past = (room: RoomId) =>
  runInDurableObject(env.ROOM.get(env.ROOM.idFromName(room)), () => {
    vi.setSystemTime(Date.now() + 31 * DAY);
  });

describe('the sweep', () => {
  test('knows every table whose rows are a room’s', () => {
    const tables = Object.values(schema as Record<string, unknown>).filter((one) => is(one, SQLiteTable));
    const named = tables.filter((one) => Object.values(getTableColumns(one)).some((column) => column.name === 'room_id'));
    const names = named.map((one) => (one as unknown as Record<symbol, string>)[Symbol.for('drizzle:Name')]);
    expect(names.sort()).toEqual([...OF_A_ROOM].sort());
  });

  test('leaves a room alone while it can be brought back, then erases all of it; twice is harmless', async () => {
    const { room, mail, seller } = await withEverything();
    const other = await openRoom(seller);
    const shelf = new Shelf(env);
    await shelf.sweep(Date.now() + 29 * DAY);
    expect(await traces(room)).toMatchObject({ room: 1, files: 1, inbound_mail: 1 });
    // The room itself keeps the time, too: a clock that is wrong elsewhere erases nothing.
    await shelf.sweep(Date.now() + 31 * DAY);
    expect(await traces(room)).toMatchObject({ room: 1, files: 1, inbound_mail: 1 });
    await past(room);
    expect((await shelf.sweep(Date.now())).erased).toBeGreaterThan(0);
    expect(await traces(room)).toEqual({});
    expect(await env.FILES.head(`mail/${mail}`)).toBeNull();
    expect((await shelf.sweep(Date.now())).erased).toBe(0);
    expect(await traces(other.room)).toMatchObject({ room: 1 });
    const log = await services.access.audit(seller.seller, null);
    expect(log.ok && log.value.rows.filter((one) => one.deed.type === 'room.erased')).toHaveLength(1);
    // Whoever comes later meets a room that never was.
    const later = await services.rooms.open({ kind: 'seller', person: seller.seller.person, workspace: seller.seller.workspace }, room, []);
    expect(later).toMatchObject({ ok: false, refusal: { reason: 'not_a_participant' } });
  });

  test('goes on where it died, after each of its steps', async () => {
    const { room, mail } = await withEverything();
    await past(room);
    const died = new Error('died');
    const kinds: [string, () => void][] = [
      ['the list of files', () => vi.spyOn(env.FILES, 'list').mockRejectedValueOnce(died)],
      ['a file', () => vi.spyOn(env.FILES, 'delete').mockRejectedValueOnce(died)],
      ['the rows', () => vi.spyOn(env.DB, 'batch').mockRejectedValueOnce(died)],
    ];
    for (const [what, fault] of kinds) {
      fault();
      await expect(eraseRoom(env, room), what).rejects.toThrow('died');
      vi.restoreAllMocks();
      expect(await traces(room), what).toMatchObject({ room: 1 });
    }
    expect(await eraseRoom(env, room)).toBe(true);
    expect(await traces(room)).toEqual({});
    expect(await env.FILES.head(`mail/${mail}`)).toBeNull();
  });

  test('erases the demo when it is removed', async () => {
    const seller = await newSeller();
    const demo = (await services.directory.rooms(seller.seller)).filter((one) => one.demo);
    expect(demo.length).toBeGreaterThan(0);
    await services.directory.removeDemo(seller.seller);
    for (const one of demo) expect(await traces(one.room)).toEqual({});
  });
});

describe('retention', () => {
  const retain = (by: SignedIn, years: number) => services.directory.retain(by.seller, { years });

  test('is an owner’s to set', async () => {
    const { seller } = await lived();
    expect((await retain(await newColleague(seller), 1)).ok).toBe(false);
    expect((await retain(seller, 3)).ok).toBe(false);
    expect((await retain(seller, 2)).ok).toBe(true);
    expect((await services.directory.shelf(seller.seller)).years).toBe(2);
  });

  test('warns its owners once, two weeks before, then deletes with thirty days to undo; what is in use stays', async () => {
    const { seller, room } = await lived();
    const live = await openRoom(seller);
    await move(seller, room, 'archive');
    await retain(seller, 1);
    const shelf = new Shelf(env);
    const start = Date.now();
    const sweepAt = async (days: number) => {
      vi.setSystemTime(start + days * DAY);
      return shelf.sweep(start + days * DAY);
    };
    await sweepAt(340);
    expect((await mailsTo(seller.seller.email)).filter((one) => one.text.includes('/settings/rooms'))).toEqual([]);
    await sweepAt(352);
    await sweepAt(353);
    const warnings = (await mailsTo(seller.seller.email)).filter((one) => one.text.includes('/settings/rooms'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.subject).toMatch(/archived|归档/);
    await sweepAt(364);
    expect((await services.directory.shelf(seller.seller)).deleted).toEqual([]);
    await sweepAt(368);
    const page = await services.directory.shelf(seller.seller);
    expect(page.deleted.map((one) => one.room)).toEqual([room]);
    expect(page.inUse.map((one) => one.room)).toContain(live.room);
    await sweepAt(399);
    expect(await traces(room)).toEqual({});
  });

  test('is warned of anew when the room was taken up in between', async () => {
    const { seller, room } = await lived();
    await move(seller, room, 'archive');
    await retain(seller, 1);
    const shelf = new Shelf(env);
    const start = Date.now();
    vi.setSystemTime(start + 355 * DAY);
    await shelf.sweep(start + 355 * DAY);
    for (const how of ['unarchive', 'archive'])
      expect(await services.directory.shelve(seller.seller, room, { how })).toMatchObject({ ok: true });
    vi.setSystemTime(start + 380 * DAY);
    await shelf.sweep(start + 380 * DAY);
    expect((await services.directory.shelf(seller.seller)).deleted).toEqual([]);
  });
});
