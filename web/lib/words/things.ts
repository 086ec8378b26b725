/** What a thread hangs on, in a word. */
import * as m from '#messages';
import type { ThingKind } from '#core/things.ts';

const kinds: Record<ThingKind, () => string> = {
  room: m.discussion,
  task: m.kind_task,
  material: m.kind_material,
  meeting: m.kind_meeting,
  demo: m.kind_demo,
  objection: m.kind_objection,
  file: m.thing_file,
  value: m.thing_value,
};
export const sayThing = (kind: ThingKind): string => kinds[kind]();
