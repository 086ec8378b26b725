/** Magic links: proof against scanners, safe to forward, shut at once. */
import { describe, expect, test } from 'vitest';
import {
  act,
  browserIn,
  comments,
  deliverMail,
  enter,
  invite,
  joinedCustomer,
  joinToken,
  lastCodeTo,
  lastMailTo,
  mailsTo,
  newAddress,
  newSeller,
  openRoom,
  request,
  services,
  bring,
  viewOf,
  env,
} from '../support/front-door.ts';
import { runInDurableObject } from 'cloudflare:test';

const from = { ip: '203.0.113.9', userAgent: 'Mozilla/5.0 (iPhone) Safari/604.1' };

async function invited() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const mail = await invite(seller, opened);
  return { seller, opened, mail, token: joinToken(mail) };
}

/** Everything that a visit could leave behind. */
async function traces(room: string) {
  return runInDurableObject(env.ROOM.get(env.ROOM.idFromName(room)), (_instance, state) => ({
    events: state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM event').one().n,
    devices: state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM device').one().n,
    codes: state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM code').one().n,
    seen: state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM seen').one().n,
    revoked: state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM key WHERE revoked = 1').one().n,
  }));
}

describe('a link that is only opened', () => {
  test('changes nothing, however often and by whatever method', async () => {
    const { opened, token } = await invited();
    const before = await traces(opened.room);
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await request(`/join/${token}`)).status).toBe(200);
      await request(`/join/${token}`, { method: 'HEAD' });
    }
    expect(await traces(opened.room)).toEqual(before);
    expect(await services.access.look(token, undefined)).toMatchObject({ ok: true, value: { door: 'press', name: 'Chen Wei' } });
  });

  test('says whose it is without telling the whole address', async () => {
    const { token, opened } = await invited();
    const look = await services.access.look(token, undefined);
    expect(look.ok && look.value.maskedEmail).not.toContain(opened.customerEmail.split('@')[0]);
  });

  test('that is wrong, or another kind of token, opens nothing', async () => {
    const { mail, token } = await invited();
    const reply = /reply\+([a-z2-7]{52})@/.exec(mail.replyTo ?? '')?.[1] ?? '';
    for (const wrong of ['', 'x', reply, token.split('').reverse().join(''), `${token.startsWith('a') ? 'b' : 'a'}${token.slice(1)}`]) {
      expect((await services.access.look(wrong, undefined)).ok).toBe(false);
      expect((await services.access.enter(wrong, undefined, { ip: '203.0.113.50', userAgent: '' })).ok).toBe(false);
    }
  });
});

describe('"Continue as Chen"', () => {
  test('enters with one press and nothing typed; the seller sees who joined', async () => {
    const { seller, opened, token } = await invited();
    const entry = await enter(token);
    expect(entry.entered).toBe(true);
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.status).toBe('joined');
    expect((await viewOf({ cookie: `__Host-guest=${entry.device}` }, opened.room)).me).toBe(opened.customer);
  });

  test('the same device is known from then on: nothing to press', async () => {
    const { token } = await invited();
    const entry = await enter(token);
    expect(await services.access.look(token, entry.device)).toMatchObject({ value: { door: 'known' } });
  });

  test('a further device needs a code from Chen’s own mailbox; a wrong one does not do, five wrong ones end it', async () => {
    const { opened, token } = await invited();
    await enter(token);
    const second = await enter(token);
    expect(second).toMatchObject({ entered: false });
    const code = await lastCodeTo(opened.customerEmail);
    expect(code).toHaveLength(6);
    const wrong = code === '000000' ? '111111' : '000000';
    expect(await services.access.enterWithCode(token, second.device, wrong, from)).toMatchObject({
      ok: false,
      refusal: { reason: 'code_wrong' },
    });
    expect(await services.access.enterWithCode(token, second.device, code, from)).toMatchObject({ ok: true, value: { entered: true } });

    const third = await enter(token);
    const other = await lastCodeTo(opened.customerEmail);
    const not = other === '000000' ? '111111' : '000000';
    for (let turn = 0; turn < 5; turn += 1) await services.access.enterWithCode(token, third.device, not, from);
    expect(await services.access.enterWithCode(token, third.device, other, from)).toMatchObject({
      ok: false,
      refusal: { reason: 'code_expired' },
    });
  });

  test('a code is bound to the device that asked for it', async () => {
    const { opened, token } = await invited();
    await enter(token);
    await enter(token);
    const code = await lastCodeTo(opened.customerEmail);
    expect((await services.access.enterWithCode(token, undefined, code, from)).ok).toBe(false);
  });

  test('where the room always asks a code, the first device is asked too', async () => {
    const { seller, opened, token } = await invited();
    await act(seller, opened.room, { type: 'room.ruleCode', alwaysAskCode: true });
    expect(await enter(token)).toMatchObject({ entered: false });
  });

  test('pressed twice, one code is mailed, and it stays good', async () => {
    const { opened, token } = await invited();
    await enter(token);
    const before = (await mailsTo(opened.customerEmail)).length;
    const second = await enter(token);
    const again = await Promise.all([1, 2].map(() => services.access.enter(token, second.device, from)));
    expect(again.map((one) => one.ok && one.value.entered)).toEqual([false, false]);
    const code = await lastCodeTo(opened.customerEmail);
    expect(await mailsTo(opened.customerEmail)).toHaveLength(before + 1);
    expect(await services.access.enterWithCode(token, second.device, code, from)).toMatchObject({ ok: true, value: { entered: true } });
  });

  test('codes can’t be asked for without end', async () => {
    const { token } = await invited();
    await enter(token);
    for (let turn = 0; turn < 5; turn += 1) await enter(token);
    expect(await services.access.enter(token, undefined, from)).toMatchObject({ ok: false, refusal: { reason: 'too_many' } });
  });
});

describe('a forwarded link', () => {
  test('makes a colleague her own named person, through Chen’s link, after a code to her own mailbox', async () => {
    const { seller, opened, token } = await invited();
    await enter(token);
    const email = newAddress('zhao');
    const asked = await services.access.introduce(token, undefined, { name: 'Zhao Min', email }, from);
    if (!asked.ok || asked.value.entered) throw new Error('a code was to be asked');
    const entered = await services.access.introduceWithCode(token, asked.value.device, await lastCodeTo(email), from);
    expect(entered).toMatchObject({ ok: true, value: { entered: true } });
    const { state } = await viewOf(seller, opened.room);
    const zhao = Object.values(state.people).find((one) => one.email === email);
    expect(zhao).toMatchObject({ name: 'Zhao Min', side: 'customer', status: 'joined', through: 'link', broughtBy: opened.customer });
    expect((await viewOf({ cookie: `__Host-guest=${asked.value.device}` }, opened.room)).me).toBe(zhao?.id);
  });

  test('never makes anyone a seller, even with a seller’s address', async () => {
    const { seller, opened, token } = await invited();
    await enter(token);
    const asked = await services.access.introduce(token, undefined, { name: 'Li Dan', email: seller.seller.email }, from);
    if (!asked.ok) throw new Error(asked.refusal.reason);
    const entered = await services.access.introduceWithCode(token, asked.value.device, await lastCodeTo(seller.seller.email), from);
    expect(entered.ok).toBe(false);
    expect((await request(`/api/rooms/${opened.room}?as=customer`, { cookie: `__Host-guest=${asked.value.device}` })).status).toBe(403);
  });
});

describe('a new device', () => {
  test('is reported to its owner, and "NO" ends it at once, in the browser too', async () => {
    const { seller, opened } = await invited();
    const customer = await joinedCustomer(seller, opened);
    const report = (await mailsTo(opened.customerEmail)).find((mail) => mail.text.includes('NO'));
    expect(report?.text).toMatch(/Chrome/);
    const browser = await browserIn(customer, opened.room);
    await browser.next('snapshot');
    await bring({ from: opened.customerEmail, to: report?.replyTo ?? '', text: 'NO' });
    expect(await browser.whenClosed()).toBe(4401);
    expect((await request(`/api/rooms/${opened.room}?as=customer`, { cookie: customer.cookie })).status).toBe(403);
  });

  test('and what "NO" has done is said to its owner, who can answer', async () => {
    const { seller, opened } = await invited();
    await joinedCustomer(seller, opened);
    const report = (await mailsTo(opened.customerEmail)).find((mail) => mail.text.includes('NO'));
    await bring({ from: opened.customerEmail, to: report?.replyTo ?? '', text: '不是我' });
    await deliverMail(opened.room);
    const told = await lastMailTo(opened.customerEmail);
    expect(told.id).not.toBe(report?.id);
    for (const words of ['Chrome', seller.seller.name, seller.seller.email]) expect(told.text).toContain(words);
    expect(told.text).toMatch(/\d\d:\d\d/);
    expect(told.headers['Auto-Submitted']).toBe('auto-replied');
    await bring({ from: opened.customerEmail, to: told.replyTo ?? '', text: 'Thank you, it was a stranger.' });
    expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['Thank you, it was a stranger.']);
  });

  test('"NO" from somebody else ends nothing', async () => {
    const { seller, opened } = await invited();
    const customer = await joinedCustomer(seller, opened);
    const report = (await mailsTo(opened.customerEmail)).find((mail) => mail.text.includes('NO'));
    await bring({ from: 'mallory@evil.example', to: report?.replyTo ?? '', text: 'NO' });
    expect((await request(`/api/rooms/${opened.room}?as=customer`, { cookie: customer.cookie })).status).toBe(200);
  });
});

describe('revoking a person', () => {
  test('closes their sockets, their session, their links and their reply addresses at once', async () => {
    const { seller, opened, mail } = await invited();
    const customer = await joinedCustomer(seller, opened);
    const browser = await browserIn(customer, opened.room);
    await browser.next('snapshot');
    await act(seller, opened.room, { type: 'participant.remove', participant: opened.customer });
    expect(await browser.whenClosed()).toBe(4403);
    expect((await request(`/api/rooms/${opened.room}?as=customer`, { cookie: customer.cookie })).status).toBe(403);
    expect((await services.access.look(customer.token, undefined)).ok).toBe(false);
    await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: 'I am still here' });
    expect(JSON.stringify((await viewOf(seller, opened.room)).state.threads)).not.toContain('room');
  });
});

describe('mail wishes', () => {
  test('one click in the mail client ends the mails; opening the link does not', async () => {
    const { seller, opened, mail } = await invited();
    const url = /<([^>]+)>/.exec(mail.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    const path = new URL(url).pathname;
    expect((await request(path)).status).toBe(302);
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.mail).toBe('each');
    const clicked = await request(path, {
      method: 'POST',
      headers: { origin: 'https://mail.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(clicked.status).toBe(200);
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.mail).toBe('none');
  });
});

describe('one browser that let several people in', () => {
  test('acts as the last of them, and goes back to another by one press, without a code', async () => {
    const { seller, opened, token } = await invited();
    const chen = await enter(token);
    const email = newAddress('zhao');
    await services.access.introduce(token, chen.device, { name: 'Zhao Min', email }, from);
    await services.access.introduceWithCode(token, chen.device, await lastCodeTo(email), from);
    const cookie = { cookie: `__Host-guest=${chen.device}` };
    expect((await viewOf(cookie, opened.room)).me).not.toBe(opened.customer);
    expect(await services.access.look(token, chen.device)).toMatchObject({ value: { door: 'press' } });
    expect(await enter(token, chen.device)).toMatchObject({ entered: true });
    expect((await viewOf(cookie, opened.room)).me).toBe(opened.customer);
    expect(seller).toBeDefined();
  });
});
