/** Sums of money in few characters, as people say them: "¥412k", "¥41.2万". */

export const currencies = ['CNY', 'USD', 'EUR', 'GBP', 'HKD', 'SGD', 'JPY'] as const;
export type Currency = (typeof currencies)[number];

const AT_HOME: Record<string, Currency> = {
  'Asia/Shanghai': 'CNY',
  'Asia/Urumqi': 'CNY',
  'Asia/Hong_Kong': 'HKD',
  'Asia/Singapore': 'SGD',
  'Asia/Tokyo': 'JPY',
  'Europe/London': 'GBP',
};

/** The currency that a deal is most likely in, by its seller's zone. Either side may settle on another. */
export const currencyAt = (zone: string): Currency => AT_HOME[zone] ?? (zone.startsWith('Europe/') ? 'EUR' : 'USD');

const SIGN: Record<string, string> = { CNY: '¥', USD: '$', EUR: '€', GBP: '£', HKD: 'HK$', SGD: 'S$', JPY: 'JP¥' };
const STEPS: Record<'en' | 'zh', [number, string][]> = {
  en: [
    [1e9, 'bn'],
    [1e6, 'm'],
    [1e3, 'k'],
  ],
  zh: [
    [1e8, '亿'],
    [1e4, '万'],
  ],
};

/** Three figures at most, or all of a small number: 412k, 41.2万, 9,500. */
function short(amount: number, locale: string): string {
  const steps = STEPS[locale.startsWith('zh') ? 'zh' : 'en'];
  const size = Math.abs(amount);
  const [unit, letter] = steps.find(([least]) => size >= least && (size >= 10_000 || least > 1_000 || size % 100 === 0)) ?? [1, ''];
  const shown = amount / unit;
  const digits = unit === 1 ? (Number.isInteger(shown) ? 0 : 2) : Math.abs(shown) >= 100 ? 0 : 1;
  return `${Number(shown.toFixed(digits)).toLocaleString('en-US')}${letter}`;
}

export function sayMoney(amount: number, currency: string, locale: string): string {
  const sign = SIGN[currency] ?? `${currency} `;
  return `${amount < 0 ? '−' : ''}${sign}${short(Math.abs(amount), locale)}`;
}

/** "¥380k–412k", or one sum when both ends are said alike. */
export function sayRange({ low, high }: { low: number; high: number }, currency: string, locale: string): string {
  const [from, to] = [sayMoney(low, currency, locale), sayMoney(high, currency, locale)];
  if (from === to) return to;
  return low < 0 ? `${from} – ${to}` : `${from}–${short(Math.abs(high), locale)}`;
}

export const signOf = (currency: string): string => SIGN[currency] ?? currency;

/** A number of a product: "14 people", "¥200/h". */
export const sayFactor = ({ value, unit }: { value: number; unit: string }, currency: string, locale: string): string =>
  /^[¥$€£]/.test(unit) ? `${sayMoney(value, currency, locale)}${unit.slice(1)}` : `${value.toLocaleString('en-US')} ${unit}`.trim();
