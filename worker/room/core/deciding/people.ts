/** Who may be brought in, invited, described and removed. */
import type { AddParticipant, PeopleCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import type { RoomEvent } from '../events.ts';
import { type Participant, present, withAddress } from '../people.ts';
import { can } from '../permissions.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';

/** Adds people named in passing (a mail address after an @) and invites them in the same breath. */
export function bringIn(state: RoomState, who: Participant, added: AddParticipant[], facts: Facts): Decision {
  const events: RoomEvent[] = [];
  for (const one of added) {
    if (!can.add(who, one.side)) return refuse('forbidden', 'not_for_your_side', 'side');
    if (withAddress(state, one.email) || state.people[one.participant]) return refuse('conflict', 'already_here', 'email');
    if (facts.asked?.has(one.email)) return refuse('conflict', 'already_asked', 'email');
    if (facts.declined?.has(one.email)) return refuse('forbidden', 'said_no', 'email');
    const vacancy = one.placeholder ? state.stakeholders.placeholders[one.placeholder] : undefined;
    if (one.placeholder && (!vacancy || vacancy.removed)) return refuse('not_found', 'no_such_placeholder');
    if (vacancy && vacancy.side !== one.side)
      return vacancy.side === 'seller' ? refuse('forbidden', 'not_a_colleague', 'email') : refuse('not_found', 'no_such_placeholder');
    if (vacancy && vacancy.filledBy !== null) return refuse('conflict', 'placeholder_filled');
    const person = facts.colleagues[one.email] ?? null;
    if (one.side === 'seller' && person === null) return refuse('forbidden', 'not_a_colleague', 'email');
    const { participant, side, name, email, locale, zone } = one;
    events.push({
      type: 'participant.added',
      participant,
      side,
      name,
      email,
      locale,
      zone,
      person: side === 'seller' ? person : null,
      through: 'app',
      broughtBy: who.id,
      ...(vacancy && { placeholder: vacancy.id }),
    });
    if (one.invite) events.push({ type: 'participant.invited', participant, note: one.note });
  }
  return happened(...events);
}

export function decidePeople(state: RoomState, who: Participant, command: PeopleCommand, facts: Facts): Decision {
  if (command.type === 'participant.add') return bringIn(state, who, [command], facts);

  const about = state.people[command.participant];
  if (!about) return refuse('not_found', 'no_such_participant');

  switch (command.type) {
    case 'participant.invite':
      if (about.status === 'joined') return happened();
      if (!can.add(who, about.side)) return refuse('forbidden', 'not_for_your_side');
      return happened({ type: 'participant.invited', participant: about.id, note: command.note });
    case 'participant.remove': {
      if (!can.remove(who, about)) return refuse('forbidden', 'not_for_your_side');
      if (about.status === 'left') return happened();
      const remaining = present(state).filter((one) => one.side === 'seller' && one.id !== about.id);
      if (about.side === 'seller' && remaining.length === 0) return refuse('conflict', 'someone_must_stay');
      return happened({ type: 'participant.left', participant: about.id });
    }
    case 'participant.describe': {
      if (!can.describe(who, about)) return refuse('forbidden', 'not_for_your_side');
      const { type: _, participant, ...changes } = command;
      const changed = Object.entries(changes).some(([key, value]) => value !== undefined && about[key as keyof typeof changes] !== value);
      return changed ? happened({ type: 'participant.described', participant, ...changes }) : happened();
    }
  }
}
