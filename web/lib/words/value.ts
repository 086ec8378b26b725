/** The value case in words: numbers, kinds, stances. */
import * as m from '#messages';
import { sayFactor as factor, sayRange } from '#core/money.ts';
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

const kinds: Record<ValueKind, () => string> = {
  savings: m.value_kind_savings,
  revenue: m.value_kind_revenue,
  time: m.value_kind_time,
  safety: m.value_kind_safety,
  quality: m.value_kind_quality,
  price: m.value_kind_price,
  effort: m.value_kind_effort,
  migration: m.value_kind_migration,
  training: m.value_kind_training,
  risk: m.value_kind_risk,
  given_up: m.value_kind_given_up,
  other: m.value_kind_other,
};
export const sayValueKind = (kind: ValueKind): string => kinds[kind]();

const stances: Record<StanceKind, () => string> = { agrees: m.value_agrees, doubts: m.value_doubts, rejects: m.value_rejects };
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
