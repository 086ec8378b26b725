/** What may become of the value case, and whose numbers they are. */
import type { ValueCommand } from '../commands.ts';
import { type Decision, happened } from '../decision.ts';
import type { ParticipantId } from '../ids.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import { refuse, type Result, done } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { amountIn } from '../value-reading.ts';
import { isCustomers, product, type Factor, type Period, type Range, type ValueLine, type ValueNumber } from '../value.ts';

type Asked = Pick<Extract<ValueCommand, { type: 'value.number' }>, 'amount' | 'text' | 'per' | 'weight' | 'words'>;

/** The number that was asked for, in whichever way; null when none was. */
function numberOf(asked: Asked, by: ParticipantId, before: ValueNumber | null): Result<ValueNumber | null> {
  const unclear = refuse('invalid', 'number_unclear', 'text');
  if (asked.amount) {
    const { amount } = asked;
    if (amount.unit === 'weight') return done({ unit: 'weight', weight: amount.weight, words: amount.words });
    return amount.factors.length > 0
      ? made(amount.factors, amount.per, by, before)
      : amount.low <= amount.high
        ? done(money(amount.per, [], amount))
        : unclear;
  }
  if (asked.weight !== undefined) return done({ unit: 'weight', weight: asked.weight, words: asked.words });
  if (asked.text.trim() === '') return done(null);
  const read = amountIn(asked.text);
  if (!read) return unclear;
  const per = asked.per ?? read.per ?? (before?.unit === 'money' ? before.per : 'year');
  if (read.factors.length > 0) return made(read.factors, per, by, before);
  return done(money(per, [], read));
}

/** Always with its fields in the same order: numbers are compared as they are written. */
const money = (per: Period, factors: Factor[], { low, high }: Range): ValueNumber => ({ unit: 'money', per, factors, low, high });

/** A product of factors. A factor that stays as it was stays whose it was. */
function made(factors: Omit<Factor, 'by'>[], per: Period, by: ParticipantId, before: ValueNumber | null): Result<ValueNumber> {
  const old = before?.unit === 'money' ? before.factors : [];
  const whose = (one: Omit<Factor, 'by'>) =>
    old.find(({ label, unit, value }) => label === one.label && unit === one.unit && value === one.value)?.by ?? by;
  const all = product(factors);
  if (!Number.isFinite(all) || all > 1e12) return refuse('invalid', 'number_unclear', 'text');
  return done(
    money(
      per,
      factors.map(({ label, value, unit }) => ({ label, value, unit, by: whose({ label, value, unit }) })),
      { low: all, high: all },
    ),
  );
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Sets a number, if it is this person's to set. Said again by the customer's side, a seller's number becomes theirs. */
function set(line: ValueLine, who: Participant, number: ValueNumber): Decision {
  if (!can.setNumber(who, line.owner?.side ?? null)) return refuse('forbidden', 'number_is_theirs', 'text');
  if (isSame(number, line.number) && (line.owner?.by === who.id || line.owner?.side === who.side)) return happened();
  return happened({ type: 'value.numbered', line: line.id, number, ownerSide: who.side });
}

function rangeOf(asked: { range: Range | null; text: string }): Result<Range | null> {
  if (asked.range) return asked.range.low <= asked.range.high ? done(asked.range) : refuse('invalid', 'number_unclear', 'text');
  if (asked.text.trim() === '') return done(null);
  const read = amountIn(asked.text);
  return read ? done({ low: read.low, high: read.high }) : refuse('invalid', 'number_unclear', 'text');
}

export function decideValue(state: RoomState, who: Participant, command: ValueCommand): Decision {
  if (!can.shapeValue(who)) return refuse('forbidden', 'not_for_your_side');
  const { value } = state;

  if (command.type === 'value.settings') {
    const { currency = value.currency, months = value.months } = command;
    if (currency === value.currency && months === value.months) return happened();
    if (!can.settleValue(who, isCustomers(value))) return refuse('forbidden', 'number_is_theirs');
    return happened({ type: 'value.settled', currency, months });
  }
  if (command.type === 'value.add') {
    if (value.lines[command.line]) return happened();
    const number = numberOf(command, who.id, null);
    if (!number.ok) return number;
    const { type: _, amount: __, text: ___, per: ____, weight: _____, words: ______, ...fields } = command;
    return happened({ type: 'value.added', ...fields, number: number.value, ownerSide: who.side });
  }

  const line = value.lines[command.line];
  if (!line) return refuse('not_found', 'no_such_line');

  switch (command.type) {
    case 'value.change': {
      const { type: _, line: __, ...fields } = command;
      const changes = Object.fromEntries(
        Object.entries(fields).filter(([key, text]) => text !== undefined && text !== line[key as keyof typeof fields]),
      );
      return Object.keys(changes).length > 0 ? happened({ type: 'value.changed', line: line.id, ...changes }) : happened();
    }
    case 'value.number': {
      const number = numberOf(command, who.id, line.number);
      if (!number.ok) return number;
      return number.value ? set(line, who, number.value) : refuse('invalid', 'number_unclear', 'text');
    }
    case 'value.factor': {
      const { number } = line;
      const factor = number?.unit === 'money' ? number.factors[command.factor] : undefined;
      if (number?.unit !== 'money' || !factor) return refuse('not_found', 'no_such_line');
      if (factor.value === command.value) return set(line, who, number);
      const factors = number.factors.map((one, at) => (at === command.factor ? { ...one, value: command.value } : one));
      const next = made(factors, number.per, who.id, number);
      return next.ok ? set(line, who, next.value) : next;
    }
    case 'value.propose': {
      const number = numberOf(command, who.id, line.number);
      if (!number.ok) return number;
      if (!number.value) return refuse('invalid', 'number_unclear', 'text');
      // What one may set needs no proposing.
      if (can.setNumber(who, line.owner?.side ?? null)) return set(line, who, number.value);
      if (isSame(number.value, line.number) || (line.proposal && isSame(number.value, line.proposal.number))) return happened();
      return happened({ type: 'value.proposed', line: line.id, number: number.value, note: command.note });
    }
    case 'value.acceptProposal':
      if (!can.setNumber(who, line.owner?.side ?? null)) return refuse('forbidden', 'number_is_theirs');
      if (!line.proposal) return refuse('conflict', 'no_proposal');
      return happened({ type: 'value.accepted', line: line.id, number: line.proposal.number, ownerSide: who.side });
    case 'value.declineProposal':
      return line.proposal ? happened({ type: 'value.declined', line: line.id }) : happened();
    case 'value.stance': {
      const before = line.stances[who.id];
      if (command.stance === null)
        return before ? happened({ type: 'value.stanced', line: line.id, stance: null, range: null, note: '' }) : happened();
      const range = rangeOf(command);
      if (!range.ok) return range;
      const { stance, note } = command;
      if (before && before.stance === stance && before.note === note && isSame(before.range, range.value)) return happened();
      return happened({ type: 'value.stanced', line: line.id, stance, range: range.value, note });
    }
    case 'value.remove':
      if (!can.setNumber(who, line.owner?.side ?? null)) return refuse('forbidden', 'number_is_theirs');
      return line.removed ? happened() : happened({ type: 'value.removed', line: line.id });
    case 'value.restore':
      return line.removed ? happened({ type: 'value.restored', line: line.id }) : happened();
  }
}
