/**
 * Random histories in a real room: whatever was done in it, no way that a customer has (pages, API, socket, feed, tables, copies, files,
 * mails, summaries) gives them a byte of what is internal. The pure paths are tried by the hundred in test/core/laws.test.ts.
 * `FUZZ_SEED=n` brings those of another run back.
 */
import { env as bindings } from 'cloudflare:workers';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import type { FileId, ParticipantId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { mailboxOf } from '../../worker/local/mailbox.ts';
import { sendDigests } from '../../worker/mail/digest.ts';
import { chen, lidan, zhao, zhou } from '../support/cast.ts';
import { anyCommand, anyPerson, SECRET } from '../support/histories.ts';
import {
  act,
  bring,
  browserIn,
  deliverMail,
  enter,
  env,
  joinedCustomer,
  joinToken,
  lastMailTo,
  newAddress,
  newColleague,
  newSeller,
  openRoom,
  request,
  VIEWS,
} from '../support/front-door.ts';

const HISTORIES = 8;
const STEPS = 40;
const seed = Number(bindings.FUZZ_SEED);
/** What is internal carries the secret in its words, or says what it is by its id. */
const INTERNAL = new RegExp(`${SECRET}|hidden(alpha|beta|gamma|delta)|internal file`);

/** A room with the four people of the histories in it. */
async function scene() {
  const seller = await newSeller();
  const colleague = await newColleague(seller);
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const add = async (side: 'seller' | 'customer', name: string, email: string): Promise<ParticipantId> => {
    const participant = fresh<ParticipantId>();
    await act(seller, opened.room, {
      type: 'participant.add',
      participant,
      side,
      name,
      email,
      locale: 'en',
      zone: 'UTC',
      invite: true,
      note: '',
    });
    return participant;
  };
  const zhous = await add('seller', 'Zhou Hang', colleague.seller.email);
  const email = newAddress('zhao');
  const zhaos = await add('customer', 'Zhao Min', email);
  await deliverMail(opened.room);
  const entry = await enter(joinToken(await lastMailTo(email)));
  const other = { cookie: `__Host-guest=${entry.device}` };
  return {
    room: opened.room,
    seller,
    sellers: [seller, colleague],
    customers: [customer, other],
    addresses: [opened.customerEmail, email],
    by: { [lidan.id]: seller, [zhou.id]: colleague, [chen.id]: customer, [zhao.id]: other } as Record<string, { cookie: string }>,
    real: { [lidan.id]: opened.me, [zhou.id]: zhous, [chen.id]: opened.customer, [zhao.id]: zhaos },
  };
}

test(
  `${HISTORIES} random histories: no way of a customer's holds a byte of what is internal (FUZZ_SEED=${seed})`,
  { timeout: 180_000 },
  async ({ task }) => {
    const histories = fc.sample(fc.array(fc.tuple(anyPerson, anyCommand), { minLength: STEPS, maxLength: STEPS }), {
      numRuns: HISTORIES,
      seed,
    });
    let cells = 0;
    const leaked: string[] = [];
    let taken = 0;
    let internal = 0;
    for (const [nth, steps] of histories.entries()) {
      const on = await scene();
      const { room } = on;
      const windows = await Promise.all(on.customers.map((one) => browserIn(one, room)));
      const upload = await request(`/api/rooms/${room}/files?as=seller`, {
        method: 'POST',
        cookie: on.seller.cookie,
        headers: { 'x-file-name': 'internal file.txt' },
        body: SECRET,
      });
      const { id: file } = (await upload.json()) as { id: FileId };
      await act(on.seller, room, { type: 'material.add', material: fresh(), file, title: `${SECRET}file`, audience: 'seller' });
      for (const [who, input] of steps) {
        let said = JSON.stringify(input);
        for (const [from, to] of Object.entries(on.real)) said = said.replaceAll(from, to);
        const by = on.by[who.id];
        if (!by || !said.includes('"type"')) continue;
        if ((await act(by, room, JSON.parse(said) as CommandInput)).status === 202) taken += 1;
      }
      // A mail that is held is the sellers' alone.
      const { replyTo } = await lastMailTo(on.addresses[0] ?? '');
      await bring({ from: `${SECRET}@evil.example`, to: replyTo ?? '', text: `${SECRET}held` });
      await deliverMail(room);
      const monday = new Date();
      monday.setUTCDate(monday.getUTCDate() + ((8 - monday.getUTCDay()) % 7 || 7));
      await sendDigests(env, monday.setUTCHours(9, 0, 0, 0));
      await deliverMail(room);
      // One of the two sellers may have let the other go.
      const shown = await Promise.all(
        on.sellers.map(async ({ cookie }) => (await request(`/api/rooms/${room}?as=seller`, { cookie })).text()),
      );
      if (shown.some((view) => view.includes(SECRET))) internal += 1;

      const look = (where: string, what: string) => {
        cells += 1;
        const found = INTERNAL.exec(what);
        if (found) leaked.push(`history ${nth}, ${where}: ${what.slice(Math.max(0, found.index - 80), found.index + 80)}`);
      };
      for (const [at, customer] of on.customers.entries()) {
        const ask = (path: string, init: RequestInit = {}) => request(path, { ...init, cookie: customer.cookie });
        look('socket', JSON.stringify(windows[at]?.heard));
        const opening = await ask(`/api/rooms/${room}?as=customer&threads=room,room:internal`);
        const view = await opening.text();
        look('view', view);
        if (opening.status !== 200) continue;
        const { state } = (
          JSON.parse(view) as { view: { state: { plan: { tasks: object }; value: { lines: object }; materials: { byId: object } } } }
        ).view;
        const things = [...Object.keys(state.plan.tasks), ...Object.keys(state.value.lines), ...Object.keys(state.materials.byId)];
        for (const thread of ['room', 'room:internal', ...things, ...things.map((one) => `${one}:internal`)])
          look(`thread ${thread}`, await (await ask(`/api/rooms/${room}/threads/${thread}?as=customer`)).text());
        for (const one of Object.keys(state.plan.tasks)) {
          look('history of a task', await (await ask(`/api/rooms/${room}/tasks/${one}/history?as=customer`)).text());
          look('file of a meeting', await (await ask(`/api/rooms/${room}/tasks/${one}/calendar.ics?as=customer`)).text());
        }
        const parts = [
          'events?since=0&',
          'plan.csv?',
          'ledger?',
          'ledger.csv?',
          'my-data.json?',
          'whereabouts?',
          'retrospective?',
          'opens?',
        ];
        for (const part of parts) look(part, await (await ask(`/api/rooms/${room}/${part}as=customer`)).text());
        for (const query of [...VIEWS, '?side=internal']) look(`page ${query}`, await (await ask(`/r/${room}${query}`)).text());
        const copy = unzipSync(new Uint8Array(await (await ask(`/api/rooms/${room}/copy.zip?as=customer`)).arrayBuffer()));
        for (const [name, bytes] of Object.entries(copy)) look(`copy.zip ${name}`, `${name} ${strFromU8(bytes)}`);
        const { url } = (await (await ask(`/api/rooms/${room}/feed?as=customer`, { method: 'POST' })).json()) as { url: string };
        look('feed', await (await ask(new URL(url).pathname)).text());
        const served = await ask(`/files/${room}/${file}?as=customer`);
        if (served.status !== 404) leaked.push(`history ${nth}: the internal file: ${served.status}`);
        for (const mail of await mailboxOf(env).list({ to: on.addresses[at] ?? '' })) look(`mail “${mail.subject}”`, JSON.stringify(mail));
      }
      for (const window of windows) window.close();
    }
    Object.assign(task.meta, { walls: { routes: 0, actors: 0, cells, failed: leaked.length } });
    expect(leaked).toEqual([]);
    // It was worth looking: much was done, and much of it was internal.
    expect(taken).toBeGreaterThan(HISTORIES * 8);
    expect(internal).toBe(HISTORIES);
  },
);
