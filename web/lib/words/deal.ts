/** Words for the deal: stages, criteria, frameworks. Only the selling side's pages load them. */
import * as m from '#messages';
import type { Framework, Stage } from '#core/deal.ts';
import { ownName } from '#core/qualification.ts';

const stageWords: Record<Stage, () => string> = {
  lead: m.stage_lead,
  qualified: m.stage_qualified,
  proposal: m.stage_proposal,
  negotiation: m.stage_negotiation,
  won: m.stage_won,
  lost: m.stage_lost,
  paused: m.stage_paused,
};
export const sayStage = (stage: Stage): string => stageWords[stage]();

const frameworkWords: Record<Framework, () => string> = { meddicc: () => 'MEDDICC', bant: () => 'BANT', own: m.framework_own };
export const sayFramework = (framework: Framework): string => frameworkWords[framework]();

const criteria: Record<string, { name: () => string; hint: () => string }> = {
  metrics: { name: m.criterion_metrics, hint: m.criterion_metrics_hint },
  economic_buyer: { name: m.criterion_economic_buyer, hint: m.criterion_economic_buyer_hint },
  decision_criteria: { name: m.criterion_decision_criteria, hint: m.criterion_decision_criteria_hint },
  decision_process: { name: m.criterion_decision_process, hint: m.criterion_decision_process_hint },
  pain: { name: m.criterion_pain, hint: m.criterion_pain_hint },
  champion: { name: m.criterion_champion, hint: m.criterion_champion_hint },
  competition: { name: m.criterion_competition, hint: m.criterion_competition_hint },
  budget: { name: m.criterion_budget, hint: m.criterion_budget_hint },
  authority: { name: m.criterion_authority, hint: m.criterion_authority_hint },
  need: { name: m.criterion_need, hint: m.criterion_need_hint },
  timeline: { name: m.criterion_timeline, hint: m.criterion_timeline_hint },
};
/** A criterion's name; the words of one's own are its name. */
export const sayCriterion = (criterion: string): string => ownName(criterion) ?? criteria[criterion]?.name() ?? criterion;
export const sayCriterionHint = (criterion: string): string => criteria[criterion]?.hint() ?? '';

/** A calendar day, with its year only where it is another. */
export function sayDay(day: string, locale: string, now: number): string {
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    ...(day.slice(0, 4) === new Date(now).toISOString().slice(0, 4) ? {} : { year: 'numeric' }),
    timeZone: 'UTC',
  }).format(Date.parse(`${day}T12:00:00Z`));
}
