/** What was typed or asked for and has not reached the room yet, kept across a reload on this device. */
import type { Command } from '#core/commands.ts';
import type { ParticipantId, RoomId } from '#core/ids.ts';
import type { TextId } from '#core/texts.ts';

export interface Pending {
  /** The same at every try: the room does it once. */
  id: string;
  command: Command;
  at: string;
}

const WEEK = 7 * 86_400_000;

/** Storage may be full, or shut off: then things live as long as the page. */
function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As above.
  }
}

export class Drafts {
  readonly #prefix: string;

  constructor(room: RoomId, me: ParticipantId) {
    this.#prefix = `atelier:${room}:${me}:`;
  }

  text(place: string): string {
    const text = read(`${this.#prefix}draft:${place}`);
    return typeof text === 'string' ? text : '';
  }

  keepText(place: string, text: string): void {
    write(`${this.#prefix}draft:${place}`, text === '' ? null : text);
  }

  /** All that was typed and never sent, wherever it was. */
  typed(): string[] {
    const prefix = `${this.#prefix}draft:`;
    try {
      return Object.keys(localStorage).flatMap((key) => (key.startsWith(prefix) ? [this.text(key.slice(prefix.length))] : []));
    } catch {
      return [];
    }
  }

  /** Whatever is kept at a place. */
  read<T>(place: string): T | null {
    return read(`${this.#prefix}${place}`) as T | null;
  }

  write(place: string, value: object | null): void {
    write(`${this.#prefix}${place}`, value);
  }

  /** The texts of which edits are kept here. */
  texts(): TextId[] {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(`${this.#prefix}text:`))
        .map((key) => key.slice(this.#prefix.length + 'text:'.length) as TextId);
    } catch {
      return [];
    }
  }

  queue(): Pending[] {
    const kept = read(`${this.#prefix}queue`);
    if (!Array.isArray(kept)) return [];
    return (kept as Pending[]).filter((one) => Date.now() - Date.parse(one.at) < WEEK);
  }

  keepQueue(pending: Pending[]): void {
    write(`${this.#prefix}queue`, pending.length === 0 ? null : pending);
  }
}
