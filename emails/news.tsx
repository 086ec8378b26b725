/** News of one thread: a burst of comments and changes is one mail, with every word in it. */
import * as m from '#messages';
import { wordFor } from '#core/acts.ts';
import { AnswerLinks, type Answers } from './answers.tsx';
import type { NewsFacts, Rendered } from './facts.ts';
import { Button, fewerMails, mail, Title, Words } from './layout.tsx';
import { Brought, broughtText } from './material.tsx';
import { Proposed, proposedText } from './proposed.tsx';
import { Said, saidText } from './said.tsx';
import { sayWhen, TaskAnswers, taskAnswersText, TaskCard, taskText } from './task.tsx';
import { sayAnswerTo, ValueCard, valueText } from './value.tsx';

/** Stable words: a subject that changes would tear the thread apart in every mail program. */
function sayThread({ task, value, roomName: room, internal, reader: { locale } }: NewsFacts): string {
  const title = task?.title ?? value?.title ?? m.mail_news_discussion({}, { locale });
  return internal ? m.mail_news_subject_internal({ room, title }, { locale }) : m.mail_news_subject({ room, title }, { locale });
}

function sayHeading({ because, actor, said, value, task, materials = [], reader: { locale } }: NewsFacts): string {
  switch (because) {
    case 'mention':
      return m.mail_news_mention({ actor }, { locale });
    case 'assigned':
      return task?.asksFile ? m.mail_news_requested({ actor }, { locale }) : m.mail_news_assigned({ actor }, { locale });
    case 'completed':
      return task?.state === 'answered' ? m.mail_news_question_closed({ actor }, { locale }) : m.mail_news_completed({ actor }, { locale });
    case 'reopened':
      return m.mail_news_reopened({ actor }, { locale });
    case 'material': {
      const [first, ...others] = materials;
      if (!first || others.length > 0) return m.mail_materials_many({ actor, count: materials.length }, { locale });
      const { title, version } = first;
      return version > 1
        ? m.mail_material_version({ actor, title, version }, { locale })
        : m.mail_material_added({ actor, title }, { locale });
    }
    case 'changed':
      return m.mail_news_changed({ actor }, { locale });
    case 'value': {
      const isNew = !value?.was && !value?.factorsWere.some((one) => one !== null);
      // The line's open proposal may be another's than the one whose act this mail tells of.
      if (value?.proposal?.by === actor) return m.mail_value_proposed({ actor }, { locale });
      return isNew ? m.mail_value_added({ actor }, { locale }) : m.mail_value_changed({ actor }, { locale });
    }
    case 'proposed':
      return m.mail_proposed({ actor }, { locale });
    case 'accepted':
      return m.mail_accepted({ actor }, { locale });
    case 'declined':
      return m.mail_declined({ actor }, { locale });
    case 'objection':
      return m.mail_objection_raised({ actor }, { locale });
    case 'answer':
      return m.mail_objection_answered({ actor }, { locale });
    case 'comment':
      return said.length > 1 ? m.mail_news_comments({ count: said.length, actor }, { locale }) : m.mail_news_comment({ actor }, { locale });
  }
}

/** The latest words if there are any, else what happened to the task. */
function sayPreheader(facts: NewsFacts, heading: string): string {
  const { task, reader } = facts;
  const { locale } = reader;
  const latest = facts.said.at(-1);
  const words = latest?.text.replace(/\s+/g, ' ').trim();
  if (latest && words) {
    const letters = Array.from(words);
    return m.mail_news_preheader_said(
      { name: latest.name, text: letters.length > 140 ? `${letters.slice(0, 139).join('')}…` : words },
      { locale },
    );
  }
  const title = task?.title ?? facts.value?.title ?? facts.roomName;
  return task?.due
    ? m.mail_news_preheader_task({ heading, title, when: sayWhen(task, reader) }, { locale })
    : m.mail_news_preheader_open({ heading, title }, { locale });
}

function sayWhy({ because, actor, roomName: room, workspaceName: workspace, reader: { locale } }: NewsFacts): string {
  if (because === 'mention') return m.mail_news_why_mention({ actor, room }, { locale });
  if (because === 'assigned') return m.mail_news_why_assigned({ room }, { locale });
  return m.mail_news_why_other({ room, workspace }, { locale });
}

/** What may be answered with one press beside a task's own words: whether an answer is enough, whether a number is taken. */
function answersOf({ because, value, reader: { locale } }: NewsFacts): Answers['answers'] {
  const say = { locale };
  const yes = wordFor('accept', locale);
  if (because === 'answer')
    return [
      { says: m.act_answered({}, say), body: yes },
      { says: m.act_not_enough({}, say), body: wordFor('notEnough', locale) },
    ];
  if (!value) return [];
  const other = { says: m.act_other_number({}, say), body: '' };
  if (value.answer !== 'sets') return [other];
  if (value.proposal)
    return [{ says: m.act_take_number({}, say), body: yes }, { says: m.act_keep_number({}, say), body: m.act_word_keep({}, say) }, other];
  return value.number ? [{ says: m.act_right_number({}, say), body: yes }, other] : [other];
}

export function news(facts: NewsFacts): Rendered {
  const { reader, task, said, internal: team } = facts;
  const { locale } = reader;
  const subject = sayThread(facts);
  const heading = sayHeading(facts);
  const band = m.mail_news_internal_band({}, { locale });
  const button = m.mail_open_here({}, { locale });
  const description = facts.description.trim();
  // Where people talk, their words come first; where the task changed, the task does.
  const wordsFirst = facts.because === 'mention' || facts.because === 'comment' || facts.because === 'answer';
  const footer = [
    { says: team ? m.mail_reply_internal({}, { locale }) : m.mail_reply_posts({}, { locale }) },
    { says: sayWhy(facts) },
    ...fewerMails(facts, locale),
  ];

  const { materials = [] } = facts;
  const brought = materials.map((one) => <Brought material={one} reader={reader} />);
  const words = said.map((one) => <Said said={one} reader={reader} team={team} />);
  const aboutTask = task && { task, reader, description };
  const { value } = facts;
  // How to answer by a word: what a number or an "ok" in the reply does.
  const proposal = facts.proposal ? { ...facts.proposal, was: task?.due ?? null } : null;
  const hint = value ? sayAnswerTo(value, locale) : facts.because === 'answer' ? m.mail_objection_how({}, { locale }) : null;
  const answers = answersOf(facts);
  const about = (aboutTask && <TaskCard {...aboutTask} />) ?? (value ? <ValueCard value={value} reader={reader} /> : null);
  const wordsText = said.map((one) => saidText(one, reader, team)).join('\n\n');
  const aboutText = (aboutTask && taskText(aboutTask)) ?? (value ? valueText(value, reader) : null);

  return mail({
    kind: team ? 'internal' : 'news',
    mark: facts.mark,
    locale,
    subject,
    preheader: sayPreheader(facts, heading),
    head: facts.roomName,
    team,
    footer,
    children: (
      <>
        <Title>{heading}</Title>
        {wordsFirst ? [words, about] : [about, words]}
        {brought}
        {hint && <Words>{hint}</Words>}
        {answers.length > 0 && <AnswerLinks address={facts.replyTo} subject={subject} answers={answers} />}
        {proposal ? (
          <Proposed proposal={proposal} reader={reader} subject={subject} />
        ) : (
          task && <TaskAnswers task={task} reader={reader} subject={subject} />
        )}
        <Button url={facts.url} team={team}>
          {button}
        </Button>
      </>
    ),
    text: [
      team && band,
      heading,
      ...(wordsFirst ? [wordsText, aboutText] : [aboutText, wordsText]),
      materials.map((one, place) => broughtText(one, reader, materials[place + 1]?.url !== one.url)).join('\n\n'),
      hint,
      proposal ? proposedText({ proposal, reader, subject }) : task && taskAnswersText({ task, reader }),
      m.mail_link_to({ title: button, url: facts.url }, { locale }),
    ],
  });
}
