/** Confirming the plan, and changes of tasks that are somebody else's. */
import type { TruthCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import { deadline } from '../due.ts';
import type { RoomEvent } from '../events.ts';
import { attends, isMeeting } from '../meetings.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import type { PlanEvent, Task } from '../plan.ts';
import { type Changes, confirmationOf, needsConsent, verdict } from '../plan-truth.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';

/** Confirming again within this time, with nothing new in the plan, says nothing new. */
const SAME_BREATH = 3_600_000;
/** What is proposed for a task without a date is asked for so long. */
const ASKED_DAYS = 14;

export function decideTruth(state: RoomState, who: Participant, command: TruthCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'plan.confirm': {
      if (!can.plan(who)) return refuse('forbidden', 'not_for_your_side');
      const now = Date.parse(facts.at);
      const last = confirmationOf(state, who.side);
      const found = verdict(state, now);
      if (found.kind === 'none') return refuse('conflict', 'nothing_to_confirm');
      const missing = found.kind !== 'confirmed' && found.sides.includes(who.side);
      if (last && !missing && now - Date.parse(last.at) < SAME_BREATH) return happened();
      return happened({ type: 'plan.confirmed', side: who.side });
    }
    case 'plan.unconfirm':
      return state.truth.confirmed[who.side]?.at(-1)?.stands ? happened({ type: 'plan.unconfirmed', side: who.side }) : happened();
    case 'proposal.accept':
    case 'proposal.decline': {
      const task = state.plan.tasks[command.task];
      if (!task || task.removed) return refuse('not_found', 'no_such_task');
      if (!can.settleProposal(who, task)) return refuse('forbidden', 'not_your_task');
      const proposal = state.truth.proposals.find((one) => one.task === command.task && one.by === command.proposer);
      if (!proposal) return happened();
      const accepted = command.type === 'proposal.accept';
      return happened(...(accepted ? changed(state, task, proposal.changes) : []), {
        type: 'proposal.settled',
        task: task.id,
        proposer: proposal.by,
        how: accepted ? 'accepted' : 'declined',
      });
    }
    case 'proposal.withdraw':
      return state.truth.proposals.some((one) => one.task === command.task && one.by === who.id)
        ? happened({ type: 'proposal.settled', task: command.task, proposer: who.id, how: 'withdrawn' })
        : happened();
  }
}

/** Whoever was proposed as an owner and has left since is left out. */
function changed(state: RoomState, task: Task, { owners, ...rest }: Changes): RoomEvent[] {
  const here = owners?.filter((id) => state.people[id] !== undefined && state.people[id].status !== 'left');
  return [{ type: 'task.changed', task: task.id, ...rest, ...(here && here.length > 0 ? { owners: here } : {}) }];
}

type Fields = Omit<Extract<PlanEvent, { type: 'task.changed' }>, 'type' | 'task'>;

/**
 * The events of changing a task: at once, or, for date, owners and title of a task that is owned by others who are in
 * the room, as a proposal to them. The one place of this rule: whatever moves a date goes through it.
 */
export function changeOrPropose(state: RoomState, who: Participant, task: Task, fields: Fields, facts: Facts): RoomEvent[] {
  const differs = ([key, value]: [string, unknown]) =>
    value !== undefined && JSON.stringify(value) !== JSON.stringify(task[key as keyof Task]);
  const asked: Fields = Object.fromEntries(Object.entries(fields).filter(differs));
  const consent = needsConsent(state, who.id, task);
  const { title, owners, due: date, ...free } = asked;
  // Who attends a meeting may move it: everybody is asked anew by their calendar, which is consent enough.
  const moves = isMeeting(task) && attends(state, task, who.id);
  const due = moves ? undefined : date;
  const direct: Fields = !consent ? asked : moves && date !== undefined ? { ...free, due: date } : free;
  const events: RoomEvent[] = Object.keys(direct).length > 0 ? [{ type: 'task.changed', task: task.id, ...direct }] : [];
  if (!consent) {
    // Whoever was asked whether the plan is right, and gives a new date, has answered.
    const { turned } = state.truth;
    if (direct.due && turned?.asked.includes(who.id) && turned.sides.includes(who.side))
      events.push({ type: 'plan.confirmed', side: who.side });
    return events;
  }

  const earlier = state.truth.proposals.find((one) => one.task === task.id && one.by === who.id)?.changes ?? {};
  const changes: Changes = {
    ...earlier,
    ...(title !== undefined && { title }),
    ...(owners !== undefined && { owners }),
    ...(due !== undefined && { due }),
  };
  if (JSON.stringify(changes) === JSON.stringify(earlier)) return events;
  return [...events, { type: 'task.proposed', task: task.id, changes, until: askedUntil(task, changes, facts.at) }];
}

/** Until the task is due; if that is over, until the date that is proposed; else for two weeks. ISO instant. */
function askedUntil(task: Task, changes: Changes, at: string): string {
  const now = Date.parse(at);
  const ends = [task.due, changes.due ?? null].flatMap((due) => (due ? deadline(due) : [])).filter((end) => end > now);
  return new Date(ends[0] ?? now + ASKED_DAYS * 86_400_000).toISOString();
}
