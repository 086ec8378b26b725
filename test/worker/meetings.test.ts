/** Meetings by mail: real invitations out, the answers of calendar programs in. */
import { describe, expect, test } from 'vitest';
import type { TaskId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { base64Lines } from '../../worker/base64.ts';
import { calendarOf, spanIn } from '../../worker/mail/calendar.ts';
import {
  act,
  bring,
  bringRaw,
  browserIn,
  comments,
  deliverMail,
  env,
  invite,
  joinedCustomer,
  mailsTo,
  newAddress,
  newSeller,
  openRoom,
  request,
  viewOf,
  type OpenRoom,
  type ReceivedMail,
  type SignedIn,
} from '../support/front-door.ts';

/** A working day next month at 15:00 in Shanghai. */
const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
const due = (ahead = 30, time = '15:00') => ({ date: day(ahead), time, zone: 'Asia/Shanghai' });
const utc = (ahead: number, time: string) => `${day(ahead).replaceAll('-', '')}T${time.replace(':', '')}00`;

interface Scene {
  seller: SignedIn;
  opened: OpenRoom;
  task: TaskId;
}

/** A demo in a room whose customer is invited, with a time or without. */
async function demo(when: ReturnType<typeof due> | null = due()): Promise<Scene> {
  const seller = await newSeller('李丹');
  const opened = await openRoom(seller);
  await invite(seller, opened);
  const task = fresh<TaskId>();
  await act(seller, opened.room, {
    type: 'task.add',
    task,
    title: '产品演示, 看板; 数据',
    kind: 'demo',
    owners: [opened.customer],
    due: when,
  });
  await deliverMail(opened.room);
  return { seller, opened, task };
}

const calendarsTo = async (email: string) => (await mailsTo(email)).filter((mail) => mail.calendar);
async function entryTo(email: string): Promise<{ mail: ReceivedMail; ics: string; method: string; organiser: string }> {
  const [mail] = await calendarsTo(email);
  if (!mail?.calendar) throw new Error(`no invitation to ${email}`);
  const ics = mail.calendar.ics.replaceAll(/\r\n[ \t]/g, '');
  return { mail, ics, method: mail.calendar.method, organiser: /^ORGANIZER[^:]*:mailto:(.*)$/m.exec(ics)?.[1] ?? '' };
}
const field = (ics: string, name: string) => new RegExp(`^${name}[^:\\r\\n]*:(.*)$`, 'm').exec(ics)?.[1]?.trim();
const meeting = async ({ seller, opened, task }: Scene) => (await viewOf(seller, opened.room)).state.meetings[task];
const answersIn = async (scene: Scene) =>
  Object.fromEntries(Object.entries((await meeting(scene))?.answers ?? {}).map(([id, one]) => [id, one.answer]));
const said = async ({ seller, opened, task }: Scene) => (await comments(seller, opened.room, task)).map((one) => one.body);
const setZone = async (scene: Scene) => {
  const customer = await joinedCustomer(scene.seller, scene.opened);
  await act(customer, scene.opened.room, { type: 'participant.describe', participant: scene.opened.customer, zone: 'Asia/Shanghai' });
};

interface Shape {
  calendar: string;
  /** How the part says what it is. */
  type?: string;
  body?: string;
  base64?: boolean;
  subject?: string;
  extra?: string[];
  from?: string;
  verdict?: string;
  messageId?: string;
}

/** A calendar program's mail as it comes over the wire, verdict of the edge on top. */
async function calendarMail(to: string, from: string, shape: Shape): Promise<void> {
  const domain = from.split('@')[1];
  const head = [
    `Authentication-Results: mx.cloudflare.net; ${shape.verdict ?? `dkim=pass header.d=${domain}; dmarc=pass header.from=${domain}`}`,
    `From: Chen Wei <${from}>`,
    `To: <${to}>`,
    `Subject: ${shape.subject ?? 'Accepted: demo'}`,
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: ${shape.messageId ?? `<${fresh()}@${domain}>`}`,
    ...(shape.extra ?? []),
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="cal"',
    '',
    '--cal',
    'Content-Type: text/plain; charset="utf-8"',
    'Content-Transfer-Encoding: base64',
    '',
    base64Lines(shape.body ?? '\r\n'),
    '--cal',
    `Content-Type: ${shape.type ?? 'text/calendar; charset="UTF-8"; method=REPLY'}`,
    `Content-Transfer-Encoding: ${shape.base64 === false ? '7bit' : 'base64'}`,
    '',
    shape.base64 === false ? shape.calendar : base64Lines(shape.calendar),
    '--cal--',
    '',
  ];
  await bringRaw(new TextEncoder().encode(head.join('\r\n')), { from, to });
}

const lines = (...all: (string | false | undefined)[]) => `${all.filter(Boolean).join('\r\n')}\r\n`;
const stamp = () => new Date().toISOString().replace(/[-:]|\.\d+/g, '');

describe('an invitation', () => {
  test('is a real one: to each attendee alone, from an address of the room, in UTC, folded and escaped', async () => {
    const scene = await demo();
    const { mail, ics, method, organiser } = await entryTo(scene.opened.customerEmail);
    expect(method).toBe('REQUEST');
    expect(organiser).toBe(mail.replyTo);
    expect(field(ics, 'UID')).toBe(`${scene.task}.${scene.opened.room}@${env.REPLY_DOMAIN}`);
    expect(field(ics, 'SEQUENCE')).toBe('0');
    expect(field(ics, 'DTSTART')).toBe(`${utc(30, '07:00')}Z`);
    expect(field(ics, 'DTEND')).toBe(`${utc(30, '08:00')}Z`);
    expect(field(ics, 'SUMMARY')).toBe('产品演示\\, 看板\\; 数据');
    expect(ics).toMatch(/^ORGANIZER;CN="李丹 · [^"]+":mailto:reply\+/m);
    const attendees = ics.match(/^ATTENDEE.*$/gm) ?? [];
    expect(attendees).toHaveLength(1);
    expect(attendees[0]).toMatch(/PARTSTAT=NEEDS-ACTION/);
    expect(attendees[0]).toMatch(/RSVP=TRUE/);
    expect(attendees[0]?.trim().endsWith(`:mailto:${scene.opened.customerEmail}`)).toBe(true);
    // Names of the others, but nobody's address.
    expect(ics).toContain('李丹');
    expect(ics).not.toContain(scene.seller.seller.email);
    const raw = mail.calendar?.ics ?? '';
    for (const line of raw.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(raw.endsWith('END:VCALENDAR\r\n')).toBe(true);
    // As a part that calendars look for, and as a file.
    const source = new TextDecoder().decode((await env.MAILBOX.get(env.MAILBOX.idFromName('local')).source(mail.id)) ?? new Uint8Array());
    expect(source).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REQUEST/i);
    expect(source).toMatch(/filename=invite\.ics/);
    // Whoever set the time gets the entry, too, and has said yes.
    expect((await entryTo(scene.seller.seller.email)).ics).toMatch(/PARTSTAT=ACCEPTED/);
  });

  test('is the one mail about the task, and comes once', async () => {
    const scene = await demo();
    const about = (await mailsTo(scene.opened.customerEmail)).filter((mail) => mail.subject.includes('产品演示'));
    expect(about).toHaveLength(1);
    await deliverMail(scene.opened.room);
    expect(await calendarsTo(scene.opened.customerEmail)).toHaveLength(1);
  });

  test('changes with the task, from the same organiser, and ends with it', async () => {
    const scene = await demo();
    const { seller, opened, task } = scene;
    const first = await entryTo(opened.customerEmail);
    await act(seller, opened.room, { type: 'task.change', task, due: due(31, '10:00') });
    await deliverMail(opened.room);
    const second = await entryTo(opened.customerEmail);
    expect(second.method).toBe('REQUEST');
    expect(second.organiser).toBe(first.organiser);
    expect(field(second.ics, 'UID')).toBe(field(first.ics, 'UID'));
    expect(Number(field(second.ics, 'SEQUENCE'))).toBeGreaterThan(Number(field(first.ics, 'SEQUENCE')));
    expect(field(second.ics, 'DTSTART')).toBe(`${utc(31, '02:00')}Z`);
    await act(seller, opened.room, { type: 'meeting.cancel', task });
    await deliverMail(opened.room);
    const last = await entryTo(opened.customerEmail);
    expect(last.method).toBe('CANCEL');
    expect(field(last.ics, 'STATUS')).toBe('CANCELLED');
    expect(field(last.ics, 'UID')).toBe(field(first.ics, 'UID'));
    expect(Number(field(last.ics, 'SEQUENCE'))).toBeGreaterThan(Number(field(second.ics, 'SEQUENCE')));
  });

  test('that is cancelled and brought back at once is never taken back', async () => {
    const { seller, opened, task } = await demo();
    await act(seller, opened.room, { type: 'meeting.cancel', task });
    await act(seller, opened.room, { type: 'meeting.restore', task });
    await deliverMail(opened.room);
    expect((await calendarsTo(opened.customerEmail)).map((mail) => mail.calendar?.method)).toEqual(['REQUEST']);
  });

  test('is taken back from whoever attends no more', async () => {
    const { seller, opened, task } = await demo();
    await act(seller, opened.room, { type: 'meeting.attend', task, attendees: [opened.me] });
    await deliverMail(opened.room);
    expect((await entryTo(opened.customerEmail)).method).toBe('CANCEL');
    expect((await entryTo(seller.seller.email)).method).toBe('REQUEST');
  });

  test('waits for the customer to be invited, and stays away from whoever wants no mail', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    const task = fresh<TaskId>();
    await act(seller, opened.room, { type: 'task.add', task, title: 'Demo', kind: 'demo', owners: [opened.customer], due: due() });
    await deliverMail(opened.room);
    expect(await mailsTo(opened.customerEmail)).toEqual([]);
    const customer = await joinedCustomer(seller, opened);
    await deliverMail(opened.room);
    expect(await calendarsTo(opened.customerEmail)).toHaveLength(1);
    await act(customer, opened.room, { type: 'participant.describe', participant: opened.customer, mail: 'none' });
    await act(seller, opened.room, { type: 'task.change', task, due: due(33) });
    await deliverMail(opened.room);
    expect(await calendarsTo(opened.customerEmail)).toHaveLength(1);
  });
});

describe('times to choose from', () => {
  const times = [due(30), due(31, '10:00')];

  test('come in one mail with a link and a number each, and a reply with a number picks', async () => {
    const scene = await demo(null);
    const { seller, opened, task } = scene;
    await act(seller, opened.room, { type: 'meeting.propose', task, times });
    await deliverMail(opened.room);
    const [mail] = await mailsTo(opened.customerEmail);
    expect(mail?.calendar).toBeNull();
    expect(mail?.text).toMatch(/^1\. .*15:00 \(Shanghai\) · 1 hr: http.*time=1/m);
    expect(mail?.text).toMatch(/^2\. .*time=2/m);
    await bring({ from: opened.customerEmail, to: mail?.replyTo ?? '', text: '2', inReplyTo: mail?.messageId });
    const view = await viewOf(seller, opened.room);
    expect(view.state.plan.tasks[task]?.due).toEqual(times[1]);
    expect(await said(scene)).toEqual([]);
    expect(await answersIn(scene)).toEqual({ [opened.customer]: 'accepted' });
    await deliverMail(opened.room);
    expect((await entryTo(opened.customerEmail)).ics).toMatch(/PARTSTAT=ACCEPTED/);
    expect((await entryTo(seller.seller.email)).ics).toMatch(/PARTSTAT=NEEDS-ACTION/);
  });

  test('are not picked by looking: following a link changes nothing', async () => {
    const scene = await demo(null);
    await act(scene.seller, scene.opened.room, { type: 'meeting.propose', task: scene.task, times });
    await deliverMail(scene.opened.room);
    const [mail] = await mailsTo(scene.opened.customerEmail);
    const link = /https?:\S+time=1/.exec(mail?.text ?? '')?.[0] ?? '';
    const url = new URL(link);
    await request(url.pathname + url.search);
    expect((await meeting(scene))?.proposed).toHaveLength(2);
  });

  test('any other reply is a comment', async () => {
    const scene = await demo(null);
    await act(scene.seller, scene.opened.room, { type: 'meeting.propose', task: scene.task, times });
    await deliverMail(scene.opened.room);
    const [mail] = await mailsTo(scene.opened.customerEmail);
    await bring({ from: scene.opened.customerEmail, to: mail?.replyTo ?? '', text: '2 of us will come, can it be later?' });
    expect(await said(scene)).toEqual(['2 of us will come, can it be later?']);
    expect((await meeting(scene))?.proposed).toHaveLength(2);
  });
});

describe('a calendar’s answer', () => {
  const outlook = (uid: string, who: string, partstat: string, sequence: string, more: string[] = []) =>
    lines(
      'BEGIN:VCALENDAR',
      'METHOD:REPLY',
      'PRODID:Microsoft Exchange Server 2010',
      'VERSION:2.0',
      'BEGIN:VTIMEZONE',
      'TZID:China Standard Time',
      'BEGIN:STANDARD',
      'DTSTART:16010101T000000',
      'TZOFFSETFROM:+0800',
      'TZOFFSETTO:+0800',
      'END:STANDARD',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      `ATTENDEE;PARTSTAT=${partstat};CN=Chen Wei:mailto:${who}`,
      ...more,
      `UID:${uid}`,
      'SUMMARY;LANGUAGE=zh-CN:已接受: 产品演示',
      `DTSTART;TZID=China Standard Time:${utc(30, '15:00')}`,
      `DTEND;TZID=China Standard Time:${utc(30, '16:00')}`,
      'CLASS:PUBLIC',
      `DTSTAMP:${stamp()}`,
      `SEQUENCE:${sequence}`,
      'X-MICROSOFT-CDO-APPT-SEQUENCE:0',
      'END:VEVENT',
      'END:VCALENDAR',
    );
  const plain = (prodid: string, uid: string, who: string, partstat: string, more: string[] = []) =>
    lines(
      'BEGIN:VCALENDAR',
      `PRODID:${prodid}`,
      'VERSION:2.0',
      'METHOD:REPLY',
      'BEGIN:VEVENT',
      `DTSTART:${utc(30, '07:00')}Z`,
      `DTEND:${utc(30, '08:00')}Z`,
      `DTSTAMP:${stamp()}`,
      `UID:${uid}`,
      `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${partstat};CN=\r\n Chen Wei;X-NUM-GUESTS=0:mailto:${who}`,
      ...more,
      'END:VEVENT',
      'END:VCALENDAR',
    );

  const shapes: [string, (uid: string, who: string, partstat: string) => Shape][] = [
    [
      'Outlook',
      (uid, who, partstat) => ({ calendar: outlook(uid, who, partstat, '0'), type: 'text/calendar; charset="utf-8"; method=REPLY' }),
    ],
    [
      'Gmail',
      (uid, who, partstat) => ({
        calendar: plain('-//Google Inc//Google Calendar 70.9054//EN', uid, who, partstat, ['SEQUENCE:0', 'STATUS:CONFIRMED']),
        base64: false,
        body: 'Chen Wei has replied to this invitation.\r\n',
        extra: ['Sender: Google Calendar <calendar-notification@google.com>', 'Auto-Submitted: auto-generated'],
      }),
    ],
    [
      'Apple',
      (uid, who, partstat) => ({
        calendar: plain('-//Apple Inc.//macOS 15.0//EN', uid, who.toUpperCase(), partstat, ['SEQUENCE:0']),
        type: 'text/calendar; method=REPLY; name="iCal-1.ics"; charset=utf-8',
      }),
    ],
    [
      'Thunderbird',
      (uid, who, partstat) => ({
        calendar: plain('-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN', uid, who, partstat, ['SEQUENCE:0']),
        base64: false,
      }),
    ],
    [
      'QQ',
      (uid, who, partstat) => ({
        calendar: plain('-//Tencent Corporation//Foxmail//CN', uid, who, partstat),
        body: '接受了您的邀请\r\n',
        subject: '=?UTF-8?B?5bey5o6l5Y+X?=',
      }),
    ],
    [
      '163',
      (uid, who, partstat) => ({
        calendar: plain('-//NetEase//Coremail//CN', uid, who, partstat),
        type: 'text/calendar; charset=utf-8; method="REPLY"; component=VEVENT',
      }),
    ],
  ];

  test.each(shapes)('%s: accept, perhaps and decline show on the task, and nothing is posted', async (_, shape) => {
    const scene = await demo();
    const { opened, task } = scene;
    const { organiser, ics } = await entryTo(opened.customerEmail);
    const uid = field(ics, 'UID') ?? '';
    for (const [partstat, answer] of [
      ['ACCEPTED', 'accepted'],
      ['TENTATIVE', 'tentative'],
      ['DECLINED', 'declined'],
    ] as const) {
      await calendarMail(organiser, opened.customerEmail, shape(uid, opened.customerEmail, partstat));
      expect(await answersIn(scene)).toMatchObject({ [opened.customer]: answer });
    }
    const answer = (await meeting(scene))?.answers[opened.customer];
    expect(answer?.via).toBe('mail');
    expect(await said(scene)).toEqual([]);
    const view = await viewOf(scene.seller, opened.room);
    expect(view.state.held).toEqual({});
    expect(view.state.people[opened.customer]?.status).toBe('joined');
    expect(view.state.plan.tasks[task]?.completedAt).toBeNull();
  });

  test('is heard on a page that is open, and written down with what came of it', async () => {
    const scene = await demo();
    const { organiser, ics } = await entryTo(scene.opened.customerEmail);
    const page = await browserIn(scene.seller, scene.opened.room);
    await page.next('snapshot');
    await calendarMail(organiser, scene.opened.customerEmail, {
      calendar: outlook(field(ics, 'UID') ?? '', scene.opened.customerEmail, 'ACCEPTED', '0'),
    });
    const news = await page.next('events', ({ events }) => events.some(({ event }) => event.type === 'meeting.answered'));
    expect(news.events.map(({ event, by, via }) => ({ type: event.type, by, via }))).toContainEqual({
      type: 'meeting.answered',
      by: scene.opened.customer,
      via: 'mail',
    });
    page.close();
    const rows = await env.DB.prepare('SELECT outcome, reason FROM inbound_mail WHERE room_id = ?').bind(scene.opened.room).all();
    expect(rows.results).toEqual([{ outcome: 'calendar', reason: 'accepted' }]);
  });

  test('that declines with a note posts the note in the task’s thread, once, in its author’s name', async () => {
    const scene = await demo();
    const { opened } = scene;
    const { organiser, ics } = await entryTo(opened.customerEmail);
    const uid = field(ics, 'UID') ?? '';
    const google = plain('-//Google Inc//Google Calendar//EN', uid, opened.customerEmail, 'DECLINED', ['COMMENT:周五我出差\\, 下周可以。']);
    await calendarMail(organiser, opened.customerEmail, { calendar: google, messageId: '<once@corp.example>' });
    await calendarMail(organiser, opened.customerEmail, { calendar: google, messageId: '<once@corp.example>' });
    // The same answer sent anew says nothing new.
    await calendarMail(organiser, opened.customerEmail, { calendar: google });
    expect(await answersIn(scene)).toMatchObject({ [opened.customer]: 'declined' });
    expect(await comments(scene.seller, opened.room, scene.task)).toMatchObject([
      { body: '周五我出差, 下周可以。', by: opened.customer, via: 'mail' },
    ]);
  });

  test('from Outlook carries its note in the body', async () => {
    const scene = await demo();
    const { organiser, ics } = await entryTo(scene.opened.customerEmail);
    await calendarMail(organiser, scene.opened.customerEmail, {
      calendar: outlook(field(ics, 'UID') ?? '', scene.opened.customerEmail, 'DECLINED', '0'),
      body: 'Sorry, I am in Ulm that day.\r\n',
    });
    expect(await said(scene)).toEqual(['Sorry, I am in Ulm that day.']);
  });

  test('to a time that has changed since is not taken for an answer to the new one', async () => {
    const scene = await demo();
    const { seller, opened, task } = scene;
    const { organiser, ics } = await entryTo(opened.customerEmail);
    const uid = field(ics, 'UID') ?? '';
    await act(seller, opened.room, { type: 'task.change', task, due: due(32) });
    await calendarMail(organiser, opened.customerEmail, { calendar: outlook(uid, opened.customerEmail, 'ACCEPTED', '0') });
    await calendarMail(organiser, opened.customerEmail, { calendar: plain('-//NetEase//', uid, opened.customerEmail, 'ACCEPTED') });
    expect(await answersIn(scene)).toEqual({ [opened.me]: 'accepted' });
    await calendarMail(organiser, opened.customerEmail, { calendar: outlook(uid, opened.customerEmail, 'ACCEPTED', '1') });
    expect(await answersIn(scene)).toMatchObject({ [opened.customer]: 'accepted' });
  });

  test('from somebody else, or from nobody that can be proven, is held and changes nothing', async () => {
    const scene = await demo();
    const { seller, opened } = scene;
    const { organiser, ics } = await entryTo(opened.customerEmail);
    const uid = field(ics, 'UID') ?? '';
    const stranger = newAddress('zhao');
    await calendarMail(organiser, stranger, { calendar: outlook(uid, stranger, 'ACCEPTED', '0'), subject: 'Accepted: demo' });
    await calendarMail(organiser, opened.customerEmail, {
      calendar: outlook(uid, opened.customerEmail, 'DECLINED', '0'),
      verdict: 'dkim=none; dmarc=fail',
    });
    expect(await answersIn(scene)).toEqual({ [opened.me]: 'accepted' });
    const held = Object.values((await viewOf(seller, opened.room)).state.held);
    expect(held.map((one) => one.reason).toSorted()).toEqual(['not_authenticated', 'other_sender']);
    expect(await said(scene)).toEqual([]);
  });

  test('may ask for another time: it stands on the task, one press accepts it, and the entry moves', async () => {
    const scene = await demo();
    const { seller, opened, task } = scene;
    await setZone(scene);
    const { organiser, ics } = await entryTo(opened.customerEmail);
    const uid = field(ics, 'UID') ?? '';
    const counter = outlook(uid, opened.customerEmail, 'TENTATIVE', '0', ['COMMENT;LANGUAGE=zh-CN:晚一点可以吗'])
      .replace('METHOD:REPLY', 'METHOD:COUNTER')
      .replace(utc(30, '15:00'), utc(30, '16:30'))
      .replace(utc(30, '16:00'), utc(30, '17:30'));
    await calendarMail(organiser, opened.customerEmail, {
      calendar: counter,
      type: 'text/calendar; charset="utf-8"; method=COUNTER',
      subject: 'New Time Proposed: demo',
    });
    expect((await meeting(scene))?.counters).toMatchObject([
      { by: opened.customer, time: { date: day(30), time: '16:30', zone: 'Asia/Shanghai', length: 60 }, note: '晚一点可以吗', via: 'mail' },
    ]);
    expect(await said(scene)).toEqual([]);
    await deliverMail(opened.room);
    const [told] = await mailsTo(seller.seller.email);
    expect(told?.text).toContain('16:30');
    await act(seller, opened.room, { type: 'meeting.acceptCounter', task, proposer: opened.customer });
    await deliverMail(opened.room);
    const moved = await entryTo(opened.customerEmail);
    expect(field(moved.ics, 'DTSTART')).toBe(`${utc(30, '08:30')}Z`);
    expect(moved.ics).toMatch(/PARTSTAT=ACCEPTED/);
  });
});

describe('a file for the calendar', () => {
  test('is each person’s own, asks for no answer, and is there only while there is a time', async () => {
    const { seller, opened, task } = await demo();
    const customer = await joinedCustomer(seller, opened);
    for (const [cookie, as] of [
      [seller.cookie, 'seller'],
      [customer.cookie, 'customer'],
    ] as const) {
      const response = await request(`/api/rooms/${opened.room}/tasks/${task}/calendar.ics?as=${as}`, { cookie });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^text\/calendar/);
      const ics = (await response.text()).replaceAll(/\r\n[ \t]/g, '');
      expect(field(ics, 'METHOD')).toBe('PUBLISH');
      expect(ics).not.toMatch(/ATTENDEE|reply\+/);
    }
    await act(seller, opened.room, { type: 'meeting.cancel', task });
    expect((await request(`/api/rooms/${opened.room}/tasks/${task}/calendar.ics?as=seller`, { cookie: seller.cookie })).status).toBe(404);
  });

  test('reads back as it was written, in zones of every kind', () => {
    const slot = { date: '2026-11-27', time: '15:00', zone: 'Asia/Shanghai', length: 90 };
    const ics = calendarOf(
      {
        uid: 'u',
        sequence: 3,
        title: 'x',
        slot,
        place: '',
        description: '',
        organiser: { name: 'a"b', address: 'o@x.example' },
        attendee: null,
        now: 0,
      },
      'REQUEST',
    );
    const span = { start: Date.UTC(2026, 10, 27, 7), end: Date.UTC(2026, 10, 27, 8, 30) };
    expect(spanIn(ics, 'UTC')).toEqual(span);
    const written = (start: string, end: string) =>
      lines(
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:x',
        'METHOD:COUNTER',
        'BEGIN:VEVENT',
        'UID:u',
        'SUMMARY:x',
        'DTSTAMP:20261124T000000Z',
        start,
        end,
        'END:VEVENT',
        'END:VCALENDAR',
      );
    expect(
      spanIn(written('DTSTART;TZID=China Standard Time:20261127T150000', 'DTEND;TZID=China Standard Time:20261127T163000'), 'UTC'),
    ).toEqual(span);
    expect(spanIn(written('DTSTART;TZID=Europe/Berlin:20261127T080000', 'DTEND;TZID=Europe/Berlin:20261127T093000'), 'UTC')).toEqual(span);
    expect(spanIn(written('DTSTART:20261127T150000', 'DURATION:PT1H30M'), 'Asia/Shanghai')).toEqual(span);
    expect(spanIn(written('DTSTART;VALUE=DATE:20261127', 'DTEND;VALUE=DATE:20261128'), 'UTC')).toBeNull();
    expect(spanIn('nonsense', 'UTC')).toBeNull();
  });
});

test('a demo room mails nobody of the meetings that it is founded with', async () => {
  const seller = await newSeller();
  const rooms = await request('/api/rooms', { cookie: seller.cookie });
  const { rooms: list } = (await rooms.json()) as { rooms: { room: OpenRoom['room']; demo: boolean }[] };
  for (const one of list) await deliverMail(one.room);
  expect(await calendarsTo(seller.seller.email)).toEqual([]);
});
