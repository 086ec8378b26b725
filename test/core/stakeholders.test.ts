/** Functions without a name, whoever fills them, and the parts that people play. */
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { audienceOf, viewFor, visible } from '#core/audience.ts';
import { command, type CommandInput } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import type { Recorded } from '#core/events.ts';
import type { ParticipantId, PlaceholderId } from '#core/ids.ts';
import type { Participant } from '#core/people.ts';
import { apply, emptyRoom, restored, type RoomState } from '#core/room.ts';
import { functionOf, vacancies } from '#core/stakeholders.ts';
import { AT, added, chen, facts, id, joined, lidan, opened, record, zhou } from '../support/cast.ts';

const finance = id<PlaceholderId>('finance');
const mei = id<ParticipantId>('mei');
const invited = (placeholder?: PlaceholderId): CommandInput => ({
  type: 'participant.add',
  participant: mei,
  side: 'customer',
  name: 'Mei',
  email: 'mei@corp.example',
  locale: 'en',
  zone: 'Europe/Berlin',
  invite: true,
  note: '',
  ...(placeholder && { placeholder }),
});

class Played {
  log: Recorded[] = record([opened, ...[lidan, zhou, chen].flatMap((one) => [added(one), joined(one)])]);
  state: RoomState = this.log.reduce(apply, emptyRoom);

  do(by: Participant, input: CommandInput) {
    const decision = decide(this.state, by.id, v.parse(command, input), facts);
    if (!decision.ok) return decision.refusal.reason;
    for (const event of decision.events) {
      const one: Recorded = { seq: this.state.seq + 1, at: AT, by: by.id, via: 'app', audience: audienceOf(event), event };
      this.log.push(one);
      this.state = apply(this.state, one);
    }
    return decision.events.length;
  }
}

const withFinance = (): Played => {
  const room = new Played();
  expect(room.do(chen, { type: 'placeholder.add', placeholder: finance, side: 'customer', what: '  Finance ' })).toBe(1);
  return room;
};

describe('a function without a name', () => {
  test('is said by either side, on either side, in a few words', () => {
    const room = withFinance();
    expect(vacancies(room.state, 'customer').map((one) => one.what)).toEqual(['Finance']);
    expect(room.do(lidan, { type: 'placeholder.add', placeholder: id('security'), side: 'customer', what: 'IT security' })).toBe(1);
    expect(room.do(chen, { type: 'placeholder.add', placeholder: id('support'), side: 'seller', what: 'Support' })).toBe(1);
    expect(() => v.parse(command, { type: 'placeholder.add', placeholder: finance, side: 'customer', what: ' ' })).toThrow();
  });

  test('is renamed, removed and brought back by anybody', () => {
    const room = withFinance();
    room.do(lidan, { type: 'placeholder.change', placeholder: finance, what: 'Treasury' });
    room.do(chen, { type: 'placeholder.remove', placeholder: finance });
    expect(vacancies(room.state, 'customer')).toEqual([]);
    room.do(zhou, { type: 'placeholder.restore', placeholder: finance });
    expect(vacancies(room.state, 'customer').map((one) => one.what)).toEqual(['Treasury']);
    expect(room.do(chen, { type: 'placeholder.remove', placeholder: id('nothing') })).toBe('no_such_placeholder');
  });

  test('is filled by whoever is invited for it, once, and is vacant again when they leave', () => {
    const room = withFinance();
    expect(room.do(chen, invited(finance))).toBe(2);
    expect(functionOf(room.state, mei)?.what).toBe('Finance');
    expect(vacancies(room.state, 'customer')).toEqual([]);
    expect(room.do(chen, { ...invited(finance), participant: id('ken'), email: 'ken@corp.example' } as CommandInput)).toBe(
      'placeholder_filled',
    );
    room.do(chen, { type: 'participant.remove', participant: mei });
    expect(vacancies(room.state, 'customer').map((one) => one.id)).toEqual([finance]);
  });

  test('of the seller side takes a colleague only, and one that is not there takes nobody', () => {
    const room = withFinance();
    room.do(lidan, { type: 'placeholder.add', placeholder: id('support'), side: 'seller', what: 'Support' });
    expect(room.do(lidan, invited(id('support')))).toBe('not_a_colleague');
    expect(room.do(chen, invited(id('nothing')))).toBe('no_such_placeholder');
  });
});

describe('the part that somebody plays', () => {
  test('is noted by the seller side, of people and of functions, and no customer ever has it', () => {
    const room = withFinance();
    expect(room.do(lidan, { type: 'stakeholder.cast', of: chen.id, roles: ['champions', 'decides', 'decides'] })).toBe(1);
    expect(room.do(zhou, { type: 'stakeholder.cast', of: finance, roles: ['pays'] })).toBe(1);
    expect(room.state.stakeholders.roles).toEqual({ [chen.id]: ['decides', 'champions'], [finance]: ['pays'] });
    expect(room.do(chen, { type: 'stakeholder.cast', of: chen.id, roles: ['pays'] })).toBe('not_for_your_side');
    const given = JSON.stringify([viewFor('customer', room.state), visible('customer', room.log)]);
    for (const word of ['decides', 'champions', 'pays', 'stakeholder.cast']) expect(given).not.toContain(word);
    room.do(lidan, { type: 'stakeholder.cast', of: chen.id, roles: [] });
    expect(room.state.stakeholders.roles[chen.id]).toBeUndefined();
    expect(room.do(lidan, { type: 'stakeholder.cast', of: id('nobody'), roles: ['pays'] })).toBe('no_such_participant');
  });
});

test('a snapshot of a room from before this knows of nobody missing', () => {
  const { stakeholders: _, ...old } = withFinance().state;
  expect(restored(old).stakeholders).toEqual({ placeholders: {}, newcomers: {}, roles: {} });
});
