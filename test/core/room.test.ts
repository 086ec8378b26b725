import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { command, type Command } from '#core/commands.ts';
import type { Decision } from '#core/decision.ts';
import { inDueOrder, nextStep, openTasks, overdueTasks } from '#core/next-step.ts';
import { noticesOf } from '#core/notices.ts';
import { decide } from '#core/deciding/index.ts';
import { apply, type RoomState } from '#core/room.ts';
import type { ThreadId } from '#core/ids.ts';
import { audienceOf } from '#core/audience.ts';
import {
  AT,
  chen,
  commentId,
  facts,
  fileId,
  heldId,
  id,
  lidan,
  milestoneId,
  roomWhere,
  said,
  task,
  taskId,
  threadOf,
  zhao,
  zhou,
} from '../support/cast.ts';
import type { ParticipantId, PersonId } from '#core/ids.ts';

const parse = (input: v.InferInput<typeof command>): Command => v.parse(command, input);
const asked = (state: RoomState, who: ParticipantId, input: v.InferInput<typeof command>): Decision =>
  decide(state, who, parse(input), facts);
const refusedFor = (decision: Decision) => (decision.ok ? null : decision.refusal.reason);
const typesOf = (decision: Decision) => (decision.ok ? decision.events.map((event) => event.type) : decision.refusal);

describe('the plan', () => {
  const state = roomWhere(task('survey', [chen]));

  test('a task may be finished by anyone on either side: nobody has a rank', () => {
    for (const who of [lidan, zhou, chen, zhao]) {
      expect(asked(state, who.id, { type: 'task.complete', task: taskId('survey') })).toEqual({
        ok: true,
        events: [{ type: 'task.completed', task: taskId('survey') }],
      });
    }
  });

  test('finishing it twice is one finish', () => {
    const finished = roomWhere(task('survey', [chen]), { type: 'task.completed', task: taskId('survey') });
    expect(asked(finished, lidan.id, { type: 'task.complete', task: taskId('survey') })).toEqual({ ok: true, events: [] });
  });

  test('a change that changes nothing leaves no event', () => {
    expect(asked(state, lidan.id, { type: 'task.change', task: taskId('survey'), title: 'survey', owners: [chen.id] })).toEqual({
      ok: true,
      events: [],
    });
  });

  test('a change names only what differs', () => {
    const due = { date: '2026-11-27', time: '15:00', zone: 'Asia/Shanghai' };
    expect(asked(state, chen.id, { type: 'task.change', task: taskId('survey'), title: 'survey', due })).toEqual({
      ok: true,
      events: [{ type: 'task.changed', task: taskId('survey'), due }],
    });
  });

  test('a removed task comes back as the same task, finished or not, with its thread', () => {
    const removed = roomWhere(
      task('survey', [chen]),
      said('chen', taskId('survey')),
      { type: 'task.completed', task: taskId('survey') },
      { type: 'task.removed', task: taskId('survey') },
    );
    expect(openTasks(removed)).toEqual([]);
    const [event] = unwrap(asked(removed, chen.id, { type: 'task.restore', task: taskId('survey') }));
    expect(event).toEqual({ type: 'task.restored', task: taskId('survey') });
    expect(removed.threads[threadOf('survey')]?.count).toBe(1);
  });

  test('an owner must be in the room', () => {
    expect(
      refusedFor(
        asked(state, lidan.id, { type: 'task.add', task: taskId('next'), title: 'Next', owners: [id<ParticipantId>('stranger')] }),
      ),
    ).toBe('no_such_participant');
  });

  test('naming a mail address brings its owner in, invites them and gives them the task, in one step', () => {
    const wang = id<ParticipantId>('wang');
    const decision = asked(state, lidan.id, {
      type: 'task.add',
      task: taskId('legal'),
      title: 'Legal review',
      owners: [wang],
      invite: [
        {
          participant: wang,
          side: 'customer',
          name: 'Wang',
          email: 'Wang@Corp.example',
          locale: 'en',
          zone: 'UTC',
          invite: true,
          note: '',
        },
      ],
    });
    expect(typesOf(decision)).toEqual(['participant.added', 'participant.invited', 'task.added']);
  });

  test('moving a task puts it before another, or at the end', () => {
    const three = roomWhere(task('one'), task('two'), task('three'));
    const moved = run(three, lidan.id, { type: 'task.move', task: taskId('three'), before: taskId('one'), milestone: null });
    expect(moved.plan.order).toEqual([taskId('three'), taskId('one'), taskId('two')]);
    expect(run(moved, chen.id, { type: 'task.move', task: taskId('three'), before: null, milestone: null }).plan.order).toEqual([
      taskId('one'),
      taskId('two'),
      taskId('three'),
    ]);
  });

  test('a milestone that goes leaves its tasks in the plan', () => {
    const withMilestone = roomWhere({ type: 'milestone.added', milestone: milestoneId('decide'), title: 'Decide', date: '2026-12-01' });
    const filled = run(withMilestone, lidan.id, {
      type: 'task.add',
      task: taskId('sign'),
      title: 'Sign',
      milestone: milestoneId('decide'),
    });
    const gone = run(filled, lidan.id, { type: 'milestone.remove', milestone: milestoneId('decide') });
    expect(gone.plan.tasks[taskId('sign')]?.milestone).toBeNull();
  });
});

describe('the next step', () => {
  const due = (date: string, time: string | null = null, zone = 'Asia/Shanghai') => ({ date, time, zone });

  test('is the earliest open task of a side, whatever the order of the plan', () => {
    const state = roomWhere(
      task('later', [chen], due('2026-12-09')),
      task('sooner', [zhao], due('2026-11-30')),
      task('theirs', [lidan], due('2026-11-25')),
      task('undated', [chen]),
    );
    expect(nextStep(state, 'customer')?.title).toBe('sooner');
    expect(nextStep(state, 'seller')?.title).toBe('theirs');
  });

  test('compares times across zones: 17:00 in Shanghai comes before 10:30 in Berlin', () => {
    const state = roomWhere(
      task('berlin', [chen], due('2026-11-27', '10:30', 'Europe/Berlin')),
      task('shanghai', [chen], due('2026-11-27', '17:00')),
    );
    expect(inDueOrder(openTasks(state)).map((one) => one.title)).toEqual(['shanghai', 'berlin']);
  });

  test('a day is over when it is over where it was meant', () => {
    const state = roomWhere(task('today', [chen], due('2026-11-23')));
    expect(overdueTasks(state, Date.parse('2026-11-23T15:00:00Z'))).toEqual([]);
    expect(overdueTasks(state, Date.parse('2026-11-23T16:30:00Z')).map((one) => one.title)).toEqual(['today']);
  });
});

describe('who may come in', () => {
  const state = roomWhere();
  const newcomer = {
    participant: id<ParticipantId>('new'),
    name: 'New',
    email: 'new@elsewhere.example',
    locale: 'en' as const,
    zone: 'UTC',
    invite: false,
    note: '',
  };

  test('a customer brings in colleagues, never somebody on the seller side', () => {
    expect(asked(state, chen.id, { type: 'participant.add', side: 'customer', ...newcomer }).ok).toBe(true);
    expect(refusedFor(asked(state, chen.id, { type: 'participant.add', side: 'seller', ...newcomer }))).toBe('not_for_your_side');
  });

  test('a seller brings in only members of the workspace to their own side', () => {
    expect(refusedFor(asked(state, lidan.id, { type: 'participant.add', side: 'seller', ...newcomer }))).toBe('not_a_colleague');
    const known = { ...facts, colleagues: { 'new@elsewhere.example': id<PersonId>('person') } };
    expect(decide(state, lidan.id, parse({ type: 'participant.add', side: 'seller', ...newcomer }), known).ok).toBe(true);
  });

  test('an address is in a room once', () => {
    expect(refusedFor(asked(state, lidan.id, { type: 'participant.add', side: 'customer', ...newcomer, email: 'CHEN@corp.example' }))).toBe(
      'already_here',
    );
  });

  test('whoever left can do nothing, and the last seller can’t leave', () => {
    const left = roomWhere({ type: 'participant.left', participant: chen.id });
    expect(refusedFor(asked(left, chen.id, { type: 'task.add', task: taskId('x'), title: 'x' }))).toBe('not_a_participant');
    const alone = roomWhere({ type: 'participant.left', participant: zhou.id });
    expect(refusedFor(asked(alone, lidan.id, { type: 'participant.remove', participant: lidan.id }))).toBe('someone_must_stay');
  });

  test('a customer can’t remove a seller', () => {
    expect(refusedFor(asked(state, chen.id, { type: 'participant.remove', participant: lidan.id }))).toBe('not_for_your_side');
  });

  test('nobody sets another’s mail wishes', () => {
    expect(refusedFor(asked(state, lidan.id, { type: 'participant.describe', participant: chen.id, mail: 'none' }))).toBe(
      'not_for_your_side',
    );
  });
});

describe('comments', () => {
  const state = roomWhere(task('survey', [chen]));
  const post = (thread: string, more: object = {}) => ({
    type: 'comment.post' as const,
    comment: commentId('c'),
    thread,
    body: 'Hello',
    ...more,
  });

  test('stand under a task, in the room, or in the seller side’s internal thread', () => {
    expect(asked(state, chen.id, post(taskId('survey'))).ok).toBe(true);
    expect(asked(state, lidan.id, post('room:internal')).ok).toBe(true);
    expect(refusedFor(asked(state, chen.id, post(`${taskId('nothere')}`)))).toBe('no_such_thread');
  });

  test('an internal thread does not exist for a customer', () => {
    expect(refusedFor(asked(state, chen.id, post('room:internal')))).toBe('no_such_thread');
  });

  test('an internal note calls no customer, even if one is named', () => {
    const [event] = unwrap(asked(state, lidan.id, post('room:internal', { mentions: [chen.id, zhou.id] })));
    expect(event).toMatchObject({ type: 'comment.posted', mentions: [zhou.id] });
    expect(event && audienceOf(event)).toBe('seller');
  });

  test('an empty comment is refused; a file alone is a comment', () => {
    expect(refusedFor(asked(state, chen.id, post('room', { body: '  \n ' })))).toBe('empty_comment');
    const staged = {
      ...facts,
      staged: { [fileId('plan')]: { id: fileId('plan'), name: 'plan.pdf', size: 10, type: 'application/pdf', by: chen.id } },
    };
    const decision = decide(state, chen.id, parse(post('room', { body: '', files: [fileId('plan')] })), staged);
    expect(unwrap(decision)[0]).toMatchObject({ files: [{ id: fileId('plan'), name: 'plan.pdf' }] });
  });

  test('somebody else’s upload can’t be attached', () => {
    const staged = {
      ...facts,
      staged: { [fileId('plan')]: { id: fileId('plan'), name: 'plan.pdf', size: 10, type: 'application/pdf', by: lidan.id } },
    };
    expect(refusedFor(decide(state, chen.id, parse(post('room', { files: [fileId('plan')] })), staged))).toBe('no_such_file');
  });
});

describe('held mail', () => {
  const held = {
    type: 'mail.held',
    held: heldId('held'),
    reason: 'other_sender',
    from: 'wang@corp.example',
    subject: 'Re: survey',
    text: 'Yes',
    thread: 'room' as ThreadId,
  } as const;

  test('does not exist for customers', () => {
    expect(refusedFor(asked(roomWhere(held), chen.id, { type: 'mail.settle', held: heldId('held'), how: 'dismissed' }))).toBe(
      'no_such_mail',
    );
  });

  test('is posted only once its sender is in the room under that address', () => {
    expect(refusedFor(asked(roomWhere(held), lidan.id, { type: 'mail.settle', held: heldId('held'), how: 'posted' }))).toBe(
      'sender_not_here',
    );
    const known = roomWhere({ ...held, from: chen.email });
    expect(asked(known, lidan.id, { type: 'mail.settle', held: heldId('held'), how: 'posted' }).ok).toBe(true);
  });

  test('is gone from the room once settled', () => {
    const state = run(roomWhere(held), lidan.id, { type: 'mail.settle', held: heldId('held'), how: 'dismissed' });
    expect(state.held).toEqual({});
  });
});

describe('notices', () => {
  const told = (state: RoomState, event: Parameters<typeof audienceOf>[0], by: ParticipantId) =>
    noticesOf(state, { seq: 99, at: AT, by, via: 'app', audience: audienceOf(event), event }).map((notice) => [notice.to, notice.kind]);

  test('a task tells its owners, never the one who gave it', () => {
    const event = task('survey', [chen, lidan]);
    expect(told(roomWhere(event), event, lidan.id)).toEqual([[chen.id, 'assigned']]);
  });

  test('a mention outranks a comment: one mail, not two', () => {
    const event = { ...said('lidan', 'room'), mentions: [chen.id] } as Parameters<typeof audienceOf>[0];
    expect(told(roomWhere(event), event, lidan.id)).toEqual([
      [chen.id, 'mention'],
      [zhou.id, 'comment'],
      [zhao.id, 'comment'],
    ]);
  });

  test('an internal note reaches no customer', () => {
    const event = said('lidan', 'room:internal');
    expect(told(roomWhere(event), event, lidan.id)).toEqual([[zhou.id, 'comment']]);
  });

  test('somebody who was added but not invited hears nothing yet', () => {
    const state = { ...roomWhere(), people: { ...roomWhere().people, [chen.id]: { ...chen, status: 'added' as const } } };
    expect(told(state, task('survey', [chen]), lidan.id)).toEqual([]);
  });

  test('who wants only what is meant for them gets no comments, but is still called by name', () => {
    const state = run(roomWhere(task('survey', [chen])), chen.id, { type: 'participant.describe', participant: chen.id, mail: 'mine' });
    expect(told(state, said('lidan', taskId('survey')), lidan.id)).not.toContainEqual([chen.id, 'comment']);
    expect(
      told(state, { ...said('lidan', taskId('survey')), mentions: [chen.id] } as Parameters<typeof audienceOf>[0], lidan.id),
    ).toContainEqual([chen.id, 'mention']);
  });

  test('nobody is mailed at an address that bounced', () => {
    const state = roomWhere({ type: 'participant.troubled', participant: chen.id, trouble: 'bounced', detail: '' });
    expect(told(state, task('survey', [chen]), lidan.id)).toEqual([]);
  });
});

describe('what people type', () => {
  const failed = (input: unknown) => v.safeParse(command, input).issues?.[0]?.message;

  test('zero-width and right-to-left tricks are taken out of names and titles', () => {
    const parsed = parse({ type: 'task.add', task: taskId('x'), title: ' Pay\u200bment\u202e  terms \u0000' });
    expect(parsed).toMatchObject({ title: 'Payment terms' });
  });

  test('faults are named in words that the reader’s language has', () => {
    expect(failed({ type: 'task.add', task: taskId('x'), title: ' \u200b ' })).toBe('title_missing');
    expect(failed({ type: 'task.add', task: taskId('x'), title: 'x'.repeat(201) })).toBe('title_too_long');
    expect(failed({ type: 'task.add', task: taskId('x'), title: 'x', due: { date: '2026-02-30', time: null, zone: 'UTC' } })).toBe(
      'bad_date',
    );
    expect(failed({ type: 'comment.post', comment: commentId('c'), thread: 'room', body: 'x'.repeat(20_001) })).toBe('text_too_long');
    expect(failed({ type: 'task.complete', task: '../../etc/passwd' })).toBe('malformed');
  });
});

function unwrap(decision: Decision) {
  if (!decision.ok) throw new Error(`refused: ${decision.refusal.reason}`);
  return decision.events;
}

/** The state after a command. */
function run(state: RoomState, who: ParticipantId, input: v.InferInput<typeof command>): RoomState {
  return unwrap(asked(state, who, input)).reduce(
    (before, event) => apply(before, { seq: before.seq + 1, at: AT, by: who, via: 'app', audience: audienceOf(event), event }),
    state,
  );
}
