/** A room taken along as a file, and brought back from it. */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { RoomId, TaskId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  comments,
  invite,
  joinedCustomer,
  mailsTo,
  newAddress,
  newColleague,
  newSeller,
  openRoom,
  request,
  services,
  viewOf,
} from '../support/front-door.ts';

const SECRET = 'internal-secret-their-budget-is-too-small';

async function livedIn() {
  const seller = await newSeller();
  const opened = await openRoom(seller, 'trial');
  const mail = await invite(seller, opened);
  const customer = await joinedCustomer(seller, opened);
  const task = fresh<TaskId>();
  await act(seller, opened.room, { type: 'task.add', task, title: '预算批复 <b>&', owners: [opened.customer] });
  await bring({
    from: opened.customerEmail,
    to: mail.replyTo ?? '',
    text: '预算已批，见附件',
    files: [{ name: 'budget.pdf', type: 'application/pdf', content: '%PDF-1.4 budget' }],
  });
  await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: 'room:internal', body: SECRET });
  await act(customer, opened.room, { type: 'task.complete', task });
  return { seller, opened, customer, task, mail };
}

async function copyOf(by: { cookie: string }, room: RoomId) {
  const as = by.cookie.includes('guest') ? 'customer' : 'seller';
  const response = await request(`/api/rooms/${room}/copy.zip?as=${as}`, { cookie: by.cookie });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const files = response.ok ? unzipSync(bytes) : {};
  const text = (name: string) => strFromU8(files[name] ?? new Uint8Array());
  return {
    status: response.status,
    bytes,
    files,
    text,
    manifest: JSON.parse(text('room.json') || 'null') as { hash: string; events: number },
  };
}

const importing = (by: { cookie: string }, bytes: Uint8Array) =>
  request('/api/rooms/import', { method: 'POST', cookie: by.cookie, body: bytes as Uint8Array<ArrayBuffer> });

describe('a copy', () => {
  test('holds the events, the files, the original mails and a page that reads without a network', async () => {
    const { seller, opened } = await livedIn();
    const copy = await copyOf(seller, opened.room);
    const names = Object.keys(copy.files);
    expect(names).toEqual(expect.arrayContaining(['events.jsonl', 'room.json', 'index.html']));
    const pdf = names.find((name) => name.endsWith('/budget.pdf'));
    expect(copy.text(pdf ?? '')).toBe('%PDF-1.4 budget');
    expect(names.some((name) => /^mails\/.+\.eml$/.test(name))).toBe(true);
    const page = copy.text('index.html');
    expect(page).toContain('预算批复 &lt;b&gt;&amp;');
    expect(page).toContain('预算已批，见附件');
    expect(page).not.toMatch(/<script|src="http|href="http/);
    expect(copy.text('events.jsonl').trim().split('\n')).toHaveLength(copy.manifest.events);
  });

  test('of a customer holds not a byte of what is internal, nor anybody’s keys', async () => {
    const { seller, opened, customer } = await livedIn();
    const theirs = await copyOf(customer, opened.room);
    const all = Object.values(theirs.files)
      .map((one) => strFromU8(one))
      .join('\n');
    expect(all).toContain('预算已批');
    expect(all).not.toContain('internal-secret');
    expect(all).not.toContain(':internal');
    const ours = await copyOf(seller, opened.room);
    expect(strFromU8(ours.files['index.html'] ?? new Uint8Array())).toContain(SECRET);
    // The customer's own reply quotes their own link; the seller's copy of it does not.
    for (const [name, bytes] of Object.entries(ours.files))
      if (name.startsWith('mails/')) expect(strFromU8(bytes)).not.toMatch(/reply\+[a-z2-7]{52}/);
  });

  test('is for nobody who is not in the room, and taking it changes nothing', async () => {
    const { seller, opened } = await livedIn();
    const before = (await viewOf(seller, opened.room)).state.seq;
    const stranger = await newSeller();
    const colleague = await newColleague(seller);
    expect((await copyOf(stranger, opened.room)).status).toBe(403);
    expect((await copyOf(colleague, opened.room)).status).toBe(403);
    expect((await copyOf({ cookie: '' }, opened.room)).status).toBe(401);
    await copyOf(seller, opened.room);
    expect((await viewOf(seller, opened.room)).state.seq).toBe(before);
  });
});

describe('bringing it back', () => {
  test('gives the same plan, comments and files in another workspace, and a log of the same hash', async () => {
    const { seller, opened, task } = await livedIn();
    const copy = await copyOf(seller, opened.room);
    const other = await newSeller('Wang Fang', 'Elsewhere');
    const response = await importing(other, copy.bytes);
    expect(response.status).toBe(201);
    const { room, hash, matches, events } = (await response.json()) as { room: RoomId; hash: string; matches: boolean; events: number };
    expect({ hash, matches, events }).toEqual({ hash: copy.manifest.hash, matches: true, events: copy.manifest.events });

    const [was, is] = [(await viewOf(seller, opened.room)).state, (await viewOf(other, room)).state];
    expect(is.plan).toEqual(was.plan);
    expect(is.plan.tasks[task]?.completedBy).toBe(opened.customer);
    expect(await comments(other, room)).toEqual(await comments(seller, opened.room));
    expect(is.room?.workspaceName).toBe('Elsewhere');
    const [file] = is.files;
    const served = await request(`/files/${room}/${file?.id}?as=seller`, { cookie: other.cookie });
    expect(await served.text()).toBe('%PDF-1.4 budget');

    // What was brought stands word for word at the head of the new room's own log.
    const again = await copyOf(other, room);
    const lines = (one: typeof copy) => one.text('events.jsonl').trim().split('\n');
    expect(lines(again).slice(0, events)).toEqual(lines(copy));
    expect((await services.directory.rooms(other.seller)).some((row) => row.room === room)).toBe(true);
  });

  test('lets nobody in and mails nobody: its customers wait to be invited anew, its other sellers are gone', async () => {
    const { seller, opened, customer } = await livedIn();
    const copy = await copyOf(seller, opened.room);
    const before = (await mailsTo(opened.customerEmail)).length;
    const other = await newSeller();
    const { room } = (await (await importing(other, copy.bytes)).json()) as { room: RoomId };
    const { people } = (await viewOf(other, room)).state;
    expect(people[opened.customer]?.status).toBe('added');
    expect(people[opened.me]?.status).toBe('left');
    expect((await request(`/api/rooms/${room}?as=seller`, { cookie: seller.cookie })).status).toBe(403);
    expect((await request(`/api/rooms/${room}?as=customer`, { cookie: customer.cookie })).status).toBe(403);
    expect((await mailsTo(opened.customerEmail)).length).toBe(before);
  });

  test('refuses what is no copy, or one that was tampered with, in plain words', async () => {
    const { seller, opened } = await livedIn();
    const copy = await copyOf(seller, opened.room);
    const broken = (events: string) =>
      zipSync({ 'events.jsonl': strToU8(events), 'room.json': copy.files['room.json'] ?? new Uint8Array() });
    const log = copy.text('events.jsonl');
    const lines = log.trim().split('\n');
    const bad = [
      strToU8('no zip at all'),
      zipSync({ 'other.txt': strToU8('x') }),
      broken(''),
      broken('{"seq":1}'),
      broken(`${log}not json\n`),
      broken([...lines].reverse().join('\n')),
      broken(log.replaceAll('"audience":"seller"', '"audience":"all"')),
      broken(log.replace('room.opened', 'room.unknown')),
    ];
    for (const bytes of bad) {
      const response = await importing(seller, bytes);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ error: { reason: 'not_a_copy' } });
    }
    const [only = ''] = lines;
    const other = await newSeller();
    const said = await importing(other, broken(`${only}\n`));
    expect(((await said.json()) as { matches: boolean }).matches).toBe(false);
  });

  test('a customer can’t bring anything in', async () => {
    const { opened, customer } = await livedIn();
    const copy = await copyOf(customer, opened.room);
    expect((await importing(customer, copy.bytes)).status).toBe(401);
  });

  test('a customer’s copy comes back whole, too', async () => {
    const { opened, customer, task } = await livedIn();
    const copy = await copyOf(customer, opened.room);
    const other = await newSeller();
    const back = (await (await importing(other, copy.bytes)).json()) as { room: RoomId; matches: boolean };
    expect(back.matches).toBe(true);
    expect((await viewOf(other, back.room)).state.plan.tasks[task]?.title).toBe('预算批复 <b>&');
  });
});

describe('looking back', () => {
  test('asks both sides; what sellers answer stays with them', async () => {
    const { seller, opened, customer } = await livedIn();
    await act(seller, opened.room, { type: 'reflection.ask' });
    await act(customer, opened.room, { type: 'reflection.answer', answers: ['Your demo', 'Legal took long', 'Ask finance first'] });
    await act(seller, opened.room, { type: 'reflection.answer', answers: [SECRET, '', ''] });
    const theirs = await viewOf(customer, opened.room, 'customer');
    expect(Object.keys(theirs.state.reflection.answers)).toEqual([opened.customer]);
    expect(JSON.stringify(theirs)).not.toContain('internal-secret');
    expect((await viewOf(seller, opened.room)).state.reflection.answers[opened.customer]?.answers[1]).toBe('Legal took long');
    expect((await act(customer, opened.room, { type: 'reflection.ask' })).status).toBe(403);
  });

  test('shows where the days went', async () => {
    const { seller, opened } = await livedIn();
    const response = await request(`/api/rooms/${opened.room}/retrospective?as=seller`, { cookie: seller.cookie });
    const drawn = (await response.json()) as { milestones: unknown[]; turns: object };
    expect(drawn.milestones).toHaveLength(3);
    expect(Object.keys(drawn.turns)).toEqual(['seller', 'customer', 'none']);
  });
});

describe('a workspace’s own template', () => {
  test('is a room’s plan with sides and days instead of names and dates', async () => {
    const { seller, opened } = await livedIn();
    const saved = await services.directory.saveTemplate(seller.seller, opened.room, { name: 'Our trial' });
    if (!saved.ok) throw new Error(saved.refusal.reason);
    const offered = await services.directory.templates(seller.seller, 'en');
    expect(offered[0]).toMatchObject({ key: saved.value.template, name: 'Our trial', own: true });
    const next = await services.directory.open(seller.seller, {
      email: newAddress('next'),
      account: 'Next Ltd',
      template: saved.value.template,
    });
    if (!next.ok) throw new Error(next.refusal.reason);
    const { plan } = (await viewOf(seller, next.value.room)).state;
    const was = (await viewOf(seller, opened.room)).state.plan;
    expect(plan.milestones.map((one) => one.title)).toEqual(was.milestones.map((one) => one.title));
    expect(plan.milestones.map((one) => one.date)).toEqual(was.milestones.map((one) => one.date));
    expect(Object.values(plan.tasks).every((task) => task.completedAt === null)).toBe(true);
  });

  test('is that workspace’s alone', async () => {
    const { seller, opened } = await livedIn();
    const saved = await services.directory.saveTemplate(seller.seller, opened.room, { name: 'Ours' });
    if (!saved.ok) throw new Error(saved.refusal.reason);
    const other = await newSeller();
    expect((await services.directory.templates(other.seller, 'en')).every((one) => !one.own)).toBe(true);
    const opening = await services.directory.open(other.seller, { email: newAddress('x'), account: 'X', template: saved.value.template });
    if (!opening.ok) throw new Error(opening.refusal.reason);
    expect(Object.keys((await viewOf(other, opening.value.room)).state.plan.tasks)).toEqual([]);
    await services.directory.removeTemplate(other.seller, saved.value.template);
    expect((await services.directory.templates(seller.seller, 'en'))[0]?.own).toBe(true);
    expect((await services.directory.saveTemplate(other.seller, opened.room, { name: 'Stolen' })).ok).toBe(false);
  });
});
