/** Words that the tables and the page of a copy share. */
import * as m from '#messages';
import { sayFactor } from '#core/money.ts';
import type { Locale, Side } from '#core/people.ts';
import type { TaskKind } from '#core/plan.ts';
import type { StanceKind, ValueKind, ValueLine } from '#core/value.ts';

type Say = (inputs: Record<string, never>, options: { locale: Locale }) => string;

export const kinds: Record<TaskKind, Say> = {
  task: m.kind_task,
  material: m.kind_material,
  meeting: m.kind_meeting,
  demo: m.kind_demo,
  objection: m.kind_objection,
};
export const sides: Record<Side, Say> = { seller: m.side_seller, customer: m.side_customer };
export const stances: Record<StanceKind, Say> = { agrees: m.value_agrees, doubts: m.value_doubts, rejects: m.value_rejects };
export const valueKinds: Record<ValueKind, Say> = {
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

/** "3 h/week × 14 people × ¥200/h"; empty for a number that is no product. */
export const calculationOf = ({ number }: ValueLine, currency: string, locale: Locale): string =>
  number?.unit === 'money'
    ? number.factors.map((one) => [one.label, sayFactor(one, currency, locale)].filter(Boolean).join(' ')).join(' × ')
    : '';
