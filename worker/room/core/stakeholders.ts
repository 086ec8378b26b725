/**
 * Who takes part in a purchase, beyond those who are in the room: functions that nobody is named for yet ("Finance, not yet
 * named"), people who were put in copy and have not answered, and the part that each plays, which only the seller side notes.
 * There is no rank in any of it: a function is said in words, and lists are in the order in which people came.
 */
import type { Recorded, RoomEvent } from './events.ts';
import type { ParticipantId, PlaceholderId } from './ids.ts';
import type { Side } from './people.ts';
import type { RoomState } from './room.ts';

export const purchaseRoles = ['decides', 'pays', 'uses', 'checks', 'champions'] as const;
export type PurchaseRole = (typeof purchaseRoles)[number];

/** Somebody whose function is known and whose name is not. */
export interface Placeholder {
  id: PlaceholderId;
  side: Side;
  /** The function in a few words. */
  what: string;
  addedBy: ParticipantId | 'system';
  /** A person of the room, or somebody who was asked and has not answered yet. */
  filledBy: ParticipantId | null;
  removed: boolean;
}

/**
 * Somebody who was put in copy and has not answered. Their address is not here, nor in any event: the room keeps it by
 * itself until they take part, so that a no leaves nothing behind.
 */
export interface Newcomer {
  /** As whom they will be in the room. */
  id: ParticipantId;
  side: Side;
  name: string;
  broughtBy: ParticipantId;
  /** ISO instant. */
  at: string;
  /** Mails of theirs that wait for them to take part. */
  waiting: number;
}

export interface Stakeholders {
  placeholders: Record<PlaceholderId, Placeholder>;
  newcomers: Record<ParticipantId, Newcomer>;
  /** Of people and placeholders. The seller side's alone; for customers it is always empty. */
  roles: Record<ParticipantId | PlaceholderId, PurchaseRole[]>;
}

export type StakeholderEvent =
  | { type: 'placeholder.added'; placeholder: PlaceholderId; side: Side; what: string }
  | { type: 'placeholder.changed'; placeholder: PlaceholderId; what: string }
  | { type: 'placeholder.removed'; placeholder: PlaceholderId }
  | { type: 'placeholder.restored'; placeholder: PlaceholderId }
  /** The name is taken out of this event when its bearer wants to be forgotten. */
  | { type: 'newcomer.brought'; newcomer: ParticipantId; side: Side; name: string; placeholder: PlaceholderId | null }
  | { type: 'newcomer.wrote'; newcomer: ParticipantId }
  /** They said no, could not be reached, or whoever brought them in took it back. */
  | { type: 'newcomer.forgotten'; newcomer: ParticipantId; why: 'asked' | 'unreachable' | 'withdrawn' }
  | { type: 'stakeholder.cast'; of: ParticipantId | PlaceholderId; roles: PurchaseRole[] };

export const noStakeholders: Stakeholders = { placeholders: {}, newcomers: {}, roles: {} };

const isStakeholderEvent = (event: RoomEvent): event is StakeholderEvent =>
  event.type.startsWith('placeholder.') || event.type.startsWith('newcomer.') || event.type === 'stakeholder.cast';

/** Whoever goes leaves the place that they filled. */
const vacated = (placeholders: Stakeholders['placeholders'], by: ParticipantId): Stakeholders['placeholders'] =>
  Object.values(placeholders).some((one) => one.filledBy === by)
    ? Object.fromEntries(Object.entries(placeholders).map(([id, one]) => [id, one.filledBy === by ? { ...one, filledBy: null } : one]))
    : placeholders;

const without = <T>(all: Record<string, T>, id: string): Record<string, T> => {
  const { [id]: _, ...rest } = all;
  return rest;
};

export function applyStakeholders(now: Stakeholders, { event, at, by }: Recorded): Stakeholders {
  const filled = (placeholder: PlaceholderId | null | undefined, who: ParticipantId): Stakeholders['placeholders'] => {
    const one = placeholder ? now.placeholders[placeholder] : undefined;
    return one ? { ...now.placeholders, [one.id]: { ...one, filledBy: who } } : now.placeholders;
  };
  if (event.type === 'participant.added')
    return {
      ...now,
      placeholders: filled(event.placeholder, event.participant),
      newcomers: event.participant in now.newcomers ? without(now.newcomers, event.participant) : now.newcomers,
    };
  if (event.type === 'participant.left') {
    const placeholders = vacated(now.placeholders, event.participant);
    return placeholders === now.placeholders ? now : { ...now, placeholders };
  }
  // Addresses do not travel in a copy: whoever had not answered is not known elsewhere.
  if (event.type === 'room.imported') {
    const placeholders = Object.keys(now.newcomers).reduce((all, id) => vacated(all, id as ParticipantId), now.placeholders);
    return { ...now, placeholders, newcomers: {} };
  }
  if (!isStakeholderEvent(event)) return now;

  const changed = (placeholder: PlaceholderId, change: Partial<Placeholder>): Stakeholders => {
    const one = now.placeholders[placeholder];
    return one ? { ...now, placeholders: { ...now.placeholders, [one.id]: { ...one, ...change } } } : now;
  };
  switch (event.type) {
    case 'placeholder.added': {
      const { placeholder: id, side, what } = event;
      return { ...now, placeholders: { ...now.placeholders, [id]: { id, side, what, addedBy: by, filledBy: null, removed: false } } };
    }
    case 'placeholder.changed':
      return changed(event.placeholder, { what: event.what });
    case 'placeholder.removed':
      return changed(event.placeholder, { removed: true });
    case 'placeholder.restored':
      return changed(event.placeholder, { removed: false });
    case 'newcomer.brought': {
      const { newcomer: id, side, name, placeholder } = event;
      if (by === 'system') return now;
      const newcomers = { ...now.newcomers, [id]: { id, side, name, broughtBy: by, at, waiting: 0 } };
      return { ...now, newcomers, placeholders: filled(placeholder, id) };
    }
    case 'newcomer.wrote': {
      const one = now.newcomers[event.newcomer];
      return one ? { ...now, newcomers: { ...now.newcomers, [one.id]: { ...one, waiting: one.waiting + 1 } } } : now;
    }
    case 'newcomer.forgotten': {
      const roles = event.newcomer in now.roles ? without(now.roles, event.newcomer) : now.roles;
      return { roles, newcomers: without(now.newcomers, event.newcomer), placeholders: vacated(now.placeholders, event.newcomer) };
    }
    case 'stakeholder.cast':
      return { ...now, roles: event.roles.length > 0 ? { ...now.roles, [event.of]: event.roles } : without(now.roles, event.of) };
  }
}

/** What a customer may know of it: everything but who plays which part. */
export const stakeholdersForCustomer = (all: Stakeholders): Stakeholders => ({ ...all, roles: {} });

/** Functions of a side that nobody is named for, oldest first. */
export const vacancies = (state: RoomState, side: Side): Placeholder[] =>
  Object.values(state.stakeholders.placeholders).filter((one) => one.side === side && !one.removed && one.filledBy === null);

/** What somebody was brought in for; undefined for most. */
export const functionOf = (state: RoomState, who: ParticipantId): Placeholder | undefined =>
  Object.values(state.stakeholders.placeholders).find((one) => one.filledBy === who && !one.removed);
