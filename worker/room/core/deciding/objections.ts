/** What may become of an objection: anybody answers it, only who asks closes it. */
import type { Command, ObjectionCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import { askerOf, objectionOf } from '../objections.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { decideDiscussion } from './discussion.ts';
import { decidePlan } from './plan.ts';

/** Why a command on a task may not be: it would close somebody else's question. Null where nothing bars it. */
export function barredByObjection(state: RoomState, who: Participant, command: Command): Decision | null {
  const closes =
    command.type === 'task.complete' ||
    command.type === 'task.remove' ||
    (command.type === 'task.change' && command.kind !== undefined && command.kind !== 'objection');
  if (!closes) return null;
  const objection = objectionOf(state, state.plan.tasks[command.task]);
  if (!objection || objection.state === 'accepted' || objection.task.removed) return null;
  if (can.closeObjection(who, askerOf(state, objection))) return null;
  // Raised by mistake: whoever did it may take it back as long as nobody has said a word about it.
  const isUntouched = objection.task.addedBy === who.id && objection.state === 'open' && !(command.task in state.threads);
  if (command.type === 'task.remove' && isUntouched) return null;
  return refuse('forbidden', 'only_asker_closes');
}

export function decideObjection(state: RoomState, who: Participant, command: ObjectionCommand, facts: Facts): Decision {
  if (command.type === 'objection.raise') {
    if (state.plan.tasks[command.task]) return happened();
    const { comment, author, task, title, description, owners } = command;
    const added = decidePlan(
      state,
      who,
      { type: 'task.add', task, title, kind: 'objection', owners, due: null, milestone: null, description, invite: [] },
      facts,
    );
    if (!added.ok) return added;
    const asker = author && state.people[author] ? author : who.id;
    return happened(...added.events, { type: 'objection.raised', task, asker, comment });
  }

  const objection = objectionOf(state, state.plan.tasks[command.task]);
  if (!objection) return refuse('not_found', 'no_such_objection');
  const asker = askerOf(state, objection);

  switch (command.type) {
    case 'objection.answer': {
      if (!can.answerObjection(who, asker)) return refuse('forbidden', 'not_for_your_side');
      if (objection.answer?.comment === command.comment) return happened();
      const answered = { type: 'objection.answered' as const, task: command.task, comment: command.comment };
      const events = objection.state === 'accepted' ? [] : [answered];
      if (command.body.trim() === '') return happened(...events);
      const said = decideDiscussion(
        state,
        who,
        {
          type: 'comment.post',
          comment: command.comment,
          thread: command.task as string as Extract<Command, { type: 'comment.post' }>['thread'],
          body: command.body,
          mentions: [],
          files: [],
          invite: [],
          mail: null,
        },
        facts,
      );
      return said.ok ? happened(...said.events, ...events) : said;
    }
    case 'objection.accept':
      if (!can.closeObjection(who, asker)) return refuse('forbidden', 'only_asker_closes');
      return objection.state === 'accepted' ? happened() : happened({ type: 'task.completed', task: command.task });
    case 'objection.reopen':
      if (objection.state === 'accepted') return happened({ type: 'task.reopened', task: command.task });
      return objection.state === 'answered' ? happened({ type: 'objection.reopened', task: command.task }) : happened();
  }
}
