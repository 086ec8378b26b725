/** To somebody who was put in copy: who brought them in, what it is about, and the two answers. */
import * as m from '#messages';
import { wordFor } from '#core/acts.ts';
import { AnswerLinks, type Answers, answersText } from './answers.tsx';
import type { BroughtInFacts, Rendered } from './facts.ts';
import { greet, mail, Section, Title, Words } from './layout.tsx';
import { TaskCard, taskText } from './task.tsx';

export function broughtIn(facts: BroughtInFacts): Rendered {
  const { reader, roomName: room, workspaceName: workspace, accountName: account, from, concerns } = facts;
  const { locale } = reader;
  const say = { locale };
  const subject = m.mail_brought_subject({ from: from.name, room }, say);
  const title = m.mail_brought_title({ from: from.name }, say);
  const lead = m.mail_brought_lead({ workspace, account }, say);
  const count = concerns.length;
  const head = count === 1 ? m.mail_brought_one({}, say) : m.mail_brought_many({ count: sayCount(count, locale) }, say);
  const how = m.mail_brought_how({ from: from.name }, say);
  const no = m.mail_brought_no({}, say);
  const answers: Answers = {
    address: facts.replyTo,
    subject,
    answers: [
      { says: m.mail_brought_take_part({}, say), body: m.mail_brought_word({}, say) },
      { says: m.mail_brought_forget({}, say), body: wordFor('no', locale) },
    ],
  };
  return mail({
    kind: 'brought-in',
    mark: facts.mark,
    locale,
    subject,
    preheader: how,
    head: room,
    footer: [{ says: m.mail_brought_why({ from: from.name, email: from.email }, say) }],
    children: (
      <>
        <Title>{greet(reader)}</Title>
        <Words>
          <strong>{title}</strong>
        </Words>
        <Words>{lead}</Words>
        {count > 0 && <Section>{head}</Section>}
        {concerns.map((task) => (
          <TaskCard task={task} reader={reader} />
        ))}
        <Words>{how}</Words>
        <AnswerLinks {...answers} />
        <Words soft>{no}</Words>
      </>
    ),
    text: [
      greet(reader),
      title,
      lead,
      count > 0 && [head, ...concerns.map((task) => taskText({ task, reader }))].join('\n\n'),
      how,
      answersText(answers),
      no,
    ],
  });
}

const NUMBERS = { en: ['', 'One', 'Two', 'Three'], 'zh-CN': ['', '一', '两', '三'] };
const sayCount = (count: number, locale: 'en' | 'zh-CN'): string => NUMBERS[locale][count] ?? String(count);
