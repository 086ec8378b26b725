/** Files and links as people reach them: who may bring one, who may open it, who looked at what. */
import * as v from 'valibot';
import { maySeeThread } from '#core/audience.ts';
import { look } from '#core/commands.ts';
import type { FileFact } from '#core/discussion.ts';
import type { FileId, MaterialId } from '#core/ids.ts';
import { hasFile, materialsFor, subjectOf } from '#core/materials.ts';
import { present, type Participant } from '#core/people.ts';
import { can } from '#core/permissions.ts';
import type { Opening } from '#core/protocol.ts';
import { done, refuse, tooOften, type Result } from '#core/refusal.ts';
import { LIMITS } from '../access/limits.ts';
import { fileKey, MAX_FILE } from '../files/store.ts';
import { STAGED_LIFE } from './files.ts';
import type { RoomActor, Sequencer } from './sequencer.ts';

/** Milliseconds after a file's time to be used: unused ones are let go of from the first on, and no more looked at after the second. */
const SPARED = 3_600_000;
const GIVEN_UP = 7 * 86_400_000;

export class FileAccess {
  readonly #room: Sequencer;

  constructor(room: Sequencer) {
    this.#room = room;
  }

  /** Whether somebody may upload a file of so many bytes now. */
  mayUpload(actor: RoomActor, size: number): Result<null> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const wait = Math.max(this.#room.files.waitFor(LIMITS.uploads, me.id), this.#room.files.waitFor(LIMITS.uploadsInRoom, null));
    if (wait > 0) return tooOften(wait);
    return this.#room.files.hasPlace(size) ? done(null) : refuse('invalid', 'room_full', 'file');
  }

  /** Whether a file of any size may still be kept. */
  takesFiles(): boolean {
    return this.#room.files.hasPlace(MAX_FILE);
  }

  /** Keeps the facts of an uploaded file until a comment uses it. The bytes are in R2 by then. */
  stage(actor: RoomActor, file: FileFact): Result<FileFact> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    // Asked again: many may have come at once.
    const may = this.mayUpload(actor, file.size);
    if (!may.ok) return may;
    const now = Date.now();
    this.#room.files.stage(me.id, file, now);
    this.#room.agenda.add('unused', '', now + STAGED_LIFE + SPARED, now);
    return done(file);
  }

  /** Lets go of files that were uploaded and that nothing has ever used. */
  async dropUnused(now: number): Promise<void> {
    const { room } = this.#room.state;
    if (!room) return;
    const over = now - STAGED_LIFE;
    for (const { id } of this.#room.files.unused(over - GIVEN_UP, over)) {
      // A deleted comment's files look the same, and come back with it.
      if (this.#room.journal.names(id)) continue;
      await this.#room.env.FILES.delete(fileKey(room.id, id));
      this.#room.files.drop(id);
    }
    const [next] = this.#room.files.unused(over, now);
    if (next) this.#room.agenda.add('unused', '', next.at + STAGED_LIFE + SPARED, now);
  }

  /** The facts of a file that this actor may open. */
  file(actor: RoomActor, id: FileId): Result<FileFact> {
    const me = this.#room.me(actor);
    const found = this.#room.files.find(id);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const standsHere = found && (found.thread === null ? found.by === me.id : maySeeThread(me.side, found.thread));
    const mayOpen = standsHere || hasFile(me.side, this.#room.state.materials, id);
    return found && mayOpen ? done(found.file) : refuse('not_found', 'no_such_file');
  }

  /**
   * Counts a look that its page told of, and says where the thing is. Refused unless the reader may open it; of the seller
   * side nothing is counted, and minutes only of who lets them be.
   */
  looked(actor: RoomActor, input: unknown): Result<{ counted: boolean; file: FileId | null }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const parsed = v.safeParse(look, input);
    if (!parsed.success) return refuse('invalid', 'malformed');
    const { how, file, material, version } = parsed.output;
    const subject = file === null ? this.#linkSubject(me, material, version) : this.file(actor, file).ok ? file : null;
    if (subject === null) return refuse('not_found', file === null ? 'no_such_material' : 'no_such_file');
    if (!can.beCounted(me)) return done({ counted: false, file });
    const now = Date.now();
    if (how === 'read') {
      const counted = this.#room.state.materials.timed.includes(me.id) && this.#room.opens.read(me.id, subject, now);
      return done({ counted, file });
    }
    const opening = this.#room.opens.count(me.id, subject, how, now);
    if (opening) {
      for (const one of present(this.#room.state))
        if (can.seeOpens(one, me.id)) this.#room.lobby.tellPerson(one.id, { type: 'opened', opening });
    }
    return done({ counted: opening !== null, file });
  }

  #linkSubject(me: Participant, material: MaterialId | null, number: number | null): string | null {
    const one = material === null ? undefined : materialsFor(me.side, this.#room.state.materials).byId[material];
    const version = one?.versions.find((known) => known.number === number);
    return one && version && version.content.kind === 'link' ? subjectOf(one.id, version) : null;
  }

  /** Looks that this actor may know of: sellers all, a customer their own. */
  openings(actor: RoomActor): Result<{ openings: Opening[] }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const everyone = present(this.#room.state).every((one) => can.seeOpens(me, one.id));
    return done({ openings: this.#room.opens.list(everyone ? null : me.id) });
  }
}
