/** Who asks for a look back, and who answers. */
import type { ReflectionCommand } from '../commands.ts';
import { type Decision, happened } from '../decision.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import type { ReflectionEvent } from '../reflection.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';

/** Asks everybody, unless they are asked already and nobody has answered yet. */
export const asking = ({ reflection }: RoomState): ReflectionEvent[] =>
  reflection.askedAt !== null && Object.values(reflection.answers).every((one) => one.at < (reflection.askedAt ?? ''))
    ? []
    : [{ type: 'reflection.asked' }];

export function decideReflection(state: RoomState, who: Participant, command: ReflectionCommand): Decision {
  if (command.type === 'reflection.ask') {
    if (!can.askToReflect(who)) return refuse('forbidden', 'not_for_your_side');
    return happened(...asking(state));
  }
  const [difference = '', cost = '', next = ''] = command.answers;
  if ([difference, cost, next].every((one) => one.trim() === '')) return refuse('invalid', 'empty_comment', 'answers');
  const before = state.reflection.answers[who.id];
  const answers: [string, string, string] = [difference, cost, next];
  if (before && before.answers.every((one, place) => one === answers[place])) return happened();
  return happened({ type: 'reflection.answered', side: who.side, answers });
}
