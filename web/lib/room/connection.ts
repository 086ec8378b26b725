/** The wire to a room: a socket that comes back by itself, and plain requests while it is away. */
import Socket from 'partysocket/ws';
import type { CommandInput, Look } from '#core/commands.ts';
import type { Recorded } from '#core/events.ts';
import type { Wording } from '#core/discussion.ts';
import type { CommentId, ParticipantId, RoomId, TaskId, ThreadId } from '#core/ids.ts';
import { CLOSE, type FromRoom, type Opening, type ThreadPage, type ToRoom, type Where, type Whereabouts } from '#core/protocol.ts';
import type { LedgerRow } from '#core/ledger.ts';
import type { Refusal, Result } from '#core/refusal.ts';
import type { Retrospective } from '#core/retrospective.ts';
import type { HistoryEntry } from '#core/task-history.ts';
import type { MailPreview } from '../../../worker/services.ts';

export type As = 'seller' | 'customer';
export type Ending = keyof typeof CLOSE;

export interface Heard {
  /** Everything after this is news. Asked at each new connection. */
  since: () => number;
  opened: () => void;
  said: (message: FromRoom) => void;
  lost: () => void;
  /** The room has closed the door for good: it must not be knocked at again. */
  ended: (why: Ending) => void;
}

const PING_EVERY = 15_000;
const PONG_WITHIN = 4_000;

export class Connection {
  readonly #base: string;
  readonly #query: string;
  readonly #heard: Heard;
  #socket: Socket | null = null;
  #heardAt = 0;

  constructor(room: RoomId, as: As, heard: Heard) {
    this.#base = `/api/rooms/${room}`;
    this.#query = `as=${as}`;
    this.#heard = heard;
  }

  /** Connects; the answer ends it. */
  start(): () => void {
    const socket = new Socket(
      () => `${location.origin.replace(/^http/, 'ws')}${this.#base}/live?${this.#query}&since=${this.#heard.since()}`,
      [],
      {
        // What was not acknowledged is sent again with its own id; the socket must not do so behind our back.
        maxEnqueuedMessages: 0,
        minReconnectionDelay: 300,
        maxReconnectionDelay: 10_000,
        connectionTimeout: 8_000,
      },
    );
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#heardAt = Date.now();
      this.#heard.opened();
    });
    socket.addEventListener('message', ({ data }) => {
      this.#heardAt = Date.now();
      if (data !== 'pong') this.#heard.said(JSON.parse(String(data)) as FromRoom);
    });
    socket.addEventListener('close', ({ code }) => {
      const why = (Object.keys(CLOSE) as Ending[]).find((one) => CLOSE[one] === code);
      if (why) {
        socket.close();
        this.#heard.ended(why);
      } else this.#heard.lost();
    });

    // A network that is silently gone closes nothing: ask now and then, and don't wait long for the answer.
    const ping = () => {
      if (socket.readyState !== WebSocket.OPEN || document.hidden) return;
      const asked = Date.now();
      socket.send('ping');
      setTimeout(() => {
        if (this.#heardAt < asked && socket.readyState === WebSocket.OPEN) this.#again();
      }, PONG_WITHIN);
    };
    const timer = setInterval(ping, PING_EVERY);
    const away = () => this.#heard.lost();
    const back = () => this.#again();
    const shown = () => !document.hidden && ping();
    addEventListener('offline', away);
    addEventListener('online', back);
    document.addEventListener('visibilitychange', shown);
    return () => {
      clearInterval(timer);
      removeEventListener('offline', away);
      removeEventListener('online', back);
      document.removeEventListener('visibilitychange', shown);
      socket.close();
    };
  }

  #again(): void {
    this.#heard.lost();
    this.#socket?.reconnect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN && navigator.onLine;
  }

  tell(message: ToRoom): void {
    if (this.isOpen) this.#socket?.send(JSON.stringify(message));
  }

  /** A command as a request of its own. Null when the network is gone. */
  async submit(id: string, command: CommandInput): Promise<Result<{ seq: number }> | null> {
    return this.#ask('/commands', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, command }),
    });
  }

  retrospective(): Promise<Result<Retrospective | null> | null> {
    return this.#ask('/retrospective');
  }

  ledger(): Promise<Result<{ ledger: LedgerRow[] }> | null> {
    return this.#ask('/ledger');
  }

  whereabouts(): Promise<Result<{ people: Record<ParticipantId, Whereabouts> }> | null> {
    return this.#ask('/whereabouts');
  }

  saveTemplate(name: string): Promise<Result<{ template: string }> | null> {
    return this.#ask('/template', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) });
  }

  events(since: number): Promise<Result<{ events: Recorded[]; head: number }> | null> {
    return this.#ask(`/events?since=${since}`);
  }

  thread(thread: ThreadId, where: Where): Promise<Result<ThreadPage> | null> {
    const [cut] = Object.entries(where ?? {});
    return this.#ask(`/threads/${thread}${cut ? `?${cut.join('=')}` : ''}`);
  }

  wordings(comment: CommentId): Promise<Result<{ wordings: (Wording & { html: string | null })[] }> | null> {
    return this.#ask(`/comments/${comment}/wordings`);
  }

  history(task: TaskId): Promise<Result<{ history: HistoryEntry[] }> | null> {
    return this.#ask(`/tasks/${task}/history`);
  }

  invitation(participant: string, note: string): Promise<Result<MailPreview> | null> {
    return this.#ask(`/invitation/${participant}?note=${encodeURIComponent(note)}`);
  }

  /** A look is told and forgotten: nothing waits for it, and leaving the page does not stop it. */
  looked(what: Look): void {
    void this.#ask('/opens', {
      method: 'POST',
      keepalive: true,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(what),
    });
  }

  openings(): Promise<Result<{ openings: Opening[] }> | null> {
    return this.#ask('/opens');
  }

  uploadAddress = (): string => `${this.#base}/files?${this.#query}`;

  async #ask<T>(path: string, init: RequestInit = {}): Promise<Result<T> | null> {
    try {
      const response = await fetch(`${this.#base}${path}${path.includes('?') ? '&' : '?'}${this.#query}`, init);
      const body = (await response.json()) as T & { error?: Refusal };
      return response.ok ? { ok: true, value: body } : { ok: false, refusal: body.error ?? { code: 'unavailable', reason: 'unavailable' } };
    } catch {
      return null;
    }
  }
}
