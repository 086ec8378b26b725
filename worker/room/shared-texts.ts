/**
 * Texts while they are being written by several people: each is a Yjs document whose edits merge in any order. Edits are
 * kept here until the text is settled and becomes an event; from then on history, mail and search have plain words.
 */
import * as Y from 'yjs';
import type { ParticipantId } from '#core/ids.ts';
import { MAX_TEXT, merge, spliceBetween, type TextId } from '#core/texts.ts';

/** Rows of edits before they are folded into one. */
const FOLD_AFTER = 64;
/** Bytes of a folded text, far below the 2 MB of a row. Erased words leave little behind; this is a text that somebody tries to blow up. */
const MAX_FOLDED = 1_000_000;

interface Live {
  doc: Y.Doc;
  text: Y.Text;
  /** The number of the last row of edits, and how many there are. */
  last: number;
  rows: number;
  editedAt: number;
  writtenSince: number;
}

export interface Unsettled {
  words: string;
  /** Everybody whose edits it has, the latest last. */
  writers: ParticipantId[];
}

export class SharedTexts {
  readonly #sql: SqlStorage;
  readonly #live = new Map<TextId, Live>();

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS text_edit (text TEXT NOT NULL, n INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (text, n)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS text_writer (text TEXT NOT NULL, participant TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (text, participant)) WITHOUT ROWID;
    `);
  }

  /** What somebody who has `vector` lacks, and what is here. `words`: what the text says as of the last event. */
  open(id: TextId, words: string, vector: Uint8Array | null): { update: Uint8Array; vector: Uint8Array } | null {
    const { doc } = this.#load(id, words);
    try {
      return { update: Y.encodeStateAsUpdate(doc, vector ?? undefined), vector: Y.encodeStateVector(doc) };
    } catch {
      // A vector that is none.
      return null;
    }
  }

  /** Takes an edit, whatever it is made of. Null: it is none that this text can have, and nothing of it was kept. */
  edit(id: TextId, words: string, update: Uint8Array, by: ParticipantId, now: number): Uint8Array | null {
    const live = this.#load(id, words);
    const news: Uint8Array[] = [];
    const hear = (change: Uint8Array) => news.push(change);
    live.doc.on('update', hear);
    let isSound = false;
    try {
      Y.applyUpdate(live.doc, update);
      isSound = sound(live);
    } catch {
      // Not an update at all.
    }
    live.doc.off('update', hear);
    const [change] = news;
    if (!isSound || (change && change.byteLength > MAX_FOLDED)) {
      // It may have left its traces: the text is read anew from what was kept.
      this.forget(id);
      return null;
    }
    if (!change) return new Uint8Array();
    this.#keep(id, live, change);
    const { n } = this.#sql.exec<{ n: number }>('SELECT coalesce(max(n), 0) + 1 AS n FROM text_writer WHERE text = ?', id).one();
    this.#sql.exec(
      'INSERT INTO text_writer (text, participant, n) VALUES (?1, ?2, ?3) ON CONFLICT (text, participant) DO UPDATE SET n = ?3',
      id,
      by,
      n,
    );
    live.editedAt = now;
    live.writtenSince ||= now;
    return change;
  }

  /** What was written since the last event; null when nothing was. */
  unsettled(id: TextId, words: string): Unsettled | null {
    const writers = this.#sql
      .exec<{ participant: string }>('SELECT participant FROM text_writer WHERE text = ? ORDER BY n', id)
      .toArray()
      .map((row) => row.participant as ParticipantId);
    return writers.length > 0 ? { words: this.#load(id, words).text.toString(), writers } : null;
  }

  /** The text is an event now and says `words`: it may have been cleaned of what the eye can't see. Gives the change for those who write. */
  settled(id: TextId, words: string): Uint8Array | null {
    const live = this.#load(id, words);
    const change = this.#write(id, live, words);
    this.#sql.exec('DELETE FROM text_writer WHERE text = ?', id);
    this.#fold(id, live);
    live.writtenSince = 0;
    return change;
  }

  /** Somebody changed the text by other means, from `before` to `after`: laid over what is being written. Gives the change for those who write. */
  bring(id: TextId, before: string, after: string): Uint8Array | null {
    const isKept = this.#live.has(id) || this.#sql.exec('SELECT 1 FROM text_edit WHERE text = ? LIMIT 1', id).toArray().length > 0;
    if (!isKept) return null;
    const live = this.#load(id, before);
    return this.#write(id, live, merge(before, live.text.toString(), after));
  }

  /** When it was last written here, as far as this instance knows. */
  editedAt(id: TextId): number {
    return this.#live.get(id)?.editedAt ?? 0;
  }

  /** Since when it has been written without becoming an event, as far as this instance knows. */
  writtenSince(id: TextId): number {
    return this.#live.get(id)?.writtenSince ?? 0;
  }

  /** Takes a text out of memory. What was kept of it stays. */
  forget(id: TextId): void {
    this.#live.get(id)?.doc.destroy();
    this.#live.delete(id);
  }

  /** The texts of which edits are kept. */
  kept(): TextId[] {
    return this.#sql
      .exec<{ text: string }>('SELECT DISTINCT text FROM text_edit')
      .toArray()
      .map((row) => row.text as TextId);
  }

  /** Lets go of every edit: a text begins again from the words of its last event. */
  dropAll(): void {
    this.forgetAll();
    this.#sql.exec('DELETE FROM text_edit');
    this.#sql.exec('DELETE FROM text_writer');
  }

  forgetAll(): void {
    for (const id of this.#live.keys()) this.forget(id);
  }

  #load(id: TextId, words: string): Live {
    const known = this.#live.get(id);
    if (known) return known;
    const rows = this.#sql.exec<{ n: number; data: ArrayBuffer }>('SELECT n, data FROM text_edit WHERE text = ? ORDER BY n', id).toArray();
    const doc = new Y.Doc();
    for (const row of rows) Y.applyUpdate(doc, new Uint8Array(row.data));
    const live: Live = { doc, text: doc.getText('text'), last: rows.at(-1)?.n ?? 0, rows: rows.length, editedAt: 0, writtenSince: 0 };
    this.#live.set(id, live);
    if (rows.length === 0) this.#write(id, live, words);
    return live;
  }

  /** Makes the text say `words`. */
  #write(id: TextId, live: Live, words: string): Uint8Array | null {
    const splice = spliceBetween(live.text.toString(), words);
    if (!splice) return null;
    const before = Y.encodeStateVector(live.doc);
    live.doc.transact(() => {
      live.text.delete(splice.at, splice.removed);
      live.text.insert(splice.at, splice.added);
    });
    const change = Y.encodeStateAsUpdate(live.doc, before);
    this.#keep(id, live, change);
    return change;
  }

  #keep(id: TextId, live: Live, change: Uint8Array): void {
    live.last += 1;
    live.rows += 1;
    this.#sql.exec('INSERT INTO text_edit (text, n, data) VALUES (?, ?, ?)', id, live.last, bytes(change));
    if (live.rows > FOLD_AFTER) this.#fold(id, live);
  }

  #fold(id: TextId, live: Live): void {
    if (live.rows <= 1) return;
    const whole = Y.encodeStateAsUpdate(live.doc);
    this.#sql.exec('DELETE FROM text_edit WHERE text = ?', id);
    this.#sql.exec('INSERT INTO text_edit (text, n, data) VALUES (?, ?, ?)', id, live.last, bytes(whole));
    live.rows = 1;
  }
}

const bytes = (data: Uint8Array): ArrayBuffer => data.slice().buffer as ArrayBuffer;

/** Whether a document is plain words, complete, and no longer than a text may be. */
function sound({ doc, text }: Live): boolean {
  return (
    doc.store.pendingStructs === null &&
    doc.store.pendingDs === null &&
    doc.share.size === 1 &&
    text.length <= MAX_TEXT &&
    Object.keys(text.getAttributes()).length === 0 &&
    text.toDelta().every((part: { insert?: unknown; attributes?: unknown }) => typeof part.insert === 'string' && !part.attributes)
  );
}
