/** Threads: whose comments are whose to change, and what reactions, edits and deletions leave behind. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { audienceOf, internalOf, ROOM_THREAD, viewFor } from '#core/audience.ts';
import { command, type CommandInput } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import { applyComments, shown, type Comment } from '#core/discussion.ts';
import type { Recorded, RoomEvent } from '#core/events.ts';
import type { ThreadId } from '#core/ids.ts';
import { noticesOf } from '#core/notices.ts';
import { can } from '#core/permissions.ts';
import { apply } from '#core/room.ts';
import { taskOf, thingOf } from '#core/things.ts';
import { AT, chen, commentId, facts, fileId, lidan, record, roomWhere, said, task, taskId, zhao, zhou } from '../support/cast.ts';

const posted = said('chen', 'room', 'The budget is approved');
const id = posted.type === 'comment.posted' ? posted.comment : commentId('');
const comment = record([posted], chen, 20).reduce<Comment[]>(applyComments, [])[0] as Comment;
const state = roomWhere(posted);

const ask = (by: typeof chen, input: CommandInput, one: Comment | undefined = comment) =>
  decide(state, by.id, v.parse(command, input), { ...facts, comments: one ? { [one.id]: one } : {} });
const why = (decision: ReturnType<typeof decide>) => (decision.ok ? 'done' : decision.refusal.reason);
const events = (decision: ReturnType<typeof decide>): RoomEvent[] => (decision.ok ? decision.events : []);
const once = (event: RoomEvent, by: typeof chen, seq: number): Recorded => record([event], by, seq)[0] as Recorded;
const after = (one: Comment, ...then: [RoomEvent, typeof chen][]) =>
  then.reduce<Comment[]>((all, [event, by], index) => applyComments(all, once(event, by, 30 + index)), [one])[0] as Comment;

describe('a comment', () => {
  test('is edited, deleted and restored by its author alone', () => {
    for (const type of ['comment.delete', 'comment.restore'] as const) {
      expect(why(ask(lidan, { type, comment: id, thread: 'room' }))).toBe('not_your_comment');
      expect(why(ask(zhao, { type, comment: id, thread: 'room' }))).toBe('not_your_comment');
      expect(why(ask(chen, { type, comment: id, thread: 'room' }))).toBe('done');
    }
    expect(why(ask(lidan, { type: 'comment.edit', comment: id, thread: 'room', body: 'x' }))).toBe('not_your_comment');
    expect(can.editComment(chen, comment)).toBe(true);
  });

  test('is found only in the thread where it was said', () => {
    expect(why(ask(chen, { type: 'comment.delete', comment: id, thread: 'room:internal' }))).toBe('no_such_thread');
    const internal = { ...comment, thread: internalOf(ROOM_THREAD) };
    expect(why(ask(lidan, { type: 'comment.react', comment: id, thread: 'room', reaction: 'eyes', on: true }, internal))).toBe(
      'no_such_comment',
    );
    expect(why(ask(chen, { type: 'comment.edit', comment: commentId('other'), thread: 'room', body: 'x' }, undefined))).toBe(
      'no_such_comment',
    );
  });

  test('can’t be posted under an id that is taken', () => {
    expect(why(ask(lidan, { type: 'comment.post', comment: id, thread: 'room', body: 'I am Chen' }))).toBe('reused_id');
  });

  test('edited to the same words is not edited; to nothing, only if it has a file', () => {
    expect(events(ask(chen, { type: 'comment.edit', comment: id, thread: 'room', body: comment.body }))).toEqual([]);
    expect(why(ask(chen, { type: 'comment.edit', comment: id, thread: 'room', body: '  ' }))).toBe('empty_comment');
    const file = { id: fileId('plan'), name: 'plan.pdf', size: 1, type: 'application/pdf' };
    expect(why(ask(chen, { type: 'comment.edit', comment: id, thread: 'room', body: ' ' }, { ...comment, files: [file] }))).toBe('done');
  });

  test('once deleted can be restored, and nothing else', () => {
    const gone = { ...comment, deletedAt: AT };
    expect(why(ask(chen, { type: 'comment.edit', comment: id, thread: 'room', body: 'x' }, gone))).toBe('no_such_comment');
    expect(why(ask(lidan, { type: 'comment.react', comment: id, thread: 'room', reaction: 'eyes', on: true }, gone))).toBe(
      'no_such_comment',
    );
    expect(events(ask(chen, { type: 'comment.delete', comment: id, thread: 'room' }, gone))).toEqual([]);
    expect(events(ask(chen, { type: 'comment.restore', comment: id, thread: 'room' }, gone))).toMatchObject([
      { type: 'comment.restored', body: comment.body },
    ]);
    expect(shown(gone)).toMatchObject({ body: '', by: chen.id, deletedAt: AT });
  });

  test('takes its files with it and brings them back', () => {
    const file = { id: fileId('plan'), name: 'plan.pdf', size: 1, type: 'application/pdf' };
    const withFile = { ...posted, files: [file] } as RoomEvent;
    const before = roomWhere(withFile);
    expect(before.files).toHaveLength(1);
    const gone = apply(before, once({ type: 'comment.deleted', comment: id, thread: ROOM_THREAD, files: [file.id] }, chen, 40));
    expect([gone.files, gone.threads[ROOM_THREAD]?.count]).toEqual([[], 0]);
    const back = apply(gone, once({ type: 'comment.restored', comment: id, thread: ROOM_THREAD, body: '', files: [file] }, chen, 41));
    expect([back.files.length, back.threads[ROOM_THREAD]?.count]).toEqual([1, 1]);
  });
});

describe('a reaction', () => {
  const react = (on: boolean): RoomEvent => ({ type: 'comment.reacted', comment: id, thread: ROOM_THREAD, reaction: 'thumb', on });

  test('is given and taken back by anybody who may speak there, once each', () => {
    const one = after(comment, [react(true), lidan], [react(true), zhou], [react(true), lidan]);
    expect(one.reactions).toEqual({ thumb: [lidan.id, zhou.id] });
    expect(after(one, [react(false), lidan]).reactions).toEqual({ thumb: [zhou.id] });
    expect(after(one, [react(false), lidan], [react(false), zhou]).reactions).toEqual({});
    expect(events(ask(lidan, { type: 'comment.react', comment: id, thread: 'room', reaction: 'thumb', on: true }, one))).toEqual([]);
    expect(events(ask(chen, { type: 'comment.react', comment: id, thread: 'room', reaction: 'thumb', on: true }, one))).toHaveLength(1);
  });

  test('mails nobody and leaves nothing unread', () => {
    const recorded = once(react(true), lidan, 50);
    expect(noticesOf(state, recorded)).toEqual([]);
    expect(apply(state, recorded).threads).toBe(state.threads);
  });

  test('to an internal note is internal', () => {
    const event: RoomEvent = { type: 'comment.reacted', comment: id, thread: internalOf(ROOM_THREAD), reaction: 'eyes', on: true };
    expect(audienceOf(event)).toBe('seller');
    const internal = { ...comment, thread: internalOf(ROOM_THREAD) };
    expect(why(ask(chen, { type: 'comment.react', comment: id, thread: 'room:internal', reaction: 'eyes', on: true }, internal))).toBe(
      'no_such_thread',
    );
  });

  test('is one of six', () => {
    expect(v.safeParse(command, { type: 'comment.react', comment: id, thread: 'room', reaction: 'poo', on: true }).success).toBe(false);
  });
});

describe('what a thread hangs on', () => {
  const room = roomWhere(task('survey', [chen]));

  test('is the room, or a task of any kind, under either side of its thread', () => {
    expect(thingOf(room, ROOM_THREAD)).toMatchObject({ kind: 'room', title: 'Corp · Trial', concerns: 'everyone' });
    const survey = taskId('survey') as string as ThreadId;
    for (const thread of [survey, internalOf(survey)]) {
      expect(thingOf(room, thread)).toMatchObject({ kind: 'task', title: 'survey', concerns: [chen.id, lidan.id] });
      expect(taskOf(room, thread)).toBe(taskId('survey'));
    }
  });

  test('is nothing under an id that is nobody’s', () => {
    expect(thingOf(room, taskId('nothere') as string as ThreadId)).toBeUndefined();
    expect(taskOf(room, ROOM_THREAD)).toBeNull();
  });

  test('is the same for a customer', () => {
    expect(thingOf(viewFor('customer', room), taskId('survey') as string as ThreadId)?.title).toBe('survey');
  });
});
