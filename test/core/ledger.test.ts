/** Who did what: the counts, what each counts, and what a customer's counts leave out. */
import { describe, expect, test } from 'vitest';
import { audienceOf, visible } from '#core/audience.ts';
import type { Recorded, RoomEvent } from '#core/events.ts';
import type { ParticipantId } from '#core/ids.ts';
import { ledger, type LedgerRow } from '#core/ledger.ts';
import type { Participant } from '#core/people.ts';
import { added, chen, commentId, fileId, joined, lidan, opened, said, task, taskId, zhou } from '../support/cast.ts';

const zone = 'Europe/Berlin';
const on = (date: string, time = '09:00') => `${date}T${time}:00.000Z`;
const until = Date.parse(on('2026-12-31'));

/** A history in which each event has its moment. */
function history(...told: [by: Participant, at: string, event: RoomEvent][]): Recorded[] {
  const founding = [opened, ...[lidan, zhou, chen].flatMap((one) => [added(one), joined(one)])].map(
    (event): [Participant, string, RoomEvent] => [lidan, on('2026-11-01'), event],
  );
  return [...founding, ...told].map(([by, at, event], index) => ({
    seq: index + 1,
    at,
    by: by.id,
    via: 'app',
    audience: audienceOf(event),
    event,
  }));
}
const rowOf = (rows: LedgerRow[], who: Participant) => rows.find((one) => one.participant === who.id);
const counts = (rows: LedgerRow[], who: Participant) =>
  Object.fromEntries(Object.entries(rowOf(rows, who)?.entries ?? {}).map(([measure, entries]) => [measure, entries.length]));
const due = (date: string) => ({ date, time: null, zone });

describe('promises', () => {
  const events = history(
    [lidan, on('2026-11-02'), task('kept', [chen], due('2026-11-10'))],
    [lidan, on('2026-11-02'), task('late', [chen], due('2026-11-10'))],
    [lidan, on('2026-11-02'), task('over', [chen, zhou], due('2026-11-20'))],
    [lidan, on('2026-11-02'), task('open', [chen], due('2027-01-20'))],
    [lidan, on('2026-11-02'), task('gone', [chen], due('2026-11-10'))],
    [chen, on('2026-11-09'), { type: 'task.completed', task: taskId('kept') }],
    [zhou, on('2026-11-12'), { type: 'task.completed', task: taskId('late') }],
    [lidan, on('2026-11-12'), { type: 'task.removed', task: taskId('gone') }],
  );

  test('are those that somebody still has: kept, late or open, and what is removed counts for nothing', () => {
    expect(counts(ledger(events, until), chen)).toMatchObject({ made: 4, kept: 1, late: 2 });
    expect(counts(ledger(events, until), zhou)).toMatchObject({ made: 1, kept: 0, late: 1 });
    expect(counts(ledger(events, Date.parse(on('2026-11-11'))), chen)).toMatchObject({ made: 4, kept: 1, late: 1 });
  });

  test('open the event that they count: the keeping of a kept one, the making of one that is over', () => {
    const row = rowOf(ledger(events, until), chen);
    expect(row?.entries.kept).toMatchObject([{ at: on('2026-11-09'), what: 'kept', thread: taskId('kept') }]);
    expect(row?.entries.late.map((one) => one.at)).toEqual([on('2026-11-02'), on('2026-11-12')]);
  });

  test('go with a task to whoever takes it over', () => {
    const more = history(
      [lidan, on('2026-11-02'), task('offer', [zhou])],
      [zhou, on('2026-11-03'), { type: 'task.changed', task: taskId('offer'), owners: [lidan.id] }],
    );
    const rows = ledger(more, until);
    expect([counts(rows, zhou)['made'], counts(rows, lidan)['made']]).toEqual([0, 1]);
    expect(rowOf(rows, lidan)?.entries.made[0]?.at).toBe(on('2026-11-03'));
  });
});

test('answers are timed from the first word that waited, and the middle one of them is told', () => {
  const told = (by: Participant, at: string, name: string): [Participant, string, RoomEvent] => [
    by,
    at,
    { ...(said(by.id, 'room') as Extract<RoomEvent, { type: 'comment.posted' }>), comment: commentId(name) },
  ];
  const rows = ledger(
    history(
      told(chen, on('2026-11-02', '09:00'), 'one'),
      told(chen, on('2026-11-02', '10:00'), 'two'),
      told(lidan, on('2026-11-02', '12:00'), 'three'),
      told(lidan, on('2026-11-02', '12:30'), 'four'),
      told(chen, on('2026-11-02', '13:00'), 'five'),
      told(lidan, on('2026-11-02', '14:00'), 'six'),
    ),
    until,
  );
  expect(rowOf(rows, lidan)?.entries.replies.map((one) => one.ms)).toEqual([3 * 3_600_000, 3_600_000]);
  expect(rowOf(rows, lidan)?.medianAnswer).toBe(2 * 3_600_000);
  expect(rowOf(rows, chen)?.medianAnswer).toBe(3_600_000);
  expect(rowOf(rows, zhou)?.medianAnswer).toBeNull();
});

test('questions count for who asks and for who answers, files for who brings them, once', () => {
  const file = { id: fileId('offer'), name: 'offer.pdf', size: 1, type: 'application/pdf' };
  const rows = ledger(
    history(
      [chen, on('2026-11-02'), { ...(task('why', [lidan]) as Extract<RoomEvent, { type: 'task.added' }>), kind: 'objection' }],
      [lidan, on('2026-11-03'), { ...(said(lidan.id, taskId('why')) as Extract<RoomEvent, { type: 'comment.posted' }>), files: [file] }],
      [lidan, on('2026-11-03'), { type: 'objection.answered', task: taskId('why'), comment: commentId(lidan.id + taskId('why')) }],
      [
        lidan,
        on('2026-11-04'),
        {
          type: 'material.added',
          material: commentId('offer') as never,
          title: 'Offer',
          section: '',
          note: '',
          content: { kind: 'file', file },
          audience: 'all',
          for: null,
        },
      ],
    ),
    until,
  );
  expect(counts(rows, chen)).toMatchObject({ asked: 1, answered: 0, files: 0 });
  expect(counts(rows, lidan)).toMatchObject({ asked: 0, answered: 1, files: 1 });
});

test('a customer’s counts hold nothing internal, and a deleted comment’s files are nobody’s', () => {
  const secret = { id: fileId('margin'), name: 'margin.xlsx', size: 1, type: 'application/vnd.ms-excel' };
  const events = history(
    [lidan, on('2026-11-02'), { ...(said(lidan.id, 'room:internal') as Extract<RoomEvent, { type: 'comment.posted' }>), files: [secret] }],
    [
      chen,
      on('2026-11-02'),
      { ...(said(chen.id, 'room') as Extract<RoomEvent, { type: 'comment.posted' }>), files: [{ ...secret, id: fileId('other') }] },
    ],
    [
      chen,
      on('2026-11-03'),
      { type: 'comment.deleted', comment: commentId(`${chen.id}room`), thread: 'room' as never, files: [fileId('other')] },
    ],
  );
  expect(counts(ledger(events, until), lidan)['files']).toBe(1);
  expect(counts(ledger(events, until), chen)['files']).toBe(0);
  const theirs = ledger(visible('customer', events), until);
  expect(counts(theirs, lidan)['files']).toBe(0);
  expect(JSON.stringify(theirs)).not.toContain('margin');
});

test('whoever left without a trace is not listed; whoever is here always is', () => {
  const rows = ledger(history([lidan, on('2026-11-02'), { type: 'participant.left', participant: zhou.id as ParticipantId }]), until);
  expect(rows.map((row) => row.name)).toEqual(['lidan', 'chen']);
});
