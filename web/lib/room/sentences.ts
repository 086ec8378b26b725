/** Events in a sentence; what needs no word gets none. */
import * as m from '#messages';
import type { Recorded } from '#core/events.ts';
import type { RoomState } from '#core/room.ts';

export const many = (count: number): string => m.news_many({ count });

export function sentence({ event, by }: Recorded, state: RoomState): string | null {
  const name = by === 'system' ? m.app_name() : (state.people[by]?.name ?? '');
  const task = 'task' in event ? (state.plan.tasks[event.task]?.title ?? '') : '';
  switch (event.type) {
    case 'comment.posted':
      return m.event_comment_posted({ name });
    case 'task.added':
      return m.event_task_added({ name, task });
    case 'task.changed':
      return m.event_task_changed({ name, task });
    case 'task.completed':
      return m.event_task_completed({ name, task });
    case 'task.reopened':
      return m.event_task_reopened({ name, task });
    case 'task.removed':
      return m.event_task_removed({ name, task });
    case 'meeting.proposed':
      return m.event_meeting_proposed({ name, task });
    case 'meeting.picked':
      return m.event_meeting_picked({ name, task });
    case 'meeting.answered':
      if (event.answer === 'accepted') return m.event_meeting_accepted({ name, task });
      return event.answer === 'declined' ? m.event_meeting_declined({ name, task }) : m.event_meeting_tentative({ name, task });
    case 'meeting.countered':
      return m.event_meeting_countered({ name, task });
    case 'meeting.cancelled':
      return m.event_meeting_cancelled({ name, task });
    case 'participant.joined':
      return m.event_participant_joined({ name: state.people[event.participant]?.name ?? name });
    case 'mail.held':
      return m.event_mail_held();
    default:
      return null;
  }
}
