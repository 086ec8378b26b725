/** Amounts as people write them, and as they are kept: whole numbers of the smallest unit, so that sums are exact. */
import type { Money } from './deal.ts';

/** More than any deal, and far from where numbers lose their cents. */
export const MAX_MINOR = 1_000_000_000_000_000;

/** True for a currency that exists: three capitals that the platform has a name for. */
export function isCurrency(code: string): boolean {
  if (!/^[A-Z]{3}$/.test(code)) return false;
  return new Intl.DisplayNames('en', { type: 'currency' }).of(code) !== code;
}

/** Digits after the point: 2 for most, 0 for yen, 3 for dinars. */
export const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

const TIMES: Record<string, number> = { k: 1e3, m: 1e6, 千: 1e3, 万: 1e4, 百万: 1e6, 千万: 1e7, 亿: 1e8 };

/** Reads `1,200,000`, `1.2m`, `120万`, `1.200.000,50` or `¥ 1 200 000`; null when it is no amount, negative, or too much to keep exactly. */
export function readAmount(typed: string, currency: string): Money | null {
  const text = typed
    .normalize('NFKC')
    .replace(/[\s'’_]/g, '')
    .replace(/^(?:[A-Z]{2,3}|[A-Z]{0,2}\p{Sc})|(?:[A-Z]{3}|\p{Sc})$/gu, '');
  const match = /^(\d[\d.,]*|[.,]\d+)(k|m|千|百万|千万|万|亿)?元?$/i.exec(text);
  if (!match) return null;
  const [, digits = '', times = ''] = match;
  const marks = [...digits.matchAll(/[.,]/g)].map(([mark]) => mark);
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  const after = digits.length - last - 1;
  // One kind of mark before groups of three parts thousands; the last mark before one or two digits parts the cents.
  const kinds = new Set(marks).size;
  const dinars = marks.length === 1 && digitsOf(currency) === 3;
  const grouped = last > 0 && after === 3 && kinds === 1 && !times && digits[0] !== '0' && !dinars;
  const hasFraction = last >= 0 && !grouped && (kinds === 2 || marks.length === 1);
  if (last >= 0 && !grouped && !hasFraction) return null;
  const whole = (hasFraction ? digits.slice(0, last) : digits).replace(/[.,]/g, '');
  const value = Number(`${whole || '0'}.${hasFraction ? digits.slice(last + 1) : '0'}`) * (TIMES[times.toLowerCase()] ?? 1);
  const minor = Math.round(value * 10 ** digitsOf(currency));
  return Number.isSafeInteger(minor) && minor <= MAX_MINOR ? { minor, currency } : null;
}

/** As it is typed into a field again: `1200000.5`. Exact. */
export function plainAmount({ minor, currency }: Money): string {
  const digits = digitsOf(currency);
  if (digits === 0) return String(minor);
  const text = String(minor).padStart(digits + 1, '0');
  const cents = text.slice(-digits);
  return text.slice(0, -digits) + (/^0+$/.test(cents) ? '' : `.${cents}`);
}

/** For reading: `¥1,200,000`, with cents only where there are any. */
export function sayAmount(money: Money, locale: string): string {
  const digits = digitsOf(money.currency);
  const whole = money.minor % 10 ** digits === 0;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: money.currency,
    currencyDisplay: 'narrowSymbol',
    ...(whole ? { maximumFractionDigits: 0, minimumFractionDigits: 0 } : {}),
  }).format(money.minor / 10 ** digits);
}

/** Sums by currency, the largest number of deals first: what is not the same money is never added. */
export function sums(amounts: Money[]): Money[] {
  const by = new Map<string, { minor: number; count: number }>();
  for (const { minor, currency } of amounts) {
    const before = by.get(currency) ?? { minor: 0, count: 0 };
    by.set(currency, { minor: before.minor + minor, count: before.count + 1 });
  }
  return [...by]
    .sort(([a, one], [b, other]) => other.count - one.count || a.localeCompare(b))
    .map(([currency, { minor }]) => ({ minor, currency }));
}
