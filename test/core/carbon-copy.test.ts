/** Whom a mail in copy brings in: a pure reading of who stands there. */
import { expect, test } from 'vitest';
import { ROOM_THREAD, internalOf } from '#core/audience.ts';
import { broughtInCopy, MOST_BY_MAIL, type CopyFacts } from '#core/deciding/carbon-copy.ts';
import type { ParticipantId, PersonId, PlaceholderId } from '#core/ids.ts';
import { added, chen, id, lidan, roomWhere, zhao } from '../support/cast.ts';

const facts: CopyFacts = {
  colleagues: {},
  forgotten: new Set(),
  asked: new Set(),
  replyDomain: 'in.room.example',
  mailFrom: 'room@mail.example',
  sameCompany: (a, b) => a.split('@')[1] === b.split('@')[1],
};
let count = 0;
const freshId = () => id<ParticipantId>(`new${'abcdefghijklmnopqrstuvwxyz'[(count += 1) % 26]}`);
const copied = (...emails: string[]) => emails.map((email) => ({ email, name: '' }));
const state = roomWhere();

test('somebody unknown is asked: named from their address, in the language of whoever put them there', () => {
  const brought = broughtInCopy(state, chen, ROOM_THREAD, copied('mei.lin@corp.example'), facts, freshId);
  expect(brought.ask).toMatchObject([{ email: 'mei.lin@corp.example', name: 'Mei Lin', locale: 'en', zone: chen.zone }]);
  expect(JSON.stringify(brought.events)).not.toContain('corp.example');
  expect(broughtInCopy(state, chen, ROOM_THREAD, [{ email: 'mei@corp.example', name: '林梅' }], facts, freshId).ask[0]?.locale).toBe(
    'zh-CN',
  );
});

test('the first vacancy of their side is theirs, one each', () => {
  const vacant = roomWhere(
    { type: 'placeholder.added', placeholder: id<PlaceholderId>('support'), side: 'seller', what: 'Support' },
    { type: 'placeholder.added', placeholder: id<PlaceholderId>('finance'), side: 'customer', what: 'Finance' },
  );
  const { events } = broughtInCopy(vacant, chen, ROOM_THREAD, copied('a@corp.example', 'b@corp.example'), facts, freshId);
  expect(events.map((one) => one.type === 'newcomer.brought' && one.placeholder)).toEqual([id('finance'), null]);
});

test('nobody is asked twice, against their word, or where nobody in particular reads', () => {
  const silent = { ...facts, forgotten: new Set(['no@corp.example']), asked: new Set(['once@corp.example']) };
  const all = [
    zhao.email,
    'no@corp.example',
    'once@corp.example',
    'reply+abc@in.room.example',
    'room@mail.example',
    'noreply@corp.example',
    'do-not-reply@corp.example',
    'info@corp.example',
    'mailer-daemon@corp.example',
  ];
  expect(broughtInCopy(state, chen, ROOM_THREAD, copied(...all), silent, freshId)).toEqual({ events: [], ask: [], doubtful: [] });
});

test('of a long list the first few are asked', () => {
  const many = Array.from({ length: 30 }, (_, index) => `person${index}@corp.example`);
  expect(broughtInCopy(state, chen, ROOM_THREAD, copied(...many), facts, freshId).ask).toHaveLength(MOST_BY_MAIL);
});

test('of the selling company a member comes to its side, anybody else is for a seller to say', () => {
  const wu = 'wu@yuncang.example';
  const member = broughtInCopy(state, chen, ROOM_THREAD, copied(wu), { ...facts, colleagues: { [wu]: id<PersonId>('wu') } }, freshId);
  expect(member.events).toMatchObject([{ type: 'participant.added', side: 'seller', email: wu }, { type: 'participant.invited' }]);
  expect(broughtInCopy(state, chen, ROOM_THREAD, copied(wu), facts, freshId)).toMatchObject({ events: [], ask: [], doubtful: [wu] });
});

test('an internal note brings no customer in', () => {
  expect(broughtInCopy(state, lidan, internalOf(ROOM_THREAD), copied('mei@corp.example'), facts, freshId).ask).toEqual([]);
});

test('somebody who was added and not yet invited gets their invitation', () => {
  const mei = { ...zhao, id: id<ParticipantId>('mei'), email: 'mei@corp.example' };
  const { events } = broughtInCopy(roomWhere(added(mei)), chen, ROOM_THREAD, copied(mei.email), facts, freshId);
  expect(events).toEqual([{ type: 'participant.invited', participant: mei.id, note: '' }]);
});
