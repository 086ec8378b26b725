/** A room taken along as a file, and brought back from it. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import { dayIn } from '#core/due.ts';
import type { CheckId, RoomId, TaskId, ValueLineId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  comments,
  deliverMail,
  env,
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

/** Everything that a room may hold beyond its plan, said by both sides; what is internal carries the secret. */
async function full() {
  const room = await livedIn();
  const { seller, opened, customer, task } = room;
  const line = fresh<ValueLineId>();
  const question = fresh<TaskId>();
  const meeting = fresh<TaskId>();
  const say = async (by: { cookie: string }, command: CommandInput) => expect((await act(by, opened.room, command)).status).toBe(202);
  await say(customer, {
    type: 'value.add',
    line,
    side: 'cost',
    title: '=Licences',
    kind: 'price',
    text: '80k-90k',
    source: 'offer, page 2',
  });
  await say(seller, { type: 'value.stance', line, stance: 'doubts', note: 'without "training"' });
  await say(seller, { type: 'comment.post', comment: fresh(), thread: line, body: 'a word about licences' });
  await say(seller, { type: 'comment.post', comment: fresh(), thread: `${line}:internal`, body: SECRET });
  await say(customer, { type: 'objection.raise', task: question, title: 'Where is the data kept?' });
  await say(seller, { type: 'objection.answer', task: question, comment: fresh(), body: 'In **Frankfurt** only.' });
  await say(seller, { type: 'material.add', material: fresh(), title: 'Price list', section: 'Offer', link: 'https://example.com/prices' });
  await say(seller, { type: 'material.add', material: fresh(), title: SECRET, link: 'https://example.com/own', audience: 'seller' });
  await say(seller, {
    type: 'task.add',
    task: meeting,
    title: 'Review call',
    kind: 'meeting',
    owners: [opened.me, opened.customer],
    due: { date: '2099-03-06', time: '10:00', zone: 'UTC' },
    after: [task],
  });
  await say(seller, { type: 'check.add', task: meeting, check: fresh<CheckId>(), text: 'Bring the numbers' });
  await say(customer, { type: 'meeting.answer', task: meeting, answer: 'tentative', note: 'perhaps later' });
  await say(seller, { type: 'deal.change', amount: '987654', currency: 'EUR', notes: SECRET });
  return { ...room, line, question, meeting };
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

  test('has the value case and the plan as tables and a calendar', async () => {
    const { customer, opened, meeting } = await full();
    const copy = await copyOf(customer, opened.room);
    const [head, ...rows] = copy.text('value.csv').trim().split('\r\n');
    expect(head?.split(',')).toHaveLength(20);
    // The template's lines, and theirs; what a spreadsheet would run as a formula is words.
    expect(rows).toHaveLength(6);
    const row = rows.find((one) => one.includes("'=Licences"));
    expect(row).toContain('80000,90000,CNY,');
    expect(row).toContain('"Li Dan: Doubts, without ""training"""');
    expect(row).toContain('"offer, page 2"');
    expect(copy.text('plan.csv')).toContain('预算批复 <b>&');
    expect(copy.text('plan.ics')).toContain(`UID:${meeting}.${opened.room}@plan`);
    expect(copy.text('plan.ics')).toContain('DTSTART:20990306T100000Z');
  });

  test('reads as the room does: value, questions with their answers, materials, meetings, and every discussion under its thing', async () => {
    const { seller, opened, line, meeting } = await full();
    const page = (await copyOf(seller, opened.room)).text('index.html');
    for (const words of [
      'Where is the data kept?',
      '<strong>Frankfurt</strong>',
      'answered, not accepted yet',
      'Price list',
      'https://example.com/prices',
      '¥80k–90k',
      'Review call',
      'Bring the numbers',
      'After: 预算批复',
      'perhaps later',
    ])
      expect(page).toContain(words);
    expect(page).toContain(`id="${line}"`);
    expect(page).toContain(`href="#${meeting}"`);
    // Every discussion stands once, under its thing.
    expect(page.split('a word about licences')).toHaveLength(2);
    expect(page).not.toMatch(/<h3>[a-z2-7]{26}/);
  });

  test('of a customer holds not a byte of what is internal, nor anybody’s keys', async () => {
    const { seller, opened, customer } = await full();
    const theirs = await copyOf(customer, opened.room);
    const all = Object.values(theirs.files)
      .map((one) => strFromU8(one))
      .join('\n');
    expect(all).toContain('预算已批');
    expect(all).not.toContain('internal-secret');
    expect(all).not.toContain(':internal');
    expect(all).not.toMatch(/987.?654|"deal\.|example\.com\/own/);
    expect(Object.keys(theirs.files)).toEqual(expect.arrayContaining(['value.csv', 'plan.csv', 'plan.ics']));
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

/** The archive with its second name made the first. */
const twice = (bytes: Uint8Array) => Uint8Array.from(strToU8(strFromU8(bytes, true).replaceAll('events.jsonx', 'events.jsonl'), true));

describe('bringing it back', () => {
  test('gives the same plan, comments and files in another workspace, and a log of the same hash', async () => {
    const { seller, opened, task } = await livedIn();
    const copy = await copyOf(seller, opened.room);
    const other = await newSeller('Wang Fang', 'Elsewhere');
    const response = await importing(other, copy.bytes);
    expect(response.status).toBe(201);
    const { room, hash, matches, events } = (await response.json()) as { room: RoomId; hash: string; matches: boolean; events: number };
    expect({ hash, matches, events }).toEqual({ hash: copy.manifest.hash, matches: true, events: copy.manifest.events });

    const { room: facts } = (await viewOf(other, room)).state;
    expect(facts?.imported).toMatchObject({ from: 'Yuncang', events: copy.manifest.events, hash: copy.manifest.hash });
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
      // One name twice, where the size of one is looked at and both are unpacked; and names without end.
      twice(zipSync({ 'events.jsonl': strToU8(log), 'events.jsonx': strToU8('x') })),
      zipSync({ 'events.jsonl': strToU8(log), ...Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`${at}`, strToU8('')])) }),
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

  test('opens no mail but those that came with it, whatever ids its log names, and loses nobody else’s', async () => {
    const { seller, opened, customer, task } = await livedIn();
    await act(customer, opened.room, { type: 'comment.post', comment: fresh(), thread: task, body: 'A word' });
    await deliverMail(opened.room);
    const news = (await mailsTo(seller.seller.email)).findLast((mail) => mail.replyTo !== null);
    const text = `Seen, thanks.\r\n\r\nOn Mon, Atelier wrote:\r\n> ${SECRET}`;
    await bring({ from: seller.seller.email, to: news?.replyTo ?? '', text });
    const copy = await copyOf(customer, opened.room);
    const mails = [...copy.text('events.jsonl').matchAll(/"mail":"([a-z2-7]{26})"/g)].map(([, id]) => id ?? '');
    expect(mails).toHaveLength(2);
    // The customer sells something, too, and says that both mails are their own.
    const other = await newSeller('Mallory', 'Elsewhere');
    const log = copy.text('events.jsonl').replaceAll(`"by":"${opened.customer}"`, `"by":"${opened.me}"`);
    const forged = zipSync({ 'events.jsonl': strToU8(log.replaceAll(seller.seller.email, other.seller.email)) });
    for (const bytes of [copy.bytes, forged]) {
      const { room } = (await (await importing(other, bytes)).json()) as { room: RoomId };
      for (const mail of mails) {
        const original = `/api/rooms/${room}/mails/${mail}?as=seller`;
        const page = await request(original, { cookie: other.cookie });
        // The customer's own reply came with their copy; the seller's did not.
        expect(page.status).toBe(bytes === copy.bytes && mail === mails[0] ? 200 : 404);
        expect(await page.text()).not.toContain('internal-secret');
        const raw = await request(`${original}&raw=1`, { cookie: other.cookie });
        expect(await raw.text()).not.toMatch(/reply\+[a-z2-7]{52}|internal-secret/);
      }
      for (const [name, content] of Object.entries((await copyOf(other, room)).files))
        if (name.startsWith('mails/')) expect(strFromU8(content)).not.toMatch(/reply\+[a-z2-7]{52}|internal-secret/);
      const erased = await services.people.erase(other.seller, { email: opened.customerEmail });
      expect(erased).toMatchObject({ ok: true, value: { rooms: 1 } });
      await runDurableObjectAlarm(env.ROOM.get(env.ROOM.idFromName(room)));
      expect((await env.FILES.list({ prefix: `rooms/${room}/mails/` })).objects).toEqual([]);
    }
    // What is erased there is still here.
    for (const mail of mails)
      expect((await request(`/api/rooms/${opened.room}/mails/${mail}?as=seller`, { cookie: seller.cookie })).status).toBe(200);
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

  test('a closed deal asks everyone by one mail each, which tells a customer nothing of how it ended; a reply answers it', async () => {
    const { seller, opened, customer } = await livedIn();
    await deliverMail(opened.room);
    const asked = async (address: string) => (await mailsTo(address)).filter((mail) => mail.subject.includes('Three short questions'));
    await act(seller, opened.room, { type: 'deal.change', amount: '987654', currency: 'EUR', notes: SECRET });
    await act(seller, opened.room, { type: 'deal.close', outcome: 'lost' });
    await deliverMail(opened.room);
    const [theirs, ...more] = await asked(opened.customerEmail);
    expect(more).toEqual([]);
    expect(await asked(seller.seller.email)).toHaveLength(1);
    expect(`${theirs?.subject} ${theirs?.html} ${theirs?.text}`).not.toMatch(/lost|987.?654|internal/i);
    expect(theirs?.text).toContain('2. What cost more effort than it should have?');
    expect(theirs?.text).toContain('view=record');

    await bring({ from: opened.customerEmail, to: theirs?.replyTo ?? '', text: '1. Your demo\n3. Ask finance first' });
    const { reflection } = (await viewOf(seller, opened.room)).state;
    expect(reflection.answers[opened.customer]).toMatchObject({ side: 'customer', answers: ['Your demo', '', 'Ask finance first'] });
    expect((await comments(seller, opened.room)).every((one) => !one.body.includes('Your demo'))).toBe(true);

    const [ours] = await asked(seller.seller.email);
    await bring({ from: seller.seller.email, to: ours?.replyTo ?? '', text: SECRET });
    expect((await viewOf(seller, opened.room)).state.reflection.answers[opened.me]?.answers[0]).toBe(SECRET);
    expect(JSON.stringify(await viewOf(customer, opened.room, 'customer'))).not.toContain('internal-secret');
    // Whoever wants no more mail says so here as everywhere.
    await bring({ from: opened.customerEmail, to: theirs?.replyTo ?? '', text: 'STOP' });
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.mail).toBe('none');
  });

  test('a deal that goes on after all asks nobody by mail; what is then replied to an older mail is said in the room', async () => {
    const { seller, opened } = await livedIn();
    await act(seller, opened.room, { type: 'deal.close', outcome: 'paused' });
    await act(seller, opened.room, { type: 'deal.stage', stage: 'negotiation' });
    await deliverMail(opened.room);
    const asked = async (address: string) => (await mailsTo(address)).filter((mail) => mail.subject.includes('Three short questions'));
    expect(await asked(opened.customerEmail)).toEqual([]);
    await act(seller, opened.room, { type: 'deal.close', outcome: 'paused' });
    await deliverMail(opened.room);
    const [theirs] = await asked(opened.customerEmail);
    const [ours] = await asked(seller.seller.email);
    await act(seller, opened.room, { type: 'deal.stage', stage: 'negotiation' });
    await bring({ from: opened.customerEmail, to: theirs?.replyTo ?? '', text: '1. A late answer' });
    await bring({ from: seller.seller.email, to: ours?.replyTo ?? '', text: SECRET });
    expect((await comments(seller, opened.room)).at(-1)?.body).toBe('1. A late answer');
    expect((await comments(seller, opened.room, 'room:internal')).at(-1)?.body).toBe(SECRET);
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

  test('counts its days from the day on which the room was opened there, whatever day it is elsewhere', async () => {
    const one = await newSeller();
    const zone = new Date().getUTCHours() < 11 ? 'Pacific/Pago_Pago' : 'Pacific/Kiritimati';
    expect(dayIn(zone, Date.now())).not.toBe(dayIn('UTC', Date.now()));
    const there = { ...one.seller, zone };
    const open = async (template: string) => {
      const opened = await services.directory.open(there, { email: newAddress('far'), account: `Far ${newAddress('x')}`, template });
      if (!opened.ok) throw new Error(opened.refusal.reason);
      return opened.value.room;
    };
    const first = await open('trial');
    const saved = await services.directory.saveTemplate(there, first, { name: 'Far away' });
    if (!saved.ok) throw new Error(saved.refusal.reason);
    const second = await open(saved.value.template);
    const dates = async (room: RoomId) => (await viewOf(one, room)).state.plan.milestones.map(({ date }) => date);
    expect(await dates(second)).toEqual(await dates(first));
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
