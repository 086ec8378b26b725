/** The signs with which a comment may be answered, and their names. */
import * as m from '#messages';
import type { Reaction } from '#core/discussion.ts';

export const signs: Record<Reaction, string> = { thumb: '👍', heart: '❤️', party: '🎉', eyes: '👀', tick: '✅', ask: '❓' };

const names: Record<Reaction, () => string> = {
  thumb: m.reaction_thumb,
  heart: m.reaction_heart,
  party: m.reaction_party,
  eyes: m.reaction_eyes,
  tick: m.reaction_tick,
  ask: m.reaction_ask,
};
export const sayReaction = (reaction: Reaction): string => names[reaction]();
