/** Sellers' sessions, workspaces and colleagues: what ends, ends at once and everywhere. */
import { describe, expect, test } from 'vitest';
import type { PersonId } from '#core/ids.ts';
import {
  bare,
  browserIn,
  env,
  mailsTo,
  newAddress,
  newColleague,
  newSeller,
  openRoom,
  ORIGIN,
  request,
  services,
  type SignedIn,
  signInByMail,
  viewOf,
} from '../support/front-door.ts';

/** The same person on another device. */
async function again(one: SignedIn): Promise<SignedIn> {
  await services.access.askToSignIn({ email: one.seller.email }, { ip: '203.0.113.9', locale: 'en' });
  return signInByMail(one.seller.email);
}
const isIn = async (one: SignedIn) => (await request('/api/session', { cookie: one.cookie })).status === 200;

describe('a session', () => {
  test('is listed with its device, and this one is told from the others', async () => {
    const desk = await newSeller();
    const laptop = await again(desk);
    const list = await services.access.sessions(laptop.seller);
    expect(list).toHaveLength(2);
    expect(list.filter((one) => one.current).map((one) => one.id)).toEqual([laptop.seller.session]);
    expect(new Set(list.map((one) => one.device))).toEqual(new Set(['Chrome, Windows']));
    expect(JSON.stringify(list)).not.toContain(bare(desk));
  });

  test('that is ended is out at once, its open room too; the other stays', async () => {
    const desk = await newSeller();
    const laptop = await again(desk);
    const opened = await openRoom(desk);
    const window = await browserIn(laptop, opened.room);
    await window.next('snapshot');
    expect(await services.access.endSession(desk.seller, laptop.seller.session)).toMatchObject({ ok: true });
    expect(await window.whenClosed()).toBe(1012);
    expect([await isIn(desk), await isIn(laptop)]).toEqual([true, false]);
    expect(await services.access.endSession(desk.seller, laptop.seller.session)).toMatchObject({
      ok: false,
      refusal: { reason: 'no_such_session' },
    });
  });

  test('of somebody else can be neither seen nor ended', async () => {
    const [one, other] = [await newSeller(), await newSeller()];
    expect(await services.access.endSession(one.seller, other.seller.session)).toMatchObject({ ok: false });
    expect((await services.access.sessions(one.seller)).map((row) => row.id)).not.toContain(other.seller.session);
    await services.access.endSession(one.seller, 'others');
    expect([await isIn(one), await isIn(other)]).toEqual([true, true]);
  });

  test('gets a new cookie every day; the old one is good for a minute and no more', async () => {
    const one = await newSeller();
    expect((await services.access.seller(bare(one), true))?.renewed).toBeNull();
    await env.DB.prepare("UPDATE session SET issued_at = '2026-01-01T00:00:00.000Z' WHERE id = ?").bind(one.seller.session).run();
    expect((await services.access.seller(bare(one)))?.renewed).toBeNull();
    const renewed = (await services.access.seller(bare(one), true))?.renewed ?? '';
    expect(renewed).toMatch(/^[a-z2-7]{52}$/);
    expect((await services.access.seller(renewed))?.session).toBe(one.seller.session);
    expect(await isIn(one)).toBe(true);
    // Whoever asks in that minute once more is not given a third.
    expect((await services.access.seller(bare(one), true))?.renewed).toBeNull();
    expect(await services.access.sessions(one.seller)).toHaveLength(1);
    await env.DB.prepare("UPDATE session SET expires_at = '2026-01-01T00:00:00.000Z' WHERE id = ? AND issued_at < '2026-02'")
      .bind(one.seller.session)
      .run();
    expect(await isIn(one)).toBe(false);
    expect(await services.access.seller(renewed)).not.toBeNull();
  });

  test('ends after thirty days without a visit', async () => {
    const one = await newSeller();
    await env.DB.prepare("UPDATE session SET seen_at = '2026-01-01T00:00:00.000Z' WHERE id = ?").bind(one.seller.session).run();
    expect(await isIn(one)).toBe(false);
  });
});

describe('a person of two workspaces', () => {
  test('goes from one to the other in one session, and sees in each its own rooms alone', async () => {
    const first = await newSeller();
    const opened = await openRoom(first);
    const host = await newSeller('Host', 'Second Ltd');
    await services.directory.inviteColleague(host.seller, { name: first.seller.name, email: first.seller.email });
    const there = await signInByMail(first.seller.email);
    expect(there.seller).toMatchObject({ person: first.seller.person, workspace: host.seller.workspace, role: 'member' });
    expect((await request(`/api/rooms/${opened.room}`, { cookie: there.cookie })).status).toBe(403);
    expect((await services.access.workspaces(there.seller)).map(({ name, current }) => ({ name, current }))).toEqual([
      { name: 'Yuncang', current: false },
      { name: 'Second Ltd', current: true },
    ]);
    expect(await services.access.switchTo(there.seller, first.seller.workspace)).toMatchObject({ ok: true });
    expect((await request(`/api/rooms/${opened.room}`, { cookie: there.cookie })).status).toBe(200);
  });

  test('can’t go where they are no member', async () => {
    const [one, other] = [await newSeller(), await newSeller()];
    expect(await services.access.switchTo(one.seller, other.seller.workspace)).toMatchObject({ refusal: { reason: 'not_a_member' } });
  });
});

describe('an owner', () => {
  test('lets a colleague go: out at once, out of the rooms, and a room without anybody else is the owner’s', async () => {
    const owner = await newSeller();
    const colleague = await newColleague(owner);
    const theirs = await openRoom(colleague);
    const window = await browserIn(colleague, theirs.room);
    await window.next('snapshot');
    expect(await services.access.removeMember(owner.seller, colleague.seller.person)).toMatchObject({ ok: true });
    expect(await isIn(colleague)).toBe(false);
    await window.whenClosed();
    const { people } = (await viewOf(owner, theirs.room)).state;
    const sellers = Object.values(people).filter((one) => one.side === 'seller');
    expect(sellers.map(({ person, status }) => ({ person, status }))).toEqual([
      { person: colleague.seller.person, status: 'left' },
      { person: owner.seller.person, status: 'joined' },
    ]);
  });

  test('tells whoever they let go, and nobody who goes by themselves', async () => {
    const owner = await newSeller();
    const colleague = await newColleague(owner);
    const toldTo = async ({ seller }: SignedIn) => (await mailsTo(seller.email)).filter((mail) => mail.subject.includes('no longer'));
    const { person } = colleague.seller;
    await Promise.all([services.access.removeMember(owner.seller, person), services.access.removeMember(owner.seller, person)]);
    const [told, ...more] = await toldTo(colleague);
    expect(more).toEqual([]);
    expect(told?.replyTo).toBe(owner.seller.email);
    for (const words of [owner.seller.name, owner.seller.email, owner.seller.workspaceName]) expect(told?.text).toContain(words);
    expect(`${told?.text}${told?.html}`).not.toMatch(/https?:|href/);

    // Asked in anew and let go anew, they are told anew.
    await services.directory.inviteColleague(owner.seller, { name: 'Again', email: colleague.seller.email });
    await signInByMail(colleague.seller.email);
    await services.access.removeMember(owner.seller, person);
    expect(await toldTo(colleague)).toHaveLength(2);

    const other = await newColleague(owner);
    await services.access.setRole(owner.seller, other.seller.person, 'owner');
    expect(await services.access.removeMember(owner.seller, owner.seller.person)).toMatchObject({ ok: true });
    expect(await toldTo(owner)).toEqual([]);
  });

  test('is never the last to go, and hands over first', async () => {
    const owner = await newSeller();
    const colleague = await newColleague(owner);
    const remove = (by: SignedIn, person: PersonId) => services.access.removeMember(by.seller, person);
    expect(await remove(colleague, owner.seller.person)).toMatchObject({ refusal: { reason: 'owners_only' } });
    expect(await remove(owner, owner.seller.person)).toMatchObject({ refusal: { reason: 'last_owner' } });
    expect(await services.access.setRole(owner.seller, owner.seller.person, 'member')).toMatchObject({ refusal: { reason: 'last_owner' } });
    expect(await services.access.setRole(owner.seller, colleague.seller.person, 'owner')).toMatchObject({ ok: true });
    expect(await remove(owner, owner.seller.person)).toMatchObject({ ok: true });
    expect(await isIn(owner)).toBe(false);
    const stranger = await newSeller();
    expect(await remove(stranger, colleague.seller.person)).toMatchObject({ refusal: { reason: 'no_such_member' } });
  });

  test('reads what was done with the workspace, and a member does not', async () => {
    const owner = await newSeller();
    const colleague = await newColleague(owner, 'Zhou Hang');
    await services.directory.inviteColleague(owner.seller, { name: 'New', email: newAddress('new') });
    await services.directory.removeDemo(owner.seller);
    await services.access.setRole(owner.seller, colleague.seller.person, 'owner');
    const log = await services.access.audit(owner.seller, null);
    if (!log.ok) throw new Error(log.refusal.reason);
    expect(log.value.rows.map(({ name, deed }) => `${name} ${deed.type}`)).toEqual([
      'Li Dan member.role',
      'Li Dan demo.removed',
      'Li Dan member.invited',
      'Zhou Hang session.opened',
      'Zhou Hang member.joined',
      'Li Dan member.invited',
      'Li Dan session.opened',
    ]);
    const third = await newColleague(owner, 'Third');
    expect(await services.access.audit(third.seller, null)).toMatchObject({ refusal: { reason: 'owners_only' } });
  });
});

describe('a passkey', () => {
  test('that is none, or answers a challenge that nobody gave, opens nothing', async () => {
    const one = await newSeller();
    const from = { ip: '203.0.113.77', userAgent: 'Chrome' };
    const garbage = ['', '{', 'null', '{}', JSON.stringify({ id: 'x', rawId: 'x', type: 'public-key', response: {} }), 'x'.repeat(30_000)];
    for (const answer of garbage) {
      expect(await services.access.signInWithPasskey(answer, from)).toMatchObject({ ok: false, refusal: { reason: 'passkey_unknown' } });
      expect(await services.access.addPasskey(one.seller, answer, 'Chrome')).toMatchObject({ ok: false });
    }
    expect(await services.access.passkeys(one.seller)).toEqual([]);
    expect(await services.access.removePasskey(one.seller, 'x')).toMatchObject({ refusal: { reason: 'no_such_passkey' } });
  });

  test('is asked for sixty times an hour from one place, and then it is said when to come again', async () => {
    const ask = () =>
      request('/api/passkeys/challenge', { method: 'POST', headers: { 'cf-connecting-ip': '203.0.113.78', origin: ORIGIN } });
    for (let turn = 0; turn < 60; turn += 1) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toMatch(/^3(?:600|5\d\d)$/);
  });
});
