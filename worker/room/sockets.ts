/** The live side of a room: who comes in, what they say, what they are told. */
import { maySeeThread } from '#core/audience.ts';
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import type { Participant } from '#core/people.ts';
import { CLOSE, MAX_FRAME, type ToRoom } from '#core/protocol.ts';
import { isTextId } from '#core/texts.ts';
import { underRequest } from '../log.ts';
import type { CoWriting } from './co-writing.ts';
import { Sequencer, type RoomActor, PROJECT_AFTER } from './sequencer.ts';
import { Views, RESUME_LIMIT } from './views.ts';

export class Sockets {
  readonly #room: Sequencer;
  readonly #views: Views;
  readonly #coWriting: CoWriting;

  constructor(room: Sequencer, views: Views, coWriting: CoWriting) {
    this.#room = room;
    this.#views = views;
    this.#coWriting = coWriting;
  }

  /** The live socket. The Worker has checked who asks; the actor comes in a header that it alone sets. */
  enter(request: Request): Response {
    const actor = JSON.parse(request.headers.get('x-room-actor') ?? 'null') as RoomActor | null;
    const since = Number(new URL(request.url).searchParams.get('since') ?? '0');
    const { 0: client, 1: server } = new WebSocketPair();
    const me = actor && this.#room.me(actor);
    if (!actor || !me || !this.#room.state.room) {
      // Accepted, then closed with a code: a browser can't read why an upgrade was refused.
      server.accept();
      server.close(actor?.kind === 'seller' ? CLOSE.left : CLOSE.signIn, 'not a participant');
      return new Response(null, { status: 101, webSocket: client });
    }
    if (actor.kind === 'seller') this.#room.visited(actor);
    this.#room.lobby.enter(server, { participant: me.id, side: me.side, door: actor.kind === 'guest' ? actor.device : actor.session });
    this.#welcome(server, me, Number.isFinite(since) ? since : 0);
    this.#room.lobby.tellPresence();
    return new Response(null, { status: 101, webSocket: client });
  }

  #welcome(socket: WebSocket, me: Participant, since: number): void {
    const behind = this.#room.state.seq - since;
    if (since <= 0 || behind < 0 || behind > RESUME_LIMIT) {
      this.#room.lobby.tell(socket, { type: 'snapshot', view: this.#views.viewOf(me) });
      return;
    }
    this.#room.lobby.tellMissed(socket, this.#room.journal.wiredSince(me.side, since));
    this.#room.lobby.tell(socket, { type: 'seen', seen: this.#room.reading.of(me.id) });
  }

  async heard(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const now = Date.now();
    if (typeof frame !== 'string' || frame.length > MAX_FRAME) return socket.close(CLOSE.badFrame, 'frame');
    if (!this.#room.lobby.allows(socket, now, frame)) return socket.close(CLOSE.tooMuch, 'too much');
    const { participant, shut } = this.#room.lobby.who(socket);
    // Whatever ends somebody's way in shuts their sockets in the same turn: a frame that was on its way then is not heard.
    if (shut) return;
    const me = this.#room.state.people[participant];
    if (!me || me.status === 'left') return socket.close(CLOSE.left, 'left');

    let message: ToRoom;
    try {
      message = JSON.parse(frame) as ToRoom;
    } catch {
      return socket.close(CLOSE.badFrame, 'frame');
    }
    switch (message?.type) {
      case 'command': {
        if (typeof message.id !== 'string') return socket.close(CLOSE.badFrame, 'frame');
        const still = () => {
          const one = this.#room.state.people[participant];
          return one && one.status !== 'left' && !this.#room.lobby.who(socket).shut ? one : undefined;
        };
        const said = { id: message.id, command: message.command };
        // A request of its own: what comes of it is found by one id, as by any other way.
        const asked = underRequest(crypto.randomUUID(), () => this.#room.submitAs(still, 'app', said));
        const outcome = asked instanceof Promise ? await asked : asked;
        this.#room.lobby.tell(
          socket,
          outcome.ok
            ? { type: 'accepted', id: message.id, seq: outcome.value.seq }
            : { type: 'refused', id: message.id, refusal: outcome.refusal },
        );
        return;
      }
      case 'seen':
        if (typeof message.thread === 'string' && message.thread.length < 64 && Number.isSafeInteger(message.seq) && message.seq >= 0)
          this.#markSeen(me, message.thread, message.seq);
        return;
      case 'here': {
        const at = typeof message.at === 'string' && message.at.length < 64 && maySeeThread(me.side, message.at) ? message.at : null;
        const was = this.#room.lobby.who(socket).at;
        if (this.#room.lobby.isHere(socket, at, message.typing === true)) this.#room.lobby.tellPresence();
        // What others have read is told to who looks: whoever begins to look hears what was told before.
        if (at !== null && at !== was)
          for (const [other, seq] of Object.entries(this.#room.reading.readers(at)))
            if (other !== me.id) this.#room.lobby.tell(socket, { type: 'read', thread: at, participant: other as ParticipantId, seq });
        return;
      }
      case 'text.open':
      case 'text.edit':
      case 'text.close':
        return isTextId(message.text) ? this.#coWriting.write(socket, me, message) : socket.close(CLOSE.badFrame, 'frame');
      default:
        socket.close(CLOSE.badFrame, 'frame');
    }
  }

  gone(socket: WebSocket): void {
    this.#room.lobby.left(socket);
    this.#room.visits.note(this.#room.lobby.who(socket).participant, Date.now());
    for (const text of this.#room.lobby.who(socket).texts) this.#coWriting.leftText(text);
  }

  seen(actor: RoomActor, thread: ThreadId, seq: number): void {
    const me = this.#room.me(actor);
    if (me) this.#markSeen(me, thread, seq);
  }

  #markSeen(me: Participant, thread: ThreadId, seq: number): void {
    if (!maySeeThread(me.side, thread)) return;
    const upTo = Math.min(seq, this.#room.state.seq);
    this.#room.reading.seen(me.id, thread, upTo);
    this.#room.agenda.add('project', '', Date.now() + PROJECT_AFTER * 4, Date.now());
    this.#room.lobby.tellPerson(me.id, { type: 'seen', seen: this.#room.reading.of(me.id) });
    this.#room.lobby.tellLooking(thread, me.id, { type: 'read', thread, participant: me.id, seq: upTo });
  }
}
