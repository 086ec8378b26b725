/**
 * The value case: what the customer expects to gain and what it costs them, in money and otherwise. Vc = Fc − Cc is what
 * is left as they see it. Numbers belong to whoever set them; what a customer has set stays the customer's.
 */
import type { RoomEvent } from './events.ts';
import type { ParticipantId, ValueLineId } from './ids.ts';
import type { Side } from './people.ts';
import type { RoomState } from './room.ts';

export const gainKinds = ['savings', 'revenue', 'time', 'safety', 'quality', 'other'] as const;
export const costKinds = ['price', 'effort', 'migration', 'training', 'risk', 'given_up', 'other'] as const;
export const valueKinds = [...gainKinds, ...costKinds.filter((one) => one !== 'other')] as const;
export type ValueKind = (typeof valueKinds)[number];
export const periods = ['once', 'month', 'year'] as const;
export type Period = (typeof periods)[number];
export const stances = ['agrees', 'doubts', 'rejects'] as const;
export type StanceKind = (typeof stances)[number];

export interface Range {
  low: number;
  high: number;
}

/** One number of a product: "14 people". */
export interface Factor {
  label: string;
  value: number;
  unit: string;
  /** Who said this number. */
  by: ParticipantId | 'system';
}

/** Money over a period, perhaps the product of factors; or a weight where money says little. */
export type ValueNumber = ({ unit: 'money'; per: Period; factors: Factor[] } & Range) | { unit: 'weight'; weight: number; words: string };

export interface Numbered {
  number: ValueNumber;
  by: ParticipantId | 'system';
  at: string;
}

export interface Stance {
  stance: StanceKind;
  /** What they would say instead, in the line's own period; null if only the stance is theirs. */
  range: Range | null;
  note: string;
  at: string;
}

/** The words of a line. */
export interface ValueWords {
  title: string;
  kind: ValueKind;
  /** What is hoped for, the need behind it, and what drives that need. */
  expectation: string;
  need: string;
  motive: string;
  /** Where the number comes from. */
  source: string;
}

/** The words of a line whose author is known. */
const authored = ['expectation', 'need', 'motive'] as const;
/** What somebody can have said of a line. */
export const valueParts = ['number', ...authored, 'stance'] as const;
export type ValuePart = (typeof valueParts)[number];

export interface ValueLine extends ValueWords {
  id: ValueLineId;
  side: 'gain' | 'cost';
  number: ValueNumber | null;
  /** Who set the number, and for which side it speaks; null while there is none. */
  owner: { by: ParticipantId | 'system'; side: Side; at: string } | null;
  /** Numbers that stood here before, oldest first; the last few. */
  earlier: Numbered[];
  proposal: (Numbered & { note: string }) | null;
  stances: Record<ParticipantId, Stance>;
  /** Whose words those are, where there are any. */
  authors?: Partial<Record<(typeof authored)[number], { by: ParticipantId | 'system'; at: string }>>;
  addedBy: ParticipantId | 'system';
  addedAt: string;
  removed: boolean;
}

/** The value as it stood after something changed it. */
export interface ValuePoint extends Range {
  seq: number;
  at: string;
  by: ParticipantId | 'system';
  line: ValueLineId | null;
  /** Whether a number was changed, and not only a line added or taken out. */
  numbered: boolean;
  /** Whether the customer had told a cost by then. */
  told: boolean;
}

export interface ValueCase {
  /** ISO 4217. */
  currency: string;
  /** The horizon over which periods are summed. */
  months: number;
  lines: Record<ValueLineId, ValueLine>;
  order: ValueLineId[];
  /** How the value went, oldest first; the last 200 changes. */
  history: ValuePoint[];
}

export type ValueEvent =
  | ({ type: 'value.added'; line: ValueLineId; side: 'gain' | 'cost'; number: ValueNumber | null; ownerSide: Side } & ValueWords)
  | ({ type: 'value.changed'; line: ValueLineId } & Partial<ValueWords>)
  | { type: 'value.numbered'; line: ValueLineId; number: ValueNumber; ownerSide: Side }
  | { type: 'value.proposed'; line: ValueLineId; number: ValueNumber; note: string }
  /** A proposal taken over: from now on the number is the one's who took it. */
  | { type: 'value.accepted'; line: ValueLineId; number: ValueNumber; ownerSide: Side }
  | { type: 'value.declined'; line: ValueLineId }
  | { type: 'value.stanced'; line: ValueLineId; stance: StanceKind | null; range: Range | null; note: string }
  | { type: 'value.removed'; line: ValueLineId }
  | { type: 'value.restored'; line: ValueLineId }
  | { type: 'value.settled'; currency: string; months: number };

export const isValueEvent = (event: RoomEvent): event is ValueEvent => event.type.startsWith('value.');

export const emptyValue: ValueCase = { currency: 'CNY', months: 12, lines: {}, order: [], history: [] };

const EARLIER = 6;
const HISTORY = 200;

// -------------------------------------------------------------- readings

export const linesOf = (value: ValueCase, side?: 'gain' | 'cost'): ValueLine[] =>
  value.order.flatMap((id) => {
    const line = value.lines[id];
    return line && !line.removed && (side === undefined || line.side === side) ? [line] : [];
  });

/** How often a period falls into the horizon. */
export const timesIn = (per: Period, months: number): number => (per === 'once' ? 1 : per === 'month' ? months : months / 12);

/** What factors come to, to the cent. */
export const product = (factors: { value: number }[]): number => Math.round(factors.reduce((all, one) => all * one.value, 1) * 100) / 100;

/** A line's money over the horizon; null where it has none. */
export function moneyOf(number: ValueNumber | null, months: number, instead: Range | null = null): Range | null {
  if (number?.unit !== 'money') return null;
  const times = timesIn(number.per, months);
  const { low, high } = instead ?? number;
  return { low: low * times, high: high * times };
}

export interface Perceived {
  gains: Range;
  costs: Range;
  /** Gains less costs: at worst, at best. */
  value: Range;
}

const total = (ranges: Range[]): Range =>
  ranges.reduce((sum, one) => ({ low: sum.low + one.low, high: sum.high + one.high }), { low: 0, high: 0 });

/** The value over the horizon; as one person sees it where `who` is given: their own ranges, without what they reject. */
export function perceived(value: ValueCase, who: ParticipantId | null = null): Perceived {
  const sum = (side: 'gain' | 'cost') =>
    total(
      linesOf(value, side).flatMap((line) => {
        const own = who === null ? undefined : line.stances[who];
        // Whoever does not believe in a gain does not count it; a cost that is doubted is still to be feared.
        if (own?.stance === 'rejects' && own.range === null && line.side === 'gain') return [];
        return moneyOf(line.number, value.months, own?.range ?? null) ?? [];
      }),
    );
  const gains = sum('gain');
  const costs = sum('cost');
  return { gains, costs, value: { low: gains.low - costs.high, high: gains.high - costs.low } };
}

/** Whether the customer has put a number on a cost: without one nobody knows what it is worth to them. */
export const costTold = (value: ValueCase): boolean =>
  linesOf(value, 'cost').some((line) => line.number !== null && line.owner?.side === 'customer');

/** Whether any number here is the customer's. */
export const isCustomers = (value: ValueCase): boolean => Object.values(value.lines).some((line) => line.owner?.side === 'customer');

/** People who took a stance with something of their own to say, in the order in which they came to the room. */
export const voicesOf = (state: RoomState): ParticipantId[] =>
  Object.values(state.people)
    .filter((one) => one.status !== 'left' && linesOf(state.value).some((line) => line.stances[one.id]))
    .map((one) => one.id);

/** Values that a factor had before, oldest first, each once. */
export function earlierValues(line: ValueLine, at: number): { value: number; by: ParticipantId | 'system' }[] {
  const now = line.number?.unit === 'money' ? line.number.factors[at] : undefined;
  if (!now) return [];
  const before = line.earlier.flatMap(({ number }) => {
    const one = number.unit === 'money' ? number.factors.find(({ label, unit }) => label === now.label && unit === now.unit) : undefined;
    return one && one.value !== now.value ? [{ value: one.value, by: one.by }] : [];
  });
  return before.filter((one, index) => before.findIndex((other) => other.value === one.value) === index).slice(-3);
}

/** What happened to the value since `seq`, not counting what `except` did: null if nothing that they have not seen. */
export function valueNews(
  history: ValuePoint[],
  since: { seq: number; at: string },
  except: ParticipantId,
): { from: Range; to: Range; numbers: number; lines: number; by: ParticipantId[] } | null {
  const isNew = (one: ValuePoint) => one.seq > since.seq && one.at > since.at;
  const news = history.filter((one) => isNew(one) && one.by !== except);
  const last = history.at(-1);
  const before = history.findLast((one) => !isNew(one));
  if (news.length === 0 || !last?.told || !before?.told) return null;
  if (before.low === last.low && before.high === last.high) return null;
  return {
    from: { low: before.low, high: before.high },
    to: { low: last.low, high: last.high },
    numbers: news.filter((one) => one.numbered).length,
    lines: new Set(news.map((one) => one.line)).size,
    by: [...new Set(news.flatMap((one) => (one.by === 'system' ? [] : [one.by])))],
  };
}

/** Whose a part of a line is, since when, and its words if it has any; null where there is none. `by`: whose stance. */
export function partOf(
  line: ValueLine,
  part: ValuePart,
  by: ParticipantId | null = null,
): { by: ParticipantId | 'system'; at: string; words: string; stance?: StanceKind } | null {
  if (part === 'number') return line.owner && { by: line.owner.by, at: line.owner.at, words: '' };
  if (part !== 'stance') {
    const author = line.authors?.[part];
    return author && line[part] !== '' ? { ...author, words: line[part] } : null;
  }
  const own = by && line.stances[by];
  return own ? { by, at: own.at, words: own.note, stance: own.stance } : null;
}

// -------------------------------------------------------------- applying

export function applyValue(before: ValueCase, event: ValueEvent, seq: number, at: string, by: ParticipantId | 'system'): ValueCase {
  const value = change(before, event, at, by);
  const last = before.history.at(-1);
  const { low, high } = perceived(value).value;
  const told = costTold(value);
  if (last ? last.low === low && last.high === high && last.told === told : low === 0 && high === 0) return value;
  const numbered = event.type === 'value.numbered' || event.type === 'value.accepted';
  const point: ValuePoint = { seq, at, by, line: 'line' in event ? event.line : null, numbered, told, low, high };
  return { ...value, history: [...value.history, point].slice(-HISTORY) };
}

function change(value: ValueCase, event: ValueEvent, at: string, by: ParticipantId | 'system'): ValueCase {
  if (event.type === 'value.settled') return { ...value, currency: event.currency, months: event.months };
  if (event.type === 'value.added') {
    const { type: _, line: id, ownerSide, ...fields } = event;
    const line: ValueLine = {
      id,
      ...fields,
      owner: fields.number && { by, side: ownerSide, at },
      earlier: [],
      proposal: null,
      stances: {},
      ...authorsOf(undefined, fields, by, at),
      addedBy: by,
      addedAt: at,
      removed: false,
    };
    return { ...value, lines: { ...value.lines, [id]: line }, order: [...value.order, id] };
  }
  const line = value.lines[event.line];
  if (!line) return value;
  const changed = (fields: Partial<ValueLine>): ValueCase => ({
    ...value,
    lines: { ...value.lines, [line.id]: { ...line, ...fields } },
  });

  switch (event.type) {
    case 'value.changed': {
      const { type: _, line: __, ...fields } = event;
      return changed({ ...fields, ...authorsOf(line.authors, fields, by, at) });
    }
    case 'value.numbered':
    case 'value.accepted': {
      const isSame = line.number !== null && JSON.stringify(line.number) === JSON.stringify(event.number);
      const earlier =
        line.number && line.owner && !isSame
          ? [...line.earlier, { number: line.number, by: line.owner.by, at: line.owner.at }].slice(-EARLIER)
          : line.earlier;
      return changed({ number: event.number, owner: { by, side: event.ownerSide, at }, earlier, proposal: null });
    }
    case 'value.proposed':
      return changed({ proposal: { number: event.number, note: event.note, by, at } });
    case 'value.declined':
      return changed({ proposal: null });
    case 'value.stanced': {
      if (by === 'system') return value;
      const { [by]: _, ...others } = line.stances;
      if (event.stance === null) return changed({ stances: others });
      return changed({ stances: { ...others, [by]: { stance: event.stance, range: event.range, note: event.note, at } } });
    }
    case 'value.removed':
      return changed({ removed: true });
    case 'value.restored':
      return changed({ removed: false });
  }
}

/** The authors after somebody wrote these words; nothing where they wrote none. */
function authorsOf(before: ValueLine['authors'], words: Partial<ValueWords>, by: ParticipantId | 'system', at: string) {
  const written = authored.filter((one) => words[one]);
  return written.length > 0 ? { authors: { ...before, ...Object.fromEntries(written.map((one) => [one, { by, at }])) } } : {};
}
