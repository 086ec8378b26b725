/** Several people write one description: nothing is lost, whoever comes late, sleeps, or sends rubbish. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { ParticipantId, TaskId } from '#core/ids.ts';
import type { FromRoom } from '#core/protocol.ts';
import { textId, type TextId } from '#core/texts.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { fromBase64, toBase64 } from '../../worker/base64.ts';
import {
  act,
  type Browser,
  browserIn,
  deliverMail,
  env,
  joinedCustomer,
  newAddress,
  newSeller,
  openRoom,
  services,
  viewOf,
} from '../support/front-door.ts';

const stubOf = (room: string) => env.ROOM.get(env.ROOM.idFromName(room));
const read = (text: string) => fromBase64(text) ?? new Uint8Array();

/** One who writes: a browser with its own document. */
class Writer {
  readonly browser: Browser;
  readonly text: TextId;
  readonly doc = new Y.Doc();
  #heard = 0;

  constructor(browser: Browser, text: TextId) {
    this.browser = browser;
    this.text = text;
  }

  get words() {
    this.listen();
    return this.doc.getText('text').toString();
  }

  listen(): void {
    for (const message of this.browser.heard.slice(this.#heard)) {
      if ((message.type === 'text.is' || message.type === 'text.edited') && message.text === this.text)
        Y.applyUpdate(this.doc, read(message.update));
    }
    this.#heard = this.browser.heard.length;
  }

  async open(): Promise<void> {
    const before = this.browser.heard.length;
    this.browser.send({ type: 'text.open', text: this.text, vector: toBase64(Y.encodeStateVector(this.doc)) });
    await this.browser.next('text.is', (message) => this.browser.heard.indexOf(message) >= before);
    this.listen();
  }

  /** Types at a place; sends it unless there is no network. */
  type(at: number, removed: number, added: string, isOnline = true): void {
    const before = Y.encodeStateVector(this.doc);
    const words = this.doc.getText('text');
    this.doc.transact(() => {
      words.delete(Math.min(at, words.length), Math.min(removed, words.length - Math.min(at, words.length)));
      words.insert(Math.min(at, words.length), added);
    });
    if (isOnline) this.send(Y.encodeStateAsUpdate(this.doc, before));
  }

  send(update: Uint8Array): void {
    this.browser.send({ type: 'text.edit', text: this.text, update: toBase64(update) });
  }

  async kept(count: number): Promise<void> {
    await this.browser.next('text.kept', () => this.browser.heard.filter((one) => one.type === 'text.kept').length >= count);
  }
}

async function twoWriters(description = 'Agree on the terms.') {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const task = fresh<TaskId>();
  await act(seller, opened.room, { type: 'task.add', task, title: 'Contract', description });
  const text = textId('task', task);
  const [a, b] = [new Writer(await browserIn(seller, opened.room), text), new Writer(await browserIn(customer, opened.room), text)];
  return { seller, customer, opened, room: opened.room, task, text, a, b };
}

const describedBy = (message: Extract<FromRoom, { type: 'events' }>) =>
  message.events.find(({ event }) => event.type === 'task.changed' && event.description !== undefined);

describe('two people who write one description', () => {
  test('see each other’s words at once; when both have left it is one event that names them', async () => {
    const { seller, opened, room, task, a, b } = await twoWriters();
    await a.open();
    await b.open();
    await a.browser.next('text.people', (message) => message.people.length === 2);
    a.type(0, 0, 'First: ');
    b.type(18, 0, ' by Thursday');
    await a.kept(1);
    await b.kept(1);
    await a.browser.next('text.edited');
    await b.browser.next('text.edited');
    expect(a.words).toBe('First: Agree on the terms by Thursday.');
    expect(b.words).toBe(a.words);
    a.browser.send({ type: 'text.close', text: a.text });
    b.browser.send({ type: 'text.close', text: b.text });
    const event = describedBy(await a.browser.next('events', (message) => describedBy(message) !== undefined));
    expect(event?.event).toMatchObject({ description: a.words });
    const { writers = [] } = (event?.event ?? {}) as { writers?: ParticipantId[] };
    expect(writers.toSorted()).toEqual([opened.me, opened.customer].toSorted());
    expect((await viewOf(seller, room)).state.plan.tasks[task]?.description).toBe(a.words);
  });

  test('put none of the customer’s words into a template, nor does what a seller makes of them later', async () => {
    const { seller, room, task, a, b } = await twoWriters();
    await b.open();
    b.type(18, 0, ' that only we know');
    await b.kept(1);
    await a.open();
    a.type(0, 0, 'First: ');
    await a.kept(1);
    for (const one of [b, a]) one.browser.send({ type: 'text.close', text: one.text });
    await a.browser.next('events', (message) => describedBy(message) !== undefined);
    const words = (await viewOf(seller, room)).state.plan.tasks[task]?.description ?? '';
    expect(words).toContain('that only we know');
    for (const description of [words, `${words} Soon.`]) {
      await act(seller, room, { type: 'task.describe', task, description, from: words });
      const saved = await services.directory.saveTemplate(seller.seller, room, { name: `Ours ${fresh()}` });
      if (!saved.ok) throw new Error(saved.refusal.reason);
      const opened = await services.directory.open(seller.seller, {
        email: newAddress('next'),
        account: `Next ${newAddress('x')}`,
        template: saved.value.template,
      });
      if (!opened.ok) throw new Error(opened.refusal.reason);
      const { tasks } = (await viewOf(seller, opened.value.room)).state.plan;
      expect(Object.values(tasks).find((one) => one.title === 'Contract')?.description).toBe('Agree on the terms.');
    }
  });

  test('and somebody who sends a form: what it changed lies over what they write', async () => {
    const { seller, room, task, a } = await twoWriters();
    await a.open();
    a.type(19, 0, ' Then sign.');
    await a.kept(1);
    await act(seller, room, { type: 'task.describe', task, description: 'Agree on all terms.', from: 'Agree on the terms.' });
    await a.browser.next('text.edited');
    expect(a.words).toBe('Agree on all terms. Then sign.');
    a.browser.send({ type: 'text.close', text: a.text });
    await a.browser.next('events', (message) => (describedBy(message)?.event as { description?: string })?.description === a.words);
  });

  test('may write without a network and come back late: both have both', async () => {
    const { room, a, b } = await twoWriters('one two three');
    await a.open();
    await b.open();
    b.type(0, 3, 'ONE', false);
    a.type(8, 5, 'THREE');
    await a.kept(1);
    a.browser.send({ type: 'text.close', text: a.text });
    await a.browser.next('events', (message) => describedBy(message) !== undefined);
    await evictDurableObject(stubOf(room));
    await b.open();
    b.send(Y.encodeStateAsUpdate(b.doc));
    await b.kept(1);
    expect(b.words).toBe('ONE two THREE');
  });

  test('are not disturbed by whatever else is sent', async () => {
    const { a, b, text } = await twoWriters();
    await a.open();
    await b.open();
    const foreign = new Y.Doc();
    foreign.getMap('other').set('x', 1);
    const dangling = new Y.Doc();
    dangling.getText('text').insert(0, 'a');
    const half = Y.encodeStateVector(dangling);
    dangling.getText('text').insert(1, 'b');
    const long = new Y.Doc();
    long.getText('text').insert(0, 'x'.repeat(20_001));
    const bold = new Y.Doc();
    bold.getText('text').insert(0, 'x', { bold: true });
    const rubbish = [
      '%%%',
      toBase64(new Uint8Array([1, 2, 3, 250, 251])),
      toBase64(Y.encodeStateAsUpdate(foreign)),
      toBase64(Y.encodeStateAsUpdate(dangling, half)),
      toBase64(Y.encodeStateAsUpdate(long)),
      toBase64(Y.encodeStateAsUpdate(bold)),
    ];
    for (const update of rubbish) b.browser.send({ type: 'text.edit', text, update });
    await b.browser.next('text.refused', () => b.browser.heard.filter((one) => one.type === 'text.refused').length === rubbish.length);
    a.type(0, 0, 'Still ');
    await a.kept(1);
    await b.browser.next('text.edited');
    expect(b.words).toBe('Still Agree on the terms.');
    expect(a.browser.heard.filter((one) => one.type === 'text.edited')).toEqual([]);
  });

  test('a text that is nobody’s is refused', async () => {
    const { b } = await twoWriters();
    b.browser.send({ type: 'text.open', text: textId('task', fresh<TaskId>()), vector: null });
    await b.browser.next('text.refused');
  });
});

describe('what is said of a meeting', () => {
  async function twoAtTheTable(kind: 'agenda' | 'minutes') {
    const { seller, opened, room, task, a, b } = await twoWriters();
    await act(seller, room, { type: 'task.change', task, kind: 'meeting' });
    const [one, other] = [new Writer(a.browser, textId(kind, task)), new Writer(b.browser, textId(kind, task))];
    return { seller, opened, room, task, one, other };
  }

  test.each(['agenda', 'minutes'] as const)('its %s is written by both, and is one event', async (kind) => {
    const { seller, opened, room, task, one, other } = await twoAtTheTable(kind);
    await one.open();
    await other.open();
    one.type(0, 0, '- Prices. ');
    await one.kept(1);
    await other.browser.next('text.edited');
    other.type(other.words.length, 0, '- Dates.');
    await other.kept(1);
    await one.browser.next('text.edited');
    expect(one.words).toBe('- Prices. - Dates.');
    for (const writer of [one, other]) writer.browser.send({ type: 'text.close', text: writer.text });
    const isSaid = ({ event }: { event: { type: string } }) => event.type === 'meeting.described';
    const heard = await one.browser.next('events', (message) => message.events.some(isSaid));
    expect(heard.events.filter(isSaid).map(({ event }) => event)).toEqual([
      { type: 'meeting.described', task, [kind]: one.words, writers: [opened.me, opened.customer] },
    ]);
    expect((await viewOf(seller, room)).state.meetings[task]).toMatchObject({ [kind]: one.words });
    expect((await viewOf(seller, room)).state.meetings[task]).not.toHaveProperty('writers');
  });

  test('a form that is sent meanwhile loses nobody’s words', async () => {
    const { seller, room, task, one } = await twoAtTheTable('minutes');
    await act(seller, room, { type: 'meeting.minutes', task, minutes: 'We met.' });
    await one.open();
    one.type(7, 0, ' All agreed.');
    await one.kept(1);
    await act(seller, room, { type: 'meeting.minutes', task, minutes: 'We met on Friday.', from: 'We met.' });
    await one.browser.next('text.edited');
    expect(one.words).toContain('on Friday');
    expect(one.words).toContain('All agreed.');
  });

  test('where nobody meets there is nothing to write; what was begun waits until they meet again', async () => {
    const { seller, room, task, one, other } = await twoAtTheTable('minutes');
    await one.open();
    one.type(0, 0, 'We met.');
    await one.kept(1);
    await act(seller, room, { type: 'task.change', task, kind: 'task' });
    one.browser.send({ type: 'text.close', text: one.text });
    other.browser.send({ type: 'text.open', text: other.text, vector: null });
    await other.browser.next('text.refused', ({ refusal }) => refusal.reason === 'not_a_meeting');
    await act(seller, room, { type: 'task.change', task, kind: 'meeting' });
    await other.open();
    expect(other.words).toBe('We met.');
  });
});

describe('whatever three people type in whatever order', () => {
  test.each([1, 2, 3])('all end with the same words, and so does the room (%i)', async (seed) => {
    let state = seed * 7919;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const { seller, room, task, text, a, b } = await twoWriters('');
    const c = new Writer(await browserIn(seller, room), text);
    const writers = [a, b, c];
    const sent = new Map(writers.map((one) => [one, 0]));
    await a.open();
    await b.open();
    for (let step = 0; step < 60; step += 1) {
      const one = writers[random(3)] ?? a;
      if (step === 25) await c.open();
      if (one === c && step <= 25) continue;
      if (random(12) === 0) await evictDurableObject(stubOf(room)).catch(() => {}); // it may be asleep already
      if (random(3) === 0) one.listen();
      one.type(random(30), random(4), ['词', 'word ', '😀', '\n', 'x'][random(5)] ?? '');
      sent.set(one, (sent.get(one) ?? 0) + 1);
    }
    for (const one of writers) await one.kept(sent.get(one) ?? 0);
    for (const one of writers) await one.open();
    expect(b.words).toBe(a.words);
    expect(c.words).toBe(a.words);
    for (const one of writers) one.browser.send({ type: 'text.close', text });
    const id = a.browser.do({ type: 'task.change', task, title: 'Done' });
    await a.browser.next('accepted', (message) => message.id === id);
    await deliverMail(room);
    expect((await viewOf(seller, room)).state.plan.tasks[task]?.description).toBe(a.words);
    const rows = await runInDurableObject(stubOf(room), (_one, { storage }) =>
      storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM text_edit').one(),
    );
    expect(rows.n).toBe(1);
  });
});
