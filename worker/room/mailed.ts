/** How many mails each has had this week: in the room's own table, since it is nobody's act upon the room. */
import type { ParticipantId } from '#core/ids.ts';
import { weekOf } from '#core/mail-budget.ts';
import type { Participant } from '#core/people.ts';
import type { RoomState } from '#core/room.ts';

export class Mailed {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS mailed (participant TEXT PRIMARY KEY, week TEXT NOT NULL, sent INTEGER NOT NULL) WITHOUT ROWID',
    );
  }

  /** Mails to somebody since Monday, where they are. */
  thisWeek(to: Participant): number {
    const [row] = this.#sql
      .exec<{ sent: number }>('SELECT sent FROM mailed WHERE participant = ? AND week = ?', to.id, weekOf(to.zone, Date.now()))
      .toArray();
    return row?.sent ?? 0;
  }

  /** How many mails each customer has had this week: sellers see it before they write. */
  toCustomers(state: RoomState): Record<ParticipantId, number> {
    const customers = Object.values(state.people).filter((one) => one.side === 'customer' && one.status !== 'left');
    return Object.fromEntries(customers.map((one) => [one.id, this.thisWeek(one)]));
  }

  add(to: Participant): void {
    this.#sql.exec(
      'INSERT INTO mailed (participant, week, sent) VALUES (?1, ?2, 1) ON CONFLICT (participant) DO UPDATE SET sent = iif(week = ?2, sent + 1, 1), week = ?2',
      to.id,
      weekOf(to.zone, Date.now()),
    );
  }
}
