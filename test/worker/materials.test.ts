/** Materials from outside: files and their versions, what stays inside, requests answered, and who opened what. */
import { describe, expect, test } from 'vitest';
import type { FileId, MaterialId, ParticipantId, RoomId, TaskId } from '#core/ids.ts';
import type { Opening } from '#core/protocol.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  browserIn,
  deliverMail,
  joinedCustomer,
  lastMailTo,
  mailsTo,
  newSeller,
  type OpenRoom,
  openRoom,
  request,
  services,
  type SignedIn,
  viewOf,
} from '../support/front-door.ts';

type Who = { cookie: string };
const as = (who: Who) => (who.cookie.includes('guest') ? 'customer' : 'seller');

async function upload(who: Who, room: RoomId, name: string, body = '%PDF-1.4 secret-bytes'): Promise<FileId> {
  const response = await request(`/api/rooms/${room}/files?as=${as(who)}`, {
    method: 'POST',
    cookie: who.cookie,
    headers: { 'x-file-name': encodeURIComponent(name) },
    body,
  });
  return ((await response.json()) as { id: FileId }).id;
}

async function add(who: Who, room: RoomId, name: string, more: object = {}): Promise<{ material: MaterialId; file: FileId }> {
  const material = fresh<MaterialId>();
  const file = await upload(who, room, name);
  const added = await act(who, room, { type: 'material.add', material, file, ...more });
  expect(added.status).toBe(202);
  return { material, file };
}

const open = (who: Who, room: RoomId, file: FileId) => request(`/files/${room}/${file}?as=${as(who)}`, { cookie: who.cookie });
const press = (who: Who, room: RoomId, body: object) =>
  request(`/api/rooms/${room}/opens?as=${as(who)}`, {
    method: 'POST',
    cookie: who.cookie,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
async function opens(who: Who, room: RoomId): Promise<Opening[]> {
  const response = await request(`/api/rooms/${room}/opens?as=${as(who)}`, { cookie: who.cookie });
  return ((await response.json()) as { openings: Opening[] }).openings;
}
const titles = async (who: SignedIn | Who, room: RoomId) => {
  const { materials } = (await viewOf(who, room)).state;
  return materials.order.map((id) => materials.byId[id]?.title);
};

async function scene(): Promise<{ seller: SignedIn; customer: Who & { token: string }; opened: OpenRoom; room: RoomId }> {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  return { seller, customer, opened, room: opened.room };
}

describe('a material', () => {
  test('is a file in versions, each of which stays to be had under its own name', async () => {
    const { seller, customer, room } = await scene();
    const { material, file } = await add(seller, room, '报价单.pdf');
    const second = await upload(customer, room, '报价单（批注）.pdf', '%PDF-1.4 two');
    expect((await act(customer, room, { type: 'material.version', material, file: second })).status).toBe(202);
    const shown = (await viewOf(customer, room)).state.materials.byId[material];
    expect(shown).toMatchObject({ title: '报价单', audience: 'all' });
    expect(shown?.versions.map((one) => [one.number, one.content.kind === 'file' ? one.content.file.name : ''])).toEqual([
      [1, '报价单.pdf'],
      [2, '报价单（批注）.pdf'],
    ]);
    for (const [who, one] of [
      [customer, file],
      [seller, second],
    ] as const)
      expect((await open(who, room, one)).status).toBe(200);
    const downloaded = await request(`/files/${room}/${second}?as=seller&download`, { cookie: seller.cookie });
    expect(downloaded.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(downloaded.headers.get('content-disposition')).toContain(encodeURIComponent('报价单（批注）.pdf'));
  });

  test('of the seller side alone reaches the customer by no path, until it is shared; then only as it is now', async () => {
    const { seller, customer, opened, room } = await scene();
    const { material, file } = await add(seller, room, 'secret-margin.pdf', {
      audience: 'seller',
      note: 'secret-note',
      section: 'secret-section',
    });
    await act(seller, room, { type: 'comment.post', comment: fresh(), thread: `${material}:internal`, body: 'secret-talk' });
    const socket = await browserIn(customer, room);
    await socket.next('snapshot');
    await act(seller, room, { type: 'material.change', material, note: 'secret-other' });
    await act(seller, room, { type: 'material.move', material, before: null, section: 'secret-place' });
    await act(seller, room, { type: 'room.rename', name: 'A sign that all has come' });
    await socket.next('events', ({ events }) => events.some(({ event }) => event.type === 'room.renamed'));
    const page = await request(`/r/${room}?view=materials`, { cookie: customer.cookie });
    const [thread, inside] = await Promise.all(
      [material, `${material}:internal`].map((one) =>
        request(`/api/rooms/${room}/threads/${one}?as=customer`, { cookie: customer.cookie }),
      ),
    );
    await deliverMail(room);
    const everything = [
      JSON.stringify(await viewOf(customer, room)),
      await (await request(`/api/rooms/${room}/events?as=customer&since=0`, { cookie: customer.cookie })).text(),
      JSON.stringify(socket.heard),
      await page.text(),
      await thread?.text(),
      await inside?.text(),
      JSON.stringify(await mailsTo(opened.customerEmail)),
      JSON.stringify(await opens(customer, room)),
    ].join('\n');
    expect(everything).not.toContain('secret');
    expect(everything).not.toContain(material);
    expect((await open(customer, room, file)).status).toBe(404);
    expect((await press(customer, room, { how: 'opened', file })).status).toBe(404);
    expect((await act(customer, room, { type: 'material.share', material })).status).toBe(404);

    const final = await upload(seller, room, 'offer.pdf');
    await act(seller, room, { type: 'material.version', material, file: final });
    await act(seller, room, { type: 'material.change', material, title: 'Offer', note: '', section: '' });
    await act(seller, room, { type: 'material.share', material });
    expect(await titles(customer, room)).toEqual(['Offer']);
    expect((await open(customer, room, final)).status).toBe(200);
    expect((await open(customer, room, file)).status).toBe(404);
    await socket.next('events', ({ events }) => events.some(({ event }) => event.type === 'material.shared'));
    expect(JSON.stringify(socket.heard)).not.toContain('secret');

    await act(seller, room, { type: 'material.withdraw', material });
    expect(await titles(customer, room)).toEqual([]);
    expect((await open(customer, room, final)).status).toBe(404);
    expect(await titles(seller, room)).toEqual(['Offer']);
    socket.close();
  });

  test('comes by a form without script too, with its file and title', async () => {
    const { seller, customer, room } = await scene();
    const form = new FormData();
    form.set('command', JSON.stringify({ type: 'material.add', material: fresh() }));
    form.set('title', '合同草案');
    form.set('file', new File(['%PDF-1.4'], 'draft.pdf'));
    form.set('link', '');
    const token = customer.cookie.split('=')[1] ?? '';
    const done = await services.rooms.submitForm({ kind: 'guest', device: token }, room, form);
    expect(done.ok).toBe(true);
    expect(await titles(seller, room)).toEqual(['合同草案']);
  });

  test('that came is told in one mail, however many; what was taken back meanwhile is not told', async () => {
    const { seller, opened, room } = await scene();
    await deliverMail(room);
    const before = (await mailsTo(opened.customerEmail)).length;
    const { material } = await add(seller, room, 'wrong.pdf');
    await act(seller, room, { type: 'material.remove', material });
    await deliverMail(room);
    expect(await mailsTo(opened.customerEmail)).toHaveLength(before);
    await add(seller, room, 'offer.pdf');
    await add(seller, room, 'terms.pdf', { note: 'Page 3 is new' });
    await deliverMail(room);
    const mails = await mailsTo(opened.customerEmail);
    expect(mails).toHaveLength(before + 1);
    expect(mails[0]?.text).toContain('added 2 materials');
    expect(mails[0]?.text).toContain('Page 3 is new');
    expect(mails[0]?.replyTo).toMatch(/^.*reply\+/);
  });
});

describe('a file that is asked for', () => {
  async function ask(seller: SignedIn, opened: OpenRoom) {
    const task = fresh<TaskId>();
    await act(seller, opened.room, { type: 'task.add', task, title: 'Security report', kind: 'material', owners: [opened.customer] });
    await deliverMail(opened.room);
    return { task, mail: await lastMailTo(opened.customerEmail) };
  }

  test('is asked for in so many words, and a reply with the file does the task', async () => {
    const { seller, opened, room } = await scene();
    const { task, mail } = await ask(seller, opened);
    expect(mail.text).toContain('asks you for a file');
    const letter = { from: opened.customerEmail, to: mail.replyTo ?? '', text: 'Here it is', messageId: `<${fresh()}@corp.example>` };
    const files = [{ name: 'report.pdf', type: 'application/pdf', content: '%PDF-1.4 report' }];
    await bring({ ...letter, files });
    await bring({ ...letter, files });
    const { state } = await viewOf(seller, room);
    expect(state.plan.tasks[task]?.completedBy).toBe(opened.customer);
    expect(Object.values(state.materials.byId).map((one) => [one.title, one.for])).toEqual([['report', task]]);
  });

  test('stays asked for when the reply has none', async () => {
    const { seller, opened, room } = await scene();
    const { task, mail } = await ask(seller, opened);
    await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: 'Which one do you mean?' });
    expect((await viewOf(seller, room)).state.plan.tasks[task]?.completedAt).toBeNull();
  });
});

describe('an open', () => {
  test('is nothing that a GET, a HEAD or a link scanner makes', async () => {
    const { seller, customer, room } = await scene();
    const { file } = await add(seller, room, 'offer.pdf');
    const before = (await viewOf(seller, room)).state.seq;
    for (let turn = 0; turn < 20; turn += 1) {
      const answered = await request(`/files/${room}/${file}?as=customer${turn % 3 ? '' : '&download'}`, {
        method: turn % 2 ? 'HEAD' : 'GET',
        cookie: customer.cookie,
      });
      await answered.arrayBuffer();
      await (await request(`/r/${room}?view=materials`, { cookie: customer.cookie })).text();
    }
    await (await request(`/api/rooms/${room}/opens?as=customer`, { cookie: customer.cookie })).text();
    expect(await opens(seller, room)).toEqual([]);
    expect((await viewOf(seller, room)).state.seq).toBe(before);
  });

  test('is a press: told to the sellers at once, to the customer about themselves, and once however often', async () => {
    const { seller, customer, opened, room } = await scene();
    const { file } = await add(seller, room, 'offer.pdf');
    const socket = await browserIn(seller, room);
    await socket.next('snapshot');
    expect(await (await press(customer, room, { how: 'opened', file })).json()).toEqual({ counted: true, file });
    expect(await (await press(customer, room, { how: 'opened', file })).json()).toEqual({ counted: false, file });
    await press(customer, room, { how: 'downloaded', file });
    const told = await socket.next('opened');
    expect(told.opening).toMatchObject({ participant: opened.customer, subject: file, how: 'opened', minutes: 0 });
    for (const who of [seller, customer]) expect((await opens(who, room)).map((one) => one.how)).toEqual(['downloaded', 'opened']);
    socket.close();
  });

  test('of a seller is not counted', async () => {
    const { seller, room } = await scene();
    const { file } = await add(seller, room, 'offer.pdf');
    expect(await (await press(seller, room, { how: 'opened', file })).json()).toEqual({ counted: false, file });
    expect(await opens(seller, room)).toEqual([]);
  });

  test('of one customer is not told to another', async () => {
    const { seller, customer, room } = await scene();
    const { file } = await add(seller, room, 'offer.pdf');
    await press(customer, room, { how: 'opened', file });
    const other = fresh<ParticipantId>();
    const email = `other.${fresh().slice(0, 8)}@corp.example`;
    await act(customer, room, {
      type: 'participant.add',
      participant: other,
      side: 'customer',
      name: 'Zhao',
      email,
      locale: 'en',
      zone: 'UTC',
      invite: true,
      note: '',
    });
    await deliverMail(room);
    const token = /\/join\/([a-z2-7]{52})/.exec((await lastMailTo(email)).text)?.[1] ?? '';
    const entry = await services.access.enter(token, undefined, { ip: '203.0.113.9', userAgent: 'x' });
    const zhao = { cookie: `__Host-guest=${entry.ok ? entry.value.device : ''}` };
    expect(await opens(zhao, room)).toEqual([]);
  });

  test('of a link is counted by version', async () => {
    const { seller, customer, room } = await scene();
    const material = fresh<MaterialId>();
    await act(seller, room, { type: 'material.add', material, link: 'https://docs.example/price' });
    expect((await press(customer, room, { how: 'opened', material, version: 1 })).status).toBe(202);
    expect((await press(customer, room, { how: 'opened', material, version: 2 })).status).toBe(404);
    expect((await opens(seller, room)).map((one) => one.subject)).toEqual([`${material}.1`]);
  });

  test('by a form without script is counted and leads to the file', async () => {
    const { seller, customer, room } = await scene();
    const { file } = await add(seller, room, 'offer.pdf');
    const answered = await request(`/api/rooms/${room}/opens?as=customer`, {
      method: 'POST',
      cookie: customer.cookie,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ file, how: 'downloaded' }).toString(),
    });
    expect(answered.status).toBe(303);
    const address = answered.headers.get('location') ?? '';
    expect(address).toContain(`/files/${room}/${file}`);
    expect((await request(address, { cookie: customer.cookie })).headers.get('content-disposition')).toMatch(/^attachment/);
    expect((await opens(seller, room)).map((one) => one.how)).toEqual(['downloaded']);
  });

  test('has no reading time unless that customer switched it on, and it goes when they switch it off', async () => {
    const { seller, customer, room } = await scene();
    const { file } = await add(seller, room, 'offer.pdf');
    await press(customer, room, { how: 'opened', file });
    expect(await (await press(customer, room, { how: 'read', file })).json()).toEqual({ counted: false, file });
    expect((await act(seller, room, { type: 'reading.allow', allowed: true })).status).toBe(403);
    await act(customer, room, { type: 'reading.allow', allowed: true });
    expect(await (await press(customer, room, { how: 'read', file })).json()).toEqual({ counted: true, file });
    // No faster than the clock.
    expect(await (await press(customer, room, { how: 'read', file })).json()).toEqual({ counted: false, file });
    expect((await opens(seller, room))[0]?.minutes).toBe(1);
    await act(customer, room, { type: 'reading.allow', allowed: false });
    expect((await opens(seller, room))[0]?.minutes).toBe(0);
  });
});
