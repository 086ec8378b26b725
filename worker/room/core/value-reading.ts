/**
 * Numbers as people write them: "12k–15k a year", "3 h/week × 14 people × 46 weeks × ¥200", "10人，不是14". What is not
 * read with certainty is not read at all: it stays what it is, words.
 */
import type { Command } from './commands.ts';
import type { Period, Range, ValueLine } from './value.ts';

export interface ReadAmount extends Range {
  /** Null when nothing was said of it. */
  per: Period | null;
  factors: { label: string; value: number; unit: string }[];
}

interface Token extends Said {
  start: number;
  end: number;
}
interface Said {
  value: number;
  /** A currency sign or a magnitude (k, 万) stood with it: surely money, or surely large. */
  isMarked: boolean;
  hasSign: boolean;
}

const SIGNS = '(?:US\\$|HK\\$|S\\$|JP¥|RMB|CNY|USD|EUR|GBP|[¥$€£])';
const NUMBER = new RegExp(
  `(${SIGNS})?\\s*(\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(\\.\\d+)?\\s*(百万|千万|[kK](?![A-Za-z])|[wW](?![A-Za-z])|[mM](?:n|io)?(?![A-Za-z])|bn(?![a-z])|thousand|million|billion|千|万|亿)?\\s*(元|块钱|${SIGNS})?`,
  'g',
);
const TIMES: Record<string, number> = {
  k: 1e3,
  thousand: 1e3,
  千: 1e3,
  w: 1e4,
  万: 1e4,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  million: 1e6,
  百万: 1e6,
  千万: 1e7,
  亿: 1e8,
  bn: 1e9,
  billion: 1e9,
};
const MOST = 1e12;

const plain = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim();

function numbersIn(text: string): Token[] {
  return [...text.matchAll(NUMBER)].map((found) => {
    const [whole, before, digits = '', decimals = '', magnitude, after] = found;
    const times = magnitude ? (TIMES[magnitude.toLowerCase()] ?? 1) : 1;
    const trimmed = whole.trimEnd();
    const lead = trimmed.length - trimmed.trimStart().length;
    return {
      value: Math.round(Number(digits.replaceAll(',', '') + decimals) * times * 100) / 100,
      hasSign: Boolean(before ?? after),
      isMarked: Boolean(before ?? after ?? magnitude),
      start: found.index + lead,
      end: found.index + trimmed.length,
    };
  });
}

const PERIODS: [RegExp, Period][] = [
  [/(?:(?:per|an?|each|every|\/)\s*(?:year|yr|annum)|annually|yearly|\bp\.?\s?a\.?(?![a-z])|每年|一年|\/年|年度|\/y\b)/i, 'year'],
  [/(?:(?:per|a|each|every|\/)\s*(?:month|mo)\b|monthly|每个?月|一个月|\/月)/i, 'month'],
  [/(?:\bonce\b|one[- ](?:off|time)|一次性|一次)/i, 'once'],
];
const periodIn = (text: string): Period | null => PERIODS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
const withoutPeriod = (text: string): string => PERIODS.reduce((rest, [pattern]) => rest.replace(pattern, ' '), text);

const RANGE = /^\s*(?:-|–|—|~|至|到|to|and)\s*$/i;
const CROSS = /\s*(?:[×✕*]|\bx\b|(?<=\d)x(?=\s*\d)|乘以?)\s*/i;

/** A sum, a range or a product, as it is typed where a number is asked for. Null where it can't be read. */
export function amountIn(text: string): ReadAmount | null {
  const said = plain(text);
  if (said === '' || said.length > 200) return null;
  const parts = said.split(CROSS).filter((one) => one !== '');
  if (parts.length > 1) return productIn(parts);

  const per = periodIn(said);
  const rest = plain(withoutPeriod(said));
  const range = rangeIn(rest);
  if (range) return { ...range, per, factors: [] };
  const [one, other] = numbersIn(rest);
  if (!one || other) return null;
  return leftOver(rest, one) === '' ? { low: one.value, high: one.value, per, factors: [] } : null;
}

function productIn(parts: string[]): ReadAmount | null {
  const factors = [];
  for (const part of parts) {
    const [one, other] = numbersIn(part);
    if (!one || other || one.value > MOST) return null;
    const sign = one.hasSign ? (/[¥$€£]/.exec(part)?.[0] ?? '¥') : '';
    const unit = `${sign}${part.slice(one.end).trim()}`.slice(0, 30);
    factors.push({ label: part.slice(0, one.start).trim().slice(0, 60), value: one.value, unit });
  }
  const all = factors.reduce((sum, one) => sum * one.value, 1);
  if (factors.length > 8 || all > MOST) return null;
  const low = Math.round(all * 100) / 100;
  return { low, high: low, per: null, factors };
}

/** "12k-15k", "12-15万", "between 12k and 15k". */
function rangeIn(text: string): Range | null {
  const numbers = numbersIn(text);
  const [first, second] = numbers;
  if (!first || !second || numbers.length > 2 || !RANGE.test(text.slice(first.end, second.start))) return null;
  const around = plain(`${text.slice(0, first.start)} ${text.slice(second.end)}`);
  if (fill(around) !== '') return null;
  // "12-15万": the magnitude said once means both.
  const times = first.isMarked || !second.isMarked ? 1 : magnitudeOf(text.slice(second.start, second.end));
  const low = first.value * (first.value * times <= second.value ? times : 1);
  return low <= second.value && second.value <= MOST ? { low, high: second.value } : null;
}

function magnitudeOf(text: string): number {
  const [, letter] = /\d\s*([^\d\s.,]+)/.exec(text) ?? [];
  return letter ? (TIMES[letter.replace(/元|块钱/, '').toLowerCase()] ?? 1) : 1;
}

const FILLERS =
  /^(?:it'?s|it is|that'?s|about|around|approx(?:imately)?\.?|roughly|between|only|just|we have|we are|there are|should be|actually|more like|i'?d say|i think|make it|rather|从|介于|应该是?|应当是|其实|实际上?|是|大约|大概|约为?|只有|我们|只|就|有|为|改[为成])\s*/i;

/** What is left of words once those that say nothing are taken off. */
function fill(text: string): string {
  let rest = text.trim();
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replace(FILLERS, '').trim();
  }
  return rest.replace(/[.!,;:。!、,之间\s]+$/u, '').trim();
}

const leftOver = (text: string, one: Token): string => fill(`${text.slice(0, one.start)} ${text.slice(one.end)}`);

const UNITS: [string, RegExp][] = [
  ['people', /^(?:个?人|名|位|people|persons?|users?|employees?|colleagues?|staff|heads?|ftes?)(?![a-z])/i],
  ['hours', /^(?:h|hrs?|hours?|个?小时|个?钟头|工时)(?![a-z])/i],
  ['minutes', /^(?:min|minutes?|分钟)(?![a-z])/i],
  ['days', /^(?:d|days?|天|人天|个?工作日)(?![a-z])/i],
  ['weeks', /^(?:wks?|weeks?|周|个?星期)(?![a-z])/i],
  ['months', /^(?:months?|个?月)(?![a-z])/i],
  ['times', /^(?:times?|次)(?![a-z])/i],
  ['percent', /^(?:%|percent)/i],
  ['money', /^[¥$€£元]/],
];

/** The kind of a unit; its own first word where none is known; empty for none. */
function unitOf(text: string): string {
  const said = plain(text).replace(/^[\s,]+/, '');
  return UNITS.find(([, pattern]) => pattern.test(said))?.[0] ?? /^[\p{L}]+/u.exec(said)?.[0].toLowerCase() ?? '';
}

const INSTEAD = /(?:not|instead of|rather than|而不是|不是|而非|并非|不再是)\s*$/i;
const TURNED = /(?:should be|-+>|→|=+>|应该?(?:是|为)|改[成为到])\s*$/i;

/** Which of two numbers is right: "10 people, not 14", "不是14，是10", "14 → 10". */
function corrected(text: string, first: Token, second: Token): { right: Token; wrong: Token } | null {
  const before = text.slice(0, first.start);
  const between = text.slice(first.end, second.start);
  if (INSTEAD.test(between)) return { right: first, wrong: second };
  if (INSTEAD.test(before) || TURNED.test(between) || (/\bfrom\s*$/i.test(before) && /\bto\s*$/i.test(between)))
    return { right: second, wrong: first };
  return null;
}

/**
 * The number that a reply to a mail about a line gives it. Null when it is unsure what is meant: then the reply is a
 * comment and nothing more.
 */
export function valueNumberIn(text: string, line: Pick<ValueLine, 'id' | 'number'>): Command | null {
  const said = plain(text.split('\n').find((one) => one.trim() !== '') ?? '');
  if (said === '' || said.length > 120 || /[?]|吗|还是/.test(said)) return null;
  const numbers = numbersIn(said);
  const [first, second] = numbers;
  const { number } = line;
  if (!first || numbers.length > 2) return null;

  const setTo = (amount: NonNullable<Extract<Command, { type: 'value.number' }>['amount']>): Command => ({
    type: 'value.number',
    line: line.id,
    amount,
    text: '',
    words: '',
  });

  if (number?.unit === 'weight') {
    const weight = /^([1-5])(?:\s*\/\s*5)?[.。]?$/.exec(said)?.[1];
    return weight ? setTo({ ...number, weight: Number(weight) }) : null;
  }
  const factors = number?.factors ?? [];
  const setFactor = (at: number, value: number): Command | null =>
    value > 0 || factors[at]?.value !== 0 ? { type: 'value.factor', line: line.id, factor: at, value } : null;
  const per = periodIn(said) ?? number?.per ?? 'year';
  const setRange = (range: Range): Command => setTo({ unit: 'money', per, factors: [], low: range.low, high: range.high });

  const meant = second && corrected(said, first, second);
  if (meant) {
    const unit = unitOf(said.slice(meant.right.end));
    const isUnit = (one: { unit: string }) => unit === '' || INSTEAD.test(unit) || unitOf(one.unit) === unit || !known(unit);
    const fits = factors.flatMap((one, at) => (one.value === meant.wrong.value && isUnit(one) ? [at] : []));
    const [at] = fits;
    if (factors.length > 0) return fits.length === 1 && at !== undefined ? setFactor(at, meant.right.value) : null;
    if (!number || (known(unit) && unit !== 'money')) return null;
    if (number.low === meant.wrong.value && number.high === meant.wrong.value)
      return setRange({ low: meant.right.value, high: meant.right.value });
    if (number.low === meant.wrong.value && meant.right.value <= number.high) return setRange({ ...number, low: meant.right.value });
    if (number.high === meant.wrong.value && meant.right.value >= number.low) return setRange({ ...number, high: meant.right.value });
    return null;
  }

  const isPriced = factors.some((one) => unitOf(one.unit) === 'money');
  const rest = plain(withoutPeriod(said));
  if (second) {
    const range = rangeIn(rest);
    const [, last] = numbersIn(rest);
    const isLarge = last !== undefined && (last.isMarked || last.value >= 1_000);
    return range && isLarge && factors.length === 0 ? setRange(range) : null;
  }

  const words = leftOver(said, first);
  const fits = words === '' ? [] : factors.flatMap((one, at) => (sameUnit(one.unit, words) ? [at] : []));
  const [at, another] = fits;
  if (at !== undefined) return another === undefined ? setFactor(at, first.value) : null;
  const [whole] = numbersIn(rest);
  if (!whole || leftOver(rest, whole) !== '') return null;
  if (factors.length > 0) return whole.isMarked && !isPriced ? setRange({ low: whole.value, high: whole.value }) : null;
  return whole.isMarked || whole.value >= 1_000 ? setRange({ low: whole.value, high: whole.value }) : null;
}

const known = (unit: string): boolean => UNITS.some(([name]) => name === unit);

/** "people" and "人"; "h/week" and "hours a week". The words must be the unit and nothing else. */
function sameUnit(unit: string, words: string): boolean {
  const said = words.replace(/^每(?:周|天|月|年)\s*/, '');
  const kind = unitOf(said);
  if (kind === '' || kind !== unitOf(unit)) return false;
  const rest = (UNITS.find(([name]) => name === kind)?.[1].exec(said)?.[0] ?? kind).length;
  return /^\s*(?:(?:\/|per|an?|each|每)\s*(?:day|week|month|year|person|天|周|月|年|人))?$/i.test(said.slice(rest));
}
