/** The value case in words: numbers, kinds, stances. */
import * as m from '#messages';
import { sayFactor as factor, sayRange } from '#core/money.ts';
import { stances, valueKinds } from '../../../messages/value.ts';
import type { Factor, Period, Range, StanceKind, ValueKind, ValueNumber } from '#core/value.ts';

export interface Saying {
  currency: string;
  locale: string;
}

const pers: Record<Period, (words: { sum: string }) => string> = { once: m.value_once, month: m.value_per_month, year: m.value_per_year };
const periodNames: Record<Period, () => string> = { once: m.value_period_once, month: m.value_period_month, year: m.value_period_year };
export const sayPeriod = (per: Period): string => periodNames[per]();

export const sum = (range: Range, { currency, locale }: Saying): string => sayRange(range, currency, locale);

/** "¥276k a year", "4 of 5". */
export const sayNumber = (number: ValueNumber, saying: Saying): string =>
  number.unit === 'weight' ? m.value_weight({ weight: number.weight }) : pers[number.per]({ sum: sum(number, saying) });

/** "14 people", "¥200/h". */
export const sayFactor = (one: Pick<Factor, 'value' | 'unit'>, { currency, locale }: Saying): string => factor(one, currency, locale);

export const sayValueKind = (kind: ValueKind): string => valueKinds[kind]();
export const sayStance = (stance: StanceKind): string => stances[stance]();

/** A number as it would be typed again. */
export function typed(number: ValueNumber | null): string {
  if (number?.unit !== 'money') return '';
  if (number.factors.length > 0)
    return number.factors
      .map(({ label, value, unit }) => {
        const sign = /^[¥$€£]/.exec(unit)?.[0] ?? '';
        return [label, `${sign}${value}${sign ? unit.slice(1) : ` ${unit}`}`.trim()].filter(Boolean).join(' ');
      })
      .join(' × ');
  return number.low === number.high ? String(number.low) : `${number.low}–${number.high}`;
}
