/**
 * Is this a deal, or do we only wish it were? A criterion counts when somebody of the customer's side has said or done
 * what it asks for. What a seller says is a claim, and counts for nothing.
 */
import type { Cited, Deal, Evidence, Framework, QualificationRule, Stage } from './deal.ts';
import { excerptOf, outcomes } from './deal.ts';
import type { ThreadId, ValueLineId } from './ids.ts';
import type { RoomState } from './room.ts';
import { partOf } from './value.ts';

const BUILT_IN = {
  meddicc: ['metrics', 'economic_buyer', 'decision_criteria', 'decision_process', 'pain', 'champion', 'competition'],
  bant: ['budget', 'authority', 'need', 'timeline'],
} as const;

export type BuiltIn = (typeof BUILT_IN)[keyof typeof BUILT_IN][number];

/** Criteria of a workspace's own go by their names, marked so that none can be taken for a built-in one. */
const OWN = 'own:';
export const ownCriterion = (name: string): string => OWN + name;

/** The name of an own criterion; null for a built-in one, which has its words in the messages. */
export const ownName = (criterion: string): string | null => (criterion.startsWith(OWN) ? criterion.slice(OWN.length) : null);

/** What a deal is measured by, in order. */
export const criteriaOf = (rule: QualificationRule): string[] =>
  rule.framework === 'own' ? rule.own.map(ownCriterion) : [...BUILT_IN[rule.framework]];

/** How many criteria must be confirmed. Never more than there are. */
export const neededOf = (rule: QualificationRule): number => Math.min(rule.minimum, criteriaOf(rule).length);

/** The built-in criteria of a framework, for choosing. */
export const sizeOf = (framework: Exclude<Framework, 'own'>): number => BUILT_IN[framework].length;

type Known = Pick<RoomState, 'people' | 'deal' | 'value'>;

/** The customer's own words and deeds for a criterion, the newest last. */
export const evidenceFor = ({ people, deal, value }: Known, criterion: string): Evidence[] =>
  (deal.evidence[criterion] ?? []).flatMap((one) => {
    const now = one.kind === 'value' ? evidenceInLine(value, one) : one;
    return now && !now.gone && now.stance === one.stance && people[now.by]?.side === 'customer' ? [now] : [];
  });

/** What somebody says of a line of the value case, as it stands now: with the line, the words or another's hand on them it is no longer theirs. */
export function evidenceInLine(value: RoomState['value'], { of, part, by }: Cited): Evidence | null {
  const line = value.lines[of as ValueLineId];
  const said = line && !line.removed && part ? partOf(line, part, by) : null;
  if (!line || !part || !said || said.by === 'system') return null;
  return {
    kind: 'value',
    of: line.id,
    part,
    ...(said.stance && { stance: said.stance }),
    by: said.by,
    at: said.at,
    via: 'app',
    thread: line.id as string as ThreadId,
    excerpt: excerptOf(said.words || line.title),
  };
}

export type Standing = 'open' | 'claimed' | 'confirmed';

export const standingOf = (state: Known, criterion: string): Standing =>
  evidenceFor(state, criterion).length > 0 ? 'confirmed' : state.deal.claims[criterion] ? 'claimed' : 'open';

export interface Qualification {
  confirmed: string[];
  /** Not confirmed, claimed or not, in the order of the framework: the first is what to ask next. */
  missing: string[];
  needed: number;
  qualified: boolean;
}

export function qualificationOf(state: Known): Qualification {
  const criteria = criteriaOf(state.deal.rule);
  const confirmed = criteria.filter((one) => standingOf(state, one) === 'confirmed');
  const needed = neededOf(state.deal.rule);
  return { confirmed, missing: criteria.filter((one) => !confirmed.includes(one)), needed, qualified: confirmed.length >= needed };
}

export const isClosed = (stage: Stage): boolean => outcomes.some((one) => one === stage);

/** The stage that counts: a deal without the customer's word is a lead, whatever was chosen; an outcome is one. */
export function countedStage(deal: Deal, qualified: boolean): Stage {
  if (isClosed(deal.stage)) return deal.stage;
  if (!qualified) return 'lead';
  return deal.stage === 'lead' ? 'qualified' : deal.stage;
}

/** The stage of a room that counts. */
export const stageOf = (state: Known): Stage => countedStage(state.deal, qualificationOf(state).qualified);
