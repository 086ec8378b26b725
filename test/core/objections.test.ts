/** Objections: whoever asks says when it is answered, and nobody else. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { audienceOf } from '#core/audience.ts';
import { command, type CommandInput } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import { workingHours } from '#core/due.ts';
import { objectionIn, objectionWordIn } from '#core/objection-words.ts';
import { ageOf, objectionOf, openObjections } from '#core/objections.ts';
import type { Participant } from '#core/people.ts';
import { apply, type RoomState } from '#core/room.ts';
import { AT, chen, commentId, facts, lidan, roomWhere, said, taskId, zhao, zhou } from '../support/cast.ts';

function ask(state: RoomState, who: Participant, input: unknown): { state: RoomState; reason: string | null } {
  const parsed = v.safeParse(command, input);
  if (!parsed.success) return { state, reason: parsed.issues[0].message };
  const decision = decide(state, who.id, parsed.output, facts);
  if (!decision.ok) return { state, reason: decision.refusal.reason };
  const after = decision.events.reduce(
    (now, event) => apply(now, { seq: now.seq + 1, at: AT, by: who.id, via: 'app', audience: audienceOf(event), event }),
    state,
  );
  return { state: after, reason: null };
}
function done(state: RoomState, ...steps: [Participant, CommandInput][]): RoomState {
  return steps.reduce((now, [who, input]) => {
    const { state: after, reason } = ask(now, who, input);
    if (reason) throw new Error(reason);
    return after;
  }, state);
}
const task = taskId('residency');
const raise = { type: 'objection.raise' as const, task, title: 'How do you handle data residency?' } satisfies CommandInput;
const stateOf = (state: RoomState) => objectionOf(state, state.plan.tasks[task])?.state;

describe('an objection', () => {
  const raised = done(roomWhere(), [chen, raise]);
  const answered = done(raised, [lidan, { type: 'objection.answer', task, comment: commentId('answer'), body: 'It stays in Frankfurt.' }]);

  test('is open, then answered, then accepted by who asked', () => {
    expect(stateOf(raised)).toBe('open');
    expect(stateOf(answered)).toBe('answered');
    expect(answered.threads[task as string as keyof typeof answered.threads]?.count).toBe(1);
    const accepted = done(answered, [chen, { type: 'objection.accept', task }]);
    expect(stateOf(accepted)).toBe('accepted');
    expect(openObjections(accepted)).toEqual([]);
    expect(accepted.plan.tasks[task]?.completedBy).toBe(chen.id);
  });

  test('is closed by nobody else: not by ticking it, not by removing it, not by calling it a task', () => {
    for (const who of [lidan, zhou, zhao])
      for (const input of [
        { type: 'task.complete', task },
        { type: 'task.remove', task },
        { type: 'task.change', task, kind: 'task' },
        { type: 'objection.accept', task },
      ] as const)
        expect(ask(answered, who, input).reason).toBe('only_asker_closes');
    expect(stateOf(done(answered, [chen, { type: 'task.complete', task }]))).toBe('accepted');
  });

  test('is open again when the answer did not do, even after it was accepted', () => {
    expect(stateOf(done(answered, [chen, { type: 'objection.reopen', task }]))).toBe('open');
    const accepted = done(answered, [chen, { type: 'objection.accept', task }]);
    expect(stateOf(done(accepted, [chen, { type: 'objection.reopen', task }]))).toBe('open');
  });

  test('raised by a seller from a customer’s comment is the customer’s', () => {
    const state = done(roomWhere(said('chen', 'room', 'Where is our data?')), [
      lidan,
      { ...raise, comment: commentId('chenroom'), author: chen.id },
    ]);
    expect(objectionOf(state, state.plan.tasks[task])).toMatchObject({ asker: chen.id, comment: commentId('chenroom') });
    expect(ask(state, lidan, { type: 'task.complete', task }).reason).toBe('only_asker_closes');
    // A slip of the hand can be taken back while nobody has said a word.
    expect(ask(state, lidan, { type: 'task.remove', task }).reason).toBe(null);
  });

  test('can be closed by a colleague of the asker once the asker is gone', () => {
    const gone = done(answered, [zhao, { type: 'participant.remove', participant: chen.id }]);
    expect(ask(gone, lidan, { type: 'objection.accept', task }).reason).toBe('only_asker_closes');
    expect(ask(gone, zhao, { type: 'objection.accept', task }).reason).toBe(null);
  });

  test('is not answered by who asks', () => {
    expect(ask(raised, chen, { type: 'objection.answer', task, comment: commentId('own'), body: 'Never mind' }).reason).toBe(
      'not_for_your_side',
    );
  });

  test('grows old in working hours only', () => {
    // It was raised on Monday at 16:00 in Shanghai.
    const [one] = openObjections(raised);
    if (!one) throw new Error('none');
    expect(ageOf(raised, one, Date.parse('2026-11-23T09:30:00Z'))).toBe(1);
    expect(ageOf(raised, one, Date.parse('2026-11-23T22:00:00Z'))).toBe(2);
    expect(ageOf(raised, one, Date.parse('2026-11-24T02:00:00Z'))).toBe(3);
    expect(ageOf(raised, one, Date.parse('2026-11-30T08:00:00Z'))).toBe(45);
  });
});

test('whatever anybody tries, an objection is accepted only by who asked', () => {
  const people = [lidan, zhou, chen, zhao];
  const step = fc.oneof(
    fc.record({
      type: fc.constantFrom('task.complete', 'task.reopen', 'task.remove', 'task.restore', 'objection.accept', 'objection.reopen'),
      task: fc.constant(task),
    }),
    fc.record({ type: fc.constant('task.change'), task: fc.constant(task), kind: fc.constantFrom('task', 'objection', 'demo') }),
    fc.record({
      type: fc.constant('objection.answer'),
      task: fc.constant(task),
      comment: fc.constant(commentId('x')),
      body: fc.constantFrom('', 'so'),
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...people), fc.array(fc.tuple(fc.constantFrom(...people), step), { maxLength: 20 }), (asker, steps) => {
      let state = done(roomWhere(), [asker, raise]);
      for (const [who, input] of steps) {
        const before = objectionOf(state, state.plan.tasks[task]);
        ({ state } = ask(state, who, input));
        const after = objectionOf(state, state.plan.tasks[task]);
        const isClosed = !after || after.state === 'accepted' || after.task.removed;
        if (before && before.state !== 'accepted' && !before.task.removed && isClosed) expect(who.id).toBe(asker.id);
      }
    }),
    { numRuns: 300 },
  );
});

describe('working hours', () => {
  test('a week has 45, wherever it begins, and a weekend none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 86_400 }), fc.integer({ min: 1, max: 20 }), (seconds, weeks) => {
        const from = Date.parse('2026-06-01T00:00:00Z') + seconds * 1000;
        expect(workingHours(from, from + weeks * 7 * 86_400_000, 'Asia/Shanghai')).toBe(45 * weeks);
      }),
      { numRuns: 50 },
    );
    expect(workingHours(Date.parse('2026-11-28T00:00:00Z'), Date.parse('2026-11-29T15:00:00Z'), 'Asia/Shanghai')).toBe(0);
    expect(workingHours(5, 5, 'UTC')).toBe(0);
  });
});

describe('words of a reply', () => {
  test.each(['ok', 'OK.', 'Okay!', '可以', '可以了。', '好的', '没问题', 'That answers it', 'yes, ok', 'ok\n\nBest\nChen'])(
    '“%s” accepts',
    (text) => expect(objectionWordIn(text)).toBe('accept'),
  );
  test.each(['不够', '不够。', '还不够', 'not enough', 'Not enough.', 'That doesn’t answer it'])('“%s” reopens', (text) =>
    expect(objectionWordIn(text)).toBe('reopen'),
  );
  test.each(['ok, but what about backups?', 'not ok for us yet, see below', '可以再说一下吗', 'Thanks', '', 'okinawa'])(
    '“%s” says neither',
    (text) => expect(objectionWordIn(text)).toBe(null),
  );
  test('an objection can be named so in a mail', () => {
    expect(objectionIn('异议：数据存在哪里？\n谢谢')).toBe('数据存在哪里？');
    expect(objectionIn('Objection: where is our data kept?')).toBe('where is our data kept?');
    expect(objectionIn('No objection from us')).toBe(null);
  });
});
