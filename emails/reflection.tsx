/** Three short questions when a deal has ended or rests. A reply answers them; whose eyes it is for is said. */
import * as m from '#messages';
import type { ReflectionFacts, Rendered } from './facts.ts';
import { Button, fewerMails, mail, Title, Words } from './layout.tsx';

export function reflection(facts: ReflectionFacts): Rendered {
  const { reader, roomName: room, side, url, mark } = facts;
  const { locale } = reader;
  const say = { locale };
  const title = m.mail_reflect_title({}, say);
  const lead = m.mail_reflect_lead({}, say);
  const questions = [m.reflect_difference({}, say), m.reflect_cost({}, say), m.reflect_next({}, say)];
  const how = m.mail_reflect_how({}, say);
  const who = side === 'seller' ? m.mail_reflect_ours({}, say) : m.mail_reflect_both({}, say);
  const button = m.mail_reflect_open({}, say);
  return mail({
    kind: 'reflection',
    mark,
    locale,
    subject: m.mail_news_subject({ room, title }, say),
    preheader: questions.slice(0, 2).join(locale === 'zh-CN' ? '' : ' '),
    head: room,
    footer: [{ says: m.mail_reflect_why({ room }, say) }, ...fewerMails(facts, locale)],
    children: (
      <>
        <Title>{title}</Title>
        <Words>{lead}</Words>
        {questions.map((question, at) => (
          <Words>
            <b>
              {at + 1}. {question}
            </b>
          </Words>
        ))}
        <Words>{how}</Words>
        <Words soft>{who}</Words>
        <Button url={url}>{button}</Button>
      </>
    ),
    text: [
      title,
      lead,
      questions.map((question, at) => `${at + 1}. ${question}`).join('\n'),
      how,
      who,
      m.mail_link_to({ title: button, url }, say),
    ],
  });
}
