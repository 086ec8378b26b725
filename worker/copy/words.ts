/** Words that the tables and the page of a copy share. */
import * as m from '#messages';
import { sayFactor } from '#core/money.ts';
import type { Locale, Side } from '#core/people.ts';
import type { TaskKind } from '#core/plan.ts';
import type { ValueLine } from '#core/value.ts';

type Say = (inputs: Record<string, never>, options: { locale: Locale }) => string;

export const kinds: Record<TaskKind, Say> = {
  task: m.kind_task,
  material: m.kind_material,
  meeting: m.kind_meeting,
  demo: m.kind_demo,
  objection: m.kind_objection,
};
export const sides: Record<Side, Say> = { seller: m.side_seller, customer: m.side_customer };

/** "3 h/week × 14 people × ¥200/h"; empty for a number that is no product. */
export const calculationOf = ({ number }: ValueLine, currency: string, locale: Locale): string =>
  number?.unit === 'money'
    ? number.factors.map((one) => [one.label, sayFactor(one, currency, locale)].filter(Boolean).join(' ')).join(' × ')
    : '';
