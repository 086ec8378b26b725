/** A line of the value case as a mail shows it: the number, whose it is, and what stood there before. */
import * as m from '#messages';
import { wordFor } from '#core/acts.ts';
import { sayFactor, sayRange } from '#core/money.ts';
import type { Locale } from '#core/people.ts';
import type { Range, ValueNumber } from '#core/value.ts';
import type { FC } from 'hono/jsx';
import type { Reader, ValueFacts } from './facts.ts';
import { Box, Link, paint } from './layout.tsx';

const per = { once: m.value_once, month: m.value_per_month, year: m.value_per_year };

/** "¥276k a year", "4 of 5". */
export function sayNumber(number: ValueNumber, currency: string, locale: Locale): string {
  if (number.unit === 'weight') return m.value_weight({ weight: number.weight }, { locale });
  return per[number.per]({ sum: sayRange(number, currency, locale) }, { locale });
}

export const sayAnswerTo = ({ number, answer, proposal }: Pick<ValueFacts, 'number' | 'answer' | 'proposal'>, locale: Locale): string => {
  const [, factor] = number?.unit === 'money' ? number.factors : [];
  const example = factor
    ? m.mail_value_example_factor({ value: Math.max(1, factor.value - 1), unit: factor.unit, was: factor.value }, { locale })
    : m.mail_value_example({}, { locale });
  const say = { locale };
  const yes = wordFor('accept', locale);
  if (answer !== 'sets') return m.mail_value_proposes({ example }, say);
  if (proposal) return m.mail_value_settles({ take: yes, keep: m.act_word_keep({}, say), example }, say);
  return number ? m.mail_value_right({ word: yes, example }, say) : m.mail_value_sets({ example }, say);
};

/** The factors of a product, each with what stood there before. */
function sayFactors({ number, factorsWere, currency }: ValueFacts, locale: Locale): { text: string; was: string | null }[] {
  if (number?.unit !== 'money') return [];
  return number.factors.map((one, at) => {
    const before = factorsWere[at] ?? null;
    return {
      text: [one.label, sayFactor(one, currency, locale)].filter(Boolean).join(' '),
      was: before === null ? null : before.toLocaleString('en-US'),
    };
  });
}

const sayWas = (was: Range, { currency }: ValueFacts, locale: Locale) => sayRange(was, currency, locale);

export const ValueCard: FC<{ value: ValueFacts; reader: Reader }> = ({ value, reader: { locale } }) => {
  const factors = sayFactors(value, locale);
  const soft = paint({ text: 'soft' }, 'margin:4px 0 0;font-size:14px;line-height:21px;');
  return (
    <Box
      paint={{ back: 'card', edge: 'brand' }}
      style="margin:0 0 12px;"
      cell="padding:14px 18px;border-style:solid;border-width:0 0 0 4px;border-radius:6px;"
    >
      <p {...paint({ text: 'soft' }, 'margin:0;font-size:14px;line-height:21px;')}>
        {value.side === 'gain' ? m.value_gain({}, { locale }) : m.value_cost({}, { locale })}
      </p>
      <p style="margin:0 0 4px;font-size:17px;line-height:25px;font-weight:bold;word-break:break-word;">
        <Link url={value.url} style="text-decoration:none;">
          {value.title}
        </Link>
      </p>
      <p {...paint({ text: 'ink' }, 'margin:0;font-size:16px;line-height:24px;')}>
        <b>{value.number ? sayNumber(value.number, value.currency, locale) : m.value_no_number({}, { locale })}</b>
        {value.was && (
          <>
            {' '}
            <s {...paint({ text: 'soft' }, '')}>{sayWas(value.was, value, locale)}</s>
          </>
        )}
      </p>
      {factors.length > 0 && (
        <p {...paint({ text: 'ink' }, 'margin:4px 0 0;font-size:15px;line-height:23px;')}>
          {factors.map(({ text, was }, index) => (
            <>
              {index > 0 && ' × '}
              {text}
              {was !== null && (
                <>
                  {' '}
                  <s {...paint({ text: 'soft' }, '')}>{was}</s>
                </>
              )}
            </>
          ))}
        </p>
      )}
      {value.number && value.owner && <p {...soft}>{m.value_by({ name: value.owner }, { locale })}</p>}
      {value.proposal && (
        <p {...paint({ text: 'ink' }, 'margin:8px 0 0;font-size:15px;line-height:23px;')}>
          {m.mail_value_proposal({ name: value.proposal.by, number: sayNumber(value.proposal.number, value.currency, locale) }, { locale })}
          {value.proposal.note && ` ${value.proposal.note}`}
        </p>
      )}
    </Box>
  );
};

export function valueText(value: ValueFacts, { locale }: Reader): string {
  const factors = sayFactors(value, locale);
  const was = (text: string | null) => (text === null ? '' : ` (${m.value_was({ value: text }, { locale })})`);
  return [
    value.title,
    (value.number ? sayNumber(value.number, value.currency, locale) : m.value_no_number({}, { locale })) +
      was(value.was && sayWas(value.was, value, locale)),
    factors.map((one) => one.text + was(one.was)).join(' × '),
    value.number && value.owner ? m.value_by({ name: value.owner }, { locale }) : '',
    value.proposal
      ? m.mail_value_proposal({ name: value.proposal.by, number: sayNumber(value.proposal.number, value.currency, locale) }, { locale }) +
        (value.proposal.note && ` ${value.proposal.note}`)
      : '',
    value.url,
  ]
    .filter(Boolean)
    .join('\n');
}
