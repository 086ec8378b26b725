/** What somebody proposes for the reader's task, and the one word that accepts it. */
import * as m from '#messages';
import { wordFor } from '#core/acts.ts';
import { type Due, sayDue } from '#core/due.ts';
import type { FC } from 'hono/jsx';
import { AnswerLinks, type Answers } from './answers.tsx';
import type { ProposalFacts, Reader } from './facts.ts';
import { Words } from './layout.tsx';
import { sayNames } from './moment.ts';

interface ProposedProps {
  proposal: ProposalFacts & { was: Due | null };
  reader: Reader;
  subject: string;
}

/** "New date: Fri 18 Dec (now Fri 11 Dec)", a line for each thing. */
function linesOf({ title, owners, due, was }: ProposedProps['proposal'], reader: Reader): string[] {
  const say = { locale: reader.locale };
  const from = was && sayDue(was, reader);
  const lines: string[] = [];
  if (due)
    lines.push(
      from ? m.mail_proposed_due({ to: sayDue(due, reader), from }, say) : m.mail_proposed_due_first({ to: sayDue(due, reader) }, say),
    );
  if (due === null && from) lines.push(m.mail_proposed_undated({ from }, say));
  if (owners)
    lines.push(
      owners.length > 0 ? m.mail_proposed_owners({ names: sayNames(owners, reader.locale) }, say) : m.mail_proposed_nobody({}, say),
    );
  if (title) lines.push(m.mail_proposed_title({ title }, say));
  return lines;
}

const answersOf = ({ proposal, reader, subject }: ProposedProps): Answers => ({
  address: proposal.replyTo,
  subject,
  answers: [{ says: m.mail_proposed_accept({}, { locale: reader.locale }), body: wordFor('accept', reader.locale) }],
});

export const Proposed: FC<ProposedProps> = (props) => (
  <>
    {linesOf(props.proposal, props.reader).map((line) => (
      <Words>{line}</Words>
    ))}
    <AnswerLinks {...answersOf(props)} />
    <Words soft>{m.mail_proposed_how({ word: wordFor('accept', props.reader.locale) }, { locale: props.reader.locale })}</Words>
  </>
);

export const proposedText = ({ proposal, reader }: ProposedProps): string =>
  [...linesOf(proposal, reader), m.mail_proposed_how({ word: wordFor('accept', reader.locale) }, { locale: reader.locale })].join('\n');
