/** The people connected to a room right now: their sockets, what they look at. Told to browsers, never stored. */
import { maySee, maySeeThread } from '#core/audience.ts';
import type { Recorded } from '#core/events.ts';
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import type { Side } from '#core/people.ts';
import type { FromRoom, Presence } from '#core/protocol.ts';
import type { TextId } from '#core/texts.ts';
import { Allowances, LIMITS } from '../access/limits.ts';
import type { Written } from './journal.ts';
import { richText } from './rich-text.ts';

/** What a sleeping socket remembers. Small, nothing secret: at most 16 KiB survive hibernation. */
export interface Attachment {
  participant: ParticipantId;
  side: Side;
  /** The device's or session's hash: ending it closes its sockets. */
  door: string;
  at: ThreadId | null;
  typing: boolean;
  /** The texts that it writes. */
  texts: TextId[];
  /** Its door was shut: what still comes through is not heard. */
  shut: boolean;
}

/** A frame of a text that is being written costs less: whoever types sends four a second for as long as they type. */
const TEXT_COST = 0.5;
/** Texts that one browser may have open for writing. */
const TEXTS = 8;
/** Comings and goings within this time (ms) are told once: after a restart everybody comes back at the same moment. */
const TOGETHER = 100;

export class Lobby {
  readonly #ctx: DurableObjectState;
  readonly #attachments = new WeakMap<WebSocket, Attachment>();
  readonly #allowances = new Allowances<WebSocket>(LIMITS.frames, new WeakMap());
  readonly #gone = new WeakSet<WebSocket>();
  #presenceIsDue = false;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    // Answered by the runtime, so a ping doesn't wake a sleeping room.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  enter(socket: WebSocket, who: { participant: ParticipantId; side: Side; door: string }): void {
    this.#ctx.acceptWebSocket(socket, [who.side, who.participant, who.door.slice(0, 40)]);
    this.#attach(socket, { ...who, at: null, typing: false, texts: [], shut: false });
  }

  #attach(socket: WebSocket, attachment: Attachment): void {
    this.#attachments.set(socket, attachment);
    socket.serializeAttachment(attachment);
  }

  who(socket: WebSocket): Attachment {
    const known = this.#attachments.get(socket);
    if (known) return known;
    const kept = socket.deserializeAttachment() as Attachment;
    this.#attachments.set(socket, kept);
    return kept;
  }

  /** Takes from the socket's allowance; false when it asks too much. */
  allows(socket: WebSocket, now: number, frame: string): boolean {
    const cost = frame.startsWith('{"type":"text.') ? TEXT_COST : 1;
    return this.#allowances.take(socket, now, cost) === 0;
  }

  left(socket: WebSocket): void {
    this.#gone.add(socket);
    this.tellPresence();
  }

  /** What a socket looks at. True when that is news. */
  isHere(socket: WebSocket, at: ThreadId | null, typing: boolean): boolean {
    const before = this.who(socket);
    if (before.at === at && before.typing === typing) return false;
    this.#attach(socket, { ...before, at, typing });
    return true;
  }

  /** A socket begins to write a text, or ends it. */
  writes(socket: WebSocket, text: TextId, isWriting: boolean): void {
    const before = this.who(socket);
    const others = before.texts.filter((one) => one !== text);
    this.#attach(socket, { ...before, texts: isWriting ? [...others, text].slice(-TEXTS) : others });
  }

  /** The sockets that write a text now. */
  writersOf(text: TextId): WebSocket[] {
    return this.#ctx.getWebSockets().filter((socket) => !this.#gone.has(socket) && this.who(socket).texts.includes(text));
  }

  /** Who writes a text now, one entry a person. */
  peopleAt(text: TextId): ParticipantId[] {
    return [...new Set(this.writersOf(text).map((socket) => this.who(socket).participant))];
  }

  tellWriters(text: TextId, message: FromRoom, except?: WebSocket): void {
    const frame = JSON.stringify(message);
    for (const socket of this.writersOf(text)) if (socket !== except) send(socket, frame);
  }

  /** Who is here, one entry a person, as a side may see it. */
  here(side: Side): Presence[] {
    const people = new Map<ParticipantId, Presence>();
    for (const socket of this.#ctx.getWebSockets()) {
      if (this.#gone.has(socket) || socket.readyState !== WebSocket.OPEN) continue;
      const { participant, at, typing } = this.who(socket);
      const shown = at !== null && maySeeThread(side, at) ? at : null;
      const before = people.get(participant);
      people.set(participant, {
        participant,
        at: shown ?? before?.at ?? null,
        typing: (typing && shown === at) || (before?.typing ?? false),
      });
    }
    return [...people.values()];
  }

  /** Whether somebody has this thread open before them now. */
  isLookingAt(participant: ParticipantId, thread: ThreadId): boolean {
    return this.#ctx.getWebSockets(participant).some((socket) => this.who(socket).at === thread);
  }

  tell(socket: WebSocket, message: FromRoom): void {
    send(socket, JSON.stringify(message));
  }

  tellPerson(participant: ParticipantId, message: FromRoom): void {
    const frame = JSON.stringify(message);
    for (const socket of this.#ctx.getWebSockets(participant)) send(socket, frame);
  }

  tellSide(side: Side, message: FromRoom): void {
    for (const socket of this.#ctx.getWebSockets()) if (this.who(socket).side === side) this.tell(socket, message);
  }

  /** To every socket what is its own; nothing where that is null. */
  tellEach(of: (side: Side, participant: ParticipantId) => FromRoom | null): void {
    for (const socket of this.#ctx.getWebSockets()) {
      const { side, participant, shut } = this.who(socket);
      const message = shut ? null : of(side, participant);
      if (message) this.tell(socket, message);
    }
  }

  /** To the sockets of others that have this thread before them; who may not see it can't have. */
  tellLooking(thread: ThreadId, except: ParticipantId, message: FromRoom): void {
    for (const socket of this.#ctx.getWebSockets()) {
      const { at, participant, side } = this.who(socket);
      if (at === thread && participant !== except && maySeeThread(side, thread)) this.tell(socket, message);
    }
  }

  /** What a browser missed, from its stored text. */
  tellMissed(socket: WebSocket, missed: { text: string; comments: Recorded[] }): void {
    send(socket, eventsFrame(missed.text, missed.comments));
  }

  /** Events to everyone who may see them, encoded once: for all, or once a side where the sides differ. */
  broadcast(events: Written[]): void {
    const frameOf = (shown: Written[]) =>
      eventsFrame(
        shown.map((one) => one.text).join(','),
        shown.map((one) => one.recorded),
      );
    const forAll = events.filter((one) => one.recorded.audience === 'all');
    if (forAll.length === events.length) {
      const sockets = events.length > 0 ? this.#ctx.getWebSockets() : [];
      const frame = sockets.length > 0 ? frameOf(events) : '';
      for (const socket of sockets) send(socket, frame);
      return;
    }
    for (const side of ['seller', 'customer'] as const) {
      const shown = events.filter((one) => maySee(side, one.recorded.audience));
      const sockets = shown.length > 0 ? this.#ctx.getWebSockets(side) : [];
      const frame = sockets.length > 0 ? frameOf(shown) : '';
      for (const socket of sockets) send(socket, frame);
    }
  }

  /** Says who is here, to everyone, in a moment. The timer is short: it keeps no object from sleeping. */
  tellPresence(): void {
    if (this.#presenceIsDue) return;
    this.#presenceIsDue = true;
    setTimeout(() => {
      this.#presenceIsDue = false;
      for (const side of ['seller', 'customer'] as const) {
        const sockets = this.#ctx.getWebSockets(side);
        if (sockets.length === 0) continue;
        const frame = JSON.stringify({ type: 'presence', here: this.here(side) } satisfies FromRoom);
        for (const socket of sockets) send(socket, frame);
      }
    }, TOGETHER);
  }

  /** Closes sockets by person or by door. */
  close(tag: string, code: number, reason: string): void {
    for (const socket of this.#ctx.getWebSockets(tag.slice(0, 40))) {
      this.#attach(socket, { ...this.who(socket), shut: true });
      socket.close(code, reason);
    }
  }
}

function send(socket: WebSocket, frame: string): void {
  try {
    socket.send(frame);
  } catch {
    // A socket that is going away: its browser resumes from the last sequence number it saw.
  }
}

/** A frame of events (see `FromRoom`) from their encoded text. */
const eventsFrame = (text: string, events: Recorded[]): string =>
  `{"type":"events","events":[${text}],"html":${JSON.stringify(htmlOf(events))}}`;

/** Rendered bodies of the comments among events, and descriptions of tasks, where they are more than plain words. */
export function htmlOf(events: Recorded[]): Record<string, string> {
  const html: Record<string, string> = {};
  for (const { event } of events) {
    if ((event.type === 'task.added' || event.type === 'task.changed') && event.description) {
      const described = richText(event.description, 'page');
      if (described !== null) html[event.task] = described;
    }
    if (event.type !== 'comment.posted' && event.type !== 'comment.edited' && event.type !== 'comment.restored') continue;
    const rich = richText(event.body, 'page');
    if (rich !== null) html[event.comment] = rich;
  }
  return html;
}
