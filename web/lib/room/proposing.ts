/** Tells whoever changed a task of others that it waits for them now. */
import * as m from '#messages';
import type { RoomEvent } from '#core/events.ts';
import { sayNames } from '$lib/words/when.ts';
import type { LiveRoom } from './live-room.svelte.ts';

export function tellProposed(room: LiveRoom, events: RoomEvent[]): void {
  const proposed = events.flatMap((event) => (event.type === 'task.proposed' ? [event.task] : []));
  const owners = new Set(proposed.flatMap((task) => room.state.plan.tasks[task]?.owners ?? []));
  const names = sayNames(
    [...owners].map((id) => room.name(id)),
    room.locale,
  );
  room.toasts.show(m.proposal_asked({ names }), {
    label: m.undo(),
    run: () => {
      for (const task of proposed) room.do({ type: 'proposal.withdraw', task });
    },
  });
}
