/** What each person's mailbox was last told about each meeting, so that it is told of changes and of nothing twice. */
import type { ParticipantId, TaskId } from '#core/ids.ts';
import { endOf, meetingOf, wantedMail } from '#core/meetings.ts';
import type { RoomState } from '#core/room.ts';
import { digest, fresh } from '../access/tokens.ts';
import { base32 } from '#core/ids.ts';

/** A mail that is owed: the entry (new or changed), its end, times to choose from, or other times that were asked for. */
export interface Owed {
  to: ParticipantId;
  what: 'set' | 'changed' | 'cancelled' | 'times' | 'counters';
  /** Rises with each mail of its kind to this person: part of the mail's key. */
  turn: number;
}

interface Row extends Record<string, SqlStorageValue> {
  participant: string;
  entry: string | null;
  times: string | null;
  counters: string | null;
  turn: number;
}

export class Calendars {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS calendar (task TEXT NOT NULL, participant TEXT NOT NULL, entry TEXT, times TEXT, counters TEXT, turn INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (task, participant)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS calendar_seed (id INTEGER PRIMARY KEY CHECK (id = 1), seed TEXT NOT NULL);
    `);
  }

  /**
   * The secret of the address that a person's calendar answers to about a task. A calendar takes a change only from the
   * organiser it knows, so this one address is always the same: derived, where all others are drawn and forgotten.
   */
  async secretFor(task: TaskId, participant: ParticipantId): Promise<string> {
    this.#sql.exec('INSERT OR IGNORE INTO calendar_seed (id, seed) VALUES (1, ?)', fresh());
    const { seed } = this.#sql.exec<{ seed: string }>('SELECT seed FROM calendar_seed WHERE id = 1').one();
    const hash = await digest(new TextEncoder().encode(`calendar:${seed}:${task}:${participant}`));
    return base32(Uint8Array.from(atob(hash.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0)).subarray(0, 16));
  }

  /**
   * Compares what everybody should hold about a meeting with what they were told. `told` remembers that they were: after
   * the mails are handed over, so that an outage between loses none.
   */
  owed(state: RoomState, task: TaskId, now: number): { owed: Owed[]; told: () => void } {
    const rows = new Map(
      this.#sql
        .exec<Row>('SELECT participant, entry, times, counters, turn FROM calendar WHERE task = ?', task)
        .toArray()
        .map((row) => [row.participant, row]),
    );
    const owed: Owed[] = [];
    const changed: Row[] = [];
    for (const one of Object.values(state.people)) {
      const row = rows.get(one.id) ?? { participant: one.id, entry: null, times: null, counters: null, turn: 0 };
      const wanted = wantedMail(state, task, one, now);
      const next = { ...row };
      const owe = (what: Owed['what']) => {
        next.turn += 1;
        owed.push({ to: one.id, what, turn: next.turn });
      };
      if (wanted.entry !== 'keep' && wanted.entry !== row.entry) {
        const { last } = meetingOf(state, task);
        if (wanted.entry) owe(row.entry ? 'changed' : 'set');
        // What has taken place is not taken back.
        else if (last && endOf(last) > now) owe('cancelled');
        next.entry = wanted.entry;
      }
      for (const what of ['times', 'counters'] as const) {
        if (wanted[what] !== null && wanted[what] !== row[what]) owe(what);
        next[what] = wanted[what];
      }
      if (JSON.stringify(next) !== JSON.stringify(row)) changed.push(next);
    }
    const told = () => {
      for (const row of changed)
        this.#sql.exec(
          'INSERT OR REPLACE INTO calendar (task, participant, entry, times, counters, turn) VALUES (?, ?, ?, ?, ?, ?)',
          task,
          row.participant,
          row.entry,
          row.times,
          row.counters,
          row.turn,
        );
    };
    return { owed, told };
  }
}
