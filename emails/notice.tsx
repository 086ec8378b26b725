/** To a workspace's owners, about the workspace itself: what will be deleted, what does not work. */
import * as m from '#messages';
import type { NoticeFacts, Rendered } from './facts.ts';
import { Button, greet, mail, Title, Words } from './layout.tsx';

export function notice({ reader, mark, workspaceName, title, lead, lines, button, url }: NoticeFacts): Rendered {
  const { locale } = reader;
  const listed = lines.map((line) => `· ${line}`);
  return mail({
    kind: 'notice',
    mark,
    locale,
    subject: title,
    preheader: lead,
    head: workspaceName,
    footer: [{ says: m.mail_notice_why({ workspace: workspaceName }, { locale }) }],
    children: (
      <>
        <Title>{greet(reader)}</Title>
        <Words>{lead}</Words>
        {listed.map((line) => (
          <Words>{line}</Words>
        ))}
        <Button url={url}>{button}</Button>
      </>
    ),
    text: [greet(reader), [lead, ...listed].join('\n'), m.mail_link_to({ title: button, url }, { locale })],
  });
}
