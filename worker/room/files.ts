/** The room's list of files: who brought each, and in which thread it stands. Their bytes are in R2. */
import type { RoomEvent, Recorded } from '#core/events.ts';
import type { Facts } from '#core/decision.ts';
import type { FileFact } from '#core/discussion.ts';
import { type FileId, type ParticipantId, type ThreadId } from '#core/ids.ts';
import { internalOf } from '#core/audience.ts';
import { type Limit, secondsUntil } from '../access/limits.ts';
import { MAX_FILES } from '../files/store.ts';

/** Milliseconds for which a file that was uploaded waits to be used. */
export const STAGED_LIFE = 86_400_000;

export class Files {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, by TEXT NOT NULL, thread TEXT, at INTEGER NOT NULL) WITHOUT ROWID',
    );
  }

  /** Keeps the facts of a file until something uses it. */
  stage(by: ParticipantId, file: FileFact, at = Date.now()): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO file (id, name, type, size, by, at) VALUES (?, ?, ?, ?, ?, ?)',
      file.id,
      file.name,
      file.type,
      file.size,
      by,
      at,
    );
  }

  /** Of these files the ones that wait to be used. */
  staged(ids: FileId[]): Facts['staged'] {
    const staged: Facts['staged'] = {};
    for (const id of ids) {
      const [row] = this.#sql
        .exec<{ name: string; type: string; size: number; by: string }>(
          'SELECT name, type, size, by FROM file WHERE id = ? AND thread IS NULL AND at > ?',
          id,
          Date.now() - STAGED_LIFE,
        )
        .toArray();
      if (row) staged[id] = { id, name: row.name, type: row.type, size: row.size, by: row.by as ParticipantId };
    }
    return staged;
  }

  /** Takes over the files of an event that happened elsewhere. */
  bring({ event, by, at }: Recorded): void {
    if (by !== 'system') for (const file of filesOf(event)) this.stage(by, file, Date.parse(at));
    this.shelve(event);
  }

  /** What an event means for files: whose they are to open. */
  shelve(event: RoomEvent): void {
    const shelve = (id: FileId, from: ThreadId | null, to: ThreadId | null) =>
      this.#sql.exec('UPDATE file SET thread = ? WHERE id = ? AND thread IS ?', to, id, from);
    if (event.type === 'comment.posted' || event.type === 'comment.restored')
      for (const file of event.files) shelve(file.id, null, event.thread);
    // A deleted comment's files are its writer's alone, until it is restored.
    if (event.type === 'comment.deleted') for (const id of event.files) shelve(id, event.thread, null);
    // No longer staged. Who may open it by its material is asked of the state, which knows what is shared.
    if ((event.type === 'material.added' || event.type === 'material.versioned') && event.content.kind === 'file')
      shelve(event.content.file.id, null, internalOf(event.material as string as ThreadId));
  }

  /** 0, or the seconds until another file may come: from one person, or in the room. */
  waitFor({ most, seconds }: Limit, by: ParticipantId | null): number {
    const now = Date.now();
    const [first] = this.#sql
      .exec<{ at: number }>(
        'SELECT at FROM file WHERE at > ?1 AND (?2 IS NULL OR by = ?2) ORDER BY at DESC LIMIT 1 OFFSET ?3',
        now - seconds * 1000,
        by,
        most - 1,
      )
      .toArray();
    return first ? secondsUntil(first.at + seconds * 1000, now) : 0;
  }

  /** Whether so many bytes more may be kept. */
  hasPlace(size: number): boolean {
    const [row] = this.#sql.exec<{ held: number | null }>('SELECT sum(size) AS held FROM file').toArray();
    return (row?.held ?? 0) + size <= MAX_FILES;
  }

  /** What came between these times (epoch ms) and stands nowhere, the earliest first. */
  unused(after: number, until: number): { id: FileId; at: number }[] {
    return this.#sql
      .exec<{ id: FileId; at: number }>('SELECT id, at FROM file WHERE thread IS NULL AND at > ? AND at <= ? ORDER BY at', after, until)
      .toArray();
  }

  /** A file, who brought it, and in which thread it stands: null while it waits to be used. */
  find(id: FileId): { file: FileFact; by: ParticipantId; thread: ThreadId | null } | undefined {
    const [row] = this.#sql
      .exec<{ name: string; type: string; size: number; by: string; thread: string | null }>(
        'SELECT name, type, size, by, thread FROM file WHERE id = ?',
        id,
      )
      .toArray();
    if (!row) return undefined;
    const { name, type, size } = row;
    return { file: { id, name, type, size }, by: row.by as ParticipantId, thread: row.thread as ThreadId | null };
  }

  drop(id: string): void {
    this.#sql.exec('DELETE FROM file WHERE id = ?', id);
  }

  /** Takes all files of somebody off the list. */
  dropOf(by: ParticipantId): string[] {
    return this.#sql
      .exec<{ id: string }>('DELETE FROM file WHERE by = ? RETURNING id', by)
      .toArray()
      .map((one) => one.id);
  }
}

/** The files that an event brings. */
export const filesOf = (event: RoomEvent): FileFact[] =>
  event.type === 'comment.posted'
    ? event.files
    : (event.type === 'material.added' || event.type === 'material.versioned') && event.content.kind === 'file'
      ? [event.content.file]
      : [];
