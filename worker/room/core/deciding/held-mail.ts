/** What becomes of a mail that is held for the sellers. */
import type { HeldMailCommand } from '../commands.ts';
import { type Decision, happened } from '../decision.ts';
import { type Participant, withAddress } from '../people.ts';
import { can } from '../permissions.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';

export function decideHeldMail(state: RoomState, who: Participant, command: HeldMailCommand): Decision {
  if (!can.settleHeldMail(who)) return refuse('not_found', 'no_such_mail');
  const held = state.held[command.held];
  if (!held) return refuse('not_found', 'no_such_mail');
  if (held.settled) return happened();
  if (command.how === 'dismissed') return happened({ type: 'mail.settled', held: held.id, how: 'dismissed' });

  // A seller vouches for the sender, who must be in the room under that very address by now.
  const sender = withAddress(state, held.from);
  if (!sender) return refuse('conflict', 'sender_not_here');
  return happened({ type: 'mail.settled', held: held.id, how: 'posted' });
}
