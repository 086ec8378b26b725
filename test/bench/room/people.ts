/** People come into our rooms as they do in production: by mailed links, through the pages, with cookies. */
import { randomBytes } from 'node:crypto';
import type { Ours } from './systems.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
export const freshId = (): string => Array.from(randomBytes(26), (byte) => letters[byte % 32]).join('');

/** Each from an address of their own: doors count tries by address. */
let visitors = 0;
const address = () => `10.${(visitors >> 16) & 255}.${(visitors >> 8) & 255}.${(visitors += 1) & 255}`;

export interface Visitor {
  cookie: string;
  as: 'seller' | 'customer';
}

async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`waited for ${what}`);
}

export class FrontDoor {
  readonly #ours: Ours;

  constructor(system: Ours) {
    this.#ours = system;
  }

  request(
    path: string,
    init: { method?: string; body?: string | URLSearchParams; cookie?: string; json?: boolean } = {},
  ): Promise<Response> {
    const headers: Record<string, string> = { 'cf-connecting-ip': address(), 'x-real-ip': address() };
    if (init.cookie) headers['cookie'] = init.cookie;
    if (init.json) headers['content-type'] = 'application/json';
    if (init.method) headers['origin'] = this.#ours.url;
    return fetch(this.#ours.url + path, {
      method: init.method ?? 'GET',
      redirect: 'manual',
      headers,
      ...(init.body ? { body: init.body } : {}),
    });
  }

  /** Opens a page of a mailed link and presses its button, as a browser does. */
  async #press(path: string, action = ''): Promise<string> {
    const page = await this.request(path);
    const press = /name="press" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    return this.#post(
      path + action,
      { press },
      page.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    );
  }

  async #post(path: string, fields: Record<string, string>, cookie = ''): Promise<string> {
    const response = await this.request(path, { method: 'POST', body: new URLSearchParams(fields), ...(cookie && { cookie }) });
    await response.arrayBuffer();
    if (response.status >= 400) throw new Error(`${path}: ${response.status}`);
    return response.headers
      .getSetCookie()
      .map((one) => one.split(';')[0] ?? '')
      .filter((one) => one.startsWith('__Host-'))
      .join('; ');
  }

  /** The part of the newest mail to an address that a pattern catches. */
  mailed(to: string, pattern: RegExp): Promise<string> {
    return until(`a mail to ${to}`, () => {
      const mail = this.#ours.mails.findLast((one) => one.to.some((other) => other.includes(to)) && pattern.test(one.text));
      return mail && pattern.exec(mail.text)?.[1];
    });
  }

  /** Founds a workspace and signs its first seller in. */
  async seller(): Promise<Visitor & { person: string; workspace: string }> {
    const email = `lidan.${freshId().slice(0, 6)}@yuncang.bench`;
    await this.#post('/start', { name: 'Li Dan', email, workspace: 'Yuncang', zone: 'Asia/Shanghai' });
    const cookie = await this.#press(`/sign-in/${await this.mailed(email, /\/sign-in\/([a-z2-7]+)/)}`);
    const session = (await (await this.request('/api/session', { cookie })).json()) as { person: string; workspace: string };
    return { cookie, as: 'seller', ...session };
  }

  async command(by: Visitor, room: string, command: object): Promise<void> {
    const body = JSON.stringify({ id: `bench-${freshId().slice(0, 12)}`, command });
    const response = await this.request(`/api/rooms/${room}/commands?as=${by.as}`, { method: 'POST', body, cookie: by.cookie, json: true });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }

  /** A room with its seller and so many customers, all of them in. */
  async room(seller: Visitor, customers: number): Promise<{ room: string; guests: Visitor[] }> {
    const email = (n: number) => `chen${n}.${tag}@corp.bench`;
    const tag = freshId().slice(0, 8);
    const opened = await this.request('/api/rooms', {
      method: 'POST',
      cookie: seller.cookie,
      json: true,
      body: JSON.stringify({ email: email(0), account: `Corp ${tag}`, template: 'blank', locale: 'en', name: 'Chen 0' }),
    });
    const { room } = (await opened.json()) as { room: string };
    const state = (await (await this.request(`/api/rooms/${room}?as=seller`, { cookie: seller.cookie })).json()) as {
      view: { state: { people: Record<string, { id: string; side: string }> } };
    };
    const first = Object.values(state.view.state.people).find((one) => one.side === 'customer');
    if (!first) throw new Error('a room without its customer');
    await this.command(seller, room, { type: 'participant.invite', participant: first.id, note: '' });
    for (let n = 1; n < customers; n += 1) {
      await this.command(seller, room, {
        type: 'participant.add',
        participant: freshId(),
        side: 'customer',
        name: `Chen ${n}`,
        email: email(n),
        locale: 'en',
        zone: 'Asia/Shanghai',
        invite: true,
        note: '',
      });
    }
    const guests: Visitor[] = [];
    for (let n = 0; n < customers; n += 1) {
      const token = await this.mailed(email(n), /\/join\/([a-z2-7]{52})/);
      guests.push({ cookie: await this.#press(`/join/${token}`, '?/enter'), as: 'customer' });
    }
    return { room, guests };
  }
}
