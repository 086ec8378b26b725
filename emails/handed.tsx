/** What was asked for by mail: everything stored about the reader, or the way to their copy of the room. */
import * as m from '#messages';
import type { HandedFacts, Rendered } from './facts.ts';
import { Button, fewerMails, greet, mail, Title, Words } from './layout.tsx';

export function handed(facts: HandedFacts): Rendered {
  const { reader, roomName: room, what } = facts;
  const { locale } = reader;
  const say = { locale };
  const isCopy = what.kind === 'copy';
  const subject = isCopy ? m.mail_copy_subject({ room }, say) : m.mail_data_subject({ room }, say);
  const title = isCopy ? m.mail_copy_title({ room }, say) : m.mail_data_title({ room }, say);
  const lead = isCopy ? m.mail_copy_lead({}, say) : what.attached ? m.mail_data_attached({}, say) : m.mail_data_linked({}, say);
  const lines = isCopy ? [] : [...what.lines, m.mail_data_others({}, say)];
  const button = isCopy ? m.mail_copy_button({}, say) : m.mail_open_room({}, say);
  return mail({
    kind: isCopy ? 'copy' : 'my-data',
    mark: facts.mark,
    locale,
    subject,
    preheader: lead,
    head: room,
    footer: [{ says: m.mail_handed_why({}, say) }, ...fewerMails(facts, locale)],
    children: (
      <>
        <Title>{greet(reader)}</Title>
        <Words>
          <strong>{title}</strong>
        </Words>
        <Words>{lead}</Words>
        {lines.map((line) => (
          <Words soft>{line}</Words>
        ))}
        <Button url={facts.url}>{button}</Button>
      </>
    ),
    text: [greet(reader), title, lead, lines.length > 0 && lines.join('\n'), m.mail_link_to({ title: button, url: facts.url }, say)],
  });
}
