/** What may become of the deal: facts, stage, rule, and what speaks for it. The selling side's alone. */
import type { DealCommand } from '../commands.ts';
import { type Deal, type DealEvent, type Evidence, evidenceKey, excerptOf, type Money } from '../deal.ts';
import { type Decision, happened } from '../decision.ts';
import type { TaskId, ThreadId } from '../ids.ts';
import { readAmount } from '../amount.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import { criteriaOf, evidenceInLine, isClosed } from '../qualification.ts';
import { refuse, type Refusal } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { asking } from './reflection.ts';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function decideDeal(state: RoomState, who: Participant, command: DealCommand): Decision {
  if (!can.deal(who)) return refuse('forbidden', 'not_for_your_side');
  const { deal } = state;

  switch (command.type) {
    case 'deal.change': {
      const { type: _, amount: typed, currency, ...facts } = command;
      const amount = amountOf(deal, typed, currency);
      if (amount && 'refusal' in amount) return amount;
      const wanted: Partial<Pick<Deal, 'amount' | 'close' | 'source' | 'notes'>> = {
        ...facts,
        ...(amount === undefined ? {} : { amount }),
      };
      const changes = Object.fromEntries(
        Object.entries(wanted).filter(([key, value]) => value !== undefined && !same(value, deal[key as keyof typeof wanted])),
      ) as Omit<Extract<DealEvent, { type: 'deal.changed' }>, 'type'>;
      return Object.keys(changes).length > 0 ? happened({ type: 'deal.changed', ...changes }) : happened();
    }
    case 'deal.stage':
      if (deal.stage === command.stage) return happened();
      return happened(
        { type: 'deal.staged', stage: command.stage },
        // It goes on: there is nothing to look back on yet.
        ...(isClosed(deal.stage) && state.reflection.askedAt !== null ? [{ type: 'reflection.withdrawn' as const }] : []),
      );
    case 'deal.close':
      if (deal.stage === command.outcome) return happened();
      return happened({ type: 'deal.staged', stage: command.outcome }, ...asking(state));
    case 'deal.rule': {
      const { type: _, follows, ...rule } = command;
      if (rule.framework === 'own' && rule.own.length === 0) return refuse('invalid', 'no_criteria', 'own');
      return same(rule, deal.rule) && follows === deal.follows ? happened() : happened({ type: 'deal.ruled', rule, follows });
    }
    default:
  }

  const { criterion } = command;
  if (!criteriaOf(deal.rule).includes(criterion)) return refuse('not_found', 'no_such_criterion');
  const cited = deal.evidence[criterion] ?? [];

  switch (command.type) {
    case 'deal.claim':
      return (deal.claims[criterion] !== undefined) === command.claimed
        ? happened()
        : happened({ type: 'deal.claimed', criterion, claimed: command.claimed });
    case 'deal.cite': {
      const evidence = evidenceOf(state, command);
      if (!evidence) return refuse('not_found', missing[command.kind]);
      // Only the customer's own word counts; a seller's would be a claim in other clothes.
      if (state.people[evidence.by]?.side !== 'customer') return refuse('conflict', 'not_by_customer');
      const isThere = (one: Evidence) => evidenceKey(one) === evidenceKey(evidence) && !one.gone && one.stance === evidence.stance;
      return cited.some(isThere) ? happened() : happened({ type: 'deal.cited', criterion, evidence });
    }
    case 'deal.uncite': {
      const { type: _, ...which } = command;
      return cited.some((one) => evidenceKey(one) === evidenceKey(which)) ? happened({ type: 'deal.uncited', ...which }) : happened();
    }
  }
}

/** The amount that a command means: undefined when it says nothing about it. */
function amountOf(
  deal: Deal,
  typed: number | string | null | undefined,
  currency: string | undefined,
): Money | null | undefined | { ok: false; refusal: Refusal } {
  if (typed === undefined) return currency === undefined || deal.amount === null ? undefined : { ...deal.amount, currency };
  if (typed === null || typed === '') return null;
  const unit = currency ?? deal.amount?.currency;
  if (unit === undefined) return refuse('invalid', 'bad_currency', 'currency');
  const money = typeof typed === 'number' ? { minor: typed, currency: unit } : readAmount(typed, unit);
  return money ?? refuse('invalid', 'bad_amount', 'amount');
}

type Cite = Extract<DealCommand, { type: 'deal.cite' }>;

const missing = { comment: 'no_such_comment', task: 'no_such_task', value: 'no_such_line' } as const;

function evidenceOf(state: RoomState, { kind, of, said, part, by }: Cite): Evidence | null {
  if (kind === 'value') return evidenceInLine(state.value, { of, part, by });
  if (kind === 'comment') {
    // The room looks the comment up before deciding; the browser knows it from the page.
    return said ? { kind, of, by: said.by, at: said.at, via: said.via, thread: said.thread, excerpt: excerptOf(said.body) } : null;
  }
  const task = state.plan.tasks[of as TaskId];
  if (!task || task.removed || !task.completedAt || !task.completedBy) return null;
  return {
    kind,
    of: task.id,
    by: task.completedBy,
    at: task.completedAt,
    via: 'app',
    thread: task.id as string as ThreadId,
    excerpt: excerptOf(task.title),
  };
}
