/** The Worker as people and machines meet it: sign in, requests with cookies, mail in and out, sockets. Real in every part. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env as bindings, exports } from 'cloudflare:workers';
import { ROOM_THREAD } from '#core/audience.ts';
import type { CommandInput } from '#core/commands.ts';
import type { ParticipantId, RoomId, ThreadId } from '#core/ids.ts';
import type { FromRoom, RoomView, ToRoom } from '#core/protocol.ts';
import { createServices } from '../../worker/atelier.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { base64Lines, toBase64 } from '../../worker/base64.ts';
import worker from '../../worker/local/index.ts';
import { mailboxOf, type LocalEnv } from '../../worker/local/mailbox.ts';
import type { Entry, Seller } from '../../worker/services.ts';

export const env = bindings as unknown as LocalEnv;
export const services = createServices(env);
export const ORIGIN = 'http://localhost:8787';

const from = { ip: '203.0.113.7', locale: 'en' as const, zone: 'Asia/Shanghai', userAgent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0' };

let people = 0;
/** An address that no other test uses. */
export const newAddress = (name: string, domain = 'corp.example'): string => `${name}.${(people += 1)}.${fresh().slice(0, 6)}@${domain}`;

export interface SignedIn {
  seller: Seller;
  cookie: string;
}

/** A new seller with a workspace of their own, signed in by the link in the mail. */
export async function newSeller(name = 'Li Dan', workspace = 'Yuncang'): Promise<SignedIn> {
  const email = newAddress('seller', 'yuncang.example');
  const asked = await services.access.start({ name, email, workspace, zone: 'Asia/Shanghai' }, from);
  if (!asked.ok) throw new Error(asked.refusal.reason);
  return signInByMail(email);
}

/** Follows the newest sign-in link that was mailed to an address. */
export async function signInByMail(email: string): Promise<SignedIn> {
  const mail = await lastMailTo(email);
  const token = /\/sign-in\/([a-z2-7]+)/.exec(mail.text)?.[1] ?? '';
  const entered = await services.access.signIn(token, from.userAgent);
  if (!entered.ok) throw new Error(entered.refusal.reason);
  const seller = await services.access.seller(entered.value.cookie);
  if (!seller) throw new Error('signed in, but nobody');
  return { seller, cookie: `__Host-seller=${entered.value.cookie}` };
}

/** A colleague in the same workspace, signed in. */
export async function newColleague(of: SignedIn, name = 'Zhou Hang'): Promise<SignedIn> {
  const email = newAddress('colleague', 'yuncang.example');
  const invited = await services.directory.inviteColleague(of.seller, { name, email });
  if (!invited.ok) throw new Error(invited.refusal.reason);
  return signInByMail(email);
}

// ---------------------------------------------------------------- mail out

export type ReceivedMail = Awaited<ReturnType<typeof mailsTo>>[number];

/** Runs what is due until nothing is: rooms' notices, then the postbox. */
export async function deliverMail(...rooms: RoomId[]): Promise<void> {
  for (const room of rooms) {
    const stub = env.ROOM.get(env.ROOM.idFromName(room));
    await makeDue(stub);
    await runDurableObjectAlarm(stub);
  }
  const postbox = env.POSTBOX.get(env.POSTBOX.idFromName('main'));
  for (let turn = 0; turn < 5; turn += 1) {
    if (!(await runDurableObjectAlarm(postbox))) break;
  }
}

/** Moves a room's windows to their end, as if the time had passed. */
async function makeDue(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub, (_instance, state) => {
    state.storage.sql.exec('UPDATE agenda SET at = ?', Date.now() - 1);
    return state.storage.setAlarm(Date.now() - 1);
  });
}

/** Every mail to an address, newest first. */
export async function mailsTo(email: string) {
  await deliverMail();
  return mailboxOf(env).list({ to: email });
}

/** The newest mail to an address. */
export async function lastMailTo(email: string): Promise<ReceivedMail> {
  const [mail] = await mailsTo(email);
  if (!mail) throw new Error(`no mail to ${email}`);
  return mail;
}

/** A link's token in a mail. */
export const joinToken = (mail: { text: string }): string => /\/join\/([a-z2-7]{52})/.exec(mail.text)?.[1] ?? '';
export const replyToken = (mail: { replyTo: string | null }): string => /reply\+([a-z2-7]{52})@/.exec(mail.replyTo ?? '')?.[1] ?? '';
/** The six digits of the newest mail that carries any. */
export async function lastCodeTo(email: string): Promise<string> {
  const codes = (await mailsTo(email)).flatMap((mail) => /\b(\d{6})\b/.exec(mail.subject)?.[1] ?? []);
  const [code] = codes;
  if (!code) throw new Error(`no code to ${email}`);
  return code;
}

// ---------------------------------------------------------------- mail in

export interface Letter {
  from: string;
  to: string;
  name?: string;
  subject?: string;
  text: string;
  messageId?: string;
  inReplyTo?: string;
  /** As its writer's clock shows it (RFC 5322 section 3.3); now in UTC unless given. */
  date?: string;
  headers?: Record<string, string>;
  files?: { name: string; type: string; content: string }[];
  /** What the receiving edge found out; `null` writes no verdict. */
  verdict?: string | null;
  envelopeFrom?: string;
}

/** The bytes of a mail, as a mail client and the receiving edge would hand them on. */
export function raw(letter: Letter): Uint8Array {
  const domain = letter.from.split('@')[1];
  const verdict =
    letter.verdict === undefined
      ? `mx.cloudflare.net; dkim=pass header.d=${domain} header.s=s1; dmarc=pass header.from=${domain} policy.dmarc=reject; spf=pass smtp.mailfrom=${letter.from}`
      : letter.verdict;
  const boundary = `b${fresh()}`;
  const head = [
    ...(verdict === null ? [] : [`Authentication-Results: ${verdict}`]),
    `From: ${letter.name ? `=?UTF-8?B?${toBase64(letter.name)}?= ` : ''}<${letter.from}>`,
    `To: <${letter.to}>`,
    `Subject: =?UTF-8?B?${toBase64(letter.subject ?? 'Re: hello')}?=`,
    `Date: ${letter.date ?? new Date().toUTCString()}`,
    `Message-ID: ${letter.messageId ?? `<${fresh()}@${domain}>`}`,
    ...(letter.inReplyTo ? [`In-Reply-To: ${letter.inReplyTo}`, `References: ${letter.inReplyTo}`] : []),
    ...Object.entries(letter.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    'MIME-Version: 1.0',
  ];
  const text = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', '', base64Lines(letter.text)];
  if (!letter.files?.length) return new TextEncoder().encode([...head, ...text, ''].join('\r\n'));
  const parts = letter.files.map((file) =>
    [
      `--${boundary}`,
      `Content-Type: ${file.type}; name="${file.name}"`,
      `Content-Disposition: attachment; filename="${file.name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      base64Lines(file.content),
    ].join('\r\n'),
  );
  return new TextEncoder().encode(
    [...head, `Content-Type: multipart/mixed; boundary="${boundary}"`, '', `--${boundary}`, ...text, ...parts, `--${boundary}--`, ''].join(
      '\r\n',
    ),
  );
}

/** Brings a mail to the Worker's `email()` handler; gives what the sending server was told. */
export async function bring(letter: Letter): Promise<{ rejected: string | null }> {
  return bringRaw(raw(letter), { from: letter.envelopeFrom ?? letter.from, to: letter.to });
}

export async function bringRaw(bytes: Uint8Array, envelope: { from: string; to: string }): Promise<{ rejected: string | null }> {
  let rejected: string | null = null;
  const message = {
    ...envelope,
    raw: new Response(bytes as Uint8Array<ArrayBuffer>).body,
    rawSize: bytes.byteLength,
    headers: new Headers(),
    setReject(reason: string) {
      rejected = reason;
    },
  };
  await worker.email(message as unknown as ForwardableEmailMessage, env);
  return { rejected };
}

// ---------------------------------------------------------------- requests and rooms

/** A request at the front door, as a browser of this origin makes it. */
export function request(path: string, init: RequestInit & { cookie?: string } = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (init.cookie) headers.set('cookie', init.cookie);
  if (init.method && init.method !== 'GET' && !headers.has('origin')) headers.set('origin', ORIGIN);
  return exports.default.fetch(new Request(ORIGIN + path, { redirect: 'manual', ...init, headers }));
}

export interface OpenRoom {
  room: RoomId;
  customer: ParticipantId;
  customerEmail: string;
  me: ParticipantId;
}

/** A room with one customer, added and not yet invited. */
export async function openRoom(by: SignedIn, template = 'blank', email = newAddress('chen')): Promise<OpenRoom> {
  const opened = await services.directory.open(by.seller, {
    email,
    account: `Corp ${fresh().slice(0, 5)}`,
    template,
    locale: 'en',
    name: 'Chen Wei',
  });
  if (!opened.ok) throw new Error(opened.refusal.reason);
  const { room } = opened.value;
  const view = await viewOf(by, room);
  const customer = Object.values(view.state.people).find((one) => one.side === 'customer');
  if (!customer) throw new Error('no customer');
  return { room, customer: customer.id, customerEmail: email, me: view.me };
}

export async function viewOf(
  by: SignedIn | { cookie: string },
  room: RoomId,
  as = by.cookie.includes('guest') ? 'customer' : 'seller',
): Promise<RoomView> {
  const response = await request(`/api/rooms/${room}?as=${as}`, { cookie: by.cookie });
  const answer = (await response.json()) as { view: RoomView };
  if (!answer.view) throw new Error(`no view: ${response.status} ${JSON.stringify(answer)}`);
  return answer.view;
}

/** Does something in a room over the API. */
export async function act(by: { cookie: string }, room: RoomId, command: CommandInput, id = fresh()): Promise<Response> {
  const as = by.cookie.includes('guest') ? 'customer' : 'seller';
  return request(`/api/rooms/${room}/commands?as=${as}`, {
    method: 'POST',
    cookie: by.cookie,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, command }),
  });
}

export async function comments(by: { cookie: string }, room: RoomId, thread: ThreadId | string = ROOM_THREAD) {
  const as = by.cookie.includes('guest') ? 'customer' : 'seller';
  const response = await request(`/api/rooms/${room}/threads/${thread}?as=${as}`, { cookie: by.cookie });
  const answer = (await response.json()) as {
    comments?: {
      id: string;
      body: string;
      by: string;
      via: string;
      mail: string | null;
      files: { id: string; name: string; type: string; size: number }[];
    }[];
  };
  return answer.comments ?? [];
}

/** A room's page in each of its views. */
export const VIEWS = ['', '?view=value', '?view=materials', '?view=people', '?view=deal', '?view=record', '?view=paper'];

/** Invites the room's customer and gives the mail that reached them. */
export async function invite(by: SignedIn, opened: OpenRoom, note = ''): Promise<ReceivedMail> {
  await act(by, opened.room, { type: 'participant.invite', participant: opened.customer, note });
  await deliverMail(opened.room);
  return lastMailTo(opened.customerEmail);
}

/** Enters by a link as its owner, on a device; a fresh one unless a cookie is given. */
export async function enter(token: string, device?: string): Promise<Entry> {
  const entered = await services.access.enter(token, device, from);
  if (!entered.ok) throw new Error(entered.refusal.reason);
  return entered.value;
}

/** The value of a seller's cookie. */
export const bare = (one: { cookie: string }): string => one.cookie.replace('__Host-seller=', '');

/** A customer who is in: invited, link opened, button pressed. */
export async function joinedCustomer(by: SignedIn, opened: OpenRoom): Promise<{ cookie: string; device: string; token: string }> {
  const mail = await invite(by, opened);
  const token = joinToken(mail);
  const entry = await enter(token);
  return { cookie: `__Host-guest=${entry.device}`, device: entry.device, token };
}

// ---------------------------------------------------------------- sockets

/** A browser in a room: sends, and waits for what it is told. */
export class Browser {
  readonly #socket: WebSocket;
  readonly #inbox: FromRoom[] = [];
  readonly #waiting = new Set<() => void>();
  closed: number | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener('message', (event) => {
      this.#inbox.push(JSON.parse(String(event.data)) as FromRoom);
      for (const wake of this.#waiting) wake();
    });
    socket.addEventListener('close', (event) => {
      this.closed = event.code;
      for (const wake of this.#waiting) wake();
    });
  }

  send(message: ToRoom | string): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  do(command: CommandInput, id: string = fresh()): string {
    this.send({ type: 'command', id, command });
    return id;
  }

  get heard(): readonly FromRoom[] {
    return this.#inbox;
  }

  /** The first message that fits, now or later. */
  async next<Type extends FromRoom['type']>(
    type: Type,
    fits: (message: Extract<FromRoom, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<FromRoom, { type: Type }>> {
    for (;;) {
      const found = this.#inbox.find(
        (message): message is Extract<FromRoom, { type: Type }> =>
          message.type === type && fits(message as Extract<FromRoom, { type: Type }>),
      );
      if (found) return found;
      if (this.closed !== null) throw new Error(`closed with ${this.closed} while waiting for ${type}`);
      await new Promise<void>((wake) => {
        const once = () => {
          this.#waiting.delete(once);
          wake();
        };
        this.#waiting.add(once);
      });
    }
  }

  async whenClosed(): Promise<number> {
    while (this.closed === null) {
      await new Promise<void>((wake) => {
        const once = () => {
          this.#waiting.delete(once);
          wake();
        };
        this.#waiting.add(once);
      });
    }
    return this.closed;
  }

  close(): void {
    this.#socket.close(1000);
  }
}

export async function browserIn(by: { cookie: string }, room: RoomId, since = 0): Promise<Browser> {
  const as = by.cookie.includes('guest') ? 'customer' : 'seller';
  const response = await request(`/api/rooms/${room}/live?as=${as}&since=${since}`, {
    cookie: by.cookie,
    headers: { upgrade: 'websocket', origin: ORIGIN },
  });
  if (!response.webSocket) throw new Error(`no socket: ${response.status}`);
  return new Browser(response.webSocket);
}
