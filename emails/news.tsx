/** News of one thread: a burst of comments and changes is one mail, with every word in it. */
import * as m from '#messages';
import { wordFor } from '#core/acts.ts';
import { AnswerLinks, type Answers } from './answers.tsx';
import type { Child } from 'hono/jsx';
import type { Frame, NewsFacts, Rendered } from './facts.ts';
import { Button, fewerMails, mail, Section, Title, Words } from './layout.tsx';
import { Brought, broughtText } from './material.tsx';
import { sayNames } from './moment.ts';
import { Proposed, proposedText } from './proposed.tsx';
import { Said, saidText } from './said.tsx';
import { sayWhen, TaskAnswers, taskAnswersText, TaskCard, taskText } from './task.tsx';
import { sayAnswerTo, ValueCard, valueText } from './value.tsx';

/** Stable words: a subject that changes would tear the thread apart in every mail program. */
const sayThread = (facts: NewsFacts): string => saySubject(facts, facts.internal, titleOf(facts));

const titleOf = ({ task, value, reader: { locale } }: NewsFacts): string =>
  task?.title ?? value?.title ?? m.mail_news_discussion({}, { locale });

const saySubject = ({ roomName: room, reader: { locale } }: Frame, team: boolean, title: string): string =>
  (team ? m.mail_news_subject_internal : m.mail_news_subject)({ room, title }, { locale });

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

/** What is new of one thing: how it is called, and what stands below. Beside others, its hints are left out and its answer has an address of its own. */
function partOf(facts: NewsFacts, subject: string, isAlone: boolean): { heading: string; html: Child; text: string } {
  const { reader, task, said, value, internal: team } = facts;
  const { locale } = reader;
  const say = { locale };
  const description = facts.description.trim();
  // Where people talk, their words come first; where the task changed, the task does.
  const wordsFirst = facts.because === 'mention' || facts.because === 'comment' || facts.because === 'answer';
  const { materials = [] } = facts;
  const words = said.map((one) => <Said said={one} reader={reader} team={team} />);
  const aboutTask = task && { task, reader, description };
  // How to answer by a word: what a number or an "ok" in the reply does.
  const proposal = facts.proposal ? { ...facts.proposal, was: task?.due ?? null } : null;
  const hint = value ? sayAnswerTo(value, locale) : facts.because === 'answer' ? m.mail_objection_how({}, say) : null;
  const own = answersOf(facts);
  const hasOwn = own.length > 0 || proposal !== null || (task?.answers !== undefined && task.mine);
  const answers = isAlone || hasOwn ? own : [{ says: m.mail_digest_answer({}, say), body: '' }];
  const about = (aboutTask && <TaskCard {...aboutTask} />) ?? (value ? <ValueCard value={value} reader={reader} /> : null);
  const wordsText = said.map((one) => saidText(one, reader, team)).join('\n\n');
  const aboutText = (aboutTask && taskText(aboutTask)) ?? (value ? valueText(value, reader) : null);
  const html = (
    <>
      {wordsFirst ? [words, about] : [about, words]}
      {materials.map((one) => (
        <Brought material={one} reader={reader} />
      ))}
      {hint && <Words>{hint}</Words>}
      {answers.length > 0 && <AnswerLinks address={facts.replyTo} subject={subject} answers={answers} />}
      {proposal ? (
        <Proposed proposal={proposal} reader={reader} subject={subject} />
      ) : (
        task && <TaskAnswers task={task} reader={reader} subject={subject} quiet={!isAlone} />
      )}
    </>
  );
  const text = [
    ...(wordsFirst ? [wordsText, aboutText] : [aboutText, wordsText]),
    materials.map((one, place) => broughtText(one, reader, materials[place + 1]?.url !== one.url)).join('\n\n'),
    hint,
    isAlone ? null : m.mail_digest_answer_text({ address: facts.replyTo }, say),
    proposal ? proposedText({ proposal, reader, subject }) : isAlone && task && taskAnswersText({ task, reader }),
  ];
  return { heading: sayHeading(facts), html, text: text.filter(Boolean).join('\n\n') };
}

export function news(facts: NewsFacts): Rendered {
  const { reader, internal: team } = facts;
  const { locale } = reader;
  const subject = sayThread(facts);
  const button = m.mail_open_here({}, { locale });
  const { heading, html, text } = partOf(facts, subject, true);
  return mail({
    kind: team ? 'internal' : 'news',
    mark: facts.mark,
    locale,
    subject,
    preheader: sayPreheader(facts, heading),
    head: facts.roomName,
    team,
    footer: [
      { says: team ? m.mail_reply_internal({}, { locale }) : m.mail_reply_posts({}, { locale }) },
      { says: sayWhy(facts) },
      ...fewerMails(facts, locale),
    ],
    children: (
      <>
        <Title>{heading}</Title>
        {html}
        <Button url={facts.url} team={team}>
          {button}
        </Button>
      </>
    ),
    text: [team && m.mail_news_internal_band({}, { locale }), heading, text, m.mail_link_to({ title: button, url: facts.url }, { locale })],
  });
}

/** News of several things that came at once, in one mail: each has its own heading and its own answer. */
export function severalNews(frame: Frame, items: NewsFacts[]): Rendered {
  const { reader, roomName: room } = frame;
  const say = { locale: reader.locale };
  const team = items.every((one) => one.internal);
  const titles = sayNames([...new Set(items.map(titleOf))], reader.locale);
  const [first] = items;
  const subject = saySubject(frame, team, m.mail_several_subject({ title: first ? titleOf(first) : room, count: items.length - 1 }, say));
  const actors = new Set(items.map((one) => one.actor));
  const areAsked = items.every((one) => one.because === 'assigned') && actors.size === 1;
  const heading = areAsked
    ? m.mail_several_asked({ actor: first?.actor ?? '', count: items.length }, say)
    : m.mail_several({ count: items.length }, say);
  const button = m.mail_open_here({}, say);
  // The words that answer a task are said once.
  const asked = items.find(({ task, proposal }) => task?.answers && task.mine && !proposal)?.task;
  const parts = items.map((one) => partOf(one, sayThread(one), false));
  return mail({
    kind: team ? 'internal' : 'news',
    mark: frame.mark,
    locale: reader.locale,
    subject,
    preheader: titles.length > 200 ? `${titles.slice(0, 199)}…` : m.mail_several_preheader({ titles }, say),
    head: room,
    team,
    footer: [
      { says: team ? m.mail_reply_internal({}, say) : m.mail_several_reply({}, say) },
      { says: m.mail_news_why_other({ room, workspace: frame.workspaceName }, say) },
      ...fewerMails(frame, reader.locale),
    ],
    children: (
      <>
        <Title>{heading}</Title>
        {parts.map((part) => (
          <>
            {!areAsked && <Section>{part.heading}</Section>}
            {part.html}
          </>
        ))}
        <Button url={frame.url} team={team}>
          {button}
        </Button>
      </>
    ),
    text: [
      team && m.mail_news_internal_band({}, say),
      heading,
      ...parts.map((part) => (areAsked ? part.text : `${part.heading}\n\n${part.text}`)),
      asked ? taskAnswersText({ task: asked, reader }) : null,
      m.mail_link_to({ title: button, url: frame.url }, say),
    ],
  });
}
