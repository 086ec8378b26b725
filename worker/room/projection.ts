/**
 * Journal → D1. Things said are inserted once; things that change are overwritten with what they are now, so there is
 * one reducer (core/) and not a second one in SQL. One JSON parameter a statement: no limit on bound parameters.
 */
import type { Recorded, RoomEvent } from '#core/events.ts';
import type { ParticipantId, RoomId, TaskId, WorkspaceId } from '#core/ids.ts';
import { slippedDays } from '#core/plan-truth.ts';
import { countedStage, qualificationOf } from '#core/qualification.ts';
import { askerOf, objectionOf, roomZone } from '#core/objections.ts';
import type { RoomState } from '#core/room.ts';
import { isValueEvent } from '#core/value.ts';
import { wordsOf } from './answers.ts';
import type { SeenRow } from './reading.ts';

/** The tasks whose rows an event may change. An answer that is reworded or deleted after it was accepted is another answer. */
export function tasksIn(event: RoomEvent): TaskId[] {
  switch (event.type) {
    case 'plan.shifted':
    case 'plan.unshifted':
      return event.tasks.map(({ task }) => task);
    case 'comment.edited':
    case 'comment.deleted':
    case 'comment.restored':
      return [event.thread as string as TaskId];
    default:
      return 'task' in event ? [event.task] : [];
  }
}

/** Writes a batch of events and read marks, all or nothing. Doing it again changes nothing. */
export async function project(
  db: D1Database,
  state: RoomState,
  events: Recorded[],
  read: SeenRow[],
  answers: AcceptedAnswer[] = [],
): Promise<void> {
  const { room } = state;
  if (!room) return;
  const people = new Set<ParticipantId>();
  const tasks = new Set<TaskId>();
  for (const { event } of events) {
    if ('participant' in event) people.add(event.participant);
    for (const task of tasksIn(event)) tasks.add(task);
  }
  const last = events.at(-1);
  const comment = events.findLast(({ event }) => event.type === 'comment.posted');
  const statements: D1PreparedStatement[] = [];

  // A batch that was given up may still be done later, when D1 has newer things: then it fails as a whole, on JSON that is none.
  if (last) statements.push(db.prepare(`SELECT json(iif(seq > ?2, 'stale', '1')) FROM room WHERE id = ?1`).bind(room.id, last.seq));
  for (const part of inParts(events))
    statements.push(
      db
        .prepare(
          `INSERT OR IGNORE INTO room_event (room_id, seq, at, "by", via, audience, event)
           SELECT ?1, value ->> 'seq', value ->> 'at', value ->> 'by', value ->> 'via', value ->> 'audience', value -> 'event' FROM json_each(?2)`,
        )
        .bind(room.id, part),
    );
  // Whoever wants to be forgotten is: the room has taken their name out of its own history before.
  for (const { event } of events) {
    if (event.type !== 'newcomer.forgotten') continue;
    statements.push(
      db
        .prepare(
          `UPDATE room_event SET event = json_set(event, '$.name', '')
           WHERE room_id = ?1 AND event ->> 'type' = 'newcomer.brought' AND event ->> 'newcomer' = ?2`,
        )
        .bind(room.id, event.newcomer),
    );
  }
  const within = { room: room.id };
  statements.push(
    ...upsert(db, 'participant', within, ['id'], personRows(state, people)),
    ...upsert(db, 'task', within, ['id'], taskRows(state, tasks)),
  );
  const objections = objectionRows(state, tasks);
  if (objections.length > 0) {
    const asked = JSON.stringify(objections.map((one) => one['task_id']));
    const words = answers.flatMap((one) => wordsOf(`${one.question}\n${one.answer}`).map((word) => ({ task_id: one.task, word })));
    const ofWorkspace = { ...within, workspace: room.workspace };
    statements.push(
      ...upsert(db, 'objection', within, ['task_id'], objections),
      // An answer that no longer stands is no longer offered.
      db.prepare(`DELETE FROM answer WHERE room_id = ?1 AND task_id IN (SELECT value FROM json_each(?2))`).bind(room.id, asked),
      db.prepare(`DELETE FROM answer_word WHERE room_id = ?1 AND task_id IN (SELECT value FROM json_each(?2))`).bind(room.id, asked),
      ...upsert(db, 'answer', ofWorkspace, ['task_id'], answerRows(answers)),
      ...upsert(db, 'answer_word', ofWorkspace, ['word', 'task_id'], words),
    );
  }
  if (events.some(({ event }) => isValueEvent(event))) statements.push(...upsert(db, 'value_case', within, [], valueRows(state)));
  const marks = read.map((one) => ({ participant_id: one.participant, thread: one.thread, seq: one.seq }));
  statements.push(...upsert(db, 'seen', within, ['participant_id', 'thread'], marks));
  if (last) {
    const row = roomRow(state, last, comment ?? null);
    const columns = Object.keys(row);
    const news = columns.filter((one) => !FOUNDED.has(one));
    statements.push(
      db
        .prepare(
          `INSERT INTO room (${columns.join(', ')}) SELECT ${columns.map(valueOf).join(', ')} FROM json_each(?1) WHERE true
           ON CONFLICT (id) DO UPDATE SET ${news.map((one) => `${one} = ${NEWEST[one] ?? `excluded.${one}`}`).join(', ')},
             ending_told_at = iif(excluded.archived_at IS room.archived_at, room.ending_told_at, NULL)
           WHERE excluded.seq > room.seq`,
        )
        .bind(JSON.stringify([row])),
    );
  }
  await db.batch(statements);
}

/** An answer that was accepted, with its words: the room finds them in its history. */
export interface AcceptedAnswer {
  task: TaskId;
  question: string;
  answer: string;
  at: string;
}

/** As much of a value's history as a week's mail can ask about. */
const VALUE_POINTS = 60;

// ---------------------------------------------------------------- rows

/** A row as D1 stores it, under the names of its columns. */
export type Row = Record<string, string | number | null>;

const asJson = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

const personRows = (state: RoomState, ids: Iterable<ParticipantId>): Row[] =>
  [...ids].flatMap((id) => {
    const one = state.people[id];
    if (!one) return [];
    const { side, name, email, locale, zone, status, mail, trouble, person } = one;
    return { id, side, name, email, locale, zone, status, mail, trouble: trouble ?? null, person_id: person ?? null };
  });

const taskRows = (state: RoomState, ids: Iterable<TaskId>): Row[] =>
  [...ids].flatMap((id) => {
    const one = state.plan.tasks[id];
    if (!one) return [];
    const { title, kind, owners, due, after, completedAt, removed } = one;
    return {
      id,
      title,
      kind,
      owners: asJson(owners),
      due: asJson(due),
      after: asJson(after),
      completed_at: completedAt,
      removed: removed ? 1 : 0,
    };
  });

function objectionRows(state: RoomState, ids: Iterable<TaskId>): Row[] {
  const zone = roomZone(state);
  return [...ids].flatMap((id) => {
    const one = objectionOf(state, state.plan.tasks[id]);
    if (!one) return [];
    const { title, removed, addedAt } = one.task;
    const side = askerOf(state, one).side ?? null;
    return { task_id: id, title, state: one.state, side, removed: removed ? 1 : 0, asked_at: addedAt, zone };
  });
}

const answerRows = (answers: AcceptedAnswer[]): Row[] =>
  answers.map(({ task, question, answer, at }) => ({ task_id: task, question, answer, accepted_at: at }));

function valueRows({ value: { currency, history, lines } }: RoomState): Row[] {
  const titles = Object.fromEntries(Object.values(lines).map((line) => [line.id, line.title]));
  return [{ currency, history: asJson(history.slice(-VALUE_POINTS)), titles: asJson(titles) }];
}

type Last = Pick<Recorded, 'seq' | 'at'>;
type LastComment = Pick<Recorded, 'seq' | 'by'> | null;

function roomRow(state: RoomState, last: Last, comment: LastComment): Row {
  const { room, deal, truth } = state;
  const { qualified, confirmed, needed } = qualificationOf(state);
  return {
    id: room?.id ?? '',
    workspace_id: room?.workspace ?? '',
    account_id: room?.account ?? '',
    opportunity_id: room?.opportunity ?? '',
    name: room?.name ?? '',
    account_name: room?.accountName ?? '',
    demo: room?.demo ? 1 : 0,
    seq: last.seq,
    held: Object.keys(state.held).length,
    last_comment_seq: comment?.seq ?? 0,
    last_comment_by: comment?.by ?? null,
    opened_at: room?.openedAt ?? '',
    last_activity_at: last.at,
    stage: countedStage(deal, qualified),
    qualified: qualified ? 1 : 0,
    confirmed: confirmed.length,
    needed,
    amount: deal.amount?.minor ?? null,
    currency: deal.amount?.currency ?? null,
    close: deal.close,
    source: deal.source,
    slipped: slippedDays(state),
    seller_acted_at: truth.acted.seller ?? null,
    customer_acted_at: truth.acted.customer ?? null,
    archived_at: room?.archived ?? null,
    erased_after: room?.deleted?.until ?? null,
  };
}

/** Columns that a room is founded with, and never changes. */
const FOUNDED = new Set(['id', 'workspace_id', 'account_id', 'opportunity_id', 'demo', 'opened_at']);
/** A batch without comments leaves the newest one as it was. */
const NEWEST: Record<string, string> = {
  last_comment_seq: 'max(room.last_comment_seq, excluded.last_comment_seq)',
  last_comment_by: 'coalesce(excluded.last_comment_by, room.last_comment_by)',
};

const valueOf = (column: string): string => `value ->> '${column}'`;

/** Rows of a room that are overwritten with what they are now. A parameter holds so many characters: D1 takes 2 MB of bytes. */
function upsert(
  db: D1Database,
  table: string,
  within: { room: RoomId; workspace?: WorkspaceId },
  key: string[],
  rows: Row[],
): D1PreparedStatement[] {
  const [first] = rows;
  if (!first) return [];
  const columns = Object.keys(first);
  const quoted = (names: string[]) => names.map((one) => `"${one}"`);
  const { room, workspace } = within;
  const own = workspace ? ['room_id', 'workspace_id'] : ['room_id'];
  const identity = table === 'answer_word' ? [...own, ...key] : ['room_id', ...key];
  const rest = quoted(columns.filter((one) => !key.includes(one)));
  const what = rest.length > 0 ? `UPDATE SET ${rest.map((one) => `${one} = excluded.${one}`).join(', ')}` : 'NOTHING';
  const text = `INSERT INTO ${table} (${[...own, ...quoted(columns)].join(', ')})
    SELECT ${workspace ? '?1, ?3' : '?1'}, ${columns.map(valueOf).join(', ')} FROM json_each(?2) WHERE true
    ON CONFLICT (${quoted(identity).join(', ')}) DO ${what}`;
  return inParts(rows).map((part) => db.prepare(text).bind(room, part, ...(workspace ? [workspace] : [])));
}

/** Characters that one parameter may have: of at most 3 bytes each, and D1 takes 2,000,000 bytes. */
const MOST = 600_000;

/** Things as JSON lists, as many as it takes for each to be a parameter. */
function inParts(things: unknown[]): string[] {
  const parts: string[] = [];
  let part = '';
  for (const one of things) {
    const text = JSON.stringify(one);
    if (part !== '' && part.length + text.length > MOST) {
      parts.push(`[${part}]`);
      part = '';
    }
    part += part === '' ? text : `,${text}`;
  }
  return part === '' ? parts : [...parts, `[${part}]`];
}

// ---------------------------------------------------------------- what must be there

/** The tables that show a room, without its log and the marks of what was read; rows in the order of their second column. */
const SHOWN = ['participant', 'task', 'objection', 'answer', 'value_case', 'room'] as const;

/** What D1 must show of a room, as lines: from its folded state, its last event and comment, and all answers that stand. */
export function shownOf(state: RoomState, last: Last, comment: LastComment, answers: AcceptedAnswer[]): string[] {
  const tasks = Object.keys(state.plan.tasks) as TaskId[];
  const rows: Record<(typeof SHOWN)[number], Row[]> = {
    participant: personRows(state, Object.keys(state.people) as ParticipantId[]),
    task: taskRows(state, tasks),
    objection: objectionRows(state, tasks),
    answer: answerRows(answers),
    value_case: valueRows(state),
    room: [roomRow(state, last, comment)],
  };
  return SHOWN.flatMap((table) => linesOf(table, rows[table]));
}

/** The same of what D1 does show. */
export async function shownIn(db: D1Database, room: RoomId): Promise<string[]> {
  const found = await db.batch<Row>(
    SHOWN.map((table) => db.prepare(`SELECT * FROM ${table} WHERE ${table === 'room' ? 'id' : 'room_id'} = ?`).bind(room)),
  );
  return SHOWN.flatMap((table, index) =>
    linesOf(
      table,
      (found[index]?.results ?? []).map((row) => {
        // Whether owners were warned is the directory's to know.
        const { ending_told_at: _, ...own } = row;
        if (table === 'room') return own;
        const { room_id: __, workspace_id: ___, ...rest } = own;
        return rest;
      }),
    ),
  );
}

/** Rows as lines that are equal when the rows are, whatever order they and their columns came in. A value case without a line is none. */
const linesOf = (table: string, rows: Row[]): string[] =>
  rows
    .filter((row) => row['titles'] !== '{}')
    .map((row) => `${table} ${JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))}`)
    .sort();

/** The last event that D1 has of a room. */
export async function headIn(db: D1Database, room: RoomId): Promise<number> {
  const row = await db.prepare('SELECT max(seq) AS head FROM room_event WHERE room_id = ?').bind(room).first<{ head: number | null }>();
  return row?.head ?? 0;
}

/** Takes a room out of D1's derived tables, so that its history can be written anew. */
export async function forgetRoom(db: D1Database, room: RoomId): Promise<void> {
  await db.batch(
    [...SHOWN, 'answer_word', 'seen', 'room_event'].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE ${table === 'room' ? 'id' : 'room_id'} = ?`).bind(room),
    ),
  );
}
