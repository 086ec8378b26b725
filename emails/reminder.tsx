/** What is due on the next working day, and what is over: each can be answered by itself. */
import * as m from '#messages';
import type { ReminderFacts, Rendered } from './facts.ts';
import { Button, fewerMails, mail, Title } from './layout.tsx';
import { sayWhen, TaskAnswers, taskAnswersText, TaskCard, taskText } from './task.tsx';

export function reminder(facts: ReminderFacts): Rendered {
  const { reader, roomName: room, tasks } = facts;
  const { locale } = reader;
  const say = { locale };
  const [first] = tasks;
  // Several tasks: a plain reply would belong to none of them, so each says where its own goes.
  const many = tasks.length > 1;
  const heading = many
    ? m.mail_reminder_many({ count: tasks.length }, say)
    : first?.overdue
      ? m.mail_reminder_over({}, say)
      : m.mail_reminder_before({}, say);
  const subject = m.mail_news_subject({ room, title: tasks.length === 1 && first ? `${heading}: ${first.title}` : heading }, say);
  const button = m.mail_open_here({}, say);
  return mail({
    kind: 'reminder',
    mark: facts.mark,
    locale,
    subject,
    preheader: first ? m.mail_reminder_preheader({ title: first.title, when: sayWhen(first, reader) }, say) : heading,
    head: room,
    footer: [{ says: m.mail_reminder_why({ room }, say) }, ...fewerMails(facts, locale)],
    children: (
      <>
        <Title>{heading}</Title>
        {tasks.map((task) => (
          <>
            <TaskCard task={task} reader={reader} />
            <TaskAnswers task={task} reader={reader} subject={m.mail_news_subject({ room, title: task.title }, say)} quiet={many} />
          </>
        ))}
        <Button url={facts.url}>{button}</Button>
      </>
    ),
    text: [
      heading,
      ...tasks.map((task) =>
        [taskText({ task, reader }), many && task.answers ? m.mail_digest_answer_text({ address: task.answers }, say) : '']
          .filter(Boolean)
          .join('\n'),
      ),
      first ? taskAnswersText({ task: first, reader }) : null,
      m.mail_link_to({ title: button, url: facts.url }, say),
    ],
  });
}
