/** A task as a mail shows it: title, when it is due in the reader's own time, whose it is. */
import * as m from '#messages';
import { sayDue } from '#core/due.ts';
import type { FC } from 'hono/jsx';
import type { Reader, TaskFacts } from './facts.ts';
import { AnswerLinks, type Answers } from './answers.tsx';
import { Box, Lines, Link, paint, Words } from './layout.tsx';
import { sayNames } from './moment.ts';

export function sayWhen({ due, overdue }: Pick<TaskFacts, 'due' | 'overdue'>, reader: Reader): string {
  const { locale } = reader;
  if (!due) return m.mail_no_due({}, { locale });
  const when = sayDue(due, reader);
  return overdue ? m.mail_was_due({ when }, { locale }) : m.mail_due({ when }, { locale });
}

function sayOwners({ owners, mine, state }: TaskFacts, { name, locale }: Reader): string {
  if (state && !mine && owners.length === 0) return '';
  const others = mine ? owners.filter((one) => one !== name) : owners;
  if (mine) return others.length ? m.mail_yours_with({ names: sayNames(others, locale) }, { locale }) : m.mail_yours({}, { locale });
  return others.length ? m.mail_owners({ names: sayNames(others, locale) }, { locale }) : m.mail_no_owner({}, { locale });
}

/** Where it stands: when it is due, or that it is over. */
function sayState(task: TaskFacts, reader: Reader): string {
  const say = { locale: reader.locale };
  if (task.state === 'done') return m.mail_task_done({}, say);
  if (task.state === 'answered') return m.mail_task_answered({}, say);
  return task.due || !task.state ? sayWhen(task, reader) : '';
}

interface TaskProps {
  task: TaskFacts;
  reader: Reader;
  description?: string;
}

export const TaskCard: FC<TaskProps> = ({ task, reader, description }) => {
  const [state, owners] = [sayState(task, reader), sayOwners(task, reader)];
  return (
    <Box
      paint={{ back: 'card', edge: task.overdue ? 'late' : 'brand' }}
      style="margin:0 0 12px;"
      cell="padding:14px 18px;border-style:solid;border-width:0 0 0 4px;border-radius:6px;"
    >
      <p style="margin:0 0 4px;font-size:17px;line-height:25px;font-weight:bold;word-break:break-word;">
        {task.url ? (
          <Link url={task.url} style="text-decoration:none;">
            {task.title}
          </Link>
        ) : (
          task.title
        )}
      </p>
      <p {...paint({ text: 'soft' }, 'margin:0;font-size:14px;line-height:21px;')}>
        {state && <span {...paint({ text: task.overdue ? 'late' : 'soft' }, task.overdue ? 'font-weight:bold;' : '')}>{state}</span>}
        {state && owners && ' · '}
        {owners}
      </p>
      {description && (
        <p {...paint({ text: 'ink' }, 'margin:10px 0 0;font-size:15px;line-height:23px;word-break:break-word;')}>
          <Lines text={description} />
        </p>
      )}
    </Box>
  );
};

export function taskText({ task, reader, description }: TaskProps): string {
  // Every line of a mail is told from the others by what it says: facts alone would not be.
  const head = [task.title, sayState(task, reader), sayOwners(task, reader)].filter(Boolean).join(' · ');
  return [head, task.url, description].filter(Boolean).join('\n');
}

/** What its owner may answer with a press: no link does anything by itself. */
function answersOf(task: TaskFacts, { locale }: Reader, subject: string): Answers | null {
  if (!task.answers || !task.mine) return null;
  return {
    address: task.answers,
    subject,
    answers: [
      { says: m.act_done({}, { locale }), body: m.act_word_done({}, { locale }) },
      { says: m.act_move({}, { locale }), body: m.act_word_move({}, { locale }) },
      { says: m.act_hand_over({}, { locale }), body: m.act_word_hand_over({}, { locale }) },
      { says: m.act_not_me({}, { locale }), body: m.act_word_not_me({}, { locale }) },
      { says: m.act_question({}, { locale }), body: m.act_word_question({}, { locale }) },
    ],
  };
}

export const TaskAnswers: FC<{ task: TaskFacts; reader: Reader; subject: string; quiet?: boolean }> = ({
  task,
  reader,
  subject,
  quiet,
}) => {
  const answers = answersOf(task, reader, subject);
  if (!answers) return null;
  return (
    <>
      <AnswerLinks {...answers} />
      {!quiet && <Words soft>{m.act_hint({}, { locale: reader.locale })}</Words>}
    </>
  );
};

/** In plain text the words themselves are the buttons. */
export const taskAnswersText = ({ task, reader }: { task: TaskFacts; reader: Reader }): string | null =>
  task.answers && task.mine ? m.act_hint({}, { locale: reader.locale }) : null;
