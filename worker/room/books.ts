/**
 * A room's whole storage as lines, for its operator: what a backup holds, and what brings a room back. Lines are gathered aside first and
 * take the room's place in one transaction, so that whatever happens on the way, there is either the old room or the new one.
 */
import type { Recorded } from '#core/events.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';
import { upcast } from '#core/versions.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import type { Journal } from './journal.ts';

/** One line of a backup: an event of the log, or a row of another table. Bytes are `{ base64 }`. */
export type Line = { log: Recorded } | { table: string; row: Record<string, unknown> };

/**
 * Not carried along: what is made anew from the log, and what would write mails or open doors that belong to the moment of the backup
 * alone: chores, news that were still to be mailed, codes that live for minutes, sessions that were good then.
 */
const LEFT = new Set(['event', 'snapshot', 'mark', 'agenda', 'news', 'told', 'reader', 'code', 'code_sent', 'remembered', 'arriving']);
/** Characters of a page of lines, and rows that are read for it at most. */
const PAGE_SIZE = 1_000_000;
const PAGE_ROWS = 1_000;

/** Why a room was not brought back. Words for its operator. */
export class NotRebuilt extends Error {}

export class Books {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #journal: Journal;

  constructor(storage: DurableObjectStorage, journal: Journal) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#journal = journal;
  }

  #tables(): string[] {
    return this.#sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .toArray()
      .flatMap(({ name }) => (LEFT.has(name) || /^(_cf|sqlite)_/.test(name) ? [] : [name]));
  }

  #columns(table: string): string[] {
    return this.#sql
      .exec<{ name: string }>('SELECT name FROM pragma_table_info(?)', table)
      .toArray()
      .map(({ name }) => name);
  }

  /** One page: the log first, then table by table. `at` is what the page before said comes next; null at the end, and for an odd one. */
  page(at: string): { lines: Line[]; next: string | null } {
    const [table = '', start = '0'] = at.split(' ');
    const from = Number(start);
    const tables = this.#tables();
    const after = (name: string) => tables[tables.indexOf(name) + 1] ?? null;
    if (table === 'log') {
      const events = this.#journal.page(from, PAGE_ROWS, PAGE_SIZE);
      const last = events.at(-1);
      return { lines: events.map((log) => ({ log })), next: last ? `log ${last.seq}` : (tables[0] ?? null) };
    }
    if (!tables.includes(table) || !Number.isSafeInteger(from)) return { lines: [], next: null };
    const lines: Line[] = [];
    let size = 0;
    for (const row of this.#sql.exec(`SELECT * FROM "${table}" LIMIT ? OFFSET ?`, PAGE_ROWS, from)) {
      const line = { table, row: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, carried(value)])) };
      size += JSON.stringify(line).length;
      lines.push(line);
      if (size > PAGE_SIZE) break;
    }
    return { lines, next: lines.length > 0 ? `${table} ${from + lines.length}` : after(table) };
  }

  /** Gathers lines; `anew` forgets those that were gathered before. */
  gather(lines: Line[], anew: boolean): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec('CREATE TABLE IF NOT EXISTS arriving (n INTEGER PRIMARY KEY, line TEXT NOT NULL)');
      if (anew) this.#sql.exec('DELETE FROM arriving');
      for (const line of lines) this.#sql.exec('INSERT INTO arriving (line) VALUES (?)', JSON.stringify(line));
    });
  }

  /** Forgets what was gathered. */
  drop(): void {
    this.#sql.exec('DROP TABLE IF EXISTS arriving');
  }

  /**
   * Puts what was gathered in the room's place; `each` hears every event. Rows that the room has of its own stay
   * as they are: they are newer than any copy, and a device that was shut since stays shut. To be called inside a transaction; throws
   * `NotRebuilt` where the log is no room's history, which undoes everything.
   */
  replace(each: (one: Recorded) => void): RoomState {
    this.#sql.exec('DELETE FROM event');
    this.#sql.exec("DELETE FROM sqlite_sequence WHERE name = 'event'");
    let state = emptyRoom;
    let gap = 0;
    for (const line of this.#gathered()) {
      if (!('log' in line)) continue;
      const log = { ...line.log, event: upcast(line.log.event) };
      if (log.seq <= state.seq) throw new NotRebuilt(`event ${log.seq} comes after event ${state.seq}`);
      // A copy that a customer brought elsewhere lacks what they may not see: what came before the import may have gaps.
      if (log.seq > state.seq + 1 && gap === 0) gap = state.seq + 1;
      if (log.event.type === 'room.imported') gap = 0;
      this.#journal.adopt([log]);
      state = apply(state, log);
      each(log);
    }
    if (gap > 0) throw new NotRebuilt(`event ${gap} is missing`);
    if (!state.room) throw new NotRebuilt('there is no room in this log');
    const known = new Map(this.#tables().map((name) => [name, new Set(this.#columns(name))]));
    for (const line of this.#gathered()) {
      if ('log' in line) continue;
      const columns = known.get(line.table);
      const names = Object.keys(line.row).filter((name) => columns?.has(name));
      if (names.length === 0) continue;
      this.#sql.exec(
        `INSERT OR IGNORE INTO "${line.table}" (${names.map((one) => `"${one}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        ...names.map((name) => stored(line.row[name])),
      );
    }
    // Written after the log's last page was read: what they did is not in it, and may be done again.
    this.#sql.exec('DELETE FROM command WHERE seq > ?', state.seq);
    this.drop();
    return state;
  }

  *#gathered(): Generator<Line> {
    for (let n = 0; ;) {
      const rows = this.#sql
        .exec<{ n: number; line: string }>('SELECT n, line FROM arriving WHERE n > ? ORDER BY n LIMIT 200', n)
        .toArray();
      for (const { line } of rows) yield JSON.parse(line) as Line;
      const last = rows.at(-1);
      if (!last) return;
      n = last.n;
    }
  }
}

const carried = (value: SqlStorageValue): unknown => (value instanceof ArrayBuffer ? { base64: toBase64(new Uint8Array(value)) } : value);

function stored(value: unknown): SqlStorageValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string') {
    const bytes = fromBase64(value.base64);
    return bytes ? new Uint8Array(bytes).buffer : null;
  }
  return null;
}
