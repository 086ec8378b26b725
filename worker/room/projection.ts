/**
 * Journal → D1. Things said are inserted once; things that change are overwritten with what they are now, so there is
 * one reducer (core/) and not a second one in SQL. One JSON parameter a statement: no limit on bound parameters.
 */
import type { Recorded } from '#core/events.ts';
import type { ParticipantId, TaskId } from '#core/ids.ts';
import { slippedDays } from '#core/plan-truth.ts';
import { countedStage, qualificationOf } from '#core/qualification.ts';
import { askerOf, objectionOf, roomZone, type Objection } from '#core/objections.ts';
import type { RoomState } from '#core/room.ts';
import { isValueEvent } from '#core/value.ts';
import { wordsOf } from './answers.ts';
import type { SeenRow } from './reading.ts';

/** Writes a batch of events and read marks, all or nothing. Doing it again changes nothing. */
export async function project(
  db: D1Database,
  state: RoomState,
  events: Recorded[],
  read: SeenRow[],
  answers: AcceptedAnswer[] = [],
): Promise<void> {
  const { room, deal } = state;
  if (!room) return;
  const people = new Set<ParticipantId>();
  const tasks = new Set<TaskId>();
  for (const { event } of events) {
    if ('participant' in event) people.add(event.participant);
    if ('task' in event) tasks.add(event.task);
    if (event.type === 'plan.shifted' || event.type === 'plan.unshifted') for (const one of event.tasks) tasks.add(one.task);
  }
  const qualification = qualificationOf(state);
  const last = events.at(-1);
  const comment = events.findLast(({ event }) => event.type === 'comment.posted');
  const statements: D1PreparedStatement[] = [];

  // A batch that was given up may still be done later, when D1 has newer things: then it fails as a whole, on JSON that is none.
  if (last) statements.push(db.prepare(`SELECT json(iif(seq > ?2, 'stale', '1')) FROM room WHERE id = ?1`).bind(room.id, last.seq));
  if (events.length > 0) {
    statements.push(
      db
        .prepare(
          `INSERT OR IGNORE INTO room_event (room_id, seq, at, "by", via, audience, event)
           SELECT ?1, value ->> 'seq', value ->> 'at', value ->> 'by', value ->> 'via', value ->> 'audience', value -> 'event' FROM json_each(?2)`,
        )
        .bind(room.id, JSON.stringify(events)),
    );
  }
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
  const changedPeople = [...people].flatMap((id) => state.people[id] ?? []);
  if (changedPeople.length > 0) {
    statements.push(
      db
        .prepare(
          `INSERT INTO participant (room_id, id, side, name, email, locale, zone, status, mail, trouble, person_id)
           SELECT ?1, value ->> 'id', value ->> 'side', value ->> 'name', value ->> 'email', value ->> 'locale', value ->> 'zone', value ->> 'status', value ->> 'mail', value ->> 'trouble', value ->> 'person' FROM json_each(?2) WHERE true
           ON CONFLICT (room_id, id) DO UPDATE SET name = excluded.name, email = excluded.email, locale = excluded.locale, zone = excluded.zone, status = excluded.status, mail = excluded.mail, trouble = excluded.trouble, person_id = excluded.person_id`,
        )
        .bind(room.id, JSON.stringify(changedPeople)),
    );
  }
  const changedTasks = [...tasks].flatMap((id) => state.plan.tasks[id] ?? []);
  if (changedTasks.length > 0) {
    statements.push(
      db
        .prepare(
          `INSERT INTO task (room_id, id, title, kind, owners, due, "after", completed_at, removed)
           SELECT ?1, value ->> 'id', value ->> 'title', value ->> 'kind', value -> 'owners', nullif(value -> 'due', 'null'), value -> 'after', value ->> 'completedAt', value ->> 'removed' FROM json_each(?2) WHERE true
           ON CONFLICT (room_id, id) DO UPDATE SET title = excluded.title, kind = excluded.kind, owners = excluded.owners, due = excluded.due, "after" = excluded."after", completed_at = excluded.completed_at, removed = excluded.removed`,
        )
        .bind(room.id, JSON.stringify(changedTasks)),
    );
  }
  const objections = [...tasks].flatMap((id) => objectionOf(state, state.plan.tasks[id]) ?? []);
  if (objections.length > 0) statements.push(...objectionRows(db, state, objections, answers));
  if (events.some(({ event }) => isValueEvent(event))) {
    const { currency, history, lines } = state.value;
    const titles = Object.fromEntries(Object.values(lines).map((line) => [line.id, line.title]));
    statements.push(
      db
        .prepare(
          `INSERT INTO value_case (room_id, currency, history, titles) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT (room_id) DO UPDATE SET currency = excluded.currency, history = excluded.history, titles = excluded.titles`,
        )
        .bind(room.id, currency, JSON.stringify(history.slice(-VALUE_POINTS)), JSON.stringify(titles)),
    );
  }
  if (read.length > 0) {
    statements.push(
      db
        .prepare(
          `INSERT INTO seen (room_id, participant_id, thread, seq)
           SELECT ?1, value ->> 'participant', value ->> 'thread', value ->> 'seq' FROM json_each(?2) WHERE true
           ON CONFLICT (room_id, participant_id, thread) DO UPDATE SET seq = excluded.seq`,
        )
        .bind(room.id, JSON.stringify(read)),
    );
  }
  if (last) {
    statements.push(
      db
        .prepare(
          `INSERT INTO room (id, workspace_id, account_id, opportunity_id, name, account_name, demo, seq, held, last_comment_seq, last_comment_by, opened_at, last_activity_at, stage, qualified, confirmed, needed, amount, currency, close, source, slipped, seller_acted_at, customer_acted_at)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, account_name = excluded.account_name, seq = excluded.seq, held = excluded.held, last_activity_at = excluded.last_activity_at,
             last_comment_seq = max(room.last_comment_seq, excluded.last_comment_seq), last_comment_by = coalesce(excluded.last_comment_by, room.last_comment_by),
             stage = excluded.stage, qualified = excluded.qualified, confirmed = excluded.confirmed, needed = excluded.needed, amount = excluded.amount, currency = excluded.currency, close = excluded.close, source = excluded.source, slipped = excluded.slipped,
             seller_acted_at = excluded.seller_acted_at, customer_acted_at = excluded.customer_acted_at
           WHERE excluded.seq > room.seq`,
        )
        .bind(
          room.id,
          room.workspace,
          room.account,
          room.opportunity,
          room.name,
          room.accountName,
          room.demo ? 1 : 0,
          last.seq,
          Object.keys(state.held).length,
          comment?.seq ?? 0,
          comment?.by ?? null,
          room.openedAt,
          last.at,
          countedStage(deal, qualification.qualified),
          qualification.qualified ? 1 : 0,
          qualification.confirmed.length,
          qualification.needed,
          deal.amount?.minor ?? null,
          deal.amount?.currency ?? null,
          deal.close,
          deal.source,
          slippedDays(state),
          state.truth.acted.seller ?? null,
          state.truth.acted.customer ?? null,
        ),
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

function objectionRows(db: D1Database, state: RoomState, objections: Objection[], answers: AcceptedAnswer[]): D1PreparedStatement[] {
  const { room } = state;
  if (!room) return [];
  const zone = roomZone(state);
  const rows = objections.map((one) => ({
    task: one.task.id,
    title: one.task.title,
    side: askerOf(state, one).side,
    state: one.state,
    removed: one.task.removed ? 1 : 0,
    at: one.task.addedAt,
  }));
  const words = answers.flatMap((one) => wordsOf(`${one.question}\n${one.answer}`).map((word) => ({ task: one.task, word })));
  const asked = JSON.stringify(objections.map((one) => one.task.id));
  return [
    db
      .prepare(
        `INSERT INTO objection (room_id, task_id, title, state, side, removed, asked_at, zone)
         SELECT ?1, value ->> 'task', value ->> 'title', value ->> 'state', value ->> 'side', value ->> 'removed', value ->> 'at', ?3 FROM json_each(?2) WHERE true
         ON CONFLICT (room_id, task_id) DO UPDATE SET title = excluded.title, state = excluded.state, side = excluded.side, removed = excluded.removed, zone = excluded.zone`,
      )
      .bind(room.id, JSON.stringify(rows), zone),
    // An answer that no longer stands is no longer offered.
    db.prepare(`DELETE FROM answer WHERE room_id = ?1 AND task_id IN (SELECT value FROM json_each(?2))`).bind(room.id, asked),
    db.prepare(`DELETE FROM answer_word WHERE room_id = ?1 AND task_id IN (SELECT value FROM json_each(?2))`).bind(room.id, asked),
    db
      .prepare(
        `INSERT INTO answer (workspace_id, room_id, task_id, question, answer, accepted_at)
         SELECT ?1, ?2, value ->> 'task', value ->> 'question', value ->> 'answer', value ->> 'at' FROM json_each(?3)`,
      )
      .bind(room.workspace, room.id, JSON.stringify(answers)),
    db
      .prepare(
        `INSERT OR IGNORE INTO answer_word (workspace_id, word, room_id, task_id)
         SELECT ?1, value ->> 'word', ?2, value ->> 'task' FROM json_each(?3)`,
      )
      .bind(room.workspace, room.id, JSON.stringify(words)),
  ];
}
