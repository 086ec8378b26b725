/** To a member whom an owner let go of a workspace. Nothing in it opens anything. */
import * as m from '#messages';
import type { LetGoFacts, Rendered } from './facts.ts';
import { greet, mail, Title, Words } from './layout.tsx';

export function letGo(facts: LetGoFacts): Rendered {
  const { reader, workspaceName: workspace, from } = facts;
  const say = { locale: reader.locale };
  const hello = greet(reader);
  const lead = m.mail_let_go_lead({ from: from.name, workspace }, say);
  const stays = m.mail_let_go_stays({}, say);
  const ends = m.mail_let_go_ends({ workspace }, say);
  const ask = m.mail_let_go_ask({ from: from.name, email: from.email }, say);
  return mail({
    kind: 'let-go',
    mark: facts.mark,
    locale: reader.locale,
    subject: m.mail_let_go_subject({ workspace }, say),
    preheader: lead,
    head: workspace,
    footer: [{ says: m.mail_let_go_why({ workspace }, say) }],
    children: (
      <>
        <Title>{hello}</Title>
        <Words>{lead}</Words>
        <Words>{ends}</Words>
        <Words>{stays}</Words>
        <Words soft>{ask}</Words>
      </>
    ),
    text: [hello, lead, ends, stays, ask],
  });
}
