/** Whoever is put in copy of a reply: asked once, grey until they answer, forgotten at once when they say no. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import type { RoomId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  comments,
  deliverMail,
  env,
  invite,
  mailsTo,
  newAddress,
  newColleague,
  newSeller,
  openRoom,
  request,
  viewOf,
  type Letter,
} from '../support/front-door.ts';

/** A room whose customer has mail to answer, and a function that nobody is named for. */
async function room() {
  const seller = await newSeller();
  const opened = await openRoom(seller, 'trial');
  const mail = await invite(seller, opened);
  await act(seller, opened.room, { type: 'placeholder.add', placeholder: fresh(), side: 'customer', what: 'Finance' });
  const state = async () => (await viewOf(seller, opened.room)).state;
  const reply = (text: string, more: Partial<Letter> = {}) =>
    bring({ from: opened.customerEmail, to: mail.replyTo ?? '', name: 'Chen Wei', text, ...more });
  const posted = async () => (await comments(seller, opened.room)).map((one) => one.body);
  const mails = async (address: string) => {
    await deliverMail(opened.room);
    return mailsTo(address);
  };
  return { seller, opened, mail, state, reply, posted, mails };
}

/** Chen has put Zhao in copy, and she has been asked. */
async function asked(name = 'Zhao Min') {
  const one = await room();
  const zhao = newAddress('zhao');
  await one.reply('Our finance lead should see this.', { headers: { Cc: `"${name}" <${zhao}>` } });
  const [mail] = await one.mails(zhao);
  if (!mail) throw new Error('nobody was asked');
  const answer = (text: string, more: Partial<Letter> = {}) => bring({ from: zhao, name, to: mail.replyTo ?? '', text, ...more });
  return { ...one, zhao, asking: mail, answer };
}

/** Adding somebody by hand, invited at once. */
const addOf = (email: string): CommandInput => ({
  type: 'participant.add',
  participant: fresh(),
  side: 'customer',
  name: 'Zhao',
  email,
  locale: 'en',
  zone: 'UTC',
  invite: true,
  note: '',
});

/** Everything that is stored of a room: its own tables, and every row of D1. */
async function everything(id: RoomId): Promise<string> {
  const own = await runInDurableObject(env.ROOM.get(env.ROOM.idFromName(id)), (_one, { storage }) =>
    storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
      )
      .toArray()
      .map(({ name }) => JSON.stringify(storage.sql.exec(`SELECT * FROM "${name}"`).toArray())),
  );
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
  ).all<{ name: string }>();
  const rows: string[] = [];
  for (const { name } of results) rows.push(JSON.stringify((await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results));
  return [...own, ...rows].join('\n');
}

describe('whoever is put in copy by the owner of a reply address', () => {
  test('gets one mail that says who brought them in, three things, and the two answers', async () => {
    const { asking, mails, zhao, reply } = await asked();
    expect(asking.subject).toContain('Chen Wei brought you in');
    expect(asking.text).toContain('Three things that concern you');
    expect(asking.text).toContain('Reply to take part');
    expect(asking.text).toContain('Reply NO to be forgotten');
    expect(asking.text).not.toContain('/join/');
    await reply('And once more.', { headers: { Cc: zhao } });
    expect(await mails(zhao)).toHaveLength(1);
  });

  test('stands grey in the place that was vacant, without an address, until they answer', async () => {
    const { state, opened, zhao, seller } = await asked();
    const { people, stakeholders } = await state();
    const [newcomer] = Object.values(stakeholders.newcomers);
    expect(newcomer).toMatchObject({ name: 'Zhao Min', broughtBy: opened.customer, side: 'customer' });
    expect(Object.values(stakeholders.placeholders)[0]?.filledBy).toBe(newcomer?.id);
    expect(Object.values(people)).toHaveLength(2);
    expect(JSON.stringify(await viewOf(seller, opened.room))).not.toContain(zhao);
  });

  test('is in with their first answer, under their own words, in that place', async () => {
    const { state, posted, answer, zhao, mails } = await asked();
    const letter = { messageId: `<${fresh()}@corp.example>` };
    await answer('I need the payment terms by Friday.', letter);
    await answer('I need the payment terms by Friday.', letter);
    expect(await posted()).toEqual(['Our finance lead should see this.', 'I need the payment terms by Friday.']);
    const { people, stakeholders } = await state();
    const one = Object.values(people).find(({ email }) => email === zhao);
    expect(one).toMatchObject({ name: 'Zhao Min', status: 'joined', through: 'mail' });
    expect(stakeholders.newcomers).toEqual({});
    expect(Object.values(stakeholders.placeholders)[0]?.filledBy).toBe(one?.id);
    expect(await mails(zhao)).toHaveLength(1);
  });

  test('is read in To as well as in copy, and of ten at most', async () => {
    const { reply, state, opened, mail } = await room();
    const many = Array.from({ length: 14 }, (_, index) => newAddress(`person${index}`));
    await reply('All of you, please.', { headers: { Cc: [mail.replyTo, opened.customerEmail, ...many].join(', ') } });
    expect(Object.keys((await state()).stakeholders.newcomers)).toHaveLength(10);
  });

  test('may be all that a reply has', async () => {
    const { reply, state, posted } = await room();
    await reply('', { headers: { Cc: newAddress('zhao') } });
    expect(Object.keys((await state()).stakeholders.newcomers)).toHaveLength(1);
    expect(await posted()).toEqual([]);
  });

  test('is nobody where nobody in particular reads: a machine, a function, the room itself', async () => {
    const { reply, state } = await room();
    const local = env.REPLY_DOMAIN;
    await reply('fyi', {
      headers: { Cc: `noreply@corp.example, no-reply@x.example, info@corp.example, hello@${local}, ${env.MAIL_FROM}` },
    });
    expect((await state()).stakeholders.newcomers).toEqual({});
  });

  test('is brought in by a seller’s reply too', async () => {
    const { seller, opened, state, mails, reply } = await room();
    await reply('Hello!');
    await deliverMail(opened.room);
    const [news] = await mailsTo(seller.seller.email);
    const zhao = newAddress('zhao');
    await bring({ from: seller.seller.email, to: news?.replyTo ?? '', text: 'Copying Zhao.', headers: { Cc: zhao } });
    expect(Object.values((await state()).stakeholders.newcomers)[0]).toMatchObject({ broughtBy: opened.me, side: 'customer' });
    expect(await mails(zhao)).toHaveLength(1);
  });

  test('comes to the seller side if they are a colleague; one of its company who is none is for a seller to say', async () => {
    const { seller, reply, state } = await room();
    const zhou = await newColleague(seller);
    const stranger = newAddress('wu', 'yuncang.example');
    await reply('Both of yours.', { headers: { Cc: `${zhou.seller.email}, ${stranger}` } });
    const { people, held, stakeholders } = await state();
    expect(Object.values(people).find((one) => one.email === zhou.seller.email)).toMatchObject({ side: 'seller', status: 'invited' });
    expect(Object.values(held)).toMatchObject([{ reason: 'colleague', from: stranger }]);
    expect(stakeholders.newcomers).toEqual({});
  });

  test('gets nothing from a mail that is not proven to be its sender’s', async () => {
    const { reply, state, mails } = await room();
    const zhao = newAddress('zhao');
    await reply('Trust me.', { verdict: 'mx.cloudflare.net; dmarc=fail', headers: { Cc: zhao } });
    expect((await state()).stakeholders.newcomers).toEqual({});
    expect(await mails(zhao)).toEqual([]);
  });
});

describe('what somebody in copy writes to another’s address', () => {
  test('waits in their name, and stands once they take part', async () => {
    const { seller, opened, mail, answer, state, posted, zhao } = await asked();
    const { rejected } = await bring({ from: zhao, to: mail.replyTo ?? '', text: 'Net 60, please.' });
    expect(rejected).toBeNull();
    expect(await posted()).toEqual(['Our finance lead should see this.']);
    const before = await state();
    expect(Object.values(before.stakeholders.newcomers)[0]?.waiting).toBe(1);
    expect(before.held).toEqual({});
    await answer('Happy to help.');
    expect(await posted()).toEqual(['Our finance lead should see this.', 'Net 60, please.', 'Happy to help.']);
    const said = await comments(seller, opened.room);
    expect(new Set(said.slice(1).map((one) => one.by)).size).toBe(1);
    // From now on it is their own word, whichever of the room's mails they answer.
    await bring({ from: zhao, to: mail.replyTo ?? '', text: 'Or net 45.' });
    expect((await comments(seller, opened.room)).at(-1)).toMatchObject({ body: 'Or net 45.', by: said.at(-1)?.by });
  });

  test('never ends a session of the address’s owner', async () => {
    const { mail, answer, zhao, posted } = await asked();
    await answer('Yes.');
    await bring({ from: zhao, to: mail.replyTo ?? '', text: 'NO' });
    expect((await posted()).at(-1)).toBe('NO');
  });
});

describe('a no', () => {
  test.each(['NO', 'No, thank you.', '不用了', '算了'])(
    '“%s” leaves nothing of them, and they are never written to again',
    async (word) => {
      const name = `Zhao ${fresh().slice(0, 8)}`;
      const { opened, seller, mail, answer, state, zhao, mails, reply, posted } = await asked(name);
      await bring({ from: zhao, to: mail.replyTo ?? '', text: 'Who is this?' });
      await answer(word);
      await deliverMail(opened.room);
      const { stakeholders } = await state();
      expect(stakeholders.newcomers).toEqual({});
      expect(Object.values(stakeholders.placeholders)[0]?.filledBy).toBeNull();
      const stored = await everything(opened.room);
      expect([stored.includes(zhao), stored.includes(name)]).toEqual([false, false]);
      const originals = await env.FILES.list({ prefix: 'mail/' });
      for (const { key } of originals.objects) expect((await (await env.FILES.get(key))?.text())?.includes(zhao)).toBe(false);

      await reply('Zhao, are you sure?', { headers: { Cc: zhao } });
      expect((await state()).stakeholders.newcomers).toEqual({});
      const answered = await act(seller, opened.room, addOf(zhao));
      expect(answered.status).toBe(403);
      expect(await mails(zhao)).toHaveLength(1);
      const late = await answer('Wait, what was it about?');
      expect(late.rejected).toContain('asked this room to forget you');
      await deliverMail(opened.room);
      expect((await everything(opened.room)).includes('Wait, what')).toBe(false);
      expect(await posted()).toEqual(['Our finance lead should see this.', 'Zhao, are you sure?']);
    },
  );

  test('is also said for them by whoever brought them in, who may bring them in again', async () => {
    const { seller, opened, state, zhao, reply, mails } = await asked();
    const [newcomer] = Object.keys((await state()).stakeholders.newcomers);
    await act(seller, opened.room, { type: 'newcomer.withdraw', newcomer: newcomer ?? '' });
    await deliverMail(opened.room);
    expect((await everything(opened.room)).includes(zhao)).toBe(false);
    await reply('After all.', { headers: { Cc: zhao } });
    expect(await mails(zhao)).toHaveLength(2);
  });
});

test('whoever was asked by mail is asked once: an invitation to them says so', async () => {
  const { seller, opened, zhao } = await asked();
  const answered = await act(seller, opened.room, addOf(zhao));
  expect(answered.status).toBe(409);
  expect(await answered.json()).toMatchObject({ error: { reason: 'already_asked' } });
});

test('when each was last heard of, and by which way, is told to everybody in the room and nobody else', async () => {
  const { seller, opened, reply } = await room();
  await reply('Hello by mail.');
  const response = await request(`/api/rooms/${opened.room}/whereabouts`, { cookie: seller.cookie });
  const { people } = (await response.json()) as { people: Record<string, { at: string | null; page: boolean; mail: boolean }> };
  expect(people[opened.customer]).toMatchObject({ mail: true, page: false });
  expect(people[opened.me]).toMatchObject({ mail: false, page: true });
});
