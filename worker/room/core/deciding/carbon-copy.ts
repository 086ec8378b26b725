/** Whom a reply brings in by putting them in copy. Asked only of mail that is proven to be its sender's. */
import { audienceOfThread } from '../audience.ts';
import type { RoomEvent } from '../events.ts';
import type { ParticipantId, PersonId, ThreadId } from '../ids.ts';
import { likelyLocale, type Locale, type Participant, present, withAddress } from '../people.ts';
import type { RoomState } from '../room.ts';
import { vacancies } from '../stakeholders.ts';
import { nameFromAddress } from '../task-line.ts';
import { likelyZone } from '../zones.ts';

/** More people than this in one mail are not brought in by it. */
export const MOST_BY_MAIL = 10;
/** Nor is anybody while this many have not answered: a room is no way to write to strangers. */
const MOST_UNANSWERED = 50;

/** Mailboxes of a function or a machine: nobody in particular reads them, so nobody can be asked there (RFC 2142 and custom). */
const ROLE =
  /^(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|noreply.*|mailer-daemon|postmaster|hostmaster|webmaster|abuse|bounces?|notifications?|alerts?|newsletter|auto-?(?:reply|mailer|responder)|system|root|daemon|info|sales|marketing|support|service|help|helpdesk|office|contact|admin|administrator|hello|team|all|everyone|staff|list|billing|accounts?|hr|jobs|security|noc|news)(?:\+.*)?$/i;

export interface Copied {
  email: string;
  name: string;
}

/** What the core can't know of the people in copy. */
export interface CopyFacts {
  /** Members of the workspace by address. */
  colleagues: Record<string, PersonId>;
  /** Addresses that asked to be forgotten, and those that were asked before and have not answered. */
  forgotten: ReadonlySet<string>;
  asked: ReadonlySet<string>;
  /** The room's own domain for mail, and the address that mail comes from. */
  replyDomain: string;
  mailFrom: string;
  /** Whether two addresses are of one company. */
  sameCompany: (a: string, b: string) => boolean;
}

/** Somebody who is to be asked: their address is for the room's own table, never for an event. */
export interface ToAsk {
  newcomer: ParticipantId;
  email: string;
  name: string;
  locale: Locale;
  zone: string;
}

export interface BroughtInCopy {
  events: RoomEvent[];
  ask: ToAsk[];
  /** Addresses of the seller's own company that are no members: for a seller to say. */
  doubtful: string[];
}

export function broughtInCopy(
  state: RoomState,
  who: Participant,
  thread: ThreadId,
  copied: Copied[],
  facts: CopyFacts,
  freshId: () => ParticipantId,
): BroughtInCopy {
  const brought: BroughtInCopy = { events: [], ask: [], doubtful: [] };
  const places = vacancies(state, 'customer').map((one) => one.id);
  const unanswered = Object.keys(state.stakeholders.newcomers).length;
  const seen = new Set<string>();
  let count = 0;
  for (const one of copied) {
    const email = one.email.trim().toLowerCase();
    if (seen.has(email) || count >= MOST_BY_MAIL) continue;
    seen.add(email);
    const [local = '', domain = ''] = email.split('@');
    if (local === '' || domain === '' || ROLE.test(local) || domain === facts.replyDomain.toLowerCase()) continue;
    if (email === facts.mailFrom.toLowerCase() || facts.forgotten.has(email) || facts.asked.has(email)) continue;
    const known = withAddress(state, email);
    if (known) {
      if (known.status !== 'added' || (known.side === 'seller' && who.side === 'customer')) continue;
      count += 1;
      brought.events.push({ type: 'participant.invited', participant: known.id, note: '' });
      continue;
    }
    const name = one.name.trim() === '' || one.name.includes('@') ? nameFromAddress(email) : one.name.trim();
    const zoneOf = (side: Participant['side']) =>
      who.side === side ? who.zone : (present(state).find((other) => other.side === side)?.zone ?? who.zone);
    const person = facts.colleagues[email];
    if (person) {
      count += 1;
      const participant = freshId();
      const colleague = present(state).find((other) => other.side === 'seller');
      brought.events.push(
        {
          type: 'participant.added',
          participant,
          side: 'seller',
          name,
          email,
          locale: colleague?.locale ?? who.locale,
          zone: zoneOf('seller'),
          person,
          through: 'mail',
          broughtBy: who.id,
        },
        { type: 'participant.invited', participant, note: '' },
      );
      continue;
    }
    // Whoever is of the selling company is never let in as a customer, nor as a colleague by a customer's word.
    if (present(state).some((other) => other.side === 'seller' && facts.sameCompany(other.email, email))) {
      count += 1;
      brought.doubtful.push(email);
      continue;
    }
    if (audienceOfThread(thread) === 'seller' || unanswered + brought.ask.length >= MOST_UNANSWERED) continue;
    count += 1;
    const newcomer = freshId();
    const isChinese = who.side === 'customer' ? who.locale === 'zh-CN' : /\p{Script=Han}/u.test(state.room?.accountName ?? '');
    const locale = /\p{Script=Han}/u.test(name) ? 'zh-CN' : likelyLocale(isChinese ? '中' : '', email);
    brought.ask.push({ newcomer, email, name, locale, zone: likelyZone(email, locale, zoneOf('customer')) });
    brought.events.push({ type: 'newcomer.brought', newcomer, side: 'customer', name, placeholder: places.shift() ?? null });
  }
  return brought;
}
