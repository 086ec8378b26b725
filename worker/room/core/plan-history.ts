/** What events change in the truth of the plan: confirmations, dates that move, proposals. Apart from its readings in plan-truth.ts, which every page needs at once. */
import type { Due } from './due.ts';
import type { Recorded } from './events.ts';
import type { ParticipantId, TaskId } from './ids.ts';
import type { Confirmation, Proposal, Truth } from './plan-truth.ts';
import type { RoomState } from './room.ts';

const KEPT_CONFIRMATIONS = 5;

/** The truth after an event. `before` and `state` are the room before and after it. */
export function applyTruth(before: RoomState, state: RoomState, recorded: Recorded): Truth {
  const { event } = recorded;
  let truth = acted(before, state, recorded);
  if (before.plan !== state.plan && event.type !== 'task.added') truth = moved(truth, before, state, recorded);
  switch (event.type) {
    case 'plan.confirmed': {
      if (recorded.by === 'system') return truth;
      const earlier = (truth.confirmed[event.side] ?? []).filter((one) => one.stands);
      const one: Confirmation = { at: recorded.at, by: recorded.by, stands: true };
      const left = truth.turned?.sides.filter((side) => side !== event.side) ?? [];
      return {
        ...truth,
        confirmed: { ...truth.confirmed, [event.side]: [...earlier, one].slice(-KEPT_CONFIRMATIONS) },
        turned: truth.turned && left.length > 0 ? { ...truth.turned, sides: left } : null,
      };
    }
    case 'plan.unconfirmed': {
      const list = truth.confirmed[event.side] ?? [];
      const last = list.at(-1);
      return last
        ? { ...truth, confirmed: { ...truth.confirmed, [event.side]: [...list.slice(0, -1), { ...last, stands: false }] } }
        : truth;
    }
    case 'plan.turned':
      return { ...truth, turned: { at: recorded.at, sides: event.sides, asked: event.asked } };
    case 'task.proposed': {
      if (recorded.by === 'system') return truth;
      const { task, changes, until } = event;
      const one: Proposal = { task, by: recorded.by, at: recorded.at, changes, until };
      return { ...truth, proposals: [...without(truth.proposals, task, recorded.by), one] };
    }
    case 'proposal.settled': {
      const proposals = without(truth.proposals, event.task, event.proposer);
      const moves = truth.moves[event.task];
      const last = moves?.at(-1);
      // The change itself came just before: it was this person's idea.
      if (event.how !== 'accepted' || !moves || !last || last.at !== recorded.at || last.by !== recorded.by) return { ...truth, proposals };
      return {
        ...truth,
        proposals,
        moves: { ...truth.moves, [event.task]: [...moves.slice(0, -1), { ...last, proposer: event.proposer }] },
      };
    }
    default:
      return truth;
  }
}

const without = (proposals: Proposal[], task: TaskId, by: ParticipantId) => proposals.filter((one) => one.task !== task || one.by !== by);

/** What is a sign of a side's life: work on the deal. Settings of one's own are not, nor is what the other side can't see. */
const WORK = /^(task|check|milestone|plan|proposal|comment|material|meeting|objection|value)\./;

function acted(before: RoomState, state: RoomState, { by, at, audience, event }: Recorded): Truth {
  const who = by === 'system' || audience !== 'all' ? undefined : state.people[by];
  if (!who || !WORK.test(event.type)) return before.truth;
  return before.truth.acted[who.side] === at ? before.truth : { ...before.truth, acted: { ...before.truth.acted, [who.side]: at } };
}

/** Compares the tasks that an event touched, whatever its type: no way of changing a date goes by without a trace. */
function moved(truth: Truth, before: RoomState, state: RoomState, { by, at, event }: Recorded): Truth {
  if (before.plan.tasks === state.plan.tasks) return truth;
  const touched = 'task' in event ? [event.task] : (Object.keys(state.plan.tasks) as TaskId[]);
  let { moves } = truth;
  for (const id of touched) {
    const from = before.plan.tasks[id]?.due;
    const task = state.plan.tasks[id];
    if (!from || !task || task.due === from || sameDue(task.due, from)) continue;
    moves = { ...moves, [id]: [...(moves[id] ?? []), { from, to: task.due, at, by, proposer: null }] };
  }
  return moves === truth.moves ? truth : { ...truth, moves };
}

const sameDue = (one: Due | null, other: Due | null): boolean =>
  one === other || (one !== null && other !== null && one.date === other.date && one.time === other.time && one.zone === other.zone);
