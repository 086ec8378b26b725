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

  switch (command.type) {
    case 'comment.post': {
      if (command.body.trim() === '' && command.files.length === 0) return refuse('invalid', 'empty_comment', 'body');
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
    case 'comment.edit':
    case 'comment.delete': {
      // The room looks the comment's author up before deciding; the browser knows it from the page.
      if (command.author !== who.id) return refuse('forbidden', 'not_your_comment');
      const { comment, thread } = command;
      return happened(
        command.type === 'comment.edit'
          ? { type: 'comment.edited', comment, thread, body: command.body }
          : { type: 'comment.deleted', comment, thread },
      );
    }
  }
}
