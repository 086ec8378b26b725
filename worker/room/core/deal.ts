/**
 * The opportunity as the selling side keeps it: what it may be worth, by when, how far it is, and what the customer has
 * said that speaks for it. Internal: no customer is ever told that it exists. What it adds up to is in qualification.ts.
 */
import type { Recorded } from './events.ts';
import type { CommentId, ParticipantId, TaskId, ThreadId, ValueLineId } from './ids.ts';
import type { StanceKind, ValuePart } from './value.ts';

/** An amount in the smallest unit of its currency (cents, fen): a safe integer, never a fraction. */
export interface Money {
  minor: number;
  /** ISO 4217, e.g. `CNY`. */
  currency: string;
}

/** How far an open deal is, in order. `lead` and `qualified` are told apart by the customer's evidence, not by choice. */
export const openStages = ['lead', 'qualified', 'proposal', 'negotiation'] as const;
export const outcomes = ['won', 'lost', 'paused'] as const;
export type OpenStage = (typeof openStages)[number];
export type Outcome = (typeof outcomes)[number];
export type Stage = OpenStage | Outcome;
export const stages: readonly Stage[] = [...openStages, ...outcomes];

export const frameworks = ['meddicc', 'bant', 'own'] as const;
export type Framework = (typeof frameworks)[number];

/** What qualifies a deal: which criteria, and how many of them a customer must have confirmed. */
export interface QualificationRule {
  framework: Framework;
  /** The criteria of `own`, by name. */
  own: string[];
  minimum: number;
}

/** Something that the customer did or said, put beside a criterion. */
export interface Evidence {
  kind: 'comment' | 'task' | 'value';
  /** The comment, task or line of the value case itself. */
  of: CommentId | TaskId | ValueLineId;
  /** Which part of a line it is; of a stance also which, since another one is another word. */
  part?: ValuePart;
  stance?: StanceKind;
  /** Whose word it is: the author, not who put it here. */
  by: ParticipantId;
  /** When they said it; ISO instant. */
  at: string;
  via: Recorded['via'];
  /** Where it stands. */
  thread: ThreadId;
  /** Its beginning, so that it can be recognised. */
  excerpt: string;
  /** Its author took it back: it counts for nothing, and its words are gone, until they say it again. */
  gone?: boolean;
}

export interface Deal {
  amount: Money | null;
  /** The day it is expected to close, `YYYY-MM-DD`. */
  close: string | null;
  stage: Stage;
  /** When it came to this stage; null as long as it is where it began. */
  stagedAt: string | null;
  source: string;
  notes: string;
  rule: QualificationRule;
  /** True as long as the room goes by its workspace's rule and not by one of its own. */
  follows: boolean;
  /** What a seller says is so. It counts for nothing until a customer has said it. */
  claims: Record<string, { by: ParticipantId | 'system'; at: string }>;
  evidence: Record<string, Evidence[]>;
}

export const defaultRule: QualificationRule = { framework: 'meddicc', own: [], minimum: 3 };

export const emptyDeal: Deal = {
  amount: null,
  close: null,
  stage: 'lead',
  stagedAt: null,
  source: '',
  notes: '',
  rule: defaultRule,
  follows: true,
  claims: {},
  evidence: {},
};

export type DealEvent =
  | { type: 'deal.changed'; amount?: Money | null; close?: string | null; source?: string; notes?: string }
  | { type: 'deal.staged'; stage: Stage }
  | { type: 'deal.ruled'; rule: QualificationRule; follows: boolean }
  | { type: 'deal.claimed'; criterion: string; claimed: boolean }
  | { type: 'deal.cited'; criterion: string; evidence: Evidence }
  | ({ type: 'deal.uncited'; criterion: string } & Cited);

/** What tells one piece of evidence from another. `by` does so for stances alone: all else of a line has one author at a time. */
export type Cited = Pick<Evidence, 'of' | 'part'> & { by?: ParticipantId };
export const evidenceKey = ({ of, part, by }: Cited): string => [of, part, part === 'stance' && by].filter(Boolean).join('/');

const EXCERPT = 140;
/** The beginning of a text, on one line. */
export function excerptOf(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > EXCERPT ? `${flat.slice(0, EXCERPT - 1).trimEnd()}…` : flat;
}

const isCited = (deal: Deal, of: Evidence['of']): boolean => Object.values(deal.evidence).some((all) => all.some((one) => one.of === of));

const withEvidence = (deal: Deal, change: (all: Evidence[]) => Evidence[]): Deal => ({
  ...deal,
  evidence: Object.fromEntries(Object.entries(deal.evidence).map(([key, all]) => [key, change(all)])),
});

const withoutEvidence = (deal: Deal, of: Evidence['of']): Deal =>
  isCited(deal, of) ? withEvidence(deal, (all) => all.filter((one) => one.of !== of)) : deal;

const changed = (deal: Deal, of: Evidence['of'], change: (one: Evidence) => Evidence): Deal =>
  isCited(deal, of) ? withEvidence(deal, (all) => all.map((one) => (one.of === of ? change(one) : one))) : deal;

/** What an event changes about the deal. What speaks for it goes with the word it rests on: a comment deleted, a task reopened. */
export function applyDeal(deal: Deal, { event, at, by }: Recorded): Deal {
  switch (event.type) {
    case 'deal.changed': {
      const { type: _, ...facts } = event;
      return { ...deal, ...facts };
    }
    case 'deal.staged':
      return { ...deal, stage: event.stage, stagedAt: at };
    case 'deal.ruled':
      return { ...deal, rule: event.rule, follows: event.follows };
    case 'deal.claimed': {
      const { [event.criterion]: _, ...others } = deal.claims;
      return { ...deal, claims: event.claimed ? { ...others, [event.criterion]: { by, at } } : others };
    }
    case 'deal.cited': {
      const before = (deal.evidence[event.criterion] ?? []).filter((one) => evidenceKey(one) !== evidenceKey(event.evidence));
      return { ...deal, evidence: { ...deal.evidence, [event.criterion]: [...before, event.evidence] } };
    }
    case 'deal.uncited': {
      const left = (deal.evidence[event.criterion] ?? []).filter((one) => evidenceKey(one) !== evidenceKey(event));
      return { ...deal, evidence: { ...deal.evidence, [event.criterion]: left } };
    }
    case 'comment.deleted':
      return changed(deal, event.comment, (one) => ({ ...one, excerpt: '', gone: true }));
    case 'comment.restored':
      return changed(deal, event.comment, (one) => ({ ...one, excerpt: excerptOf(event.body), gone: false }));
    case 'task.reopened':
    case 'task.removed':
      return withoutEvidence(deal, event.task);
    case 'comment.edited':
      // The words may change; whose they are does not.
      return changed(deal, event.comment, (one) => ({ ...one, excerpt: excerptOf(event.body) }));
    default:
      return deal;
  }
}
