/** The people connected to a room right now: their sockets, what they look at. Told to browsers, never stored. */
import { visible } from '#core/audience.ts';
import type { Recorded } from '#core/events.ts';
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import type { Side } from '#core/people.ts';
import type { FromRoom, Presence } from '#core/protocol.ts';
import { maySeeThread } from '#core/audience.ts';
import { richText } from './rich-text.ts';

/** What a sleeping socket remembers. Small, nothing secret: at most 16 KiB survive hibernation. */
export interface Attachment {
  participant: ParticipantId;
  side: Side;
  /** The device's or session's hash: ending it closes its sockets. */
  door: string;
  at: ThreadId | null;
  typing: boolean;
  /** A token bucket: when it was last filled, and what is left. */
  filledAt: number;
  tokens: number;
}

const BURST = 40;
const PER_SECOND = 4;

export class Lobby {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    // Answered by the runtime, so a ping doesn't wake a sleeping room.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  enter(socket: WebSocket, who: { participant: ParticipantId; side: Side; door: string }, now: number): void {
    this.#ctx.acceptWebSocket(socket, [who.side, who.participant, who.door.slice(0, 40)]);
    socket.serializeAttachment({ ...who, at: null, typing: false, filledAt: now, tokens: BURST } satisfies Attachment);
  }

  who(socket: WebSocket): Attachment {
    return socket.deserializeAttachment() as Attachment;
  }

  /** Takes one from the socket's allowance; false when it asks too much. */
  allows(socket: WebSocket, now: number): boolean {
    const one = this.who(socket);
    const tokens = Math.min(BURST, one.tokens + ((now - one.filledAt) / 1000) * PER_SECOND) - 1;
    socket.serializeAttachment({ ...one, filledAt: now, tokens } satisfies Attachment);
    return tokens >= 0;
  }

  isHere(socket: WebSocket, at: ThreadId | null, typing: boolean): void {
    socket.serializeAttachment({ ...this.who(socket), at, typing } satisfies Attachment);
  }

  /** Who is here, one entry a person, as a side may see it. */
  here(side: Side, except?: WebSocket): Presence[] {
    const people = new Map<ParticipantId, Presence>();
    for (const socket of this.#ctx.getWebSockets()) {
      if (socket === except || socket.readyState !== WebSocket.OPEN) continue;
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
    try {
      socket.send(JSON.stringify(message));
    } catch {
      // A socket that is going away: its browser resumes from the last sequence number it saw.
    }
  }

  tellPerson(participant: ParticipantId, message: FromRoom): void {
    for (const socket of this.#ctx.getWebSockets(participant)) this.tell(socket, message);
  }

  /** To the sockets of others that have this thread before them; who may not see it can't have. */
  tellLooking(thread: ThreadId, except: ParticipantId, message: FromRoom): void {
    for (const socket of this.#ctx.getWebSockets()) {
      const { at, participant, side } = this.who(socket);
      if (at === thread && participant !== except && maySeeThread(side, thread)) this.tell(socket, message);
    }
  }

  /** Events to everyone who may see them, encoded once a side. */
  broadcast(events: Recorded[]): void {
    for (const side of ['seller', 'customer'] as const) {
      const sockets = this.#ctx.getWebSockets(side);
      if (sockets.length === 0) continue;
      const shown = visible(side, events);
      if (shown.length === 0) continue;
      const frame = JSON.stringify({ type: 'events', events: shown, html: htmlOf(shown) } satisfies FromRoom);
      for (const socket of sockets) {
        try {
          socket.send(frame);
        } catch {
          // As above.
        }
      }
    }
  }

  tellPresence(except?: WebSocket): void {
    for (const side of ['seller', 'customer'] as const) {
      const sockets = this.#ctx.getWebSockets(side);
      if (sockets.length === 0) continue;
      const frame = JSON.stringify({ type: 'presence', here: this.here(side, except) } satisfies FromRoom);
      for (const socket of sockets) {
        if (socket === except) continue;
        try {
          socket.send(frame);
        } catch {
          // As above.
        }
      }
    }
  }

  /** Closes sockets by person or by door. */
  close(tag: string, code: number, reason: string): void {
    for (const socket of this.#ctx.getWebSockets(tag.slice(0, 40))) socket.close(code, reason);
  }
}

/** Rendered bodies of the comments among events, where they are more than plain words. */
export function htmlOf(events: Recorded[]): Record<string, string> {
  const html: Record<string, string> = {};
  for (const { event } of events) {
    if (event.type !== 'comment.posted' && event.type !== 'comment.edited' && event.type !== 'comment.restored') continue;
    const rich = richText(event.body, 'page');
    if (rich !== null) html[event.comment] = rich;
  }
  return html;
}
