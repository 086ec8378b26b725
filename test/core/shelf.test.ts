/** A room that is put away or deleted: what its facts say, and what of it a customer may know. */
import { expect, test } from 'vitest';
import { viewFor, visible } from '#core/audience.ts';
import { apply, emptyRoom } from '#core/room.ts';
import { wakes, type ShelfEvent } from '#core/shelf.ts';
import { added, AT, chen, lidan, opened, record, roomWhere, said, task } from '../support/cast.ts';

const until = '2026-12-23T08:00:00.000Z';
const deleted: ShelfEvent = { type: 'room.deleted', until };

test('is put away and taken back, deleted and brought back, each for itself', () => {
  expect(roomWhere({ type: 'room.archived' }).room).toMatchObject({ archived: AT });
  expect(roomWhere({ type: 'room.archived' }, { type: 'room.unarchived' })).toEqual({ ...roomWhere(), seq: 11 });
  expect(roomWhere({ type: 'room.archived' }, deleted, { type: 'room.undeleted' }).room).toEqual(roomWhere({ type: 'room.archived' }).room);
  expect(roomWhere(deleted).room).toMatchObject({ deleted: { at: AT, until } });
});

test('a customer knows nothing of it: the view is what the events that they may see give', () => {
  const events = record([opened, added(lidan), added(chen), { type: 'room.archived' }, deleted]);
  const seen = visible('customer', events).reduce(apply, emptyRoom);
  expect(viewFor('customer', events.reduce(apply, emptyRoom)).room).toEqual(seen.room);
  expect(JSON.stringify(seen)).not.toMatch(/archived|deleted/);
});

test('what somebody does with the matter takes it up again; what the product does, or somebody with their own mail, does not', () => {
  const woken = (event: Parameters<typeof record>[0][number], by: Parameters<typeof record>[1] = chen) => record([event], by).some(wakes);
  expect(woken(said('chen', 'room'))).toBe(true);
  expect(woken(task('survey'))).toBe(true);
  expect(woken(task('survey'), 'system')).toBe(false);
  expect(woken(said('lidan', 'room:internal'), lidan)).toBe(false);
  expect(woken({ type: 'participant.described', participant: chen.id, mail: 'none' })).toBe(false);
});
