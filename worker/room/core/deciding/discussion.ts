/** What may be said, and where. */
import { audienceOfThread, maySeeThread } from '../audience.ts';
import type { DiscussionCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import { type FileFact, threadExists } from '../discussion.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { bringIn } from './people.ts';

export function decideDiscussion(state: RoomState, who: Participant, command: DiscussionCommand, facts: Facts): Decision {
  if (!maySeeThread(who.side, command.thread) || !threadExists(state, command.thread)) return refuse('not_found', 'no_such_thread');
  if (!can.comment(who, audienceOfThread(command.thread))) return refuse('forbidden', 'not_for_your_side');
  if (command.type === 'comment.post') return post(state, who, command, facts);

  const { comment, thread } = command;
  const one = facts.comments?.[comment];
  // A comment is where it was said: naming another thread finds nothing.
  if (!one || one.thread !== thread) return refuse('not_found', 'no_such_comment');
  if (command.type === 'comment.react') {
    if (one.deletedAt !== null) return refuse('not_found', 'no_such_comment');
    const { reaction, on } = command;
    const given = one.reactions[reaction]?.includes(who.id) ?? false;
    return given === on ? happened() : happened({ type: 'comment.reacted', comment, thread, reaction, on });
  }

  if (!can.editComment(who, one)) return refuse('forbidden', 'not_your_comment');
  switch (command.type) {
    case 'comment.edit':
      if (one.deletedAt !== null) return refuse('not_found', 'no_such_comment');
      if (command.body.trim() === '' && one.files.length === 0) return refuse('invalid', 'empty_comment', 'body');
      return command.body === one.body ? happened() : happened({ type: 'comment.edited', comment, thread, body: command.body });
    case 'comment.delete':
      return one.deletedAt === null
        ? happened({ type: 'comment.deleted', comment, thread, files: one.files.map((file) => file.id) })
        : happened();
    case 'comment.restore':
      return one.deletedAt === null
        ? happened()
        : happened({ type: 'comment.restored', comment, thread, body: one.body, files: one.files });
  }
}

type Post = Extract<DiscussionCommand, { type: 'comment.post' }>;

function post(state: RoomState, who: Participant, command: Post, facts: Facts): Decision {
  if (command.body.trim() === '' && command.files.length === 0) return refuse('invalid', 'empty_comment', 'body');
  // A comment's id is its own for good: under one that is taken, words would stand for somebody else's.
  if (facts.comments?.[command.comment]) return refuse('conflict', 'reused_id');
  const brought = bringIn(state, who, command.invite, facts);
  if (!brought.ok) return brought;
  const files: FileFact[] = [];
  for (const id of command.files) {
    const staged = facts.staged[id];
    if (!staged || staged.by !== who.id) return refuse('not_found', 'no_such_file', 'files');
    const { by: _, ...fact } = staged;
    files.push(fact);
  }
  const invited = command.invite.map((one) => one.participant);
  const mentions = command.mentions.filter((id) => {
    const one = state.people[id];
    // An internal note never calls a customer: they could not see what they were called to.
    return invited.includes(id) || (one && one.status !== 'left' && maySeeThread(one.side, command.thread));
  });
  return happened(...brought.events, {
    type: 'comment.posted',
    comment: command.comment,
    thread: command.thread,
    body: command.body,
    mentions: [...new Set([...mentions, ...invited])],
    files,
    mail: command.mail,
  });
}
