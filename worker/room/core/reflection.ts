/** Looking back when a deal has ended or rests: three short questions to everyone. The seller side's answers stay there. */
import type { ParticipantId } from './ids.ts';
import type { Side } from './people.ts';
import type { RoomState } from './room.ts';

/** What made the difference, what cost more than it should, what to do differently: in this order. */
export type Answers = [string, string, string];

export interface Reflected {
  side: Side;
  answers: Answers;
  /** ISO instant. */
  at: string;
}

export interface Reflection {
  /** When it was last asked; null while nothing is asked. */
  askedAt: string | null;
  answers: Record<ParticipantId, Reflected>;
}

export type ReflectionEvent =
  | { type: 'reflection.asked' }
  /** The deal goes on after all: nobody is asked any more. What was answered stays. */
  | { type: 'reflection.withdrawn' }
  /** `side` is the writer's: it decides who may read the answers. */
  | { type: 'reflection.answered'; side: Side; answers: Answers };

export const noReflection: Reflection = { askedAt: null, answers: {} };

export function applyReflection(reflection: Reflection, event: ReflectionEvent, at: string, by: ParticipantId | 'system'): Reflection {
  if (event.type === 'reflection.asked') return { ...reflection, askedAt: at };
  if (event.type === 'reflection.withdrawn') return { ...reflection, askedAt: null };
  if (by === 'system') return reflection;
  return { ...reflection, answers: { ...reflection.answers, [by]: { side: event.side, answers: event.answers, at } } };
}

/** Whether this person has been asked and has not answered since. */
export const isAsked = (state: RoomState, who: ParticipantId): boolean =>
  state.reflection.askedAt !== null && (state.reflection.answers[who]?.at ?? '') < state.reflection.askedAt;
