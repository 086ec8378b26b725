/** Where somebody's clock most likely stands, until they or their browser say so. */
import { offsetIn } from './due.ts';
import type { Locale } from './people.ts';

/** Zones of countries that have one. Names that are sold for their sound (.co, .io, .me, .ai, .tv) say nothing. */
const OF_COUNTRY: Record<string, string> = {
  ae: 'Asia/Dubai',
  at: 'Europe/Vienna',
  be: 'Europe/Brussels',
  bg: 'Europe/Sofia',
  ch: 'Europe/Zurich',
  cn: 'Asia/Shanghai',
  cz: 'Europe/Prague',
  de: 'Europe/Berlin',
  dk: 'Europe/Copenhagen',
  eg: 'Africa/Cairo',
  es: 'Europe/Madrid',
  fi: 'Europe/Helsinki',
  fr: 'Europe/Paris',
  gr: 'Europe/Athens',
  hk: 'Asia/Hong_Kong',
  hu: 'Europe/Budapest',
  ie: 'Europe/Dublin',
  il: 'Asia/Jerusalem',
  in: 'Asia/Kolkata',
  it: 'Europe/Rome',
  jp: 'Asia/Tokyo',
  kr: 'Asia/Seoul',
  my: 'Asia/Kuala_Lumpur',
  ng: 'Africa/Lagos',
  nl: 'Europe/Amsterdam',
  no: 'Europe/Oslo',
  nz: 'Pacific/Auckland',
  ph: 'Asia/Manila',
  pk: 'Asia/Karachi',
  pl: 'Europe/Warsaw',
  pt: 'Europe/Lisbon',
  ro: 'Europe/Bucharest',
  sa: 'Asia/Riyadh',
  se: 'Europe/Stockholm',
  sg: 'Asia/Singapore',
  sk: 'Europe/Bratislava',
  th: 'Asia/Bangkok',
  tr: 'Europe/Istanbul',
  tw: 'Asia/Taipei',
  ua: 'Europe/Kyiv',
  uk: 'Europe/London',
  vn: 'Asia/Ho_Chi_Minh',
  za: 'Africa/Johannesburg',
};

/** One zone for each clock that many people live by, those of the most first. */
const OF_CLOCK = [
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'America/Chicago',
  'Europe/London',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Asia/Bangkok',
  'Asia/Dubai',
  'Europe/Istanbul',
  'Europe/Helsinki',
  'America/Denver',
  'America/Phoenix',
  'America/Sao_Paulo',
  'America/Bogota',
  'America/Halifax',
  'Australia/Sydney',
  'Australia/Brisbane',
  'Australia/Adelaide',
  'Pacific/Auckland',
  'Africa/Johannesburg',
  'Africa/Lagos',
  'Africa/Nairobi',
  'Asia/Karachi',
  'Asia/Dhaka',
  'Asia/Kathmandu',
  'Asia/Yangon',
  'Asia/Tehran',
  'Asia/Kabul',
  'America/St_Johns',
  'America/Anchorage',
  'Pacific/Honolulu',
];

const countryOf = (email: string): string | undefined => OF_COUNTRY[email.slice(email.lastIndexOf('.') + 1).toLowerCase()];

/** The zone of a newcomer: that of their address's country, or of their language, or that of whoever brings them in. */
export function likelyZone(email: string, locale: Locale, inviters: string): string {
  const known = countryOf(email);
  if (known) return known;
  return locale === 'zh-CN' && !inviters.startsWith('Asia/') ? 'Asia/Shanghai' : inviters;
}

/**
 * The zone that a mail's own clock speaks for: `offset` in minutes ahead of UTC at the instant `at` (RFC 5322 section 3.3).
 * Null where it says nothing: many servers write every date in UTC.
 */
export function zoneByClock(offset: number, at: number, email: string): string | null {
  if (offset === 0) return null;
  const home = countryOf(email);
  return [...(home ? [home] : []), ...OF_CLOCK].find((zone) => offsetIn(zone, at) === offset) ?? null;
}

/** Whether a person's zone is no more than a guess that may well be wrong. */
export const isZoneGuessed = (one: { side: string; locale: Locale; zone: string; zoneTold?: true }): boolean =>
  one.side === 'customer' && !one.zoneTold && !(one.locale === 'zh-CN' && one.zone === 'Asia/Shanghai');
