/** What several parts do with materials: each an act with its way back. */
import * as m from '#messages';
import type { Command } from '#core/commands.ts';
import { audienceOfThread } from '#core/audience.ts';
import type { FileFact, RoomFile } from '#core/discussion.ts';
import type { MaterialId, TaskId } from '#core/ids.ts';
import { materialsOf, type Material } from '#core/materials.ts';
import { say } from '$lib/words/say.ts';
import { freshId } from '../ids.ts';
import type { LiveRoom } from '../live-room.svelte.ts';
import { Upload } from '../uploads.svelte.ts';

type Adding = Extract<Command, { type: 'material.add' }>;

export const adding = (more: Partial<Adding>): Adding => ({
  type: 'material.add',
  material: freshId(),
  file: null,
  link: null,
  for: null,
  title: '',
  section: '',
  note: '',
  audience: 'all',
  ...more,
});

/** Does it, or says why not. */
export function attempt(room: LiveRoom, command: Command): boolean {
  const refusal = room.do(command);
  if (refusal) room.toasts.show(say(refusal));
  return refusal === null;
}

/** An upload that becomes something once its bytes are there. */
export function uploadInto(room: LiveRoom, file: File, become: (fact: FileFact) => void): Upload {
  return new Upload(file, room.wire.uploadAddress(), (fact) => {
    room.stage(fact);
    become(fact);
  });
}

export function remove(room: LiveRoom, one: Material): void {
  room.doWithUndo({ type: 'material.remove', material: one.id }, m.materials_removed_toast({ title: one.title }), {
    type: 'material.restore',
    material: one.id,
  });
}

export function share(room: LiveRoom, { id: material, title, audience }: Material): void {
  const there: Command = { type: 'material.share', material };
  const back: Command = { type: 'material.withdraw', material };
  if (audience === 'seller') room.doWithUndo(there, m.materials_share_toast({ title }), back);
  else room.doWithUndo(back, m.materials_withdraw_toast({ title }), there);
}

/** Up or down among those of its section; the same by drag. */
export function step(room: LiveRoom, one: Material, by: -1 | 1): void {
  const beside = materialsOf(room.state.materials).filter((other) => other.section === one.section);
  const at = beside.findIndex((other) => other.id === one.id);
  const target = by < 0 ? beside[at - 1] : beside[at + 2];
  if (by < 0 ? !target : at === beside.length - 1) return;
  attempt(room, { type: 'material.move', material: one.id, before: target?.id ?? null });
}

export function keep(room: LiveRoom, file: RoomFile, answers: TaskId | null = null): void {
  if (!attempt(room, adding({ file: file.id, for: answers }))) return;
  room.toasts.show(audienceOfThread(file.thread) === 'seller' ? m.materials_kept_internal_toast() : m.materials_kept_toast());
}

/** Files said in discussions that are no material yet, newest first. */
export function fromTalk(room: LiveRoom): RoomFile[] {
  const kept = new Set(
    Object.values(room.state.materials.byId).flatMap((one) =>
      one.removed ? [] : one.versions.flatMap(({ content }) => (content.kind === 'file' ? [content.file.id] : [])),
    ),
  );
  return room.state.files.filter((file) => !kept.has(file.id)).reverse();
}

export const fileAddress = (room: LiveRoom, file: FileFact): string => `/files/${room.room}/${file.id}?as=${room.as}`;
export type { MaterialId };
