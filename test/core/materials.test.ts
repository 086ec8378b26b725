/** Materials: versions, places, what only one side has, and requests that a file answers. */
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { audienceOf, viewFor, visible } from '#core/audience.ts';
import { command, type CommandInput } from '#core/commands.ts';
import type { Facts } from '#core/decision.ts';
import { answersToRequest } from '#core/deciding/materials.ts';
import { decide } from '#core/deciding/index.ts';
import type { Recorded } from '#core/events.ts';
import type { FileId, MaterialId } from '#core/ids.ts';
import { hasFile, materialsOf, sectionsOf } from '#core/materials.ts';
import { noticesOf } from '#core/notices.ts';
import type { Participant } from '#core/people.ts';
import { apply, emptyRoom, restored, type RoomState } from '#core/room.ts';
import { AT, added, chen, facts, fileId, id, joined, lidan, opened, record, taskId, threadOf, zhao, zhou } from '../support/cast.ts';

const materialId = (name: string) => id<MaterialId>(name);
const pdf = (name: string) => ({ id: fileId(name), name: `${name}.pdf`, size: 1000, type: 'application/pdf' });
const withFiles = (by: Participant, ...names: string[]): Facts => ({
  ...facts,
  staged: Object.fromEntries(names.map((name) => [fileId(name), { ...pdf(name), by: by.id }])) as Facts['staged'],
});

/** A room that keeps its log, so that it can be looked at from the customer's side. */
class Played {
  log: Recorded[] = record([opened, ...[lidan, zhou, chen, zhao].flatMap((one) => [added(one), joined(one)])]);
  state: RoomState = this.log.reduce(apply, emptyRoom);

  do(by: Participant, input: CommandInput, told: Facts = facts) {
    const decision = decide(this.state, by.id, v.parse(command, input), told);
    if (!decision.ok) return decision.refusal.reason;
    for (const event of decision.events) {
      const one: Recorded = { seq: this.log.length + 1, at: AT, by: by.id, via: 'app', audience: audienceOf(event), event };
      this.log.push(one);
      this.state = apply(this.state, one);
    }
    return decision.events.map((one) => one.type).join(' ');
  }

  file(by: Participant, name: string, more: Partial<Extract<CommandInput, { type: 'material.add' }>> = {}) {
    return this.do(by, { type: 'material.add', material: materialId(name), file: fileId(name), ...more }, withFiles(by, name));
  }

  get customers(): RoomState {
    return visible('customer', this.log).reduce(apply, emptyRoom);
  }

  /** What the customer's browser has is what the server would draw for them. */
  expectSame() {
    expect({ ...this.customers, seq: 0 }).toEqual({ ...viewFor('customer', this.state), seq: 0 });
  }

  shown(side: 'seller' | 'customer') {
    return materialsOf((side === 'seller' ? this.state : this.customers).materials).map((one) => one.title);
  }
}

describe('a material', () => {
  test('is a file or a link, named after itself unless somebody names it', () => {
    const room = new Played();
    room.file(lidan, 'offer');
    room.do(chen, { type: 'material.add', material: materialId('wiki'), link: 'www.corp.example/a/terms?x=1' });
    room.file(lidan, 'plan', { title: '实施方案' });
    expect(room.shown('customer')).toEqual(['offer', 'corp.example/a/terms', '实施方案']);
    expect(room.state.materials.byId[materialId('wiki')]?.versions[0]?.content).toEqual({
      kind: 'link',
      url: 'https://www.corp.example/a/terms?x=1',
    });
    expect(room.do(lidan, { type: 'material.add', material: materialId('none') })).toBe('material_empty');
    expect(room.do(chen, { type: 'material.add', material: materialId('other'), file: fileId('x') }, withFiles(lidan, 'x'))).toBe(
      'no_such_file',
    );
  });

  test.each(['javascript:alert(1)', 'https://bank.example@evil.example/', 'ftp://a.example', 'https://a b', 'data:text/html,x', 'hello'])(
    'is no link to %s',
    (link) => {
      expect(v.safeParse(command, { type: 'material.add', material: materialId('a'), link }).success).toBe(false);
    },
  );

  test('keeps its earlier versions, each with who and when', () => {
    const room = new Played();
    room.file(lidan, 'contract');
    expect(
      room.do(chen, { type: 'material.version', material: materialId('contract'), file: fileId('redline') }, withFiles(chen, 'redline')),
    ).toBe('material.versioned');
    expect(
      room.do(chen, { type: 'material.version', material: materialId('contract'), file: fileId('redline') }, withFiles(chen, 'redline')),
    ).toBe('');
    expect(room.state.materials.byId[materialId('contract')]?.versions.map((one) => [one.number, one.by])).toEqual([
      [1, lidan.id],
      [2, chen.id],
    ]);
    expect(hasFile('customer', room.state.materials, fileId('contract'))).toBe(true);
  });

  test('comes back by undo, and its file with it', () => {
    const room = new Played();
    room.file(lidan, 'offer');
    room.do(chen, { type: 'material.remove', material: materialId('offer') });
    expect(room.shown('seller')).toEqual([]);
    expect(hasFile('customer', room.state.materials, fileId('offer'))).toBe(false);
    expect(hasFile('seller', room.state.materials, fileId('offer'))).toBe(true);
    room.do(chen, { type: 'material.restore', material: materialId('offer') });
    expect(room.shown('customer')).toEqual(['offer']);
    expect(hasFile('customer', room.state.materials, fileId('offer'))).toBe(true);
  });

  test('stands in a section that is renamed for all of it and has a place', () => {
    const room = new Played();
    room.file(lidan, 'a', { section: 'Legal' });
    room.file(lidan, 'b', { section: 'Prices' });
    room.file(lidan, 'c', { section: 'Legal' });
    expect(sectionsOf(room.state.materials)).toEqual(['Legal', 'Prices']);
    room.do(chen, { type: 'section.order', sections: ['Prices', 'Legal'] });
    room.do(chen, { type: 'section.rename', from: 'Legal', to: '合同' });
    expect(sectionsOf(room.state.materials)).toEqual(['Prices', '合同']);
    room.do(chen, { type: 'material.move', material: materialId('c'), before: materialId('b'), section: 'Prices' });
    expect(room.shown('seller')).toEqual(['a', 'c', 'b']);
    room.expectSame();
  });

  test('is not there in a room that was stored before there were any', () => {
    const { materials: _, ...old } = new Played().state;
    expect(materialsOf(restored(old).materials)).toEqual([]);
  });
});

describe('what only the seller side has', () => {
  test('reaches no customer, is not touched by one, and has no talk that they would see', () => {
    const room = new Played();
    room.file(lidan, 'secretmargin', { audience: 'seller', section: 'secretsection', note: 'secretnote' });
    room.do(lidan, { type: 'material.change', material: materialId('secretmargin'), title: 'secrettitle' });
    room.do(lidan, { type: 'section.rename', from: 'secretsection', to: 'secretother' });
    room.do(lidan, { type: 'section.order', sections: ['secretother'] });
    expect(JSON.stringify(visible('customer', room.log))).not.toContain('secret');
    expect(JSON.stringify(viewFor('customer', room.state))).not.toContain('secret');
    expect(hasFile('customer', room.state.materials, fileId('secretmargin'))).toBe(false);
    expect(room.do(chen, { type: 'material.remove', material: materialId('secretmargin') })).toBe('no_such_material');
    expect(room.do(chen, { type: 'material.share', material: materialId('secretmargin') })).toBe('no_such_material');
    expect(room.file(chen, 'mine', { audience: 'seller' })).toBe('not_for_your_side');
    for (const thread of [threadOf('secretmargin'), `${threadOf('secretmargin')}:internal`])
      expect(room.do(chen, { type: 'comment.post', comment: id('c'), thread, body: 'x' })).toBe('no_such_thread');
    expect(room.do(lidan, { type: 'comment.post', comment: id('c'), thread: threadOf('secretmargin'), body: 'x' })).toBe('no_such_thread');
    expect(room.do(lidan, { type: 'comment.post', comment: id('c'), thread: `${threadOf('secretmargin')}:internal`, body: 'x' })).toBe(
      'comment.posted',
    );
    for (const one of room.log) for (const notice of noticesOf(room.state, one)) expect([lidan.id, zhou.id]).toContain(notice.to);
    room.expectSame();
  });

  test('is shared with its newest version alone; drafts stay, and the place is right', () => {
    const room = new Played();
    room.file(lidan, 'first');
    room.file(lidan, 'secretdraft', { audience: 'seller', title: 'Offer' });
    room.file(lidan, 'last');
    room.do(lidan, { type: 'material.version', material: materialId('secretdraft'), file: fileId('final') }, withFiles(lidan, 'final'));
    room.do(lidan, { type: 'material.share', material: materialId('secretdraft') });
    expect(room.shown('customer')).toEqual(['first', 'Offer', 'last']);
    expect(room.customers.materials.byId[materialId('secretdraft')]?.versions.map((one) => one.number)).toEqual([2]);
    expect(room.state.materials.byId[materialId('secretdraft')]?.versions).toHaveLength(2);
    expect(hasFile('customer', room.state.materials, fileId('secretdraft'))).toBe(false);
    expect(hasFile('customer', room.state.materials, fileId('final'))).toBe(true);
    room.expectSame();
  });

  test('can be taken back, and shared again with all that was shown before', () => {
    const room = new Played();
    room.file(lidan, 'offer');
    room.file(lidan, 'other');
    room.do(lidan, { type: 'material.withdraw', material: materialId('offer') });
    expect(room.shown('customer')).toEqual(['other']);
    expect(room.shown('seller')).toEqual(['offer', 'other']);
    expect(hasFile('customer', room.state.materials, fileId('offer'))).toBe(false);
    room.expectSame();
    room.do(lidan, { type: 'material.version', material: materialId('offer'), file: fileId('two') }, withFiles(lidan, 'two'));
    room.do(lidan, { type: 'material.share', material: materialId('offer') });
    expect(room.customers.materials.byId[materialId('offer')]?.versions.map((one) => one.number)).toEqual([1, 2]);
    expect(room.shown('customer')).toEqual(['offer', 'other']);
    room.expectSame();
  });

  test('stands where the seller put it, and the customer is told in terms of what they know', () => {
    const room = new Played();
    room.file(lidan, 'a');
    room.file(lidan, 'hidden', { audience: 'seller' });
    room.file(lidan, 'b');
    room.file(lidan, 'c');
    room.do(lidan, { type: 'material.move', material: materialId('c'), before: materialId('hidden') });
    expect(room.shown('seller')).toEqual(['a', 'c', 'hidden', 'b']);
    expect(room.shown('customer')).toEqual(['a', 'c', 'b']);
    expect(JSON.stringify(visible('customer', room.log))).not.toContain(materialId('hidden'));
    expect(room.do(chen, { type: 'material.move', material: materialId('c'), before: materialId('hidden') })).toBe('no_such_material');
    room.expectSame();
  });
});

describe('a file that was said in a discussion', () => {
  const say = (room: Played, by: Participant, thread: string, name: string) =>
    room.do(by, { type: 'comment.post', comment: id(`c${name}`), thread, body: '', files: [fileId(name)] }, withFiles(by, name));

  test('is kept as material by one press, by anyone who sees it', () => {
    const room = new Played();
    say(room, chen, 'room', 'specs');
    expect(room.do(lidan, { type: 'material.add', material: materialId('specs'), file: fileId('specs') })).toBe('material.added');
    expect(room.shown('customer')).toEqual(['specs']);
  });

  test('and that comes from a note stays internal until it is shared', () => {
    const room = new Played();
    say(room, lidan, 'room:internal', 'secret');
    expect(room.do(chen, { type: 'material.add', material: materialId('x'), file: fileId('secret') })).toBe('no_such_file');
    room.do(lidan, { type: 'material.add', material: materialId('kept'), file: fileId('secret') });
    expect(room.shown('seller')).toEqual(['secret']);
    expect(room.shown('customer')).toEqual([]);
    room.file(lidan, 'open');
    expect(room.do(lidan, { type: 'material.version', material: materialId('open'), file: fileId('secret') })).toBe('no_such_file');
    room.expectSame();
  });
});

describe('a request', () => {
  const ask = (room: Played) =>
    room.do(lidan, { type: 'task.add', task: taskId('report'), title: 'Security report', kind: 'material', owners: [chen.id] });

  test('is done by the file that answers it, once', () => {
    const room = new Played();
    ask(room);
    expect(room.file(chen, 'report', { for: taskId('report') })).toBe('material.added task.completed');
    expect(room.state.plan.tasks[taskId('report')]?.completedBy).toBe(chen.id);
    expect(room.state.materials.byId[materialId('report')]?.for).toBe(taskId('report'));
    expect(room.file(chen, 'annex', { for: taskId('report') })).toBe('material.added');
    const [, done] = room.log.slice(-3);
    expect(done && noticesOf(room.state, done).map((one) => [one.to, one.kind])).toEqual([[lidan.id, 'completed']]);
    room.expectSame();
  });

  test('is not answered by what the customer does not see, nor a task that asks for nothing', () => {
    const room = new Played();
    ask(room);
    room.do(lidan, { type: 'task.add', task: taskId('call'), title: 'Call' });
    expect(room.file(lidan, 'draft', { for: taskId('report'), audience: 'seller' })).toBe('material.added');
    expect(room.file(lidan, 'other', { for: taskId('call') })).toBe('material.added');
    expect(room.state.plan.tasks[taskId('report')]?.completedAt).toBeNull();
    expect(room.state.materials.byId[materialId('draft')]?.for).toBeNull();
    expect(room.state.materials.byId[materialId('other')]?.for).toBeNull();
    room.expectSame();
  });

  test('is answered by a reply with a file, from its owner or a colleague beside them', () => {
    const room = new Played();
    ask(room);
    let count = 0;
    const answer = (by: Participant, ...files: string[]) =>
      answersToRequest(room.state, threadOf('report'), by.id, files.map(pdf), () => materialId(`new${'abc'[count++]}`));
    expect(answer(lidan, 'x')).toEqual([]);
    expect(answer(chen)).toEqual([]);
    const commands = answer(zhao, 'one', 'two');
    expect(commands.map((one) => [one.file, one.for])).toEqual([
      [fileId('one') as FileId, taskId('report')],
      [fileId('two') as FileId, taskId('report')],
    ]);
    for (const one of commands) room.do(zhao, one, withFiles(zhao, 'one', 'two'));
    expect(room.state.plan.tasks[taskId('report')]?.completedBy).toBe(zhao.id);
    expect(answer(zhao, 'three')).toEqual([]);
  });
});

describe('reading time', () => {
  test('is switched on by each customer for themselves, and not at all for sellers', () => {
    const room = new Played();
    expect(room.do(lidan, { type: 'reading.allow', allowed: true })).toBe('not_for_your_side');
    expect(room.do(chen, { type: 'reading.allow', allowed: true })).toBe('reading.allowed');
    expect(room.state.materials.timed).toEqual([chen.id]);
    expect(room.do(chen, { type: 'reading.allow', allowed: false })).toBe('reading.allowed');
    expect(room.state.materials.timed).toEqual([]);
  });
});

test('a new material is told to everyone else in the room’s own thread', () => {
  const room = new Played();
  room.file(lidan, 'offer');
  const last = room.log.at(-1);
  expect(last && noticesOf(room.state, last).map((one) => [one.to, one.kind, one.thread])).toEqual(
    [zhou, chen, zhao].map((one) => [one.id, 'material', 'room']),
  );
});
