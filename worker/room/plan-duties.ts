/**
 * What time does to a plan: the room looks whether it is still true, lets proposals pass, and reminds owners. Armed by
 * events, done by the agenda; what was decided is an event like any other.
 */
import type { Recorded, RoomEvent } from '#core/events.ts';
import type { ParticipantId, TaskId } from '#core/ids.ts';
import { wanted } from '#core/notices.ts';
import type { Participant } from '#core/people.ts';
import type { Task } from '#core/plan.ts';
import { CONFIRMED_DAYS, nextCheck, sides, silentFrom, slipsOf, verdict, whoAnswers } from '#core/plan-truth.ts';
import { nextReminder, type Reminder, remindersFor } from '#core/reminders.ts';
import type { RoomState } from '#core/room.ts';
import type { Agenda } from './agenda.ts';

/** A date that was moved by mistake is moved back within this time (ms), before anybody is asked about it. */
const SECOND_THOUGHTS = 120_000;

export class PlanDuties {
  readonly #sql: SqlStorage;
  readonly #agenda: Agenda;

  constructor(storage: DurableObjectStorage, agenda: Agenda) {
    this.#sql = storage.sql;
    this.#agenda = agenda;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS reminded (participant TEXT NOT NULL, task TEXT NOT NULL, phase TEXT NOT NULL, due TEXT NOT NULL, PRIMARY KEY (participant, task, phase, due)) WITHOUT ROWID',
    );
  }

  /** What an event, already applied, makes the room look at later. Looks only at what the event touched. */
  heard(state: RoomState, { event, by, at, seq }: Recorded, now: number): void {
    const lasts = Date.parse(at) + CONFIRMED_DAYS * 86_400_000;
    switch (event.type) {
      case 'room.opened':
      case 'plan.confirmed':
        return this.#agenda.add('check', '', lasts, now);
      case 'plan.turned':
        for (const one of event.asked) this.#agenda.add('ask', `${one}|${seq}`, now, now);
        return;
      case 'task.proposed':
        return this.#agenda.add('lapse', `${event.task}|${by}`, Date.parse(event.until), now);
      case 'plan.shifted':
      case 'plan.unshifted':
        for (const { task } of event.tasks) this.#arm(state, state.plan.tasks[task], now);
        return;
      case 'task.added':
      case 'task.changed':
      case 'task.reopened':
      case 'task.restored':
        return this.#arm(state, state.plan.tasks[event.task], now);
      default:
    }
  }

  /** Puts on the agenda what time will do to a plan that was brought from elsewhere. What is past is not mailed about. */
  rearm(state: RoomState, now: number): void {
    this.#agenda.add('check', '', now + SECOND_THOUGHTS, now);
    for (const one of state.truth.proposals) this.#agenda.add('lapse', `${one.task}|${one.by}`, Date.parse(one.until), now);
    for (const task of Object.values(state.plan.tasks)) this.#arm(state, task, now);
  }

  #arm(state: RoomState, task: Task | undefined, now: number): void {
    if (!task?.due || task.removed || task.completedAt !== null) return;
    const slippedTwice = slipsOf(state.truth.moves[task.id]).length >= 2;
    this.#agenda.add('check', '', slippedTwice ? now + SECOND_THOUGHTS : Math.max(now, silentFrom(task.due)), now);
    for (const id of task.owners) {
      const owner = state.people[id];
      const next = owner ? nextReminder(state, owner, now, task) : Infinity;
      if (Number.isFinite(next)) this.#agenda.add('remind', id, next, now);
    }
  }

  /** Looks whether the plan is still true; says so once when it no longer is. */
  check(state: RoomState, now: number): RoomEvent[] {
    const next = nextCheck(state, now);
    if (Number.isFinite(next)) this.#agenda.add('check', '', next, now);
    const found = verdict(state, now);
    if (found.kind !== 'unconfirmed' || state.truth.turned) return [];
    // A demo's customers are made up: nobody is mailed.
    const asked = state.room?.demo
      ? []
      : sides.flatMap((side) => whoAnswers(state, side, found.doubts, (one) => wanted(one, 'check')) ?? []);
    return [{ type: 'plan.turned', sides: found.sides, asked, doubts: found.doubts }];
  }

  /** What was proposed and never answered passes, unless it was proposed anew meanwhile. The key is `<task>|<proposer>`. */
  lapse(state: RoomState, key: string, now: number): RoomEvent[] {
    const [task, proposer] = key.split('|') as [TaskId, ParticipantId];
    const one = state.truth.proposals.find((proposal) => proposal.task === task && proposal.by === proposer);
    if (!one) return [];
    if (Date.parse(one.until) > now) {
      this.#agenda.add('lapse', key, Date.parse(one.until), now);
      return [];
    }
    return [{ type: 'proposal.settled', task, proposer, how: 'passed' }];
  }

  /** What a person is to be reminded of now and has not been yet; the next time is put on the agenda. */
  reminders(state: RoomState, owner: Participant, now: number): Reminder[] {
    const next = nextReminder(state, owner, now);
    if (Number.isFinite(next)) this.#agenda.add('remind', owner.id, next, now);
    if (!wanted(owner, 'reminder') || state.room?.demo) return [];
    return remindersFor(state, owner, now).filter(
      ({ task, phase, due }) =>
        this.#sql
          .exec('SELECT 1 FROM reminded WHERE participant = ? AND task = ? AND phase = ? AND due = ?', owner.id, task, phase, due)
          .toArray().length === 0,
    );
  }

  reminded(owner: ParticipantId, reminders: Reminder[]): void {
    for (const { task, phase, due } of reminders)
      this.#sql.exec('INSERT OR IGNORE INTO reminded (participant, task, phase, due) VALUES (?, ?, ?, ?)', owner, task, phase, due);
  }
}
