/** What changed in a thread, in a few words of the reader's language. */
import type { RoomEvent } from '#core/events.ts';
import type { Locale } from '#core/people.ts';
import * as m from '#messages';

/** "3 new comments by Li Dan, Wang Lei · done". */
export function changeWords(list: { event: RoomEvent; by: string }[], locale: Locale): string {
  const say = { locale };
  const names = (some: typeof list) => [...new Set(some.map((one) => one.by).filter(Boolean))].join(locale === 'zh-CN' ? '、' : ', ');
  const comments = list.filter((one) => one.event.type === 'comment.posted');
  const last = list.findLast((one) => one.event.type !== 'comment.posted');
  const parts: string[] = [];
  if (comments.length > 0)
    parts.push(
      comments.length === 1
        ? m.change_comment_one({ names: names(comments) }, say)
        : m.change_comments({ count: comments.length, names: names(comments) }, say),
    );
  if (last?.event.type === 'task.completed') parts.push(m.change_completed({ name: last.by }, say));
  else if (last?.event.type === 'task.added') parts.push(m.change_added({ name: last.by }, say));
  else if (last?.event.type === 'task.changed') parts.push(m.change_changed({ name: last.by }, say));
  else if (last?.event.type === 'value.added') parts.push(m.change_value_added({ name: last.by }, say));
  else if (last?.event.type === 'value.numbered' || last?.event.type === 'value.accepted')
    parts.push(m.change_value_numbered({ name: last.by }, say));
  else if (last?.event.type === 'value.proposed') parts.push(m.change_value_proposed({ name: last.by }, say));
  else if (last?.event.type === 'objection.raised') parts.push(m.change_objection_raised({ name: last.by }, say));
  else if (last?.event.type === 'objection.answered') parts.push(m.change_objection_answered({ name: last.by }, say));
  else if (last?.event.type === 'objection.reopened') parts.push(m.change_objection_reopened({ name: last.by }, say));
  else if (last?.event.type === 'material.added' || last?.event.type === 'material.shared')
    parts.push(m.change_material_added({ name: last.by }, say));
  else if (last?.event.type === 'material.versioned') parts.push(m.change_material_version({ name: last.by }, say));
  return parts.join(' · ');
}
