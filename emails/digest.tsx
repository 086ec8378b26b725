/** The weekly decision mail: at most five things, each answerable by itself, in at most 150 words. */
import * as m from '#messages';
import { deadline, sayDue } from '#core/due.ts';
import type { Locale } from '#core/people.ts';
import type { DigestFacts, DigestItem, Reader, Rendered } from './facts.ts';
import { Box, Button, fewerMails, Link, mail, paint, Section, Title, Words } from './layout.tsx';
import { sayNames } from './moment.ts';
import { sayWhen } from './task.tsx';

const KINDS = ['stalled', 'owed', 'awaited', 'changed'] as const;

/** What is read in a minute: of deals that stand still five, and five things besides. In the order that they come. */
export function mostPressing<Item extends Pick<DigestItem, 'kind'>>(items: Item[]): Item[] {
  const [stalled, others] = [items.filter((one) => one.kind === 'stalled'), items.filter((one) => one.kind !== 'stalled')];
  return [...stalled.slice(0, 5), ...others.slice(0, 5)];
}

const sayKind = (kind: DigestItem['kind'], locale: Locale): string =>
  ({ stalled: m.mail_digest_stalled, owed: m.mail_digest_owed, awaited: m.mail_digest_awaited, changed: m.mail_digest_changed })[kind](
    {},
    { locale },
  );

const sayCount = (kind: DigestItem['kind'], count: number, locale: Locale): string =>
  ({
    stalled: m.mail_digest_count_stalled,
    owed: m.mail_digest_count_owed,
    awaited: m.mail_digest_count_awaited,
    changed: m.mail_digest_count_changed,
  })[kind]({ count }, { locale });

/** Deals that stand still before all; else the reader's earliest due item: first what they owe, then what they wait for. */
function saySubject({ items, workspaceName: workspace, review, reader: { locale, zone } }: DigestFacts): string {
  const stalled = items.find(({ kind }) => kind === 'stalled');
  if (stalled) return m.mail_digest_subject_stalled({ room: stalled.roomName, count: review?.stalled ?? 1 }, { locale });
  const dated = items.flatMap((item) => (item.due ? [{ item, due: item.due }] : [])).sort((a, b) => deadline(a.due) - deadline(b.due));
  const first = dated.find(({ item }) => item.kind === 'owed') ?? dated[0];
  if (!first)
    return items[0]
      ? m.mail_digest_subject_plain({ room: items[0].roomName, title: items[0].title }, { locale })
      : m.mail_digest_lead({ workspace }, { locale });
  const facts = { room: first.item.roomName, title: first.item.title, when: sayDue(first.due, { locale, zone }) };
  return first.item.overdue ? m.mail_digest_subject_overdue(facts, { locale }) : m.mail_digest_subject(facts, { locale });
}

const answerTo = ({ replyTo, roomName, title }: DigestItem): string =>
  `mailto:${replyTo}?subject=${encodeURIComponent(`Re: [${roomName}] ${title}`)}`;

/** A change without a date has no "no date yet": it is not about a date. */
const sayItem = (item: DigestItem, reader: Reader): string =>
  [item.due || item.kind === 'owed' ? sayWhen(item, reader) : '', item.detail].filter(Boolean).join(' · ');

/** The two lines of an item. A deal that stands still is called by its room; what it waits for comes second. */
function linesOf(item: DigestItem, reader: Reader, isOneRoom: boolean): [string, string] {
  const said = sayItem(item, reader);
  if (item.kind === 'stalled') return [item.roomName, [item.title, said].filter(Boolean).join(' · ')];
  return [item.title, [isOneRoom ? '' : item.roomName, said].filter(Boolean).join(' · ')];
}

export function digest(facts: DigestFacts): Rendered {
  const { reader, workspaceName: workspace, more } = facts;
  const { locale } = reader;
  const items = mostPressing(facts.items);
  const hidden = more + facts.items.length - items.length;
  const groups = KINDS.map((kind) => ({ kind, items: items.filter((item) => item.kind === kind) })).filter(
    (group) => group.items.length > 0,
  );

  const subject = saySubject(facts);
  const lead = (facts.daily ? m.mail_digest_lead_day : m.mail_digest_lead)({ workspace }, { locale });
  const list = sayNames(
    groups.map(({ kind, items: { length } }) => sayCount(kind, length, locale)),
    locale,
  );
  const andMore = hidden > 0 ? m.mail_digest_more({ count: hidden }, { locale }) : null;
  const review = facts.review ? m.mail_digest_review(facts.review, { locale }) : null;
  const button = m.mail_digest_button({}, { locale });
  const answer = m.mail_digest_answer({}, { locale });
  const open = m.mail_digest_open({}, { locale });
  const footer = [
    { says: m.mail_digest_reply({ room: facts.replyRoomName }, { locale }) },
    { says: (facts.daily ? m.mail_digest_why_day : m.mail_digest_why)({}, { locale }) },
    ...fewerMails(facts, locale),
  ];
  // One room is named once, at the top; several are named at each item.
  const one = new Set(items.map((item) => item.roomName)).size === 1 ? items[0]?.roomName : undefined;

  return mail({
    kind: 'digest',
    mark: facts.mark,
    locale,
    subject,
    preheader: m.mail_digest_preheader({ list }, { locale }),
    head: one ?? workspace,
    footer,
    children: (
      <>
        <Title>{lead}</Title>
        {review && <Words soft>{review}</Words>}
        {groups.map((group) => (
          <>
            <Section>{sayKind(group.kind, locale)}</Section>
            {group.items.map((item) => {
              const [first, second] = linesOf(item, reader, one !== undefined);
              return (
                <Box
                  paint={{ back: 'card', edge: item.overdue ? 'late' : 'brand' }}
                  style="margin:0 0 10px;"
                  cell="padding:12px 18px;border-style:solid;border-width:0 0 0 4px;border-radius:6px;"
                >
                  <p {...paint({ text: 'ink' }, 'margin:0;font-size:16px;line-height:24px;font-weight:bold;')}>{first}</p>
                  <p {...paint({ text: item.overdue ? 'late' : 'soft' }, 'margin:2px 0 6px;font-size:14px;line-height:21px;')}>{second}</p>
                  <p style="margin:0;font-size:14px;line-height:21px;">
                    <Link url={answerTo(item)} style="font-weight:bold;">
                      {answer}
                    </Link>
                    <span {...paint({ text: 'soft' }, '')}>{' \u00a0·\u00a0 '}</span>
                    <Link url={item.url}>{open}</Link>
                  </p>
                </Box>
              );
            })}
          </>
        ))}
        {andMore && <p {...paint({ text: 'soft' }, 'margin:12px 0 0;font-size:14px;line-height:21px;')}>{andMore}</p>}
        <Button url={facts.url}>{button}</Button>
      </>
    ),
    text: [
      lead,
      review,
      ...groups.flatMap((group) => [
        sayKind(group.kind, locale),
        ...group.items.map((item) =>
          [
            `[${item.roomName}] ${item.title}`.trim(),
            sayItem(item, reader),
            m.mail_digest_answer_text({ address: item.replyTo }, { locale }),
            m.mail_digest_open_text({ url: item.url }, { locale }),
          ]
            .filter(Boolean)
            .join('\n'),
        ),
      ]),
      andMore,
      m.mail_link_to({ title: button, url: facts.url }, { locale }),
    ],
  });
}
