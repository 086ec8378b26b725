/** A meeting or demo: times to choose from, the invitation that calendars read, a change, its end. */
import * as m from '#messages';
import { saySlot } from '#core/meetings.ts';
import { raw } from 'hono/html';
import type { FC } from 'hono/jsx';
import type { MeetingFacts, Rendered } from './facts.ts';
import { Box, Button, fewerMails, Lines, Link, mail, paint, Title, Words } from './layout.tsx';
import { sayNames } from './moment.ts';

function sayHeading({ because, actor, own, reader: { locale } }: MeetingFacts): string {
  switch (because) {
    case 'times':
      return m.mail_meeting_times({ actor }, { locale });
    case 'set':
      return own ? m.mail_meeting_set_own({}, { locale }) : m.mail_meeting_set({ actor }, { locale });
    case 'changed':
      return own ? m.mail_meeting_changed_own({}, { locale }) : m.mail_meeting_changed({ actor }, { locale });
    case 'cancelled':
      return own ? m.mail_meeting_cancelled_own({}, { locale }) : m.mail_meeting_cancelled({ actor }, { locale });
    case 'counters':
      return m.mail_meeting_counters({ actor }, { locale });
  }
}

function sayPreheader(facts: MeetingFacts): string {
  const { because, title, slot, reader } = facts;
  const { locale } = reader;
  if (because === 'times') return m.mail_meeting_preheader_times({ title, count: facts.times.length }, { locale });
  const [first] = facts.times;
  const when = because === 'counters' && first ? saySlot(first.slot, reader) : slot ? saySlot(slot, reader) : '';
  return because === 'cancelled'
    ? m.mail_meeting_preheader_cancelled({ title, when }, { locale })
    : m.mail_meeting_preheader({ title, when }, { locale });
}

/** A mail that answers with the number of a time. */
const answerWith = ({ replyTo, title }: MeetingFacts, number: number): string =>
  `mailto:${replyTo}?subject=${encodeURIComponent(`Re: ${title}`)}&body=${number}`;

const pickUrl = (url: string, number: number): string => {
  const one = new URL(url);
  one.searchParams.set('time', String(number));
  return one.toString();
};

const Times: FC<{ facts: MeetingFacts }> = ({ facts }) => (
  <>
    {facts.times.map(({ slot, by, note }, index) => (
      <Box
        paint={{ back: 'card', edge: 'brand' }}
        style="margin:0 0 10px;"
        cell="padding:12px 18px;border-style:solid;border-width:0 0 0 4px;border-radius:6px;"
      >
        <p {...paint({ text: 'ink' }, 'margin:0;font-size:16px;line-height:24px;font-weight:bold;')}>
          {facts.because === 'times' ? `${index + 1}. ` : ''}
          {saySlot(slot, facts.reader)}
        </p>
        {facts.because === 'times' ? (
          <p style="margin:4px 0 0;font-size:14px;line-height:21px;">
            <Link url={pickUrl(facts.url, index + 1)} style="font-weight:bold;">
              {m.mail_meeting_take({}, { locale: facts.reader.locale })}
            </Link>
            <span {...paint({ text: 'soft' }, '')}>{' \u00a0·\u00a0 '}</span>
            <Link url={answerWith(facts, index + 1)}>{m.mail_meeting_answer({ number: index + 1 }, { locale: facts.reader.locale })}</Link>
          </p>
        ) : (
          <p {...paint({ text: 'soft' }, 'margin:4px 0 0;font-size:14px;line-height:21px;word-break:break-word;')}>
            <Lines text={[by, note].filter(Boolean).join(' · ')} />
          </p>
        )}
      </Box>
    ))}
  </>
);

export function meeting(facts: MeetingFacts): Rendered {
  const { because, reader, title, slot, place, attendees } = facts;
  const { locale } = reader;
  const heading = sayHeading(facts);
  const agenda = facts.agenda.trim();
  const over = because === 'cancelled';
  const subject = m.mail_news_subject({ room: facts.roomName, title }, { locale });
  const button = because === 'counters' ? m.mail_meeting_decide({}, { locale }) : m.mail_open_here({}, { locale });
  const when = slot ? saySlot(slot, reader) : m.mail_meeting_no_time({}, { locale });
  const names = attendees.length > 0 && !over ? m.mail_meeting_with({ names: sayNames(attendees, locale) }, { locale }) : '';
  const where = place && !over ? m.mail_meeting_place({ place }, { locale }) : '';
  const hint =
    because === 'times'
      ? m.mail_meeting_hint_times({}, { locale })
      : because === 'set' || because === 'changed'
        ? m.mail_meeting_hint_entry({}, { locale })
        : over
          ? m.mail_meeting_hint_cancelled({}, { locale })
          : '';
  const footer = [
    { says: m.mail_reply_posts({}, { locale }) },
    { says: m.mail_news_why_other({ room: facts.roomName, workspace: facts.workspaceName }, { locale }) },
    ...fewerMails(facts, locale),
  ];
  const showsSlot = because !== 'times' && (because !== 'counters' || slot !== null);

  return mail({
    kind: 'meeting',
    mark: facts.mark,
    locale,
    subject,
    preheader: sayPreheader(facts),
    head: facts.roomName,
    footer,
    children: (
      <>
        <Title>{heading}</Title>
        <p style="margin:0 0 4px;font-size:18px;line-height:26px;font-weight:bold;word-break:break-word;">
          <Link url={facts.url} style="text-decoration:none;">
            {title}
          </Link>
        </p>
        {showsSlot && (
          <p {...paint({ text: 'ink' }, `margin:0 0 4px;font-size:16px;line-height:24px;${over ? 'text-decoration:line-through;' : ''}`)}>
            {when}
          </p>
        )}
        {where && <p {...paint({ text: 'soft' }, 'margin:0 0 4px;font-size:14px;line-height:21px;word-break:break-word;')}>{where}</p>}
        {names && <p {...paint({ text: 'soft' }, 'margin:0 0 16px;font-size:14px;line-height:21px;')}>{names}</p>}
        {(because === 'times' || because === 'counters') && <Times facts={facts} />}
        {agenda && !over && (
          <div {...paint({ text: 'ink' }, 'margin:0 0 16px;font-size:15px;line-height:23px;word-break:break-word;')}>
            {facts.agendaHtml === null ? <Lines text={agenda} /> : <div class="said">{raw(facts.agendaHtml)}</div>}
          </div>
        )}
        {hint && <Words soft>{hint}</Words>}
        <Button url={facts.url}>{button}</Button>
      </>
    ),
    text: [
      heading,
      [title, showsSlot && when, where, names].filter(Boolean).join('\n'),
      ...(because === 'times'
        ? [
            facts.times
              .map(
                (one, index) =>
                  `${index + 1}. ${m.mail_link_to({ title: saySlot(one.slot, reader), url: pickUrl(facts.url, index + 1) }, { locale })}`,
              )
              .join('\n'),
            m.mail_meeting_answer_text({ address: facts.replyTo }, { locale }),
          ]
        : because === 'counters'
          ? [facts.times.map((one) => [`${saySlot(one.slot, reader)} · ${one.by}`, one.note].filter(Boolean).join('\n')).join('\n\n')]
          : []),
      !over && agenda,
      hint,
      m.mail_link_to({ title: button, url: facts.url }, { locale }),
    ],
  });
}
