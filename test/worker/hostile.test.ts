/**
 * Hostile inputs against every way in (test/support/hostile.ts): none is answered by a 5xx, none runs anywhere it is shown, none
 * reaches a neighbour, and what a good user sends beside each batch is kept. Mail has its own: hostile-mail.test.ts.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import type { FileId, ParticipantId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { api } from '../../worker/api/index.ts';
import { feeds } from '../../worker/api/feeds.ts';
import { files } from '../../worker/api/files.ts';
import { health } from '../../worker/health.ts';
import { hooks } from '../../worker/mail/hooks.ts';
import { activeIn, BODIES, FORMS, FRAMES, MARK, MARKUP, REQUEST_HEADERS, SEGMENTS, TEXTS, VALUES } from '../support/hostile.ts';
import { answered, batches, goodUser, scene, shown, stands, tried, wrong, type Scene } from '../support/hostile-room.ts';
import { browserIn, env, joinedCustomer, newAddress, newSeller, ORIGIN, request, viewOf } from '../support/front-door.ts';

/** Every field of a command that takes words. */
const FIELDS: ((words: string, on: Scene) => CommandInput)[] = [
  (title) => ({ type: 'task.add', task: fresh(), title }),
  (description) => ({ type: 'task.add', task: fresh(), title: 'Described', description }),
  (text, { task }) => ({ type: 'check.add', task, check: fresh(), text }),
  (title) => ({ type: 'milestone.add', milestone: fresh(), title, date: null }),
  (title) => ({ type: 'value.add', line: fresh(), side: 'cost', title }),
  (words, { line }) => ({ type: 'value.change', line, need: words, motive: words, expectation: words, source: words.slice(0, 300) }),
  (text, { line }) => ({ type: 'value.number', line, text }),
  (note, { line }) => ({ type: 'value.stance', line, stance: 'doubts', note }),
  (what) => ({ type: 'placeholder.add', placeholder: fresh(), side: 'seller', what }),
  (link) => ({ type: 'material.add', material: fresh(), link }),
  (words) => ({
    type: 'material.add',
    material: fresh(),
    link: 'https://corp.example/x',
    title: words,
    section: words.slice(0, 80),
    note: words,
  }),
  (name) => ({ type: 'room.rename', name }),
  (name, { opened }) => ({ type: 'participant.describe', participant: opened.me, name }),
  (words) => ({ type: 'deal.change', source: words, notes: words }),
  (amount) => ({ type: 'deal.change', amount }),
  (place, { task }) => ({ type: 'meeting.place', task, place }),
  (agenda, { task }) => ({ type: 'meeting.agenda', task, agenda }),
  (title) => ({ type: 'objection.raise', task: fresh(), title, description: title }),
  (note, on) => newcomer(on, 'Newcomer', note),
  (name, on) => newcomer(on, name, ''),
  (own) => ({ type: 'deal.rule', framework: 'own', own: [own], minimum: 1 }),
  (body) => ({ type: 'comment.post', comment: fresh(), thread: 'room:internal', body }),
  (email) => ({
    type: 'participant.add',
    participant: fresh(),
    side: 'customer',
    name: 'X',
    email,
    locale: 'en',
    zone: 'UTC',
    invite: true,
    note: '',
  }),
  (zone, { opened }) => ({ type: 'participant.describe', participant: opened.me, zone }),
];
function newcomer(on: Scene, name: string, note: string): CommandInput {
  const email = newAddress('invited');
  on.mailed.push(email);
  return {
    type: 'participant.add',
    participant: fresh<ParticipantId>(),
    side: 'customer',
    name,
    email,
    locale: 'en',
    zone: 'UTC',
    invite: true,
    note,
  };
}

const aComment = (body: string): CommandInput => ({ type: 'comment.post', comment: fresh(), thread: 'room', body });

const form = (command: CommandInput): RequestInit => {
  // As the page sends it: the command as JSON, its words laid over it.
  const { body, title, ...rest } = command as Record<string, unknown>;
  const fields = new URLSearchParams({ command: JSON.stringify(rest), id: fresh() });
  if (typeof body === 'string') fields.set('body', body);
  if (typeof title === 'string') fields.set('title', title);
  return { method: 'POST', headers: { accept: 'text/html' }, body: fields };
};

/** One command by one of the three ways in, in turn. */
async function through(nth: number, on: Scene, as: 'seller' | 'customer', command: CommandInput): Promise<void> {
  const what = `${command.type} ${JSON.stringify(command).slice(0, 120)}`;
  const { cookie } = as === 'seller' ? on.seller : on.customer;
  if (nth % 7 === 0) await answered(what, `/${as === 'seller' ? 'rooms' : 'r'}/${on.room}?/command`, { ...form(command), cookie });
  else
    await answered(what, `/api/rooms/${on.room}/commands?as=${as}`, {
      method: 'POST',
      cookie,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: fresh(), command }),
    });
}

let neighbour: { on: Scene; before: string };
const everythingOf = async (on: Scene) => {
  const view = await viewOf(on.seller, on.room);
  const tables = await env.DB.prepare('SELECT count(*) AS n FROM sqlite_master').first<{ n: number }>();
  const people = await env.DB.prepare('SELECT name, email FROM person WHERE id = ?').bind(on.seller.seller.person).first();
  return JSON.stringify([view.state, tables, people]);
};

afterAll(() => console.log(`hostile inputs: ${tried.inputs}`));

test('what would run is seen', () => {
  const seen = MARKUP.filter((one) => activeIn(one, { nonce: null, own: [] }).length > 0);
  // The others run in one browser or another that reads HTML as no standard does, or nowhere.
  expect(seen.length).toBeGreaterThan(40);
  expect(
    activeIn('<p>1 &lt; 2</p><a href="https://corp.example" rel="noopener">x</a><img src="/x.png">', { nonce: null, own: [] }),
  ).toEqual([]);
});

describe('hostile words', { timeout: 120_000 }, () => {
  test('in every field, by API, socket and form, are words wherever they are shown', async () => {
    const next = await scene();
    neighbour = { on: next, before: await everythingOf(next) };
    const seller = await newSeller(`Li ${MARK}`, `"><script>${MARK}</script>`);
    const SIZE = 100;
    for (let from = 0; from < TEXTS.length; from += SIZE) {
      const on = await scene(seller);
      const texts = TEXTS.slice(from, from + SIZE);
      await batches(on, texts, (body, nth) => through(nth, on, 'customer', aComment(body)));
      await batches(on, texts, (text, nth) => {
        const field = FIELDS[(from / SIZE + nth) % FIELDS.length];
        return field ? through(nth + 1, on, 'seller', field(text, on)) : Promise.resolve();
      });
      await stands(on);
      await shown(on);
    }
    expect(wrong.splice(0)).toEqual([]);
  });
});

const ROUTES = [
  ...api.routes.map((one) => ({ method: one.method, path: `/api${one.path}` })),
  ...files.routes.map((one) => ({ method: one.method, path: `/files${one.path}` })),
  ...feeds.routes.map((one) => ({ method: one.method, path: `/feeds${one.path}` })),
  ...hooks.routes.map((one) => ({ method: one.method, path: `/hooks${one.path}` })),
  ...health.routes.map((one) => ({ method: one.method, path: '/healthz' })),
].filter(
  (one, nth, all) => one.method !== 'ALL' && all.findIndex(({ method, path }) => method === one.method && path === one.path) === nth,
);

describe('every route', { timeout: 120_000 }, () => {
  /** A route's path with things of the room in it, but for one segment. */
  const pathOf = (on: Scene, path: string, odd?: { name: string; segment: string }) =>
    path.replace(/:(\w+)/g, (_, name: string) => (odd?.name === name ? odd.segment : name === 'room' ? on.room : on.task));

  test('with hostile segments in its path and values in its query', async () => {
    const on = await scene();
    const asked = ROUTES.flatMap(({ method, path }) => [
      ...[...path.matchAll(/:(\w+)/g)].flatMap(([, name = '']) =>
        SEGMENTS.map((segment) => ({ method, path: pathOf(on, path, { name, segment }) })),
      ),
      ...(method === 'GET'
        ? VALUES.map((value) => ({
            method,
            path: `${pathOf(on, path)}?as=seller&q=${value}&since=${value}&before=${value}&at=${value}&threads=${value},__proto__&near=${value}&email=${value}&name=${value}&sort=${value}&stage=${value}&note=${value}`,
          }))
        : []),
    ]);
    await batches(on, asked, async ({ method, path }) => {
      await answered(`${method} ${path.slice(0, 160)}`, path, { method, cookie: on.seller.cookie });
    });
    await stands(on);
    expect(wrong.splice(0)).toEqual([]);
  });

  test('with hostile bodies, as JSON and as whatever else', async () => {
    const on = await scene();
    const asked = ROUTES.filter(({ method }) => method !== 'GET').flatMap((route) => BODIES.map((body) => ({ ...route, body })));
    await batches(on, asked, async ({ method, path, body }, nth) => {
      const type: Record<string, string> = nth % 7 === 0 ? {} : { 'content-type': 'application/json' };
      const what = `${method} ${path} ${typeof body === 'string' ? body.slice(0, 80) : body}`;
      await answered(what, `${pathOf(on, path)}?as=seller`, { method, cookie: on.seller.cookie, headers: type, body });
    });
    await stands(on);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(wrong.splice(0)).toEqual([]);
  });

  test('and page, with hostile headers and cookies', async () => {
    const on = await scene();
    const paths = [
      '/',
      '/start',
      '/sign-in',
      '/rooms',
      '/settings',
      '/accounts',
      `/rooms/${on.room}`,
      `/r/${on.room}`,
      `/join/${'q'.repeat(52)}`,
    ];
    const machine = ['/api/session', `/api/rooms/${on.room}`, `/api/rooms/${on.room}/live`, `/files/${on.room}/${on.task}`, '/healthz'];
    const asked = [...paths, ...machine].flatMap((path) => REQUEST_HEADERS.map((headers) => ({ path, headers })));
    await batches(on, asked, async ({ path, headers }) => {
      let init: RequestInit & { cookie?: string };
      try {
        init = { headers: new Headers(headers), ...(headers['cookie'] ? {} : { cookie: `${on.seller.cookie}; ${on.customer.cookie}` }) };
      } catch {
        return;
      }
      const response = await answered(`${path} ${JSON.stringify(headers).slice(0, 120)}`, path, init);
      if (headers['cookie'] && response?.status === 200 && (await response.text()).includes(on.opened.customerEmail))
        wrong.push(`${path}: somebody came in by ${headers['cookie'].slice(0, 60)}`);
    });
    await stands(on);
    expect(wrong.splice(0)).toEqual([]);
  });
});

describe('every form', { timeout: 120_000 }, () => {
  test('with hostile bodies, and hostile words in its fields', async () => {
    const on = await scene();
    const { token } = await joinedCustomer(on.seller, on.opened);
    const { account } = (await viewOf(on.seller, on.room)).state.room ?? {};
    const pages = [
      '/start',
      '/sign-in?/mail',
      '/sign-in?/passkey',
      ...['enter', 'code', 'introduce', 'introduceCode', '__proto__'].map((one) => `/join/${token}?/${one}`),
      `/sign-in/${'q'.repeat(26)}`,
      `/unsubscribe/${'q'.repeat(52)}`,
      '/preferences',
      '/rooms/new',
      '/rooms/import',
      '/rooms?/dismissSteps',
      ...[
        'describe',
        'qualify',
        'removeTemplate',
        'invite',
        'addPasskey',
        'removePasskey',
        'endSession',
        'switchTo',
        'setRole',
        'removeMember',
        'constructor',
      ].map((one) => `/settings?/${one}`),
      ...['rename', 'merge', 'separate', 'addDomain', 'removeDomain'].map((one) => `/accounts/${account}?/${one}`),
      `/rooms/${on.room}?/command`,
      `/api/rooms/${on.room}/opens`,
    ];
    const words = TEXTS.filter((_, nth) => nth % 60 === 0).map((text) => {
      const body = new URLSearchParams();
      for (const name of ['name', 'email', 'workspace', 'account', 'template', 'own', 'code', 'mail', 'domain', 'into', 'back', 'line'])
        body.set(name, name === 'email' ? `x${text}@corp.example` : text);
      body.set('command', JSON.stringify({ type: 'task.add', title: text }));
      return { type: 'application/x-www-form-urlencoded', body: body.toString() };
    });
    const asked = pages.flatMap((path) => [...FORMS, ...words].map((one) => ({ path, ...one })));
    await batches(on, asked, async ({ path, type, body }, nth) => {
      const response = await answered(`${path} ${type} ${typeof body === 'string' ? body.slice(0, 100) : body}`, path, {
        method: 'POST',
        cookie: on.seller.cookie,
        headers: { 'content-type': type, accept: nth % 3 === 0 ? 'text/html' : '*/*', 'cf-connecting-ip': `203.0.113.${nth % 250}` },
        body,
      });
      const to = response?.headers.get('location') ?? '/';
      if (new URL(to, ORIGIN).origin !== ORIGIN) wrong.push(`${path}: led to ${to}`);
    });
    await stands(on);
    await shown(on);
    expect(wrong.splice(0)).toEqual([]);
  });
});

describe('a form that does not say its size', { timeout: 60_000 }, () => {
  /** So many pieces of a MiB, each sent when it is asked for. */
  const pieces = (head: string, count: number) => {
    const piece = new Uint8Array(1024 * 1024).fill(0x78);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(out) {
        if (sent > count) return out.close();
        out.enqueue(sent === 0 ? new TextEncoder().encode(head) : piece);
        sent += 1;
      },
    });
    return { body, sent: () => sent };
  };
  const send = (path: string, type: string, body: ReadableStream) =>
    request(path, { method: 'POST', headers: { 'content-type': type, accept: 'text/html' }, body, duplex: 'half' } as RequestInit);

  test('is read, and not further than the largest that is taken', async () => {
    const type = 'multipart/form-data; boundary=b';
    const open = '--b\r\nContent-Disposition: form-data; name="name"; filename="x"\r\n\r\n';
    const small = await send('/start', type, pieces(`${open}x\r\n--b--\r\n`, 0).body);
    expect(small.status).toBe(422);
    const large = pieces(open, 200);
    expect((await send('/start', type, large.body)).status).toBe(413);
    expect(large.sent()).toBeLessThan(100);
  });

  test('and is none, is answered as what it is, however many there are', async () => {
    const all = Array.from({ length: 60 }, (_, nth) => send('/start', nth % 2 ? 'text/xml' : '', pieces('<x/>', nth % 3).body));
    const told = new Set((await Promise.all(all)).map((one) => one.status));
    expect([...told].filter((status) => status < 400 || status >= 500)).toEqual([]);
  });
});

describe('the socket', { timeout: 60_000 }, () => {
  test('with hostile frames, and hostile words in good ones', async () => {
    const on = await scene();
    const watching = await browserIn(on.customer, on.room);
    await watching.next('snapshot');
    const texts = TEXTS.filter((_, nth) => nth % 4 === 1);
    const frames = [
      ...FRAMES,
      ...FRAMES.map((one) => one.replace('aaaaaaaaaaaaaaaaaaaaaaaaaa', on.task)),
      ...texts.map((body, nth) =>
        JSON.stringify({
          type: 'command',
          id: fresh(),
          command:
            nth % 2
              ? { type: 'comment.post', comment: fresh(), thread: on.task, body }
              : (FIELDS[nth % FIELDS.length] ?? aComment)(body, on),
        }),
      ),
    ];
    // A socket ends with the first frame that is none: others must not be lost behind it.
    let browser = await browserIn(on.seller, on.room);
    let sent = 0;
    for (const [nth, frame] of frames.entries()) {
      if (browser.closed !== null || sent > 30) {
        browser.close();
        browser = await browserIn(on.seller, on.room);
        sent = 0;
      }
      browser.send(frame);
      sent += 1;
      tried.inputs += 1;
      if (nth < FRAMES.length * 2) await new Promise((soon) => setTimeout(soon, 3));
      if (nth % 20 === 0) await goodUser(on);
      if (browser.closed !== null && ![4400, 4429, 1005, 1000].includes(browser.closed))
        wrong.push(`${frame.slice(0, 100)}: closed with ${browser.closed}`);
    }
    await goodUser(on);
    await watching.next('events', ({ events }) =>
      events.some(({ event }) => event.type === 'comment.posted' && event.body === on.said.at(-1)),
    );
    expect(watching.closed).toBeNull();
    for (const message of watching.heard)
      if (message.type === 'events')
        for (const html of Object.values(message.html))
          for (const found of activeIn(html, { nonce: null, own: [] })) wrong.push(`a frame: ${found}`);
    await stands(on);
    await shown(on);
    expect(wrong.splice(0)).toEqual([]);
  });
});

describe('an upload', { timeout: 60_000 }, () => {
  test('with a hostile name or content is a file that can’t run, under a name that is none but a name', async () => {
    const on = await scene();
    const names = TEXTS.filter((one, nth) => nth % 5 === 2 && one.length < 3_000);
    const contents = [
      '<html><script>x</script>',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>',
      '%PDF-1.4 <script>',
      'GIF89a/*<svg onload=x>*/',
      '\u0000\u0001',
      'PK\u0003\u0004',
    ];
    await batches(on, names, async (name, nth) => {
      const as = nth % 2 === 0 ? 'seller' : 'customer';
      const { cookie } = as === 'seller' ? on.seller : on.customer;
      let header: string;
      try {
        header = encodeURIComponent(name);
      } catch {
        header = '%ed%a0%80';
      }
      const response = await answered(`upload ${name.slice(0, 80)}`, `/api/rooms/${on.room}/files?as=${as}`, {
        method: 'POST',
        cookie,
        headers: { 'x-file-name': header, 'content-type': 'text/html' },
        body: contents[nth % contents.length] ?? '',
      });
      if (response?.status !== 201) return void wrong.push(`upload ${name.slice(0, 80)}: ${response?.status}`);
      const fact = (await response.json()) as { id: FileId; name: string };
      // eslint-disable-next-line no-control-regex
      if (/[\\/\u0000-\u001f\u202a-\u202e]|^\.\./.test(fact.name)) wrong.push(`named ${fact.name}`);
      const file = await request(`/files/${on.room}/${fact.id}?as=${as}`, { cookie });
      const [type, policy, way] = ['content-type', 'content-security-policy', 'content-disposition'].map(
        (one) => file.headers.get(one) ?? '',
      );
      if (file.status !== 200 || !policy?.includes('sandbox') || file.headers.get('x-content-type-options') !== 'nosniff')
        wrong.push(`served: ${file.status}`);
      if (/html|svg|xml|javascript/.test(type ?? '') && !way?.startsWith('attachment')) wrong.push(`${type} shown in place`);
    });
    await stands(on);
    expect(wrong.splice(0)).toEqual([]);
  });
});

test('two thousand at least were tried, and the neighbours know nothing of it', async () => {
  expect(tried.inputs).toBeGreaterThan(2_000);
  expect(await everythingOf(neighbour.on)).toBe(neighbour.before);
});
