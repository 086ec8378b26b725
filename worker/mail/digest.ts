/**
 * The weekly mail: Monday 08:00 in the reader's own zone, once a week and reader, read from D1 without waking a room.
 * Who asked for one summary a day gets it every morning, with what that day brought and asks.
 * A cron that dies, comes late or runs twice changes nothing: a row is claimed first, and the mail has its own key.
 */
import { and, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { drizzle } from 'drizzle-orm/d1';
import { maySee, ROOM_THREAD } from '#core/audience.ts';
import { dayIn, deadline, isOverdue, workingHours } from '#core/due.ts';
import type { RoomEvent } from '#core/events.ts';
import type { ParticipantId, RoomId, ThreadId, WorkspaceId } from '#core/ids.ts';
import { sayRange } from '#core/money.ts';
import { inDueOrder, openTasks, standstillOf, type Standstill } from '#core/next-step.ts';
import type { Locale, Participant } from '#core/people.ts';
import { isClosed } from '#core/qualification.ts';
import type { RoomState } from '#core/room.ts';
import { valueNews } from '#core/value.ts';
import { upcast } from '#core/versions.ts';
import * as m from '#messages';
import { digest as digestMail, mostPressing } from '#emails/digest.tsx';
import type { DigestItem } from '#emails/facts.ts';
import { fresh, hashOf } from '../access/tokens.ts';
import { inUse, picture } from '../directory/rooms.ts';
import { ofAll, type RowOf } from '../directory/within.ts';
import { objection, participant, room as rooms, type roomEvent, seen, task, valueCase, workspace } from '../directory/schema.ts';
import type { Env } from '../env.ts';
import { logError } from '../log.ts';
import { changeWords } from './changes.ts';
import { envelop, MACHINE_MADE, replyAddress } from './compose.ts';
import { enqueue, type PostedMail } from './postbox.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** A claim older than this was left by a run that died: it is taken up again. */
const CLAIM_MINUTES = 10;

/** Readers whose mails are made together, and rooms that are read at once: D1 is asked once for all of them. */
const READERS = 50;
const ROOMS = 100;
/** D1 takes a thousand queries of one invocation (developers.cloudflare.com/d1/platform/limits). Whoever is left comes a quarter of an hour later. */
const MOST_READERS = 3_000;

interface Reader {
  workspaceId: WorkspaceId;
  email: string;
  /** The day in the reader's zone: one summary for each. */
  week: string;
  isWeekly: boolean;
}

type Place = { room: RowOf<typeof rooms>; me: typeof participant.$inferSelect; workspaceName: string };

const readerKey = (one: { workspaceId: string; email: string }): string => `${one.workspaceId} ${one.email}`;

/** Sends every digest that is due at `at` (epoch ms). Gives how many mails went out, and how many had nothing to say. */
export async function sendDigests(env: Env, at: number): Promise<{ sent: number; empty: number }> {
  const count = { sent: 0, empty: 0 };
  const readers = await readersDue(env, at);
  for (let start = 0; start < readers.length; start += READERS) {
    const told = await sendTo(env, readers.slice(start, start + READERS), at);
    count.sent += told.sent;
    count.empty += told.empty;
  }
  return count;
}

/** Which summary a zone's clock asks for: the week's on Monday, the day's on others, from 08:00 on, so that a late cron still sends. */
export function summaryDue(zone: string, at: number): 'weekly' | 'daily' | null {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'short', hour: 'numeric', hourCycle: 'h23' }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value;
  if (Number(part('hour')) < 8) return null;
  return part('weekday') === 'Mon' ? 'weekly' : 'daily';
}

async function readersDue(env: Env, at: number): Promise<Reader[]> {
  const db = drizzle(env.DB);
  const zones = await db.selectDistinct({ zone: participant.zone }).from(participant);
  const due = zones.flatMap(({ zone }) => {
    const summary = summaryDue(zone, at);
    return summary ? [{ zone, week: dayIn(zone, at), weekly: summary === 'weekly' ? 1 : 0 }] : [];
  });
  if (due.length === 0) return [];
  const rows = await db.all<{ workspaceId: WorkspaceId; email: string; week: string; weekly: number }>(sql`
    SELECT DISTINCT r.workspace_id AS workspaceId, p.email, z.value ->> 'week' AS week, z.value ->> 'weekly' AS weekly
    FROM participant p
    JOIN json_each(${JSON.stringify(due)}) z ON z.value ->> 'zone' = p.zone
    JOIN room r ON r.id = p.room_id AND NOT r.demo AND r.archived_at IS NULL AND r.erased_after IS NULL
    LEFT JOIN digest d ON d.workspace_id = r.workspace_id AND d.email = p.email AND d.week = z.value ->> 'week'
    WHERE p.status IN ('invited', 'joined')
      AND iif(z.value ->> 'weekly', p.mail != 'none', p.mail = 'daily')
      AND (p.trouble IS NULL OR p.trouble = 'failed')
      AND (d.state IS NULL OR (d.state = 'claimed' AND d.at < ${new Date(at - CLAIM_MINUTES * 60_000).toISOString()}))
    ORDER BY weekly, r.workspace_id LIMIT ${MOST_READERS}`);
  // A workspace's readers stand together: a room is then read once for all of its people.
  // Somebody with two zones in two rooms is one reader all the same; the week's summary stands for the day's.
  return [...new Map(rows.map((row) => [`${readerKey(row)} ${row.week}`, { ...row, isWeekly: row.weekly === 1 }])).values()];
}

/** The last summary of each person of a room: its day, and whether it went out or there was nothing to say. */
export async function summariesIn(env: Pick<Env, 'DB'>, id: RoomId): Promise<{ participant: ParticipantId; day: string; sent: boolean }[]> {
  const rows = await drizzle(env.DB).all<{ participant: ParticipantId; day: string; state: string }>(sql`
    SELECT p.id AS participant, max(d.week) AS day, d.state FROM participant p
    JOIN room r ON r.id = p.room_id
    JOIN digest d ON d.workspace_id = r.workspace_id AND d.email = p.email AND d.state IN ('sent', 'empty')
    WHERE p.room_id = ${id} GROUP BY p.id`);
  return rows.map(({ participant: one, day, state }) => ({ participant: one, day, sent: state === 'sent' }));
}

/** Claims, reads, composes and hands over for a page of readers. What fails for one is tried again when its claim is old. */
async function sendTo(env: Env, readers: Reader[], at: number): Promise<{ sent: number; empty: number }> {
  const db = drizzle(env.DB);
  const now = new Date(at).toISOString();
  await db.run(sql`
    INSERT INTO digest (workspace_id, email, week, state, at)
    SELECT value ->> 'workspaceId', value ->> 'email', value ->> 'week', 'claimed', ${now} FROM json_each(${JSON.stringify(readers)}) WHERE true
    ON CONFLICT (workspace_id, email, week) DO UPDATE SET at = excluded.at`);

  const places = Map.groupBy(await placesOf(env, readers), (one) => readerKey({ workspaceId: one.room.workspaceId, email: one.me.email }));
  const own = new Map(
    readers.map((reader) => [
      reader,
      (places.get(readerKey(reader)) ?? []).filter(({ me }) => (reader.isWeekly ? me.mail !== 'none' : me.mail === 'daily')),
    ]),
  );
  const candidates = await candidatesIn(env, [...new Set([...own.values()].flat())], at);

  const settled: (Omit<Reader, 'isWeekly'> & { state: 'sent' | 'empty' })[] = [];
  const mails: PostedMail[] = [];
  const keys: Minted[] = [];
  for (const [reader, mine] of own) {
    try {
      const made = await compose(
        env,
        reader,
        mine,
        mine.flatMap((one) => candidates.get(one) ?? []),
        at,
      );
      if (made) {
        mails.push(made.mail);
        keys.push(...made.keys);
      }
      settled.push({ workspaceId: reader.workspaceId, email: reader.email, week: reader.week, state: made ? 'sent' : 'empty' });
    } catch (error) {
      logError('digest failed', error, { workspace: reader.workspaceId, week: reader.week });
    }
  }
  if (keys.length > 0)
    await db.run(sql`
      INSERT OR IGNORE INTO mailed_key (hash, room_id, kind, participant_id, thread, created_at)
      SELECT value ->> 'hash', value ->> 'room', value ->> 'kind', value ->> 'participant', value ->> 'thread', ${now}
      FROM json_each(${JSON.stringify(keys)})`);
  await enqueue(env, mails, false);
  await db.run(sql`
    UPDATE digest SET state = told.value ->> 'state' FROM json_each(${JSON.stringify(settled)}) AS told
    WHERE workspace_id = told.value ->> 'workspaceId' AND email = told.value ->> 'email' AND week = told.value ->> 'week'`);
  return { sent: mails.length, empty: settled.length - mails.length };
}

/** The rooms that these readers are in. */
function placesOf(env: Env, readers: Reader[]): Promise<Place[]> {
  const room = ofAll(rooms, 'the cron');
  return drizzle(env.DB)
    .select({ me: participant, room, workspaceName: workspace.name })
    .from(participant)
    .innerJoin(room, eq(room.id, participant.roomId))
    .innerJoin(workspace, eq(workspace.id, room.workspaceId))
    .where(
      and(
        oneOf(
          participant.email,
          readers.map((one) => one.email),
        ),
        inArray(participant.status, ['invited', 'joined']),
        eq(room.demo, false),
        inUse(room),
      ),
    );
}

/** A list of any length is one parameter: D1 takes a hundred of them. */
const oneOf = (column: SQLiteColumn, values: readonly string[]): SQL =>
  inArray(column, sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`);

interface Candidate {
  kind: DigestItem['kind'];
  weight: number;
  roomName: string;
  title: string;
  due: DigestItem['due'];
  overdue: boolean;
  detail: string;
  room: RowOf<typeof rooms>;
  me: typeof participant.$inferSelect;
  thread: ThreadId;
  /** The lines of the room's value case: their threads open in another view. */
  lines: string[];
}

interface Minted {
  hash: string;
  room: RoomId;
  kind: 'enter' | 'reply' | 'wishes';
  participant: ParticipantId;
  thread: ThreadId;
}

/** One reader's mail, and the keys that stand in it; null if there is nothing to say. */
async function compose(
  env: Env,
  reader: Reader,
  mine: Place[],
  candidates: Candidate[],
  at: number,
): Promise<{ mail: PostedMail; keys: Minted[] } | null> {
  const [first] = mine;
  if (!first || candidates.length === 0) return null;
  candidates.sort((a, b) => a.weight - b.weight);

  const chosen = mostPressing(candidates);
  const stalled = candidates.filter((one) => one.kind === 'stalled').length;
  const keys: Minted[] = [];
  const mint = async (kind: Minted['kind'], where: { room: Candidate['room']; me: Candidate['me'] }, thread: ThreadId) => {
    const secret = fresh();
    keys.push({ hash: await hashOf(kind, secret), room: where.room.id, kind, participant: where.me.id, thread });
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
    ...(isReview(first.me, at) && { review: { rooms: mine.filter((one) => !isClosed(one.room.stage)).length, stalled } }),
    url: await urlTo(head, ROOM_THREAD),
    wishesUrl: `${env.APP_URL}/unsubscribe/${wishes}?lang=${locale}`,
    replyRoomName: head.room.name,
    daily: !reader.isWeekly,
  });
  const mail = envelop(env, rendered, {
    key: `digest/${reader.workspaceId}/${reader.week}/${await hashOf('reply', reader.email)}`,
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
  return { mail: { ...mail, room: head.room.id }, keys };
}

/** What D1 knows of one room. */
interface Known {
  people: (typeof participant.$inferSelect)[];
  tasks: (typeof task.$inferSelect)[];
  /** Oldest first. */
  questions: Question[];
  value: typeof valueCase.$inferSelect | undefined;
}

/** What happened in a room since somebody last read. */
type News = Pick<typeof roomEvent.$inferSelect, 'seq' | 'by' | 'audience' | 'event'>;

/** A seller's own week is looked over by the deal; a day is not. */
const isReview = (me: Place['me'], at: number): boolean => me.side === 'seller' && summaryDue(me.zone, at) === 'weekly';

/** How far a summary looks back, and ahead. Milliseconds. */
const spanOf = (me: Place['me']): number => (me.mail === 'daily' ? DAY : WEEK);

/** What rooms have to say to people, for each place. */
async function candidatesIn(env: Env, places: Place[], at: number): Promise<Map<Place, Candidate[]>> {
  const db = drizzle(env.DB);
  const out = new Map<Place, Candidate[]>();
  const byRoom = [...Map.groupBy(places, (one) => one.room.id)];
  for (let start = 0; start < byRoom.length; start += ROOMS) {
    const some = byRoom.slice(start, start + ROOMS);
    const here = some.flatMap(([, list]) => list);
    const ids = some.map(([id]) => id);
    const [people, tasks, questions, values, read] = await db.batch([
      db.select().from(participant).where(oneOf(participant.roomId, ids)),
      db.select().from(task).where(oneOf(task.roomId, ids)),
      db
        .select()
        .from(objection)
        .where(and(oneOf(objection.roomId, ids), ne(objection.state, 'accepted'), eq(objection.removed, false)))
        .orderBy(objection.askedAt),
      db.select().from(valueCase).where(oneOf(valueCase.roomId, ids)),
      // By pairs: two lists would look for each person in each room.
      db
        .select({ roomId: seen.roomId, participantId: seen.participantId, thread: seen.thread, seq: seen.seq })
        .from(sql`json_each(${JSON.stringify(here.map(({ room: where, me }) => ({ room: where.id, me: me.id })))}) w`)
        .innerJoin(seen, sql`${seen.roomId} = w.value ->> 'room' AND ${seen.participantId} = w.value ->> 'me'`),
    ]);
    const byRoomId = <Row extends { roomId: RoomId }>(rows: Row[]) => Map.groupBy(rows, (row) => row.roomId);
    const [peopleOf, tasksOf, questionsOf] = [byRoomId(people), byRoomId(tasks), byRoomId(questions)];
    const valueOf = new Map(values.map((row) => [row.roomId, row]));
    const readBy = Map.groupBy(read, (row) => placeKey(row.roomId, row.participantId));
    const seenOf = new Map(
      here.map((one) => [one, new Map((readBy.get(placeKey(one.room.id, one.me.id)) ?? []).map((row) => [row.thread, row.seq]))]),
    );
    const news = await newsFor(env, seenOf, at);
    for (const one of here) {
      const { room: where, me } = one;
      const known: Known = {
        people: peopleOf.get(where.id) ?? [],
        tasks: tasksOf.get(where.id) ?? [],
        questions: questionsOf.get(where.id) ?? [],
        value: valueOf.get(where.id),
      };
      out.set(one, saidTo(where, me, known, seenOf.get(one) ?? new Map(), news.get(placeKey(where.id, me.id)) ?? [], at));
    }
  }
  return out;
}

const placeKey = (room: RoomId, participant: ParticipantId): string => `${room} ${participant}`;

/** The oldest 200 for each place, without what its reader did. */
async function newsFor(env: Env, seenOf: Map<Place, Map<ThreadId, number>>, at: number): Promise<Map<string, News[]>> {
  const wanted = [...seenOf].map(([{ room: where, me }, seenIn]) => ({
    room: where.id,
    me: me.id,
    since: new Date(at - spanOf(me)).toISOString(),
    after: Math.min(Math.max(0, ...seenIn.values()), ...seenIn.values()),
  }));
  const rows = await drizzle(env.DB).all<{
    room: RoomId;
    me: ParticipantId;
    seq: number;
    by: News['by'];
    audience: News['audience'];
    event: string;
  }>(sql`
    SELECT room, me, seq, by, audience, event FROM (
      SELECT e.room_id AS room, w.value ->> 'me' AS me, e.seq, e.by, e.audience, e.event,
        row_number() OVER (PARTITION BY e.room_id, w.value ->> 'me' ORDER BY e.seq) AS nth
      FROM json_each(${JSON.stringify(wanted)}) w
      JOIN room_event e ON e.room_id = w.value ->> 'room' AND e.seq > w.value ->> 'after'
      WHERE e.at > w.value ->> 'since' AND e.by != w.value ->> 'me'
        AND e.event ->> 'type' IN ('comment.posted', 'task.added', 'task.completed', 'task.changed', 'objection.raised', 'objection.answered', 'objection.reopened', 'value.proposed')
    ) WHERE nth <= 200 ORDER BY seq`);
  return Map.groupBy(
    rows.map(({ room: where, me, event, ...row }) => ({ key: placeKey(where, me), ...row, event: upcast(JSON.parse(event)) })),
    (row) => row.key,
  );
}

/** What one room has to say to one person: what they owe, what they are owed, what changed that they have not seen. */
function saidTo(
  where: Place['room'],
  me: Place['me'],
  { people, tasks, questions, value }: Known,
  seenIn: Map<ThreadId, number>,
  events: News[],
  at: number,
): Candidate[] {
  const span = spanOf(me);
  const newest = Math.max(0, ...seenIn.values());
  const state = picture(where, people, tasks);
  const base = { roomName: where.name, room: where, me, lines: Object.keys(value?.titles ?? {}) };
  const soon = inDueOrder(openTasks(state)).filter((one) => one.due !== null && deadline(one.due) < at + span);
  const owes = (side: Participant['side']) => soon.filter((one) => one.owners.some((id) => state.people[id]?.side === side));
  const standstill = isReview(me, at) && !isClosed(where.stage) ? standstillOf(state, at, me.zone) : null;
  const own = soon.filter((one) => one.owners.includes(me.id) && one !== standstill?.task);
  const awaited = owes(me.side === 'seller' ? 'customer' : 'seller').filter((one) => !own.includes(one) && one !== standstill?.task);
  const told = new Set<string>([...own, ...awaited, ...(standstill?.task ? [standstill.task] : [])].map((one) => one.id));
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
    ...(standstill ? [{ ...base, ...stalledItem(standstill, me, at) }] : []),
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

/** "No word from the customer for 7 working days", and what the deal waits for. The longest silence comes first. */
function stalledItem({ on, task: step, days }: Standstill, { locale }: Place['me'], at: number): Change {
  const say = {
    customer: m.digest_stalled_theirs,
    seller: m.digest_stalled_ours,
    both: m.digest_stalled_both,
    nobody: m.digest_stalled_none,
  };
  const due = step?.due ?? null;
  return {
    kind: 'stalled',
    weight: -days,
    title: step?.title ?? '',
    due,
    overdue: due !== null && isOverdue(due, at),
    detail: say[on]({ days }, { locale }),
    thread: (step?.id ?? ROOM_THREAD) as string as ThreadId,
  };
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
  events: News[],
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
