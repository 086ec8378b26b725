/** What kinds of value and stances are called, for pages and copies alike. */
import * as m from '#messages';
import type { Locale } from '#core/people.ts';
import type { StanceKind, ValueKind } from '#core/value.ts';

/** In the language of the request unless another is given. */
type Say = (inputs?: Record<string, never>, options?: { locale: Locale }) => string;

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
