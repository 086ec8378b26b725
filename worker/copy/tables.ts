/** The tables of a copy: what a spreadsheet or a calendar can open. */
import * as m from '#messages';
import type { ParticipantId, RoomId } from '#core/ids.ts';
import type { LedgerRow } from '#core/ledger.ts';
import { sayRange } from '#core/money.ts';
import type { Participant } from '#core/people.ts';
import type { RoomState } from '#core/room.ts';
import { linesOf, moneyOf, type Period, type ValueLine } from '#core/value.ts';
import { csv } from '../csv.ts';
import { ledgerCsv } from '../room/ledger-file.ts';
import { planCalendar, planCsv } from '../room/plan-file.ts';
import { stances, valueKinds } from '../../messages/value.ts';
import { calculationOf, sides } from './words.ts';

const periods: Record<Period, typeof m.value_period_once> = {
  once: m.value_period_once,
  month: m.value_period_month,
  year: m.value_period_year,
};

/** The value case in the reader's language: a line a row, with whose number it is and what others say to it. */
export function valueCsv(state: RoomState, { locale }: Pick<Participant, 'locale'>): string {
  const say = { locale };
  const { value } = state;
  const { months, currency } = value;
  const nameOf = (id: ParticipantId | 'system') => (id === 'system' ? '' : (state.people[id]?.name ?? ''));
  const head = [
    m.copy_side({}, say),
    m.copy_title_of({}, say),
    m.value_kind({}, say),
    m.copy_low({}, say),
    m.copy_high({}, say),
    m.value_currency({}, say),
    m.value_period({}, say),
    m.copy_low_in({ months }, say),
    m.copy_high_in({ months }, say),
    m.copy_weight({}, say),
    m.copy_words({}, say),
    m.copy_how({}, say),
    m.copy_said_by({}, say),
    m.copy_said_side({}, say),
    m.copy_said_on({}, say),
    m.copy_stances({}, say),
    m.value_expectation({}, say),
    m.value_need({}, say),
    m.value_motive({}, say),
    m.value_source({}, say),
  ];
  const numberOf = ({ number }: ValueLine): string[] => {
    if (number?.unit === 'weight') return ['', '', '', '', '', '', String(number.weight), number.words];
    const whole = moneyOf(number, months);
    if (!number || !whole) return ['', '', '', '', '', '', '', ''];
    return [String(number.low), String(number.high), currency, periods[number.per]({}, say), String(whole.low), String(whole.high), '', ''];
  };
  const thoughts = (line: ValueLine): string =>
    Object.entries(line.stances)
      .map(([id, { stance, range, note }]) =>
        [
          m.value_stance({ name: nameOf(id as ParticipantId), stance: stances[stance]({}, say) }, say),
          range && sayRange(range, currency, locale),
          note,
        ]
          .filter(Boolean)
          .join(', '),
      )
      .join('; ');
  const rows = linesOf(value).map((line) => [
    line.side === 'gain' ? m.value_gain({}, say) : m.value_cost({}, say),
    line.title,
    valueKinds[line.kind]({}, say),
    ...numberOf(line),
    calculationOf(line, currency, locale),
    line.owner ? nameOf(line.owner.by) : '',
    line.owner ? sides[line.owner.side]({}, say) : '',
    line.owner?.at.slice(0, 10) ?? '',
    thoughts(line),
    line.expectation,
    line.need,
    line.motive,
    line.source,
  ]);
  return csv([head, ...rows]);
}

/** File name and content, from the room as the reader may see it. `url` is the room's own page, `now` epoch ms. */
export const tablesOf = (
  state: RoomState,
  reader: Participant,
  room: RoomId,
  url: string,
  now: number,
  ledger: readonly LedgerRow[],
): [string, string][] => [
  ['plan.csv', planCsv(state, reader)],
  ['plan.ics', planCalendar(state, reader, room, url, now)],
  ['value.csv', valueCsv(state, reader)],
  ['who-did-what.csv', ledgerCsv(ledger, reader.locale)],
];
