/** A mail that was not posted: what happened, what to do, whether somebody sees it. Never a riddle, never a detail that helps a forger. */
import * as m from '#messages';
import type { Locale } from '#core/people.ts';
import type { RejectionFacts, Rendered } from './facts.ts';
import { greet, mail, Section, Title, Words } from './layout.tsx';
import { saySize } from './moment.ts';

/** For each reason its two sentences: what happened, and what to do. */
function sayReason({ reason, limit }: RejectionFacts, locale: Locale): [what: string, todo: string] {
  const l = { locale };
  switch (reason) {
    case 'unknown_token':
      return [m.mail_rejection_unknown_token_what({}, l), m.mail_rejection_unknown_token_do({}, l)];
    case 'other_sender':
      return [m.mail_rejection_other_sender_what({}, l), m.mail_rejection_other_sender_do({}, l)];
    case 'not_authenticated':
      return [m.mail_rejection_not_authenticated_what({}, l), m.mail_rejection_not_authenticated_do({}, l)];
    case 'empty':
      return [m.mail_rejection_empty_what({}, l), m.mail_rejection_empty_do({}, l)];
    case 'too_large':
      return [m.mail_rejection_too_large_what({ limit: saySize(limit) }, l), m.mail_rejection_too_large_do({}, l)];
    case 'unreadable':
      return [m.mail_rejection_unreadable_what({}, l), m.mail_rejection_unreadable_do({}, l)];
    case 'encrypted':
      return [m.mail_rejection_encrypted_what({}, l), m.mail_rejection_encrypted_do({}, l)];
    case 'two_senders':
      return [m.mail_rejection_two_senders_what({}, l), m.mail_rejection_two_senders_do({}, l)];
    case 'left':
      return [m.mail_rejection_left_what({}, l), m.mail_rejection_left_do({}, l)];
    case 'deleted':
      return [m.mail_rejection_deleted_what({}, l), m.mail_rejection_deleted_do({}, l)];
    case 'refused':
      return [m.mail_rejection_refused_what({}, l), m.mail_rejection_refused_do({}, l)];
  }
}

export function rejection(facts: RejectionFacts): Rendered {
  const { reader, held, roomName: room } = facts;
  const { locale } = reader;
  const about = facts.subject.trim() || m.mail_rejection_no_subject({}, { locale });
  const [what, todo] = sayReason(facts, locale);
  const subject = m.mail_rejection_subject({ subject: about }, { locale });
  const hello = greet(reader);
  const lead =
    room === null
      ? m.mail_rejection_lead_no_room({ subject: about }, { locale })
      : m.mail_rejection_lead({ subject: about, room }, { locale });
  const happened = m.mail_rejection_happened({}, { locale });
  const can = m.mail_rejection_do({}, { locale });
  // What is held in a room that was deleted, its sellers see only if they bring it back.
  const seen = held && facts.reason !== 'deleted' ? m.mail_rejection_held({}, { locale }) : m.mail_rejection_not_held({}, { locale });
  const footer = [{ says: m.mail_rejection_why({}, { locale }) }];

  return mail({
    kind: 'rejection',
    mark: facts.mark,
    locale,
    subject,
    preheader: `${what} ${todo}`,
    head: room ?? m.app_name({}, { locale }),
    footer,
    children: (
      <>
        <Title>{hello}</Title>
        <Words>{lead}</Words>
        <Section>{happened}</Section>
        <Words>{what}</Words>
        <Section>{can}</Section>
        <Words>{todo}</Words>
        <Words soft>{seen}</Words>
      </>
    ),
    text: [hello, lead, `${happened}\n${what}`, `${can}\n${todo}`, seen],
  });
}
