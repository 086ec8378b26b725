/**
 * The weekly mail: Monday 08:00 in the reader's own zone, once a week and reader, read from D1 without waking a room.
 * Who asked for one summary a day gets it every morning, with what that day brought and asks.
 * A cron that dies, comes late or runs twice changes nothing: a row is claimed first, and the mail has its own key.
 */
import { and, eq, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { maySee, ROOM_THREAD } from '#core/audience.ts';
import { dayIn, deadline, isOverdue, workingHours } from '#core/due.ts';
import type { RoomEvent } from '#core/events.ts';
import type { ThreadId, WorkspaceId } from '#core/ids.ts';
import { sayRange } from '#core/money.ts';
import { inDueOrder, openTasks } from '#core/next-step.ts';
import type { Locale, Participant } from '#core/people.ts';
import type { RoomState } from '#core/room.ts';
import { valueNews } from '#core/value.ts';
import * as m from '#messages';
import { digest as digestMail } from '#emails/digest.tsx';
import type { DigestItem } from '#emails/facts.ts';
import { fresh, hashOf } from '../access/tokens.ts';
import { picture } from '../directory/rooms.ts';
import { digest, mailedKey, objection, participant, room, roomEvent, seen, task, valueCase, workspace } from '../directory/schema.ts';
import type { Env } from '../env.ts';
import { changeWords } from './changes.ts';
import { envelop, MACHINE_MADE, replyAddress } from './compose.ts';
import { enqueue } from './postbox.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const MOST_ITEMS = 5;
/** A claim older than this was left by a run that died: it is taken up again. */
const CLAIM_MINUTES = 10;

interface Reader {
  workspaceId: WorkspaceId;
  email: string;
  zone: string;
}

/** Sends every digest that is due at `at` (epoch ms). Gives how many mails went out, and how many had nothing to say. */
export async function sendDigests(env: Env, at: number): Promise<{ sent: number; empty: number }> {
  const db = drizzle(env.DB);
  const zones = await db.selectDistinct({ zone: participant.zone }).from(participant);
  const due = zones.map((row) => row.zone).filter((zone) => isMorning(zone, at));
  const count = { sent: 0, empty: 0 };
  for (const zone of due) {
    const week = dayIn(zone, at);
    const isWeekly = isMondayMorning(zone, at);
    const readers = await db
      .selectDistinct({ workspaceId: room.workspaceId, email: participant.email })
      .from(participant)
      .innerJoin(room, eq(room.id, participant.roomId))
      .leftJoin(digest, and(eq(digest.workspaceId, room.workspaceId), eq(digest.email, participant.email), eq(digest.week, week)))
      .where(
        and(
          eq(participant.zone, zone),
          inArray(participant.status, ['invited', 'joined']),
          isWeekly ? ne(participant.mail, 'none') : eq(participant.mail, 'daily'),
          or(isNull(participant.trouble), eq(participant.trouble, 'failed')),
          or(isNull(digest.state), and(eq(digest.state, 'claimed'), lt(digest.at, new Date(at - CLAIM_MINUTES * 60_000).toISOString()))),
        ),
      );
    for (const reader of readers) {
      await db
        .insert(digest)
        .values({ ...reader, week, state: 'claimed', at: new Date(at).toISOString() })
        .onConflictDoUpdate({ target: [digest.workspaceId, digest.email, digest.week], set: { at: new Date(at).toISOString() } });
      const state = (await sendOne(env, { ...reader, zone }, week, at, isWeekly)) ? 'sent' : 'empty';
      await db
        .update(digest)
        .set({ state })
        .where(and(eq(digest.workspaceId, reader.workspaceId), eq(digest.email, reader.email), eq(digest.week, week)));
      count[state] += 1;
    }
  }
  return count;
}

/** From 08:00 on: a late cron still sends on the day itself. */
const isMorning = (zone: string, at: number): boolean =>
  Number(new Intl.DateTimeFormat('en-US', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(at)) >= 8;

/** Monday from 08:00 on. */
export function isMondayMorning(zone: string, at: number): boolean {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'short', hour: 'numeric', hourCycle: 'h23' }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value;
  return part('weekday') === 'Mon' && Number(part('hour')) >= 8;
}

interface Candidate {
  kind: DigestItem['kind'];
  weight: number;
  roomName: string;
  title: string;
  due: DigestItem['due'];
  overdue: boolean;
  detail: string;
  room: typeof room.$inferSelect;
  me: typeof participant.$inferSelect;
  thread: ThreadId;
  /** The lines of the room's value case: their threads open in another view. */
  lines: string[];
}

async function sendOne(env: Env, reader: Reader, week: string, at: number, isWeekly: boolean): Promise<boolean> {
  const db = drizzle(env.DB);
  const mine = await db
    .select({ me: participant, room, workspaceName: workspace.name })
    .from(participant)
    .innerJoin(room, eq(room.id, participant.roomId))
    .innerJoin(workspace, eq(workspace.id, room.workspaceId))
    .where(
      and(
        eq(participant.email, reader.email),
        eq(room.workspaceId, reader.workspaceId),
        inArray(participant.status, ['invited', 'joined']),
        isWeekly ? ne(participant.mail, 'none') : eq(participant.mail, 'daily'),
      ),
    );
  const [first] = mine;
  if (!first) return false;

  const candidates: Candidate[] = [];
  for (const one of mine) candidates.push(...(await candidatesIn(env, one.room, one.me, at, one.me.mail === 'daily' ? DAY : WEEK)));
  if (candidates.length === 0) return false;
  candidates.sort((a, b) => a.weight - b.weight);

  const chosen = candidates.slice(0, MOST_ITEMS);
  const keys: (typeof mailedKey.$inferInsert)[] = [];
  const mint = async (kind: 'enter' | 'reply' | 'wishes', where: { room: Candidate['room']; me: Candidate['me'] }, thread: ThreadId) => {
    const secret = fresh();
    keys.push({
      hash: await hashOf(kind, secret),
      roomId: where.room.id,
      kind,
      participantId: where.me.id,
      thread,
      createdAt: new Date(at).toISOString(),
    });
    return `${secret}${where.room.id}`;
  };
  const locale: Locale = first.me.locale;
  const lines = new Set(chosen.flatMap((one) => one.lines));
  const isLine = (thread: ThreadId) => lines.has(thread.replace(':internal', ''));
  const urlTo = async (one: { room: Candidate['room']; me: Candidate['me'] }, thread: ThreadId) => {
    const query = thread === ROOM_THREAD ? `?lang=${locale}` : `?${isLine(thread) ? 'view=value&thread' : 'task'}=${thread}&lang=${locale}`;
    return one.me.side === 'seller'
      ? `${env.APP_URL}/rooms/${one.room.id}${query}`
      : `${env.APP_URL}/join/${await mint('enter', one, thread)}${query}`;
  };
  const items: DigestItem[] = [];
  for (const one of chosen) {
    items.push({
      kind: one.kind,
      roomName: one.roomName,
      title: one.title,
      due: one.due,
      overdue: one.overdue,
      detail: one.detail,
      url: await urlTo(one, one.thread),
      replyTo: replyAddress(env, await mint('reply', one, one.thread)),
    });
  }
  const head = chosen[0] ?? { room: first.room, me: first.me };
  const wishes = await mint('wishes', head, ROOM_THREAD);
  const rendered = digestMail({
    reader: { name: first.me.name, locale, zone: first.me.zone },
    workspaceName: first.workspaceName,
    items,
    more: candidates.length - chosen.length,
    url: await urlTo(head, ROOM_THREAD),
    wishesUrl: `${env.APP_URL}/unsubscribe/${wishes}?lang=${locale}`,
    replyRoomName: head.room.name,
    daily: !isWeekly,
  });
  const mail = envelop(env, rendered, {
    key: `digest/${reader.workspaceId}/${week}/${await hashOf('reply', reader.email)}`,
    from: first.workspaceName,
    to: first.me,
    replyTo: replyAddress(env, await mint('reply', head, ROOM_THREAD)),
    headers: {
      ...MACHINE_MADE,
      'List-Id': `<digest.${reader.workspaceId}.${env.REPLY_DOMAIN}>`,
      'List-Unsubscribe': `<${env.APP_URL}/api/unsubscribe/${wishes}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  });
  for (let start = 0; start < keys.length; start += 15)
    await db
      .insert(mailedKey)
      .values(keys.slice(start, start + 15))
      .onConflictDoNothing();
  await enqueue(env, [{ ...mail, room: head.room.id }], false);
  return true;
}

/** What one room has to say to one person: what they owe, what they are owed, what changed that they have not seen. */
async function candidatesIn(
  env: Env,
  where: typeof room.$inferSelect,
  me: typeof participant.$inferSelect,
  at: number,
  /** How far it looks back, and ahead. Milliseconds. */
  span: number,
): Promise<Candidate[]> {
  const db = drizzle(env.DB);
  const [people, tasks, questions, [value], read] = await Promise.all([
    db.select().from(participant).where(eq(participant.roomId, where.id)),
    db.select().from(task).where(eq(task.roomId, where.id)),
    db
      .select()
      .from(objection)
      .where(and(eq(objection.roomId, where.id), ne(objection.state, 'accepted'), eq(objection.removed, false)))
      .orderBy(objection.askedAt),
    db.select().from(valueCase).where(eq(valueCase.roomId, where.id)),
    db
      .select()
      .from(seen)
      .where(and(eq(seen.roomId, where.id), eq(seen.participantId, me.id))),
  ]);
  const seenIn = new Map(read.map((row) => [row.thread, row.seq]));
  const newest = Math.max(0, ...seenIn.values());
  const events = await db
    .select()
    .from(roomEvent)
    .where(
      and(
        eq(roomEvent.roomId, where.id),
        gt(roomEvent.at, new Date(at - span).toISOString()),
        gt(roomEvent.seq, Math.min(newest, ...seenIn.values())),
        ne(roomEvent.by, me.id),
        sql`${roomEvent.event} ->> 'type' IN ('comment.posted', 'task.added', 'task.completed', 'task.changed', 'objection.raised', 'objection.answered', 'objection.reopened', 'value.proposed')`,
      ),
    )
    .orderBy(roomEvent.seq)
    .limit(200);

  const state = picture(people, tasks);
  const base = { roomName: where.name, room: where, me, lines: Object.keys(value?.titles ?? {}) };
  const soon = inDueOrder(openTasks(state)).filter((one) => one.due !== null && deadline(one.due) < at + span);
  const owes = (side: Participant['side']) => soon.filter((one) => one.owners.some((id) => state.people[id]?.side === side));
  const own = soon.filter((one) => one.owners.includes(me.id));
  const awaited = owes(me.side === 'seller' ? 'customer' : 'seller').filter((one) => !own.includes(one));
  const told = new Set<string>([...own, ...awaited].map((one) => one.id));
  const toItem =
    (kind: 'owed' | 'awaited', weight: number) =>
    (one: (typeof soon)[number]): Candidate => {
      const due = one.due;
      return {
        ...base,
        kind,
        title: one.title,
        due,
        overdue: due !== null && isOverdue(due, at),
        thread: one.id as string as ThreadId,
        detail: one.owners.flatMap((id) => state.people[id]?.name ?? []).join(', '),
        weight: weight + (due ? deadline(due) / 1e13 : 0.9),
      };
    };
  const items = [
    ...own.map(toItem('owed', 0)),
    ...awaited.map(toItem('awaited', 1)),
    ...valueChange(value, { seq: newest, at: new Date(at - span).toISOString() }, state, me).map((one) => ({ ...base, ...one })),
    ...changed(state, value?.titles ?? {}, events, seenIn, newest, me, told).map((one) => ({ ...base, ...one })),
  ];
  // Questions that wait are said with what else there is; by themselves they are no news, and no reason for a mail.
  const [oldest] = questions.filter((one) => !items.some((item) => item.thread === (one.taskId as string)));
  if (items.length === 0 || !oldest) return items;
  return [...items, { ...base, ...openQuestion(questions, oldest, me, at) }];
}

type Question = typeof objection.$inferSelect;

/** "2 open questions, the oldest for 14 working hours": owed by those who are to say a word next. */
function openQuestion(questions: Question[], oldest: Question, me: typeof participant.$inferSelect, at: number): Change {
  const isTheirs = oldest.side !== null && (oldest.side === me.side) === (oldest.state === 'answered');
  const hours = workingHours(Date.parse(oldest.askedAt), at, oldest.zone);
  return {
    kind: isTheirs ? 'owed' : 'awaited',
    weight: isTheirs ? 0.95 : 1.95,
    title: oldest.title,
    due: null,
    overdue: false,
    detail:
      oldest.state === 'answered'
        ? m.digest_objection_answered({ count: questions.length }, { locale: me.locale })
        : m.digest_objections({ count: questions.length, hours }, { locale: me.locale }),
    thread: oldest.taskId as string as ThreadId,
  };
}

/** "Vc ¥412k → ¥301k: Li Na changed 1 number", if the reader has not seen it. */
function valueChange(
  value: typeof valueCase.$inferSelect | undefined,
  since: { seq: number; at: string },
  state: RoomState,
  me: typeof participant.$inferSelect,
): Change[] {
  const news = value && valueNews(value.history, since, me.id);
  if (!value || !news) return [];
  const { locale } = me;
  const names = new Intl.ListFormat(locale, { type: 'conjunction' }).format(news.by.flatMap((id) => state.people[id]?.name ?? []));
  const say = (range: { low: number; high: number }) => sayRange(range, value.currency, locale);
  return [
    {
      kind: 'changed',
      weight: 0.99,
      title: m.digest_value({ from: say(news.from), to: say(news.to) }, { locale }),
      due: null,
      overdue: false,
      detail:
        news.numbers > 0
          ? m.digest_value_numbers({ names, count: news.numbers }, { locale })
          : m.digest_value_lines({ names, count: news.lines }, { locale }),
      thread: (value.history.findLast((one) => one.line !== null)?.line ?? ROOM_THREAD) as string as ThreadId,
    },
  ];
}

type Change = Pick<Candidate, 'kind' | 'weight' | 'title' | 'due' | 'overdue' | 'detail' | 'thread'>;

function changed(
  state: RoomState,
  titles: Record<string, string>,
  events: (typeof roomEvent.$inferSelect)[],
  seenIn: Map<ThreadId, number>,
  newest: number,
  me: typeof participant.$inferSelect,
  told: Set<string>,
): Change[] {
  const byThread = new Map<ThreadId, { event: RoomEvent; by: string }[]>();
  for (const { event, by, seq, audience } of events) {
    if (!maySee(me.side, audience)) continue;
    const thread =
      event.type === 'comment.posted'
        ? event.thread
        : 'task' in event
          ? (event.task as string as ThreadId)
          : 'line' in event
            ? (event.line as string as ThreadId)
            : null;
    if (thread === null || seq <= (event.type === 'comment.posted' ? (seenIn.get(thread) ?? 0) : newest)) continue;
    byThread.set(thread, [...(byThread.get(thread) ?? []), { event, by: state.people[by as keyof typeof state.people]?.name ?? '' }]);
  }
  return [...byThread].flatMap(([thread, list]): Change[] => {
    const about = state.plan.tasks[thread.replace(':internal', '') as keyof typeof state.plan.tasks];
    const comments = list.filter((one) => one.event.type === 'comment.posted');
    // A task that stands above as owed or awaited is not said again because it was added or moved.
    if (told.has(thread) && comments.length === 0) return [];
    return [
      {
        kind: 'changed',
        weight: 2,
        title: about?.title ?? titles[thread.replace(':internal', '')] ?? '',
        due: null,
        overdue: false,
        detail: changeWords(list, me.locale),
        thread,
      },
    ];
  });
}
