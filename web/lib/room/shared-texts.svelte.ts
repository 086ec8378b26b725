/**
 * Texts of a room that are written here together with others. Each is a Yjs document: what several people type merges in any order,
 * and what is typed without a network waits on this device and merges later. Fetched when somebody begins to write.
 */
import * as Y from 'yjs';
import type { ParticipantId } from '#core/ids.ts';
import type { FromRoom, ToRoom } from '#core/protocol.ts';
import type { Refusal } from '#core/refusal.ts';
import { merge, type Splice, spliceBetween, type TextId } from '#core/texts.ts';
import type { Drafts } from './drafts.ts';

type Heard = Extract<FromRoom, { type: `text.${string}` }>;

/** What waits on this device: edits of a document, or plain words where there is no document yet. */
interface Kept {
  update?: string;
  from?: string;
  words?: string;
}

export interface Wire {
  readonly isOpen: boolean;
  tell(message: ToRoom): void;
}

/** What is typed goes out this often (ms). */
const FLUSH = 250;

const toBase64 = (data: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < data.length; at += 8_192) text += String.fromCharCode(...data.subarray(at, at + 8_192));
  return btoa(text);
};
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** One text, as it stands before its writer. */
export class SharedText {
  readonly id: TextId;
  readonly #wire: Wire;
  readonly #drafts: Drafts;
  readonly #place: string;
  #doc: Y.Doc | null = null;
  /** Where the text began, while there is no document to hold it. */
  #from: string;
  #unsent: Uint8Array[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #inFlight = 0;
  #isWriting = $state(false);
  /** Not everything that was written here has reached the room. */
  isDirty = $state(false);
  words = $state('');
  people = $state.raw<ParticipantId[]>([]);
  refusal = $state.raw<Refusal | null>(null);
  /** Told of what others wrote, in order, so that a caret can stay where it is. */
  onRemote: ((splices: Splice[]) => void) | null = null;

  constructor(id: TextId, words: string, wire: Wire, drafts: Drafts) {
    this.id = id;
    this.#wire = wire;
    this.#drafts = drafts;
    this.#place = `text:${id}`;
    this.#from = words;
    this.words = words;
    const kept = drafts.read<Kept>(this.#place);
    if (kept?.update) {
      this.#begin(fromBase64(kept.update));
      this.isDirty = true;
    } else if (kept?.words !== undefined) {
      this.#from = kept.from ?? words;
      this.words = kept.words;
      this.isDirty = true;
    }
  }

  get isOpen(): boolean {
    return this.#isWriting;
  }

  open(): void {
    this.#isWriting = true;
    this.refusal = null;
    this.#ask();
  }

  /** Done writing. What has not gone out yet goes first, or as soon as there is a network. */
  close(): void {
    this.#flush();
    this.#isWriting = false;
    if (!this.isDirty) this.#leave();
  }

  #leave(): void {
    this.people = [];
    this.#wire.tell({ type: 'text.close', text: this.id });
  }

  #ask(): void {
    this.#inFlight = 0;
    this.#wire.tell({ type: 'text.open', text: this.id, vector: this.#doc && toBase64(Y.encodeStateVector(this.#doc)) });
  }

  /** The socket is there again: whatever either side lacks is exchanged. */
  opened(): void {
    if (this.#isWriting || this.isDirty) this.#ask();
  }

  /** The words are these now, as typed here; `caret` is where the writer stands. */
  type(words: string, caret: number): void {
    const splice = spliceBetween(this.words, words, caret);
    if (!splice) return;
    this.words = words;
    this.isDirty = true;
    const doc = this.#doc;
    if (!doc) return this.#keep();
    doc.transact(() => {
      const text = doc.getText('text');
      text.delete(splice.at, splice.removed);
      text.insert(splice.at, splice.added);
    }, this);
  }

  hear(message: Heard): void {
    switch (message.type) {
      case 'text.is':
        this.people = message.people;
        return this.#meet(fromBase64(message.update), fromBase64(message.vector));
      case 'text.edited':
        if (this.#doc) Y.applyUpdate(this.#doc, fromBase64(message.update), 'room');
        return;
      case 'text.people':
        this.people = message.people;
        return;
      case 'text.kept':
        this.#inFlight -= 1;
        return this.#settle();
      case 'text.refused':
        this.#refused(message.refusal);
    }
  }

  /** What the room has of the text, and what it lacks of it. */
  #meet(update: Uint8Array, vector: Uint8Array): void {
    const isNew = this.#doc === null;
    const mine = this.words;
    const doc = this.#doc ?? this.#begin(null);
    Y.applyUpdate(doc, update, 'room');
    if (isNew) {
      // What was typed before the room answered lies over what it says.
      const theirs = doc.getText('text').toString();
      const both = merge(this.#from, theirs, mine);
      this.words = mine;
      const splice = spliceBetween(theirs, both);
      if (splice) {
        doc.transact(() => {
          doc.getText('text').delete(splice.at, splice.removed);
          doc.getText('text').insert(splice.at, splice.added);
        }, this);
      }
      this.#show();
    }
    this.#unsent = [];
    if (this.isDirty) this.#send(Y.encodeStateAsUpdate(doc, vector));
  }

  #begin(update: Uint8Array | null): Y.Doc {
    const doc = new Y.Doc();
    this.#doc = doc;
    if (update) {
      Y.applyUpdate(doc, update);
      this.words = doc.getText('text').toString();
    }
    doc.on('update', (change: Uint8Array, origin: unknown) => {
      if (origin !== this) return;
      this.isDirty = true;
      this.#unsent.push(change);
      this.#keep();
      this.#timer ??= setTimeout(() => this.#flush(), FLUSH);
    });
    doc.getText('text').observe((event, transaction) => {
      if (transaction.origin === this || transaction.origin !== 'room') return;
      let at = 0;
      const splices: Splice[] = [];
      for (const part of event.delta) {
        if (part.retain) at += part.retain;
        else if (part.delete) splices.push({ at, removed: part.delete, added: '' });
        else if (typeof part.insert === 'string') {
          splices.push({ at, removed: 0, added: part.insert });
          at += part.insert.length;
        }
      }
      this.words = doc.getText('text').toString();
      this.onRemote?.(splices);
    });
    return doc;
  }

  /** Shows what the document says where it differs from what was typed. */
  #show(): void {
    const words = this.#doc?.getText('text').toString() ?? this.words;
    const splice = spliceBetween(this.words, words);
    this.words = words;
    if (splice) this.onRemote?.([splice]);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsent.length === 0 || !this.#wire.isOpen) return;
    const all = Y.mergeUpdates(this.#unsent);
    this.#unsent = [];
    this.#send(all);
  }

  #send(update: Uint8Array): void {
    if (!this.#wire.isOpen) return;
    this.#inFlight += 1;
    this.#wire.tell({ type: 'text.edit', text: this.id, update: toBase64(update) });
  }

  #settle(): void {
    if (this.#inFlight > 0 || this.#unsent.length > 0) return;
    this.isDirty = false;
    this.#drafts.write(this.#place, null);
    if (!this.#isWriting) this.#leave();
  }

  /** The room takes none of it: what was typed stays where it is, and the text is begun anew when it is next written. */
  #refused(refusal: Refusal): void {
    this.refusal = refusal;
    this.#inFlight = 0;
    this.#unsent = [];
    this.#doc?.destroy();
    this.#doc = null;
    this.#isWriting = false;
    this.#keep();
  }

  #keep(): void {
    const kept: Kept = this.#doc ? { update: toBase64(Y.encodeStateAsUpdate(this.#doc)) } : { from: this.#from, words: this.words };
    this.#drafts.write(this.#place, kept);
  }
}

/** All texts that this browser writes. */
export class SharedTexts {
  readonly #wire: Wire;
  readonly #drafts: Drafts;
  readonly #texts = new Map<TextId, SharedText>();

  constructor(wire: Wire, drafts: Drafts) {
    this.#wire = wire;
    this.#drafts = drafts;
    // What was written before a reload and has not reached the room.
    for (const id of drafts.texts()) this.of(id, '');
  }

  /** `words`: what the text says as of the last event. */
  of(id: TextId, words: string): SharedText {
    const known = this.#texts.get(id);
    if (known && (known.isOpen || known.isDirty)) return known;
    const text = new SharedText(id, words, this.#wire, this.#drafts);
    this.#texts.set(id, text);
    return text;
  }

  opened(): void {
    for (const text of this.#texts.values()) text.opened();
  }

  hear(message: Heard): void {
    this.#texts.get(message.text)?.hear(message);
  }
}
