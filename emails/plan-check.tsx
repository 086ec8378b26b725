/** "Is the plan still right?": two answers, each one press; what is behind the question in a line. */
import * as m from '#messages';
import { wordFor } from '#core/acts.ts';
import type { Side } from '#core/people.ts';
import { AnswerLinks, type Answers, answersText } from './answers.tsx';
import type { PlanCheckFacts, Rendered } from './facts.ts';
import { Button, fewerMails, mail, Title, Words } from './layout.tsx';
import { TaskCard, taskText } from './task.tsx';

function saySides(sides: Side[], locale: PlanCheckFacts['reader']['locale']): string {
  const say = { locale };
  return sides.length > 1 ? m.truth_both({}, say) : sides[0] === 'seller' ? m.truth_seller({}, say) : m.truth_customer({}, say);
}

export function planCheck(facts: PlanCheckFacts): Rendered {
  const { reader, roomName: room, since, step } = facts;
  const { locale, zone } = reader;
  const say = { locale };
  const side = saySides(facts.sides, locale);
  const title = m.mail_check_title({}, say);
  const subject = m.mail_news_subject({ room, title }, say);
  const day = since && new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: zone }).format(Date.parse(since));
  const state = day ? m.truth_unconfirmed({ side, day }, say) : m.truth_never({ side }, say);
  const sentence = `${state}${locale === 'zh-CN' ? '。' : '.'}`;
  const lead = m.mail_check_lead({}, say);
  const groups = [
    { says: m.mail_check_slipped({}, say), tasks: facts.slipped.slice(0, 3) },
    { says: m.mail_check_overdue({}, say), tasks: facts.overdue.slice(0, 3) },
    // Nothing in particular is doubtful: what comes next stands for the plan.
    { says: m.mail_check_next({}, say), tasks: step && facts.slipped.length + facts.overdue.length === 0 ? [step] : [] },
  ].filter((group) => group.tasks.length > 0);
  const answers: Answers = {
    address: facts.replyTo,
    subject,
    answers: [
      { says: m.truth_still({}, say), body: wordFor('confirm', locale) },
      ...(step ? [{ says: m.mail_check_move({}, say), body: m.act_word_move({}, say) }] : []),
    ],
  };
  const how = step ? m.mail_check_how({ title: step.title }, say) : null;
  const button = m.mail_open_here({}, say);
  return mail({
    kind: 'plan-check',
    mark: facts.mark,
    locale,
    subject,
    preheader: `${sentence}${locale === 'zh-CN' ? '' : ' '}${lead}`,
    head: room,
    footer: [{ says: m.mail_check_why({ room }, say) }, ...fewerMails(facts, locale)],
    children: (
      <>
        <Title>{title}</Title>
        <Words>{sentence}</Words>
        {groups.map((group) => (
          <>
            <Words soft>{group.says}</Words>
            {group.tasks.map((task) => (
              <TaskCard task={task} reader={reader} />
            ))}
          </>
        ))}
        <Words>{lead}</Words>
        <AnswerLinks {...answers} />
        {how && <Words soft>{how}</Words>}
        <Button url={facts.url}>{button}</Button>
      </>
    ),
    text: [
      title,
      sentence,
      ...groups.flatMap((group) => [group.says, ...group.tasks.map((task) => taskText({ task, reader }))]),
      lead,
      answersText(answers),
      how,
      m.mail_link_to({ title: button, url: facts.url }, say),
    ],
  });
}
