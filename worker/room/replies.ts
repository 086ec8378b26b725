/** What a reply means beyond its words: a number for a line of the value case, a word that closes or reopens a question. */
import { audienceOfThread } from '#core/audience.ts';
import type { Command } from '#core/commands.ts';
import type { CommentId, TaskId, ThreadId, ValueLineId } from '#core/ids.ts';
import { objectionIn, objectionWordIn } from '#core/objection-words.ts';
import { askerOf, objectionOf } from '#core/objections.ts';
import type { Participant } from '#core/people.ts';
import { can } from '#core/permissions.ts';
import type { RoomState } from '#core/room.ts';
import { valueNumberIn } from '#core/value-reading.ts';
import { fresh } from '../access/tokens.ts';

/** The command that goes with a reply's comment, or null. What is not understood with certainty is a comment only. */
export function meantBy(state: RoomState, who: Participant, reply: { thread: ThreadId; text: string; comment: CommentId }): Command | null {
  if (audienceOfThread(reply.thread) === 'seller') return null;
  const line = state.value.lines[reply.thread as string as ValueLineId];
  if (line && !line.removed) {
    const word = objectionWordIn(reply.text);
    const settles = line.proposal !== null && can.setNumber(who, line.owner?.side ?? null);
    if (word && settles) return { type: word === 'accept' ? 'value.acceptProposal' : 'value.declineProposal', line: line.id };
    // "Is the number right?" – "ok": theirs it does not become, but they agree. Of one's own number it says nothing.
    if (word === 'accept' && line.number && line.owner?.by !== who.id)
      return { type: 'value.stance', line: line.id, stance: 'agrees', range: null, text: '', note: '' };
    const read = valueNumberIn(reply.text, line);
    if (!read || can.setNumber(who, line.owner?.side ?? null)) return read;
    return proposed(read, line.number);
  }

  const objection = objectionOf(state, state.plan.tasks[reply.thread as string as TaskId]);
  if (objection && !objection.task.removed) {
    const task = objection.task.id;
    const asker = askerOf(state, objection);
    if (can.closeObjection(who, asker)) {
      const word = objectionWordIn(reply.text);
      if (word === 'accept') return { type: 'objection.accept', task };
      return word === 'reopen' ? { type: 'objection.reopen', task } : null;
    }
    // What the other side replies to a question is its answer: whether it does is for the asker to say.
    const isOther = asker.side === null || asker.side !== who.side;
    return objection.state === 'open' && isOther ? { type: 'objection.answer', task, comment: reply.comment, body: '' } : null;
  }

  const title = objectionIn(reply.text);
  return title === null
    ? null
    : { type: 'objection.raise', task: fresh<TaskId>(), title, description: '', owners: [], comment: reply.comment, author: who.id };
}

/** The same number, asked for instead of set. */
function proposed(read: Command, number: RoomState['value']['lines'][ValueLineId]['number']): Command | null {
  const plain = { text: '', words: '', note: '' };
  if (read.type === 'value.number') return { type: 'value.propose', line: read.line, amount: read.amount, ...plain };
  if (read.type !== 'value.factor' || number?.unit !== 'money') return null;
  const factors = number.factors.map(({ label, unit, value }, at) => ({ label, unit, value: at === read.factor ? read.value : value }));
  return { type: 'value.propose', line: read.line, amount: { unit: 'money', per: number.per, low: 0, high: 0, factors }, ...plain };
}
