/** Somebody asks to be forgotten: no byte of their name or address is left anywhere, and the room's history still holds. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { RoomId } from '#core/ids.ts';
import { apply, emptyRoom } from '#core/room.ts';
import type { Recorded } from '#core/events.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { fileKey } from '../../worker/files/store.ts';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import { toldBy } from '../../worker/mail/original.ts';
import {
  act,
  bring,
  browserIn,
  comments,
  deliverMail,
  enter,
  env,
  joinToken,
  lastMailTo,
  mailsTo,
  newAddress,
  newColleague,
  newSeller,
  openRoom,
  request,
  services,
  viewOf,
} from '../support/front-door.ts';

/** A name that nobody else in these tests has. */
let NAME = '';

/** Everything that is stored anywhere, as one text for each place: every table of D1 and of every object, every file, every mail read. */
async function everything(rooms: RoomId[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{
    name: string;
  }>();
  for (const { name } of tables.results)
    found[`D1 ${name}`] = JSON.stringify((await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results);
  const objects: [string, DurableObjectStub][] = [
    ...rooms.map((room): [string, DurableObjectStub] => [`room ${room}`, env.ROOM.get(env.ROOM.idFromName(room))]),
    ['postbox', env.POSTBOX.get(env.POSTBOX.idFromName('main'))],
  ];
  for (const [name, stub] of objects)
    found[name] = await runInDurableObject(stub, (_, state) => {
      const { sql } = state.storage;
      const own = sql.exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      );
      const text = new TextDecoder();
      return [...own]
        .map((table) =>
          JSON.stringify([table.name, sql.exec(`SELECT * FROM "${table.name}"`).toArray()], (_key, value: unknown) =>
            value instanceof ArrayBuffer ? text.decode(value) : value,
          ),
        )
        .join('\n');
    });
  let cursor: string | undefined;
  do {
    const page = await env.FILES.list({ cursor });
    for (const { key } of page.objects) {
      const bytes = new Uint8Array((await (await env.FILES.get(key))?.arrayBuffer()) ?? new ArrayBuffer());
      found[`R2 ${key}`] = new TextDecoder().decode(bytes) + (key.startsWith('mail/') ? toldBy(await readMail(bytes)) : '');
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
  return found;
}

async function placesOf(words: string[], rooms: RoomId[]): Promise<string[]> {
  const all = await everything(rooms);
  return Object.entries(all).flatMap(([place, text]) =>
    words.filter((word) => text.toLowerCase().includes(word.toLowerCase())).map((word) => `${place}: ${word}`),
  );
}

async function lived() {
  NAME = `Quirin Öttl${fresh().replace(/\d/g, '')}`;
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const { room } = opened;
  const email = newAddress('quirin.oettl');
  const participant = fresh();
  await act(seller, room, {
    type: 'participant.add',
    participant,
    side: 'customer',
    name: NAME,
    email,
    locale: 'en',
    zone: 'Europe/Berlin',
    invite: true,
    note: `Welcome, ${NAME}!`,
  });
  await act(seller, room, { type: 'participant.invite', participant: opened.customer, note: '' });
  await deliverMail(room);
  const invitation = await lastMailTo(email);
  const colleagueMail = await lastMailTo(opened.customerEmail);
  const entry = await enter(joinToken(invitation));
  const customer = { cookie: `__Host-guest=${entry.device}` };
  const say = (by: { cookie: string }, body: string, more: object = {}) =>
    act(by, room, { type: 'comment.post', comment: fresh(), thread: 'room', body, mentions: [], files: [], ...more });

  const task = fresh();
  await act(seller, room, { type: 'task.add', task, title: `Ask ${NAME} for the budget`, owners: [participant], due: null });
  await say(customer, `It is me, ${NAME}, at ${email.toUpperCase()}.`);
  await say(seller, `Internal: is ${NAME} the one who decides?`, { thread: 'room:internal' });
  await act(seller, room, { type: 'deal.change', notes: `${NAME} said so` });
  await act(customer, room, { type: 'task.complete', task });
  await bring({
    from: email,
    to: invitation.replyTo ?? '',
    name: NAME,
    text: `By mail.\n-- \n${NAME}`,
    files: [{ name: `cv of ${NAME}.txt`, type: 'text/plain', content: `${NAME} himself` }],
  });
  await bring({ from: email, to: invitation.replyTo ?? '', name: NAME, text: 'move to Friday' });
  // A colleague quotes them, in base64 and in the head.
  await bring({
    from: opened.customerEmail,
    to: colleagueMail.replyTo ?? '',
    text: `I agree.\n\n> On Monday ${NAME} <${email}> wrote:\n> hello`,
    headers: { 'X-Original-To': email },
  });
  // Held, since it is not proven to be theirs.
  await bring({ from: email, to: invitation.replyTo ?? '', text: 'Held.', verdict: 'mx.cloudflare.net; dmarc=fail' });
  await act(customer, room, { type: 'participant.describe', participant, name: `${NAME} II` });
  await act(customer, room, { type: 'participant.describe', participant, name: NAME });
  await deliverMail(room);
  return { seller, opened, room, email, participant, customer, invitation, task };
}

const settled = async (room: RoomId) => {
  await deliverMail(room);
  await deliverMail(room);
};

describe('a customer who presses “erase me”', () => {
  test('is nowhere any more: not in D1, not in an object, not in a mail or file', async () => {
    const { seller, room, email, customer, participant } = await lived();
    expect((await placesOf([NAME, email], [room])).length).toBeGreaterThan(8);
    const window = await browserIn(seller, room);
    await window.next('snapshot');
    const page = await request(`/r/${room}/erase`, { cookie: customer.cookie });
    expect(await page.text()).toContain(NAME);
    const erased = await request(`/r/${room}/erase`, {
      method: 'POST',
      cookie: customer.cookie,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '',
    });
    expect(erased.status).toBe(200);
    // What the sellers have before them is without them at once.
    const told = await window.next('snapshot', (one) => JSON.stringify(one).includes('Former participant'));
    expect(JSON.stringify(told)).not.toContain(NAME);
    await settled(room);
    expect(await placesOf([NAME, email], [room])).toEqual([]);

    // Out, and nothing of theirs opens anything.
    expect((await request(`/r/${room}`, { cookie: customer.cookie })).status).not.toBe(200);
    const view = await viewOf(seller, room);
    expect(view.state.people[participant as keyof typeof view.state.people]).toMatchObject({ name: 'Former participant', status: 'left' });
    const bodies = (await comments(seller, room)).map((one) => one.body);
    expect(bodies.join()).toContain('It is me, Former participant, at Former participant.');
    expect(bodies.join()).toContain('By mail.');
  });

  test('leaves a history that folds to the same room, after a sleep, in D1 and in a copy', async () => {
    const { seller, room, customer, participant } = await lived();
    const before = await viewOf(seller, room);
    expect((await request(`/api/rooms/${room}/my-data?as=customer`, { method: 'DELETE', cookie: customer.cookie })).status).toBe(200);
    const after = await viewOf(seller, room);
    expect(after.state.seq).toBe(before.state.seq + 2);
    expect(Object.keys(after.state.plan.tasks)).toEqual(Object.keys(before.state.plan.tasks));
    await settled(room);
    await evictDurableObject(env.ROOM.get(env.ROOM.idFromName(room)));
    expect((await viewOf(seller, room)).state).toEqual(after.state);
    const rows = await env.DB.prepare('SELECT seq, at, "by", via, audience, event FROM room_event WHERE room_id = ? ORDER BY seq')
      .bind(room)
      .all<Recorded & { event: string }>();
    const fromD1 = rows.results
      .map((row) => ({ ...row, event: JSON.parse(row.event) as Recorded['event'] }) as Recorded)
      .reduce(apply, emptyRoom);
    expect(fromD1).toEqual(after.state);
    const copy = await request(`/api/rooms/${room}/copy.zip?as=seller`, { cookie: seller.cookie });
    const imported = await services.directory.importCopy(seller.seller, new Uint8Array(await copy.arrayBuffer()));
    expect(imported).toMatchObject({ ok: true, value: { matches: true } });
    expect(participant.length).toBe(26);
  });

  test('takes their files and mails along, and leaves those of others', async () => {
    const { seller, room, customer, opened } = await lived();
    const upload = async (by: { cookie: string }, as: string) =>
      (
        (await (
          await request(`/api/rooms/${room}/files?as=${as}`, {
            method: 'POST',
            cookie: by.cookie,
            headers: { 'x-file-name': 'a.txt' },
            body: as,
          })
        ).json()) as { id: string }
      ).id;
    const [theirs, ours] = [await upload(customer, 'customer'), await upload(seller, 'seller')];
    await act(seller, room, { type: 'comment.post', comment: fresh(), thread: 'room', body: 'ours', mentions: [], files: [ours] });
    await act(customer, room, { type: 'comment.post', comment: fresh(), thread: 'room', body: 'theirs', mentions: [], files: [theirs] });
    await request(`/api/rooms/${room}/my-data?as=customer`, { method: 'DELETE', cookie: customer.cookie });
    await settled(room);
    const there = async (id: string) => (await env.FILES.head(fileKey(room, id as Parameters<typeof fileKey>[1]))) !== null;
    expect([await there(theirs), await there(ours)]).toEqual([false, true]);
    expect((await request(`/files/${room}/${theirs}`, { cookie: seller.cookie })).status).toBe(404);
    // What their colleague wrote can still be read as a mail, without them.
    const mail = (await comments(seller, room)).find((one) => one.body.startsWith('I agree.'))?.mail;
    const original = await request(`/api/rooms/${room}/mails/${mail}`, { cookie: seller.cookie });
    expect(original.status).toBe(200);
    const text = await original.text();
    expect(text).toContain('I agree.');
    expect(text).toContain(opened.customerEmail);
    expect(text).not.toContain(NAME);
  });

  test('goes on where it was interrupted outside of the room', async () => {
    const { room, email, customer } = await lived();
    const get = env.FILES.get.bind(env.FILES);
    let fails = true;
    env.FILES.get = ((...args: Parameters<typeof get>) => {
      if (fails) throw new Error('away');
      return get(...args);
    }) as typeof env.FILES.get;
    await request(`/api/rooms/${room}/my-data?as=customer`, { method: 'DELETE', cookie: customer.cookie });
    await settled(room);
    fails = false;
    env.FILES.get = get;
    await settled(room);
    expect(await placesOf([NAME, email], [room])).toEqual([]);
  });

  test('is no seller: what they wrote is the deal’s, and an owner lets them go', async () => {
    const { seller, room } = await lived();
    expect((await request(`/api/rooms/${room}/my-data?as=seller`, { method: 'DELETE', cookie: seller.cookie })).status).toBe(403);
  });
});

describe('a person who asks a seller', () => {
  const ask = (by: { cookie: string }, what: string, email: string) =>
    request(`/api/people/${what}`, {
      method: 'POST',
      cookie: by.cookie,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    });

  test('gets all that is kept in the rooms of the workspace, and is erased from all of them by an owner', async () => {
    const { seller, room, email } = await lived();
    const colleague = await newColleague(seller);
    const theirs = await openRoom(colleague, 'blank', email);
    await act(colleague, theirs.room, {
      type: 'comment.post',
      comment: fresh(),
      thread: 'room',
      body: `Write to ${email}`,
      mentions: [],
      files: [],
    });
    await settled(theirs.room);

    // A colleague reaches the rooms that they are in, and no others.
    const inOne = (await (await ask(colleague, 'data.json', email)).json()) as { rooms: { room: { id: string } }[] };
    expect(inOne.rooms.map((one) => one.room.id)).toEqual([theirs.room]);
    const data = (await (await ask(seller, 'data.json', email)).json()) as { rooms: { room: { id: string }; byYou: unknown[] }[] };
    expect(data.rooms.map((one) => one.room.id).sort()).toEqual([room, theirs.room].sort());
    expect(JSON.stringify(data)).not.toContain('Internal: is');

    const elsewhere = await newSeller('Other', 'Other');
    expect(await (await ask(elsewhere, 'erase', email)).json()).toEqual({ rooms: 0 });
    expect(await (await ask(seller, 'erase', email)).json()).toEqual({ rooms: 2 });
    await settled(room);
    await settled(theirs.room);
    expect(await placesOf([NAME, email], [room, theirs.room])).toEqual([]);
    expect(await (await ask(seller, 'erase', email)).json()).toEqual({ rooms: 0 });
    const log = await services.access.audit(seller.seller, null);
    expect(log.ok && log.value.rows[0]?.deed).toEqual({ type: 'person.erased', rooms: 2 });
    expect((await mailsTo(seller.seller.email)).length).toBeGreaterThan(0);
  });
});
