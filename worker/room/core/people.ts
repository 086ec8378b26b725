/** The people of a room: added, invited, joined, gone. Inside a room nobody has a rank. */
import type { RoomEvent } from './events.ts';
import type { ParticipantId, PersonId } from './ids.ts';
import { can } from './permissions.ts';
import type { AddParticipant, PeopleCommand } from './commands.ts';
import { type Decision, type Facts, happened } from './decision.ts';
import { refuse } from './refusal.ts';
import type { RoomState } from './room.ts';

export type Side = 'seller' | 'customer';
export type Locale = 'en' | 'zh-CN';

/** The language a customer most likely reads, from their company's name and their address. */
export function likelyLocale(accountName: string, address: string): Locale {
  return /\p{Script=Han}/u.test(accountName) || /@(qq|163|126|foxmail|sina|aliyun|139)\.|\.cn$/i.test(address) ? 'zh-CN' : 'en';
}

/** How often mail may come: at once (bundled), only when named or asked, weekly only, or never. */
export type MailWish = 'each' | 'mine' | 'weekly' | 'none';

export interface Participant {
  id: ParticipantId;
  side: Side;
  name: string;
  email: string;
  locale: Locale;
  /** IANA time zone, e.g. `Asia/Shanghai`. */
  zone: string;
  /** `added`: not yet invited, gets no mail. `left`: sees nothing, gets nothing. */
  status: 'added' | 'invited' | 'joined' | 'left';
  /** Who brought them in; a newcomer through a forwarded link names whose link it was. */
  broughtBy: ParticipantId | null;
  through: 'app' | 'link' | 'mail';
  /** The seller's person; customers have none. */
  person: PersonId | null;
  mail: MailWish;
  /** The address failed for good, or its owner complained: no mail until it is put right. */
  trouble: 'bounced' | 'complained' | 'failed' | null;
}

export type PeopleEvent =
  | {
      type: 'participant.added';
      participant: ParticipantId;
      side: Side;
      name: string;
      email: string;
      locale: Locale;
      zone: string;
      person: PersonId | null;
      through: Participant['through'];
      broughtBy: ParticipantId | null;
    }
  | { type: 'participant.invited'; participant: ParticipantId; note: string }
  | { type: 'participant.joined'; participant: ParticipantId }
  | { type: 'participant.left'; participant: ParticipantId }
  | { type: 'participant.described'; participant: ParticipantId; name?: string; locale?: Locale; zone?: string; mail?: MailWish }
  | { type: 'participant.troubled'; participant: ParticipantId; trouble: 'bounced' | 'complained' | 'failed' | null; detail: string };

/** Everyone who may see the room now, in the order they came. */
export const present = (state: RoomState): Participant[] => Object.values(state.people).filter((one) => one.status !== 'left');

export const withAddress = (state: RoomState, email: string): Participant | undefined =>
  present(state).find((one) => one.email === email.toLowerCase());

/** Adds people named in passing (a mail address after an @) and invites them in the same breath. */
export function bringIn(state: RoomState, who: Participant, added: AddParticipant[], facts: Facts): Decision {
  const events: RoomEvent[] = [];
  for (const one of added) {
    if (!can.add(who, one.side)) return refuse('forbidden', 'not_for_your_side', 'side');
    if (withAddress(state, one.email) || state.people[one.participant]) return refuse('conflict', 'already_here', 'email');
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

export function applyPeople(people: RoomState['people'], event: PeopleEvent): RoomState['people'] {
  if (event.type === 'participant.added') {
    const { type: _, participant: id, ...rest } = event;
    return { ...people, [id]: { id, ...rest, status: 'added', mail: 'each', trouble: null } };
  }
  const about = people[event.participant];
  if (!about) return people;
  const changed = (change: Partial<Participant>) => ({ ...people, [about.id]: { ...about, ...change } });

  switch (event.type) {
    case 'participant.invited':
      return changed({ status: about.status === 'joined' ? 'joined' : 'invited' });
    case 'participant.joined':
      return changed({ status: 'joined' });
    case 'participant.left':
      return changed({ status: 'left' });
    case 'participant.described': {
      const { type: _, participant: __, ...changes } = event;
      return changed(changes);
    }
    case 'participant.troubled':
      return changed({ trouble: event.trouble });
  }
}
