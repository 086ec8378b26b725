/** Functions without a name, and the parts that people play in a purchase. */
import type { StakeholderCommand } from '../commands.ts';
import { type Decision, happened } from '../decision.ts';
import type { ParticipantId, PlaceholderId } from '../ids.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';

/** More would be no map any more. */
const MOST = 100;

export function decideStakeholders(state: RoomState, who: Participant, command: StakeholderCommand): Decision {
  const { placeholders, newcomers, roles } = state.stakeholders;
  if (command.type === 'stakeholder.cast') {
    if (!can.cast(who)) return refuse('forbidden', 'not_for_your_side');
    const { of } = command;
    const isThere = of in newcomers || state.people[of as ParticipantId] || placeholders[of as PlaceholderId];
    if (!isThere) return refuse('not_found', 'no_such_participant');
    return (roles[of] ?? []).join() === command.roles.join()
      ? happened()
      : happened({ type: 'stakeholder.cast', of, roles: command.roles });
  }
  if (command.type === 'newcomer.withdraw') {
    const one = newcomers[command.newcomer];
    // Gone already, by whatever way.
    if (!one) return happened();
    if (!can.letGo(who, one.side)) return refuse('forbidden', 'not_for_your_side');
    return happened({ type: 'newcomer.forgotten', newcomer: one.id, why: 'withdrawn' });
  }
  if (!can.placehold(who)) return refuse('forbidden', 'not_for_your_side');
  const { placeholder } = command;
  const about = placeholders[placeholder];
  if (command.type === 'placeholder.add') {
    const { side, what } = command;
    if (about) return happened();
    if (Object.values(placeholders).filter((one) => !one.removed).length >= MOST) return refuse('too_many', 'too_many');
    return happened({ type: 'placeholder.added', placeholder, side, what });
  }
  if (!about) return refuse('not_found', 'no_such_placeholder');
  switch (command.type) {
    case 'placeholder.change':
      return about.what === command.what ? happened() : happened({ type: 'placeholder.changed', placeholder, what: command.what });
    case 'placeholder.remove':
      return about.removed ? happened() : happened({ type: 'placeholder.removed', placeholder });
    case 'placeholder.restore':
      return about.removed ? happened({ type: 'placeholder.restored', placeholder }) : happened();
  }
}
