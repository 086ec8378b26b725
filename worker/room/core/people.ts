/** The people of a room: added, invited, joined, gone. Inside a room nobody has a rank. */
import type { ParticipantId, PersonId, PlaceholderId } from './ids.ts';
import type { RoomState } from './room.ts';

export type Side = 'seller' | 'customer';
export type Locale = 'en' | 'zh-CN';

/** The language a customer most likely reads, from their company's name and their address. */
export function likelyLocale(accountName: string, address: string): Locale {
  return /\p{Script=Han}/u.test(accountName) || /@(qq|163|126|foxmail|sina|aliyun|139)\.|\.cn$/i.test(address) ? 'zh-CN' : 'en';
}

/** How often mail may come: at once (bundled), only when named or asked, one summary a day or a week, or never. */
export const mailWishes = ['each', 'mine', 'daily', 'weekly', 'none'] as const;
export type MailWish = (typeof mailWishes)[number];

export interface Participant {
  id: ParticipantId;
  side: Side;
  name: string;
  email: string;
  locale: Locale;
  /** IANA time zone, e.g. `Asia/Shanghai`. */
  zone: string;
  /** Whether they or their browser said so; a guess until then. */
  zoneTold?: true;
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
      /** The function that they were brought in for. */
      placeholder?: PlaceholderId;
    }
  | { type: 'participant.invited'; participant: ParticipantId; note: string }
  | { type: 'participant.joined'; participant: ParticipantId }
  | { type: 'participant.left'; participant: ParticipantId }
  /** They asked for it: their name and address are nowhere in the room any more. */
  | { type: 'participant.erased'; participant: ParticipantId }
  | { type: 'participant.described'; participant: ParticipantId; name?: string; locale?: Locale; zone?: string; mail?: MailWish }
  /** Their mail's clock shows where they are, while nobody has said it. */
  | { type: 'participant.located'; participant: ParticipantId; zone: string }
  | { type: 'participant.troubled'; participant: ParticipantId; trouble: 'bounced' | 'complained' | 'failed' | null; detail: string };

/** What stands for somebody who was erased. */
export const formerName = (locale: Locale): string => (locale === 'zh-CN' ? '前参与者' : 'Former participant');

/** A room that came from elsewhere: whoever brought it is in; its customers wait for a new invitation, its other sellers are gone. */
export function peopleImported(
  people: Record<ParticipantId, Participant>,
  { participant, person }: { participant: ParticipantId; person: PersonId },
): Record<ParticipantId, Participant> {
  return Object.fromEntries(
    Object.entries(people).map(([id, one]): [string, Participant] => {
      if (one.id === participant) return [id, { ...one, person, status: 'joined' }];
      const status = one.side === 'customer' && one.status !== 'left' ? 'added' : 'left';
      return [id, { ...one, person: null, status }];
    }),
  );
}

/** Everyone who may see the room now, in the order they came. */
export const present = (state: RoomState): Participant[] => Object.values(state.people).filter((one) => one.status !== 'left');

export const withAddress = (state: RoomState, email: string): Participant | undefined =>
  present(state).find((one) => one.email === email.toLowerCase());

export function applyPeople(people: RoomState['people'], event: PeopleEvent): RoomState['people'] {
  if (event.type === 'participant.added') {
    const { type: _, participant: id, placeholder: __, ...rest } = event;
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
    case 'participant.erased':
      // A domain that nobody can have (RFC 2606): it tells people apart, and no mail goes there.
      return changed({ status: 'left', name: formerName(about.locale), email: `${about.id}@erased.invalid`, trouble: null });
    case 'participant.described': {
      const { type: _, participant: __, ...changes } = event;
      return changed({ ...changes, ...(changes.zone !== undefined && { zoneTold: true }) });
    }
    case 'participant.located':
      return changed({ zone: event.zone });
    case 'participant.troubled':
      return changed({ trouble: event.trouble });
  }
}
