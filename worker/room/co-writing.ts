/** Texts that several write at once: edits as they come, and an event once the writing rests. */
import * as v from 'valibot';
import { text as textSchema } from '#core/commands.ts';
import type { Participant } from '#core/people.ts';
import type { ToRoom } from '#core/protocol.ts';
import { described, MAX_TEXT, type TextId, wordsOf, writable } from '#core/texts.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import type { Sequencer } from './sequencer.ts';

/** A text that was written together becomes an event after a pause of this long (ms), or, while it goes on, this long after the last one. */
const SETTLE_AFTER = 5_000;
const SETTLE_AT_LAST = 60_000;

const malformed = { code: 'invalid', reason: 'malformed' } as const;

export class CoWriting {
  readonly #room: Sequencer;

  constructor(room: Sequencer) {
    this.#room = room;
  }

  write(socket: WebSocket, me: Participant, message: Extract<ToRoom, { type: `text.${string}` }>): void {
    const { text } = message;
    if (message.type === 'text.close') {
      this.#room.lobby.writes(socket, text, false);
      return this.leftText(text);
    }
    const words = writable(this.#room.state, me, text);
    if (!words.ok) return this.#room.lobby.tell(socket, { type: 'text.refused', text, refusal: words.refusal });
    if (message.type === 'text.open') {
      const vector = message.vector === null ? null : fromBase64(message.vector);
      const opened = this.#room.storage.transactionSync(() => this.#room.texts.open(text, words.value, vector));
      if (!opened) return this.#room.lobby.tell(socket, { type: 'text.refused', text, refusal: malformed });
      this.#room.lobby.writes(socket, text, true);
      const people = this.#room.lobby.peopleAt(text);
      this.#room.lobby.tell(socket, { type: 'text.is', text, update: toBase64(opened.update), vector: toBase64(opened.vector), people });
      return this.#room.lobby.tellWriters(text, { type: 'text.people', text, people }, socket);
    }
    const update = fromBase64(message.update);
    const now = Date.now();
    const isOpen = this.#room.lobby.who(socket).texts.includes(text);
    const change =
      update && isOpen
        ? this.#room.storage.transactionSync(() => {
            const kept = this.#room.texts.edit(text, words.value, update, me.id, now);
            if (kept && kept.byteLength > 0) this.#room.agenda.add('text', text, now + SETTLE_AFTER, now);
            return kept;
          })
        : null;
    if (!change) return this.#room.lobby.tell(socket, { type: 'text.refused', text, refusal: malformed });
    if (change.byteLength > 0) this.#room.lobby.tellWriters(text, { type: 'text.edited', text, update: toBase64(change) }, socket);
    this.#room.lobby.tell(socket, { type: 'text.kept', text });
  }

  /** Somebody stopped writing a text. When nobody is left, it is settled. */
  leftText(text: TextId): void {
    const people = this.#room.lobby.peopleAt(text);
    this.#room.lobby.tellWriters(text, { type: 'text.people', text, people });
    if (people.length > 0) return;
    this.settleText(text);
    this.#room.texts.forget(text);
  }

  /** Settles a text that rests. Still at it: an event for every few words would be no history. */
  settleAtRest(text: TextId, now: number): void {
    if (now - this.#room.texts.editedAt(text) < SETTLE_AFTER - 1_000 && now - this.#room.texts.writtenSince(text) < SETTLE_AT_LAST)
      this.#room.agenda.add('text', text, now + SETTLE_AFTER, now);
    else this.settleText(text);
  }

  /** Makes an event of what was written, so that history, mail and search have it in plain words. */
  settleText(text: TextId): void {
    const before = wordsOf(this.#room.state, text);
    const written = this.#room.texts.unsettled(text, before);
    const by = written?.writers.at(-1);
    // What it belonged to may have been taken out meanwhile: what was written waits for its return.
    const author = by && this.#room.state.people[by];
    if (!written || !author || !writable(this.#room.state, author, text).ok) return;
    const parsed = v.safeParse(textSchema(MAX_TEXT), written.words);
    const words = parsed.success ? parsed.output : before;
    const change = this.#room.storage.transactionSync(() => this.#room.texts.settled(text, words));
    if (change) this.#room.lobby.tellWriters(text, { type: 'text.edited', text, update: toBase64(change) });
    if (words !== before) this.#room.record(null, by, 'app', [described(text, words, written.writers)]);
  }
}
