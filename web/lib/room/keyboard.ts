/** The room's keys, in one registry that the sheet of shortcuts shows too. Silent while somebody writes. */
import * as m from '#messages';
import { go, place } from './place.svelte.ts';
import type { LiveRoom } from './live-room.svelte.ts';
import type { TaskId } from '#core/ids.ts';

export interface Shortcut {
  key: string;
  words: () => string;
}

export const shortcuts: Shortcut[] = [
  { key: 'j', words: m.key_next },
  { key: 'k', words: m.key_previous },
  { key: 'Enter', words: m.key_open },
  { key: 'x', words: m.key_tick },
  { key: 'a', words: m.key_add },
  { key: 'c', words: m.key_comment },
  { key: '?', words: m.key_sheet },
  { key: 'Esc', words: m.key_close },
];

const rows = () => [...document.querySelectorAll<HTMLAnchorElement>('a[data-row]')];
const rowOf = (element: Element | null) => element?.closest<HTMLElement>('[data-task]');

function step(by: number): void {
  const all = rows();
  const at = all.findIndex((one) => one === document.activeElement);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

const focusOn = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus();

/** Listens until the answer is called; `first` is the key that brought this file here. */
export function keyboard(room: LiveRoom, showSheet: () => void, first: KeyboardEvent): () => void {
  function pressed(event: KeyboardEvent): void {
    if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) return;
    const at = event.target instanceof Element ? event.target : null;
    if (event.key === 'Escape') {
      const menu = at?.closest<HTMLDetailsElement>('details[open]');
      if (menu) {
        menu.open = false;
        menu.querySelector('summary')?.focus();
      } else if (at?.matches('input, textarea, select')) (at as HTMLElement).blur();
      else if (place.task) go(null, null);
      return;
    }
    if (at?.matches('input, textarea, select, [contenteditable]')) return;
    const tick = () => {
      const id = (rowOf(document.activeElement)?.dataset['task'] ?? place.task) as TaskId | null | undefined;
      const task = id ? room.state.plan.tasks[id] : undefined;
      if (task) room.do({ type: task.completedAt ? 'task.reopen' : 'task.complete', task: task.id });
    };
    const acts: Record<string, () => void> = {
      j: () => step(1),
      k: () => step(-1),
      x: tick,
      a: () => focusOn('[data-line] input[name=line]'),
      c: () => focusOn(place.task ? '[data-composer=panel]' : '[data-composer=room]'),
      '?': showSheet,
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  document.addEventListener('keydown', pressed);
  pressed(first);
  return () => document.removeEventListener('keydown', pressed);
}
