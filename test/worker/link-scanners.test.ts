/**
 * What stands between a mail and its reader: every link of every kind of mail is opened by link scanners of every kind, again and again.
 * Nothing is signed in, counted or used up by it; then its reader presses, and is in.
 */
import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TaskId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { sendDigests } from '../../worker/mail/digest.ts';
import { readHtml } from '../emails/read.ts';
import {
  act,
  deliverMail,
  env,
  invite,
  joinToken,
  lastCodeTo,
  lastMailTo,
  mailsTo,
  newAddress,
  newSeller,
  openRoom,
  ORIGIN,
  request,
  services,
  viewOf,
  type OpenRoom,
  type ReceivedMail,
  type SignedIn,
} from '../support/front-door.ts';

/** Path and query of every link of a mail that leads to the product, in its HTML, its text and its headers. */
function linksOf(mail: ReceivedMail): string[] {
  const texts = [
    ...readHtml(mail.html).links,
    ...(mail.text.match(/https?:\/\/[^\s<>()]+/g) ?? []),
    ...Object.values(mail.headers).flatMap((one) => one.match(/https?:\/\/[^\s<>,]+/g) ?? []),
  ];
  return [...new Set(texts.filter((one) => one.startsWith(env.APP_URL)).map((one) => one.slice(env.APP_URL.length)))];
}

/** What a browser keeps between requests. */
class Jar {
  readonly #kept = new Map<string, string>();

  plant(name: string, value: string): void {
    this.#kept.set(name, value);
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#kept].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await request(path, { ...init, ...(cookie && { cookie }) });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.#kept.set(name, value);
    }
    return response;
  }

  /** Opens a page, with all that leads on to it. */
  async open(path: string, init: RequestInit = {}): Promise<{ path: string; html: string }> {
    for (let hop = 0, at = path; ; hop += 1) {
      const response = await this.ask(at, init);
      const to = response.headers.get('location');
      if (!to || hop > 5) return { path: at, html: await response.text() };
      at = to.startsWith('http') ? to.slice(ORIGIN.length) : to;
    }
  }

  async post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return this.ask(path, { method: 'POST', headers: { accept: 'text/html', ...headers }, body: new URLSearchParams(fields) });
  }
}

interface Form {
  action: string;
  fields: Record<string, string>;
}
/** The forms of a page as it stands, with what is filled in. */
function formsOf(page: { path: string; html: string }): Form[] {
  const forms: Form[] = [];
  for (const { name, attributes } of readHtml(page.html).elements) {
    if (name === 'form' && /post/i.test(attributes['method'] ?? '')) {
      const { pathname, search } = new URL(attributes['action'] ?? '', ORIGIN + page.path);
      forms.push({ action: pathname + search, fields: {} });
    }
    const form = forms.at(-1);
    if (form && name === 'input' && attributes['name'] && (attributes['type'] !== 'radio' || 'checked' in attributes))
      form.fields[attributes['name']] = attributes['value'] ?? '';
  }
  return forms;
}

/** Presses a page's button for which an action stands, as its reader does. */
async function press(jar: Jar, path: string, action = ''): Promise<Response> {
  const form = formsOf(await jar.open(path)).find((one) => one.action.includes(action) && 'press' in one.fields);
  if (!form) throw new Error(`nothing to press at ${path.slice(0, 20)}`);
  return jar.post(form.action, form.fields);
}

const AGENTS = [
  'Mozilla/5.0 (compatible; Barracuda Sentinel (EE))',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  'BingPreview/1.0b',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'MicroMessenger Client',
  'Mimecast',
];
const LOOKS: RequestInit[] = [
  ...AGENTS.map((agent) => ({ headers: { 'user-agent': agent } })),
  { method: 'HEAD' },
  { method: 'OPTIONS' },
  { headers: { 'sec-purpose': 'prefetch;prerender', 'sec-fetch-dest': 'document' } },
  { headers: { purpose: 'prefetch', 'x-moz': 'prefetch' } },
  { headers: { range: 'bytes=0-1023', accept: '*/*' } },
  { headers: { 'sec-fetch-site': 'cross-site', referer: 'https://safelinks.example/?url=x' } },
];

/** Everything that a scanner may do: looks, follows, loads what a page names, sends forms that it was not given, or without what it was given. */
async function scan(path: string, other: string): Promise<Jar[]> {
  const jars: Jar[] = [];
  for (const look of LOOKS) {
    const jar = new Jar();
    await jar.open(path, look);
    jars.push(jar);
  }
  // Runs the page: loads what it names, and looks once more.
  const runs = new Jar();
  const page = await runs.open(path);
  for (const { attributes } of readHtml(page.html).elements) {
    const named = attributes['src'] ?? attributes['href'] ?? '';
    if (named.startsWith('/') && !named.startsWith('//')) await runs.ask(named);
  }
  await runs.open(path);
  for (const form of formsOf(page)) {
    const { press: _, ...without } = form.fields;
    const stolen = formsOf(await new Jar().open(other)).find((one) => 'press' in one.fields)?.fields['press'] ?? '';
    // Its button found and sent by somebody who keeps no cookies; by somebody who read no form; for another page; from another site.
    await new Jar().post(form.action, form.fields);
    await runs.post(form.action, without);
    await runs.post(form.action, { ...without, press: '' });
    await runs.post(form.action, { ...without, press: stolen });
    await runs.post(form.action, form.fields, { origin: 'https://evil.example' });
  }
  await runs.post(path, {});
  await runs.ask(path, { method: 'POST' });
  return [...jars, runs];
}

/** Everything that a visit could leave behind, in the room and beside it. */
async function traces(room: string): Promise<Record<string, string>> {
  const counts = await runInDurableObject(env.ROOM.get(env.ROOM.idFromName(room)), (_, state) =>
    Object.fromEntries(
      ['event', 'device', 'code', 'code_sent', 'seen', 'opening', 'visit', 'file', 'key']
        .filter((table) => state.storage.sql.exec('SELECT 1 FROM sqlite_master WHERE name = ?', table).toArray().length > 0)
        .map((table) => [table, JSON.stringify(state.storage.sql.exec(`SELECT * FROM ${table}`).toArray())]),
    ),
  );
  const beside = await env.DB.batch([
    env.DB.prepare('SELECT count(*) AS n FROM session'),
    env.DB.prepare('SELECT hash, used_at FROM sign_in ORDER BY hash'),
    env.DB.prepare('SELECT * FROM membership ORDER BY person_id'),
    env.DB.prepare('SELECT count(*) AS n FROM participant'),
  ]);
  return { ...counts, beside: JSON.stringify(beside.map(({ results }) => results)) };
}

interface Mailed {
  kind: string;
  mail: ReceivedMail;
}
let seller: SignedIn;
let opened: OpenRoom;
let mails: Mailed[];

beforeAll(async () => {
  seller = await newSeller();
  opened = await openRoom(seller);
  const invitation = await invite(seller, opened);
  const { room, customer, customerEmail } = opened;
  const inDays = (days: number) => ({
    date: new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    time: '15:00',
    zone: 'UTC',
  });
  const task = fresh<TaskId>();
  await act(seller, room, { type: 'task.add', task, title: 'Send the drawings', owners: [customer], due: inDays(2) });
  await act(seller, room, { type: 'task.add', task: fresh(), title: 'A demo', kind: 'demo', owners: [customer], due: inDays(3) });
  await act(seller, room, { type: 'comment.post', comment: fresh(), thread: 'room', body: 'A question', mentions: [customer] });
  await act(seller, room, { type: 'comment.post', comment: fresh(), thread: task, body: 'About the drawings', mentions: [customer] });
  await deliverMail(room);
  const monday = new Date();
  monday.setUTCDate(monday.getUTCDate() + ((8 - monday.getUTCDay()) % 7 || 7));
  await sendDigests(env, monday.setUTCHours(9, 0, 0, 0));
  const asked = newAddress('founder');
  await services.access.start(
    { name: 'Founder', email: asked, workspace: 'New', zone: 'UTC' },
    { ip: '203.0.113.77', locale: 'en', zone: 'UTC' },
  );
  await services.access.askToSignIn({ email: seller.seller.email }, { ip: '203.0.113.78', locale: 'en' });
  const colleague = newAddress('colleague');
  await services.directory.inviteColleague(seller.seller, { name: 'New One', email: colleague });
  mails = [
    { kind: 'invitation', mail: invitation },
    ...(await mailsTo(customerEmail)).filter(({ id }) => id !== invitation.id).map((mail) => ({ kind: 'to a customer', mail })),
    ...(await mailsTo(seller.seller.email)).map((mail) => ({ kind: 'to a seller', mail })),
    ...(await mailsTo(asked)).map((mail) => ({ kind: 'founding', mail })),
    ...(await mailsTo(colleague)).map((mail) => ({ kind: 'to a colleague', mail })),
  ];
});

const linkIn = (kind: string, what: string): string =>
  mails.flatMap((one) => (one.kind === kind ? linksOf(one.mail) : [])).find((one) => one.includes(what)) ?? '';

describe('link scanners', { timeout: 120_000 }, () => {
  test('change nothing at all, whatever they do with any link of any mail', async () => {
    const links = [...new Set(mails.flatMap(({ mail }) => linksOf(mail)))];
    expect(mails.length).toBeGreaterThan(8);
    for (const what of ['/join/', '/sign-in/', '/unsubscribe/', '/api/unsubscribe/'])
      expect(links.filter((one) => one.includes(what)).length, what).toBeGreaterThan(0);
    const before = await traces(opened.room);
    const letters = (await mailsTo(opened.customerEmail)).length;
    const [otherJoin, otherSignIn] = [linkIn('invitation', '/join/'), linkIn('founding', '/sign-in/')];
    for (const link of links) {
      for (const jar of await scan(link, link.includes('/join/') ? otherSignIn : otherJoin)) {
        expect((await jar.ask('/api/session')).status, link).toBe(401);
        expect((await jar.ask(`/api/rooms/${opened.room}`)).status, link).toBeGreaterThanOrEqual(401);
      }
      expect(await traces(opened.room), link).toEqual(before);
    }
    expect((await mailsTo(opened.customerEmail)).length).toBe(letters);
  });
});

describe('whoever came by another’s link', { timeout: 60_000 }, () => {
  test('has one of their own in the mail about their device, and a scanner of it changes nothing', async () => {
    const by = await newSeller();
    const mine = await openRoom(by);
    const passedOn = joinToken(await invite(by, mine));
    const email = newAddress('zhao');
    const from = { ip: '203.0.113.9', userAgent: AGENTS[1] ?? '' };
    const asked = await services.access.introduce(passedOn, undefined, { name: 'Zhao Min', email }, from);
    if (!asked.ok) throw new Error(asked.refusal.reason);
    await services.access.introduceWithCode(passedOn, asked.value.device, await lastCodeTo(email), from);
    const report = await lastMailTo(email);
    const [link] = linksOf(report).filter((one) => one.includes('/join/'));
    if (!link) throw new Error('no link');
    expect(joinToken(report)).not.toBe(passedOn);
    expect(await services.access.look(joinToken(report), undefined)).toMatchObject({ value: { name: 'Zhao Min', door: 'code' } });
    const before = await traces(mine.room);
    const letters = (await mailsTo(email)).length;
    for (const jar of await scan(link, linkIn('founding', '/sign-in/')))
      expect((await jar.ask(`/api/rooms/${mine.room}`)).status).toBeGreaterThanOrEqual(401);
    expect(await traces(mine.room)).toEqual(before);
    expect((await mailsTo(email)).length).toBe(letters);
  });
});

describe('their reader’s press', () => {
  test('lets a customer in, once: a second press on the page is the same device, without a code', async () => {
    const jar = new Jar();
    const page = await jar.open(linkIn('invitation', '/join/'));
    const form = formsOf(page).find((one) => one.action.includes('enter'));
    if (!form) throw new Error('no form');
    const twice = await Promise.all([jar.post(form.action, form.fields), jar.post(form.action, form.fields)]);
    expect(twice.map((one) => one.status)).toEqual([303, 303]);
    expect((await jar.ask(`/api/rooms/${opened.room}?as=customer`)).status).toBe(200);
    expect(JSON.parse((await traces(opened.room))['device'] ?? '[]')).toHaveLength(1);
    // The form of that page, in another browser, opens nothing; a press there is asked for a code.
    const replayed = new Jar();
    await replayed.post(form.action, form.fields);
    expect((await replayed.ask(`/api/rooms/${opened.room}?as=customer`)).status).toBe(401);
    const elsewhere = new Jar();
    expect((await press(elsewhere, linkIn('invitation', '/join/'), 'enter')).status).toBe(200);
    expect(await lastCodeTo(opened.customerEmail)).toHaveLength(6);
  });

  test('signs a seller in, once: a second press meets the same session, a replay elsewhere none', async () => {
    for (const kind of ['to a seller', 'founding', 'to a colleague']) {
      const jar = new Jar();
      // The newest; one that was used before opens nothing.
      const link = linkIn(kind, '/sign-in/');
      const form = formsOf(await jar.open(link)).find((one) => 'press' in one.fields);
      if (!form) throw new Error(`no form for ${kind}`);
      const once = await jar.post(form.action, form.fields);
      const again = await jar.post(form.action, form.fields);
      expect([once.status, again.status], kind).toEqual([303, 303]);
      expect((await jar.ask('/api/session')).status, kind).toBe(200);
      const sessions = (await (await jar.ask('/api/sessions')).json()) as { sessions: { current: boolean }[] };
      expect(sessions.sessions.filter((one) => one.current)).toHaveLength(1);
      const other = new Jar();
      await other.post(form.action, form.fields);
      expect(formsOf(await other.open(link)).filter((one) => 'press' in one.fields)).toEqual([]);
      expect((await other.ask('/api/session')).status, kind).toBe(401);
    }
  });

  test('changes their mail, by the page and by one click of the mail client', async () => {
    const mailOf = async () => (await viewOf(seller, opened.room)).state.people[opened.customer]?.mail;
    const jar = new Jar();
    const page = await jar.open(linkIn('invitation', '/unsubscribe/').replace('/api', ''));
    const form = formsOf(page).find((one) => 'press' in one.fields);
    expect((await jar.post(form?.action ?? '', { ...form?.fields, mail: 'weekly' })).status).toBe(200);
    expect(await mailOf()).toBe('weekly');
    const click = linkIn('invitation', '/api/unsubscribe/');
    expect((await request(click, { method: 'POST', headers: { origin: 'https://mail.example' } })).status).toBe(400);
    expect(await mailOf()).toBe('weekly');
    const clicked = await request(click, {
      method: 'POST',
      headers: { origin: 'https://mail.example' },
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    expect([clicked.status, await mailOf()]).toEqual([200, 'none']);
  });
});

describe('whoever was sent to sign in', () => {
  async function signedInFrom(jar: Jar, seller: { seller: { email: string } }): Promise<string | null> {
    await services.access.askToSignIn({ email: seller.seller.email }, { ip: '203.0.113.79', locale: 'en' });
    const [mail] = await mailsTo(seller.seller.email);
    const link = mail && linksOf(mail).find((one) => one.includes('/sign-in/'));
    return (await press(jar, link ?? '')).headers.get('location');
  }

  test('comes to the page that they asked for', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    const jar = new Jar();
    expect((await jar.ask(`/rooms/${room}?view=people`)).headers.get('location')).toBe('/sign-in');
    expect(await signedInFrom(jar, seller)).toBe(`/rooms/${room}?view=people`);
  });

  test('is led nowhere else by a planted cookie', async () => {
    for (const way of [
      '//evil.example/rooms',
      'https://evil.example',
      '/\\evil.example',
      '/rooms/../\\evil.example',
      '/roomsevil',
      '/sign-out',
    ]) {
      const jar = new Jar();
      jar.plant('__Host-way', encodeURIComponent(way));
      expect(await signedInFrom(jar, await newSeller())).toBe('/rooms');
    }
  });
});
