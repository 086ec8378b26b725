/** What owners are told of when it goes wrong, in words. */
import type { Locale } from '#core/people.ts';
import * as m from '#messages';

export const alertKinds = ['outbox', 'failed', 'lag', 'cron'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** What is wrong, and what that means. */
export function sayAlert(kind: AlertKind, locale: Locale): string {
  const say = { outbox: m.alert_outbox, failed: m.alert_failed, lag: m.alert_lag, cron: m.alert_cron };
  return say[kind]({}, { locale });
}
