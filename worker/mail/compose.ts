/** From what happened to a mail: facts for the template, the address that answers it, the headers that thread it. */
import { audienceOfThread, internalOf, ROOM_THREAD, sharedOf } from '#core/audience.ts';
import type { Command } from '#core/commands.ts';
import { isOverdue, sayDue } from '#core/due.ts';
import type { Recorded } from '#core/events.ts';
import type { ParticipantId, RoomId, TaskId, ThreadId, ValueLineId } from '#core/ids.ts';
import { materialsFor, newest } from '#core/materials.ts';
import { inDueOrder, nextStep, openTasks, owedBy, turnOf } from '#core/next-step.ts';
import { attendeesOf, entryOf, meetingOf, startOf, timeOf } from '#core/meetings.ts';
import type { NoticeKind } from '#core/notices.ts';
import { present, type Locale, type Participant, type Side } from '#core/people.ts';
import type { Task } from '#core/plan.ts';
import { can } from '#core/permissions.ts';
import { type Doubt, proposalsFor, verdict } from '#core/plan-truth.ts';
import { LOOKING_BACK } from '#core/reflection-words.ts';
import type { RoomState } from '#core/room.ts';
import { isZoneGuessed } from '#core/zones.ts';
import { earlierValues, type ValueLine } from '#core/value.ts';
import { broughtIn } from '#emails/brought-in.tsx';
import { code } from '#emails/code.tsx';
import type { Frame, MaterialFacts, NewsFacts, ProposalFacts, Reader, Rendered, SaidFacts, TaskFacts, ValueFacts } from '#emails/facts.ts';
import { handed } from '#emails/handed.tsx';
import { deviceOut } from '#emails/device-out.tsx';
import { invitation } from '#emails/invitation.tsx';
import { newDevice } from '#emails/new-device.tsx';
import { meeting as meetingLetter } from '#emails/meeting.tsx';
import { sayNames } from '#emails/moment.ts';
import { news, severalNews } from '#emails/news.tsx';
import { planCheck } from '#emails/plan-check.tsx';
import { reflection } from '#emails/reflection.tsx';
import { reminder } from '#emails/reminder.tsx';
import { receipt } from '#emails/receipt.tsx';
import { sayNumber } from '#emails/value.tsx';
import { fresh } from '../access/tokens.ts';
import { toBase64 } from '../base64.ts';
import type { Env } from '../env.ts';
import * as m from '#messages';
import type { Owed } from '../room/calendars.ts';
import type { MailedKind } from '../room/doors.ts';
import { summaryOf, type MyData } from '../room/my-data.ts';
import type { Deed } from '../room/receipts.ts';
import { richText } from '../room/rich-text.ts';
import type { MailPreview } from '../services.ts';
import { calendarOf, calendarPart, type CalendarMethod, type Entry } from './calendar.ts';
import { mailbox, type OutgoingMail } from './transport.ts';

/** Mints one key for the mail's reader; gives what stands in the mail and what is stored. Its secret is drawn unless one is given. */
export type Minter = (kind: MailedKind, thread: ThreadId, secret?: string) => Promise<{ token: string; hash: string }>;

/** Which of this week's mails one is. */
export type Budget = NonNullable<Frame['budget']>;

type Addresses = Pick<Env, 'APP_URL' | 'MAIL_FROM' | 'REPLY_DOMAIN'>;

export const replyAddress = (env: Addresses, token: string): string => `reply+${token}@${env.REPLY_DOMAIN}`;
export const newMessageId = (env: Addresses): string => `<${fresh()}@${env.REPLY_DOMAIN}>`;

/**
 * Every mail says that a machine made it, so that no machine answers it (RFC 3834 section 5), and that it is ours, so
 * that one which comes back is known.
 */
export const MACHINE_MADE = {
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'OOF, AutoReply',
  'X-Atelier-Mail': '1',
} as const;

/**
 * Headers of a mail about a thread. All mails of a thread name the same root, which is what Gmail, Apple Mail and
 * Outlook group by (RFC 5322 section 3.6.4); lists are left by one click (RFC 8058).
 */
function threadHeaders(env: Addresses, room: RoomId, thread: ThreadId, wishesToken: string): Record<string, string> {
  const root = `<${sharedOf(thread) === thread ? thread : `${sharedOf(thread)}.internal`}.${room}@${env.REPLY_DOMAIN}>`;
  return {
    ...MACHINE_MADE,
    'In-Reply-To': root,
    References: root,
    'List-Id': `<${room}.${env.REPLY_DOMAIN}>`,
    'List-Unsubscribe': `<${env.APP_URL}/api/unsubscribe/${wishesToken}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

interface Sender {
  from: string;
  to: { name: string; email: string };
  replyTo: string | null;
  headers?: Record<string, string>;
  key: string;
}

/** Puts a rendered mail into its envelope. */
export function envelop(env: Addresses, rendered: Rendered, sender: Sender): OutgoingMail {
  return {
    key: sender.key,
    from: mailbox(sender.from, env.MAIL_FROM),
    to: mailbox(sender.to.name, sender.to.email),
    replyTo: sender.replyTo,
    subject: rendered.subject,
    html: rendered.html,
    text: rendered.text,
    headers: sender.headers ?? MACHINE_MADE,
    attachments: [],
    messageId: newMessageId(env),
  };
}

const readerOf = (one: { name: string; locale: Locale; zone: string; side?: Side; zoneTold?: true }): Reader => ({
  name: one.name,
  locale: one.locale,
  zone: one.zone,
  ...(isZoneGuessed({ side: 'customer', ...one }) && { zoneGuessed: true }),
});

/** Opens the room for this reader: customers by a key of their own, sellers by their session. */
function roomUrl(
  env: Addresses,
  room: RoomId,
  one: Participant,
  enterToken: string | null,
  task: TaskId | null,
  line: ValueLineId | null = null,
): string {
  const about: Record<string, string> = task ? { task } : line ? { view: 'value', thread: line } : {};
  const query = new URLSearchParams({ ...about, lang: one.locale });
  return one.side === 'seller' ? `${env.APP_URL}/rooms/${room}?${query}` : `${env.APP_URL}/join/${enterToken}?${query}`;
}

const taskUrl = (url: string, task: TaskId): string => {
  if (url === '') return '';
  const one = new URL(url);
  one.searchParams.set('task', task);
  return one.toString();
};

function stateOf({ kind, completedAt }: Task): Pick<TaskFacts, 'state'> {
  if (kind === 'objection') return { state: completedAt === null ? 'question' : 'answered' };
  return completedAt === null ? {} : { state: 'done' };
}

function taskFacts(state: RoomState, task: Task, reader: ParticipantId, url: string, now: number): TaskFacts {
  return {
    title: task.title,
    asksFile: task.kind === 'material',
    due: task.due,
    overdue: task.completedAt === null && task.due !== null && isOverdue(task.due, now),
    ...stateOf(task),
    owners: task.owners.flatMap((id) => state.people[id]?.name ?? []),
    mine: task.owners.includes(reader),
    url: taskUrl(url, task.id),
  };
}

function valueFacts(state: RoomState, line: ValueLine, to: Participant, url: string): ValueFacts {
  const before = line.earlier.at(-1)?.number;
  const factors = line.number?.unit === 'money' ? line.number.factors : [];
  const { proposal } = line;
  return {
    title: line.title,
    side: line.side,
    currency: state.value.currency,
    number: line.number,
    was: before?.unit === 'money' ? { low: before.low, high: before.high } : null,
    factorsWere: factors.map((_, at) => earlierValues(line, at).at(-1)?.value ?? null),
    owner: line.owner ? nameOf(state, line.owner.by) : '',
    source: line.source,
    proposal: proposal && { by: nameOf(state, proposal.by), number: proposal.number, note: proposal.note },
    answer: can.setNumber(to, line.owner?.side ?? null) ? 'sets' : 'proposes',
    url,
  };
}

const nameOf = (state: RoomState, by: ParticipantId | 'system'): string =>
  by === 'system' ? (state.room?.workspaceName ?? '') : (state.people[by]?.name ?? '');

function invitationFacts(state: RoomState, to: Participant, from: Participant, note: string, frame: Omit<Frame, 'reader'>, now: number) {
  const step = nextStep(state, to.side === 'customer' ? 'seller' : 'customer');
  return {
    ...frame,
    reader: readerOf(to),
    from: { name: from.name, email: from.email, side: from.side },
    accountName: state.room?.accountName ?? '',
    note,
    asked: owedBy(state, to.id)
      .slice(0, 3)
      .map((task) => taskFacts(state, task, to.id, frame.url, now)),
    offered: step && taskFacts(state, step, to.id, frame.url, now),
  };
}

/** The invitation as it will look, with links that open nothing. */
export function invitationPreview(env: Addresses, state: RoomState, to: Participant, from: Participant, note: string): MailPreview {
  const rendered = invitation(
    invitationFacts(
      state,
      to,
      from,
      note,
      {
        roomName: state.room?.name ?? '',
        workspaceName: state.room?.workspaceName ?? '',
        url: `${env.APP_URL}/join/preview`,
        wishesUrl: `${env.APP_URL}/unsubscribe/preview`,
      },
      Date.now(),
    ),
  );
  return {
    to: { name: to.name, email: to.email },
    from: fromName(state, from.name),
    subject: rendered.subject,
    html: rendered.html,
    text: rendered.text,
  };
}

const fromName = (state: RoomState, actor: string): string => (actor ? `${actor} · ${state.room?.name ?? ''}` : (state.room?.name ?? ''));

export interface News {
  thread: ThreadId;
  /** What heads the mail. */
  kind: NoticeKind;
  said: Recorded[];
  /** What came to the materials, oldest first. */
  brought?: Recorded[];
  /** The last event that the mail tells of. */
  seq: number;
  note: string;
  /** Who did what heads it. */
  by: ParticipantId | 'system';
}

/** One mail to one person: an invitation, the news of one thread since the last such mail, or of several at once. */
export async function newsMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  all: [News, ...News[]],
  mint: Minter,
  budget?: Budget,
): Promise<OutgoingMail> {
  const room = state.room;
  if (!room) throw new Error('a room without facts sends no mail');
  const [what] = all;
  const isTeam = audienceOfThread(what.thread) === 'seller';
  const thread = all.length === 1 ? what.thread : isTeam ? internalOf(ROOM_THREAD) : ROOM_THREAD;
  const wishes = await mint('wishes', ROOM_THREAD);
  const common = {
    roomName: room.name,
    workspaceName: room.workspaceName,
    wishesUrl: `${env.APP_URL}/unsubscribe/${wishes.token}?lang=${to.locale}`,
    ...(budget && { budget }),
  };
  const { replyTo, ...own } = await aboutThread(env, state, room.id, to, thread, mint);
  const frame = { ...common, ...own };
  const now = Date.now();
  const actors = [...new Set(all.map((one) => nameOf(state, one.by)))];
  const actor = actors.length === 1 ? (actors[0] ?? '') : '';
  let rendered: Rendered;
  if (what.kind === 'invitation') {
    const inviter = what.by === 'system' ? undefined : state.people[what.by];
    const from = inviter ?? Object.values(state.people).find((one) => one.side === 'seller') ?? to;
    rendered = invitation(invitationFacts(state, to, from, what.note, frame, now));
  } else if (all.length === 1) rendered = news(newsFacts(state, to, what, { ...frame, replyTo }, now));
  else {
    const items: NewsFacts[] = [];
    for (const one of all)
      items.push(newsFacts(state, to, one, { ...common, ...(await aboutThread(env, state, room.id, to, one.thread, mint)) }, now));
    rendered = severalNews({ ...frame, reader: readerOf(to) }, items);
  }
  return envelop(env, rendered, {
    key: `news/${room.id}/${to.id}/${all.map((one) => `${one.thread}/${one.seq}`).join('/')}`,
    from: fromName(state, actor),
    to,
    replyTo,
    headers: threadHeaders(env, room.id, thread, wishes.token),
  });
}

/** The way to a thread, and the address that answers it. */
async function aboutThread(env: Addresses, state: RoomState, room: RoomId, to: Participant, thread: ThreadId, mint: Minter) {
  const shared = sharedOf(thread);
  const enter = to.side === 'customer' ? (await mint('enter', shared)).token : null;
  const reply = await mint('reply', thread);
  const task = state.plan.tasks[shared as string as TaskId] ?? null;
  const line = state.value.lines[shared as string as ValueLineId] ?? null;
  return {
    url: roomUrl(env, room, to, enter, task?.id ?? null, line?.id ?? null),
    replyTo: replyAddress(env, reply.token),
    mark: reply.hash,
  };
}

function newsFacts(
  state: RoomState,
  to: Participant,
  what: News,
  frame: Omit<Frame, 'reader'> & { replyTo: string },
  now: number,
): NewsFacts {
  const shared = sharedOf(what.thread);
  const task = state.plan.tasks[shared as string as TaskId] ?? null;
  const line = state.value.lines[shared as string as ValueLineId] ?? null;
  const { kind } = what;
  const { url, replyTo } = frame;
  return {
    ...frame,
    reader: readerOf(to),
    because: kind === 'check' || kind === 'reminder' || kind === 'reflection' || kind === 'invitation' ? 'changed' : kind,
    actor: nameOf(state, what.by),
    task: task && {
      ...taskFacts(state, task, to.id, url, now),
      ...(audienceOfThread(what.thread) === 'all' && task.completedAt === null && task.kind !== 'objection' && { answers: replyTo }),
    },
    value: line && valueFacts(state, line, to, url),
    proposal: kind === 'proposed' && task ? proposalFacts(state, task.id, replyTo) : null,
    description: kind === 'assigned' || kind === 'objection' ? (task?.description ?? '') : '',
    materials: (what.brought ?? []).flatMap((one) => materialFacts(state, one, to, url)),
    said: what.said.flatMap((one) => saidFacts(state, one, url)),
    internal: audienceOfThread(what.thread) === 'seller',
  };
}

/** A material as it came, if its reader still has it: what was taken back meanwhile is not told. */
function materialFacts(state: RoomState, { event, by, at }: Recorded, to: Participant, url: string): MaterialFacts[] {
  if (!('material' in event)) return [];
  const material = materialsFor(to.side, state.materials).byId[event.material];
  const number =
    event.type === 'material.versioned' ? event.number : event.type === 'material.added' ? 1 : material && newest(material)?.number;
  const version = material?.versions.find((one) => one.number === number);
  if (!material || material.removed || !version) return [];
  const there = new URL(url);
  there.searchParams.set('view', 'materials');
  const size = version.content.kind === 'file' ? version.content.file.size : null;
  return [
    { name: nameOf(state, by), at, title: material.title, version: version.number, size, note: material.note, url: there.toString() },
  ];
}

function proposalFacts(state: RoomState, task: TaskId, replyTo: string): ProposalFacts | null {
  const last = proposalsFor(state, task).at(-1);
  if (!last) return null;
  const { title, owners, due } = last.changes;
  return {
    by: nameOf(state, last.by),
    title: title ?? null,
    owners: owners ? owners.map((id) => nameOf(state, id)) : null,
    ...(due !== undefined && { due }),
    replyTo,
  };
}

/** What every mail about the plan itself needs: the way in, the way out. */
async function planFrame(env: Addresses, state: RoomState, to: Participant, thread: ThreadId, mint: Minter, budget?: Budget) {
  const room = state.room;
  if (!room) throw new Error('a room without facts sends no mail');
  const enter = to.side === 'customer' ? (await mint('enter', ROOM_THREAD)).token : null;
  const reply = await mint('reply', thread);
  const wishes = await mint('wishes', ROOM_THREAD);
  const frame = {
    reader: readerOf(to),
    mark: reply.hash,
    roomName: room.name,
    workspaceName: room.workspaceName,
    url: roomUrl(env, room.id, to, enter, null),
    wishesUrl: `${env.APP_URL}/unsubscribe/${wishes.token}?lang=${to.locale}`,
    ...(budget && { budget }),
  };
  const headers = threadHeaders(env, room.id, thread, wishes.token);
  return { frame, headers, replyTo: replyAddress(env, reply.token) };
}

/** "Is the plan still right?", to one person. Its answers go to the step that is most in doubt. */
export async function planCheckMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  turned: { sides: Side[]; doubts: Doubt[] },
  key: string,
  mint: Minter,
  budget?: Budget,
): Promise<OutgoingMail> {
  const now = Date.now();
  const inDoubt = (why: Doubt['why']) =>
    turned.doubts.flatMap((doubt) => (doubt.why !== 'old' && doubt.why === why ? (state.plan.tasks[doubt.task] ?? []) : []));
  const step = [...inDoubt('slipped'), ...inDoubt('overdue')][0] ?? nextStep(state, to.side) ?? turnOf(state)?.task ?? null;
  const { frame, headers, replyTo } = await planFrame(env, state, to, step ? (step.id as string as ThreadId) : ROOM_THREAD, mint, budget);
  const facts = (task: Task) => taskFacts(state, task, to.id, frame.url, now);
  const found = verdict(state, now);
  const rendered = planCheck({
    ...frame,
    sides: turned.sides,
    since: found.kind === 'unconfirmed' ? found.since : null,
    slipped: inDoubt('slipped').map(facts),
    overdue: inDoubt('overdue').map(facts),
    step: step && facts(step),
    replyTo,
  });
  return envelop(env, rendered, { key, from: fromName(state, ''), to, replyTo, headers });
}

/** The three questions, to one person. Nothing of the deal is in it but that it has ended or rests. */
export async function reflectionMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  key: string,
  mint: Minter,
  budget?: Budget,
): Promise<OutgoingMail> {
  const { frame, headers, replyTo } = await planFrame(env, state, to, LOOKING_BACK, mint, budget);
  const url = new URL(frame.url);
  url.searchParams.set('view', 'record');
  const rendered = reflection({ ...frame, url: url.toString(), side: to.side });
  return envelop(env, rendered, { key, from: fromName(state, ''), to, replyTo, headers });
}

/** One reminder of all that is due for a person. Each task is answered at an address of its own. */
export async function reminderMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  tasks: Task[],
  key: string,
  mint: Minter,
  budget?: Budget,
): Promise<OutgoingMail> {
  const now = Date.now();
  const only = tasks.length === 1 ? tasks[0] : undefined;
  const { frame, headers, replyTo } = await planFrame(env, state, to, only ? (only.id as string as ThreadId) : ROOM_THREAD, mint, budget);
  const facts: TaskFacts[] = [];
  for (const task of tasks) {
    const answers = only ? replyTo : replyAddress(env, (await mint('reply', task.id as string as ThreadId)).token);
    facts.push({ ...taskFacts(state, task, to.id, frame.url, now), ...(task.kind !== 'objection' && { answers }) });
  }
  const rendered = reminder({ ...frame, url: only ? taskUrl(frame.url, only.id) : frame.url, tasks: facts });
  return envelop(env, rendered, { key, from: fromName(state, ''), to, replyTo, headers });
}

function saidFacts(state: RoomState, { event, by, at }: Recorded, url: string): SaidFacts[] {
  if (event.type !== 'comment.posted') return [];
  const files = event.files.map((file) => ({ name: file.name, size: file.size, url }));
  return [
    {
      name: nameOf(state, by),
      at,
      internal: audienceOfThread(event.thread) === 'seller',
      text: event.body,
      html: richText(event.body),
      files,
    },
  ];
}

/** Bytes of a file that still goes with a mail: the postbox keeps a mail as one value of at most 2 MB, and base64 adds a third. */
const MOST_ATTACHED = 1_000_000;

/** What somebody asked for by mail. `data` null: their copy of the room, which is made when they take it. */
export async function handedMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  data: MyData | null,
  key: string,
  mint: Minter,
): Promise<OutgoingMail> {
  const { frame, headers, replyTo } = await planFrame(env, state, to, ROOM_THREAD, mint);
  const there = new URL(frame.url);
  there.searchParams.set('view', 'record');
  const json = data && new TextEncoder().encode(JSON.stringify(data, null, 2));
  const attached = json !== null && json.byteLength <= MOST_ATTACHED;
  const what = data ? { kind: 'data' as const, lines: summaryOf(data, to.locale), attached } : { kind: 'copy' as const };
  const rendered = handed({ ...frame, url: there.toString(), what });
  const mail = envelop(env, rendered, {
    key,
    from: fromName(state, ''),
    to,
    replyTo,
    headers: { ...headers, 'Auto-Submitted': 'auto-replied' },
  });
  if (!attached) return mail;
  return { ...mail, attachments: [{ filename: 'my-data.json', contentType: 'application/json', base64: toBase64(json) }] };
}

/** To somebody who was put in copy: the one mail they get unless they answer. It opens nothing; a reply is the way in. */
export async function broughtInMail(
  env: Addresses,
  state: RoomState,
  to: { newcomer: ParticipantId; email: string; name: string; locale: Locale; zone: string; thread: ThreadId },
  mint: Minter,
): Promise<OutgoingMail> {
  const room = state.room;
  const newcomer = state.stakeholders.newcomers[to.newcomer];
  const from = newcomer && state.people[newcomer.broughtBy];
  if (!room || !from) throw new Error('nobody is asked to come into no room, or by nobody');
  const now = Date.now();
  const shared = sharedOf(to.thread);
  const reply = await mint('reply', shared);
  const replyTo = replyAddress(env, reply.token);
  // What the mail was about, then what waits for their side or for anybody.
  const isTheirs = (task: Task) => task.owners.length === 0 || task.owners.some((id) => state.people[id]?.side === from.side);
  const tasks = [
    state.plan.tasks[shared as string as TaskId],
    nextStep(state, 'customer'),
    ...inDueOrder(openTasks(state)).filter(isTheirs),
  ].flatMap((task) => (task && !task.removed ? [task] : []));
  const rendered = broughtIn({
    reader: readerOf(to),
    mark: reply.hash,
    roomName: room.name,
    workspaceName: room.workspaceName,
    accountName: room.accountName,
    from: { name: from.name, email: from.email },
    concerns: [...new Set(tasks)].slice(0, 3).map((task) => taskFacts(state, task, to.newcomer, '', now)),
    replyTo,
  });
  const root = `<${shared}.${room.id}@${env.REPLY_DOMAIN}>`;
  return envelop(env, rendered, {
    key: `brought/${room.id}/${to.newcomer}`,
    from: fromName(state, from.name),
    to,
    replyTo,
    headers: {
      ...MACHINE_MADE,
      'In-Reply-To': root,
      References: root,
      'List-Unsubscribe': `<mailto:${replyTo}?subject=NO&body=NO>`,
    },
  });
}

/** What a reply has done, to whoever wrote it. UNDO to it takes the deed back. */
export async function receiptMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  deed: Deed,
  key: string,
  mint: Minter,
): Promise<{ mail: OutgoingMail; replyHash: string }> {
  const room = state.room;
  if (!room) throw new Error('a room without facts sends no mail');
  const shared = sharedOf(deed.thread);
  const enter = to.side === 'customer' ? (await mint('enter', shared)).token : null;
  const reply = await mint('reply', deed.thread);
  const wishes = await mint('wishes', ROOM_THREAD);
  const replyTo = replyAddress(env, reply.token);
  const rendered = receipt({
    reader: readerOf(to),
    mark: reply.hash,
    roomName: room.name,
    workspaceName: room.workspaceName,
    url: roomUrl(env, room.id, to, enter, null),
    wishesUrl: `${env.APP_URL}/unsubscribe/${wishes.token}?lang=${to.locale}`,
    changed: sayDeed(state, to, deed),
    about: titleOf(state, deed.command),
    canUndo: deed.undo !== null,
    replyTo,
  });
  const headers = { ...threadHeaders(env, room.id, deed.thread, wishes.token), 'Auto-Submitted': 'auto-replied' };
  return { mail: envelop(env, rendered, { key, from: fromName(state, ''), to, replyTo, headers }), replyHash: reply.hash };
}

/** What a command is about, where that has a title. */
const titleOf = (state: RoomState, command: Command): string | null =>
  ('task' in command ? state.plan.tasks[command.task]?.title : 'line' in command ? state.value.lines[command.line]?.title : null) ?? null;

/** What a command has changed, as its author reads it. */
function sayDeed(state: RoomState, to: Participant, { command, proposed }: Deed): string {
  const { locale } = to;
  const say = { locale };
  if (command.type === 'participant.describe') {
    if (command.locale) return m.receipt_locale({}, { locale: command.locale });
    switch (command.mail) {
      case 'each':
        return m.receipt_wish_each({}, say);
      case 'mine':
        return m.receipt_wish_mine({}, say);
      case 'daily':
        return m.receipt_wish_daily({}, say);
      case 'weekly':
        return m.receipt_wish_weekly({}, say);
      case 'none':
        return m.receipt_wish_none({}, say);
      default:
        return m.receipt_done({}, say);
    }
  }
  if (command.type === 'plan.confirm') return m.receipt_confirmed({}, say);
  if ('line' in command) return sayValueDeed(state, command, locale);
  const task = 'task' in command ? state.plan.tasks[command.task] : undefined;
  if (!task) return m.receipt_done({}, say);
  const { title } = task;
  switch (command.type) {
    case 'task.complete':
      return m.receipt_completed({ title }, say);
    case 'proposal.accept':
      return m.receipt_accepted({ title }, say);
    case 'task.reopen':
    case 'objection.reopen':
      return m.receipt_reopened({ title }, say);
    case 'objection.accept':
      return m.receipt_answered({ title }, say);
    case 'objection.raise':
      return m.receipt_asked({ title }, say);
    case 'task.change': {
      if (command.owners !== undefined) {
        const names = command.owners.map((id) => nameOf(state, id));
        if (proposed)
          return m.receipt_proposed({ title, change: names.length > 0 ? sayNames(names, locale) : m.receipt_change_nobody({}, say) }, say);
        return names.length > 0 ? m.receipt_owners({ title, names: sayNames(names, locale) }, say) : m.receipt_nobody({ title }, say);
      }
      if (command.due === undefined) return m.receipt_done({}, say);
      const when = command.due && sayDue(command.due, readerOf(to));
      if (proposed) return m.receipt_proposed({ title, change: when ?? m.receipt_change_undated({}, say) }, say);
      return when ? m.receipt_moved({ title, when }, say) : m.receipt_undated({ title }, say);
    }
    default:
      return m.receipt_done({}, say);
  }
}

/** What a word about a line of the value case has changed. */
function sayValueDeed(state: RoomState, command: Extract<Command, { line: ValueLineId }>, locale: Locale): string {
  const line = state.value.lines[command.line];
  if (!line) return m.receipt_done({}, { locale });
  const { title } = line;
  const isProposed = command.type === 'value.propose';
  const number = isProposed ? line.proposal?.number : line.number;
  if (command.type === 'value.declineProposal' || !number) return m.receipt_number_kept({ title }, { locale });
  const said = { title, number: sayNumber(number, state.value.currency, locale) };
  if (command.type === 'value.stance') return command.stance ? m.receipt_agreed(said, { locale }) : m.receipt_done({}, { locale });
  return isProposed ? m.receipt_number_proposed(said, { locale }) : m.receipt_number(said, { locale });
}

interface CodeRequest {
  to: { name: string; email: string };
  locale: Locale;
  zone: string;
  through: string | null;
  code: string;
  minutes: number;
  key: string;
}

/** A six-digit code to the mailbox that must be shown to be theirs. It is not answered. */
export function codeMail(env: Addresses, state: RoomState, request: CodeRequest): OutgoingMail {
  const roomName = state.room?.name ?? '';
  const rendered = code({
    reader: { name: request.to.name, locale: request.locale, zone: request.zone },
    roomName,
    code: request.code,
    minutes: request.minutes,
    through: request.through,
  });
  return envelop(env, rendered, { key: request.key, from: fromName(state, ''), to: request.to, replyTo: null });
}

/** "You came in on a new device. Not you? Reply NO." The reply key is tied to that device. It carries the reader's own link. */
export async function newDeviceMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  seen: { userAgent: string; at: string; key: string },
  mint: Minter,
): Promise<{ mail: OutgoingMail; replyHash: string }> {
  const { room } = state;
  if (!room) throw new Error('a room without facts sends no mail');
  const reply = await mint('reply', ROOM_THREAD);
  const enter = to.side === 'customer' ? (await mint('enter', ROOM_THREAD)).token : null;
  const rendered = newDevice({
    reader: readerOf(to),
    roomName: room.name,
    url: roomUrl(env, room.id, to, enter, null),
    device: deviceName(seen.userAgent),
    at: seen.at,
    mark: reply.hash,
  });
  const mail = envelop(env, rendered, { key: seen.key, from: fromName(state, ''), to, replyTo: replyAddress(env, reply.token) });
  return { mail, replyHash: reply.hash };
}

/** What "not me" has done. It is an answer: no quiet hours, nothing counted; a reply to it is a comment. */
export async function deviceOutMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  ended: { userAgent: string; at: string; key: string },
  mint: Minter,
): Promise<OutgoingMail> {
  const sellers = present(state).filter((one) => one.side === 'seller');
  const contact = sellers.find((one) => one.id === to.broughtBy) ?? sellers[0];
  const reply = await mint('reply', ROOM_THREAD);
  const rendered = deviceOut({
    reader: readerOf(to),
    roomName: state.room?.name ?? '',
    device: deviceName(ended.userAgent),
    at: ended.at,
    mark: reply.hash,
    contact: contact ? { name: contact.name, email: contact.email } : null,
  });
  return envelop(env, rendered, {
    key: ended.key,
    from: fromName(state, ''),
    to,
    replyTo: replyAddress(env, reply.token),
    headers: { ...MACHINE_MADE, 'Auto-Submitted': 'auto-replied' },
  });
}

const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/i, 'WeChat'],
  [/DingTalk/i, 'DingTalk'],
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/Chrome\/|CriOS/, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/Linux|X11/, 'Linux'],
];

/** "Chrome, Windows": enough for its owner to recognise the device. */
export function deviceName(userAgent: string): string {
  const find = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(userAgent))?.[1];
  return [find(BROWSERS), find(SYSTEMS)].filter(Boolean).join(', ') || '–';
}

// ---------------------------------------------------------------- meetings

/** A meeting as one person's calendar has it; null while it has and had no time. Without `address` it asks for no answer. */
export function entryFor(
  env: Addresses,
  state: RoomState,
  task: Task,
  to: Participant,
  address: string | null,
  now: number,
): { entry: Entry; cancelled: boolean } | null {
  const { room } = state;
  const meeting = meetingOf(state, task.id);
  const slot = timeOf(task, meeting) ?? meeting.last;
  if (!room || !slot) return null;
  const comes = attendeesOf(state, task);
  const seller = comes.find((one) => one.side === 'seller') ?? Object.values(state.people).find((one) => one.side === 'seller');
  const say = { locale: to.locale };
  const description = [
    meeting.agenda.trim(),
    m.calendar_with(
      {
        names: sayNames(
          comes.map((one) => one.name),
          to.locale,
        ),
      },
      say,
    ),
    address ? m.calendar_reply({ room: room.name }, say) : '',
  ];
  const entry: Entry = {
    // The same for everyone and for good: a change of the meeting is a change of this entry.
    uid: `${task.id}.${room.id}@${env.REPLY_DOMAIN}`,
    sequence: meeting.sequence ?? 0,
    title: task.title,
    slot,
    place: meeting.place,
    description: description.filter(Boolean).join('\n\n'),
    organiser: { name: seller ? `${seller.name} · ${room.name}` : room.name, address: address ?? env.MAIL_FROM },
    attendee: address ? { name: to.name, address: to.email, answer: meeting.answers[to.id]?.answer ?? null } : null,
    now,
  };
  const stands = entryOf(task, meeting) !== null && comes.some((one) => one.id === to.id);
  return { entry, cancelled: !stands };
}

/**
 * One mail about a meeting to one person. `secret` is that of the address which their calendar knows as the organiser.
 */
export async function meetingMail(
  env: Addresses,
  state: RoomState,
  to: Participant,
  task: Task,
  owed: Owed,
  by: ParticipantId | 'system',
  secret: string,
  mint: Minter,
): Promise<OutgoingMail> {
  const room = state.room;
  if (!room) throw new Error('a room without facts sends no mail');
  const now = Date.now();
  const meeting = meetingOf(state, task.id);
  const thread = task.id as string as ThreadId;
  const reply = await mint('reply', thread, secret);
  const replyTo = replyAddress(env, reply.token);
  const enter = to.side === 'customer' ? (await mint('enter', thread)).token : null;
  const wishes = await mint('wishes', ROOM_THREAD);
  const made = owed.what === 'times' || owed.what === 'counters' ? null : entryFor(env, state, task, to, replyTo, now);
  const counters = meeting.counters.filter((one) => one.by !== to.id);
  const actor = owed.what === 'times' ? (meeting.proposedBy ?? by) : owed.what === 'counters' ? (counters.at(-1)?.by ?? by) : by;
  const rendered = meetingLetter({
    reader: readerOf(to),
    mark: reply.hash,
    roomName: room.name,
    workspaceName: room.workspaceName,
    url: roomUrl(env, room.id, to, enter, task.id),
    wishesUrl: `${env.APP_URL}/unsubscribe/${wishes.token}?lang=${to.locale}`,
    because: owed.what,
    actor: nameOf(state, actor),
    own: actor === to.id,
    title: task.title,
    slot: made?.entry.slot ?? timeOf(task, meeting),
    times:
      owed.what === 'times'
        ? meeting.proposed.map((slot) => ({ slot, by: '', note: '' })).filter(({ slot }) => startOf(slot) > now)
        : counters.map((one) => ({ slot: one.time, by: nameOf(state, one.by), note: one.note })),
    place: meeting.place,
    agenda: meeting.agenda,
    agendaHtml: richText(meeting.agenda),
    attendees: attendeesOf(state, task).map((one) => one.name),
    replyTo,
  });
  const method: CalendarMethod = owed.what === 'cancelled' ? 'CANCEL' : 'REQUEST';
  return {
    ...envelop(env, rendered, {
      key: `calendar/${room.id}/${task.id}/${to.id}/${owed.turn}`,
      from: fromName(state, actor === 'system' ? '' : nameOf(state, actor)),
      to,
      replyTo,
      headers: threadHeaders(env, room.id, thread, wishes.token),
    }),
    attachments: made ? [calendarPart(calendarOf(made.entry, method), method)] : [],
  };
}
