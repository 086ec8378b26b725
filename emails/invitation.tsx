/** The first mail: who asks whom into which room, what is asked, what is offered. */
import * as m from '#messages';
import type { InvitationFacts, Rendered } from './facts.ts';
import { Button, fewerMails, greet, Lines, mail, paint, Section, Title, Words } from './layout.tsx';
import { TaskCard, taskText } from './task.tsx';

export function invitation(facts: InvitationFacts): Rendered {
  const { reader, from, roomName: room, workspaceName: workspace, accountName: account, asked, offered } = facts;
  const { locale } = reader;
  const note = facts.note.trim();
  const first = asked[0];

  const subject = m.mail_invitation_subject({ from: from.name, room }, { locale });
  const preheader = first
    ? m.mail_invitation_preheader_asked({ workspace, title: first.title }, { locale })
    : m.mail_invitation_preheader({ workspace }, { locale });
  const hello = greet(reader);
  const lead = (from.side === 'customer' ? m.mail_invitation_lead_colleague : m.mail_invitation_lead)(
    { from: from.name, workspace, account },
    { locale },
  );
  const askedHead = m.mail_invitation_asked({}, { locale });
  const offeredHead = m.mail_invitation_offered({ workspace }, { locale });
  const enter = m.mail_invitation_enter({}, { locale });
  const personal = m.mail_invitation_personal({}, { locale });
  const button = m.mail_open_room({}, { locale });
  const footer = [
    { says: m.mail_reply_posts({}, { locale }) },
    { says: m.mail_invitation_why({ from: from.name, email: from.email, room }, { locale }) },
    ...fewerMails(facts, locale),
  ];

  return mail({
    kind: 'invitation',
    mark: facts.mark,
    locale,
    subject,
    preheader,
    head: room,
    footer,
    children: (
      <>
        <Title>{hello}</Title>
        <Words>{lead}</Words>
        {note && (
          <div
            {...paint(
              { edge: 'line', text: 'ink' },
              'margin:0 0 16px;padding:0 0 0 16px;border-style:solid;border-width:0 0 0 3px;font-size:16px;line-height:25px;',
            )}
          >
            <Lines text={note} />
          </div>
        )}
        {asked.length > 0 && <Section>{askedHead}</Section>}
        {asked.map((task) => (
          <TaskCard task={task} reader={reader} />
        ))}
        {offered && <Section>{offeredHead}</Section>}
        {offered && <TaskCard task={offered} reader={reader} />}
        <Button url={facts.url}>{button}</Button>
        <Words>{enter}</Words>
        <Words soft>{personal}</Words>
      </>
    ),
    text: [
      hello,
      lead,
      note,
      asked.length > 0 && [askedHead, ...asked.map((task) => taskText({ task, reader }))].join('\n\n'),
      offered && [offeredHead, taskText({ task: offered, reader })].join('\n\n'),
      m.mail_link_to({ title: button, url: facts.url }, { locale }),
      enter,
      personal,
    ],
  });
}
