/** The room's keys, in one registry that the sheet of shortcuts shows too. Silent while somebody writes. */
import * as m from '#messages';
import { go, place } from './place.svelte.ts';
import { isFiltered } from './plan/shown.ts';
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
  { key: 'e', words: m.key_edit },
  { key: 'd', words: m.key_due },
  { key: 'Alt+↑ ↓', words: m.key_move },
  { key: 'z', words: m.key_undo },
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

/** Focuses what is about to be drawn; gives up after a moment. */
async function whenThere(selector: string): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) {
    const found = document.querySelector<HTMLElement>(selector);
    if (found) return found.focus();
    await new Promise(requestAnimationFrame);
  }
}

/** Listens until the answer is called; `first` is the key that brought this file here. */
export function keyboard(room: LiveRoom, showSheet: () => void, first: KeyboardEvent): () => void {
  function pressed(event: KeyboardEvent): void {
    const moved = event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown') ? rowOf(document.activeElement) : null;
    if (moved && !event.isComposing && !event.metaKey && !event.ctrlKey && moved.closest('[data-plan-list]')) {
      event.preventDefault();
      const id = moved.dataset['task'] as TaskId;
      if (isFiltered(place.plan) || place.plan.sort !== null) room.announcer.tell(m.task_move_filtered());
      else void import('./plan/moving.ts').then(({ step: move }) => move(room, id, event.key === 'ArrowUp' ? -1 : 1));
      return;
    }
    if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) return;
    const at = event.target instanceof Element ? event.target : null;
    if (event.key === 'Escape') {
      const menu = at?.closest<HTMLDetailsElement>('details[open]');
      if (menu) {
        menu.open = false;
        menu.querySelector('summary')?.focus();
      } else if (at?.matches('input, textarea, select')) (at as HTMLElement).blur();
      else if (place.task || place.thread) go(null, null);
      return;
    }
    if (at?.matches('input, textarea, select, [contenteditable]')) return;
    const tick = () => {
      const id = (rowOf(document.activeElement)?.dataset['task'] ?? place.task) as TaskId | null | undefined;
      const task = id ? room.state.plan.tasks[id] : undefined;
      if (!task) return;
      room.tick(task);
    };
    /** Opens the task under the focus, and goes to a part of it. */
    const edit = (selector: string) => {
      const id = (rowOf(document.activeElement)?.dataset['task'] as TaskId | undefined) ?? place.task;
      if (!id) return;
      go(null, id);
      void whenThere(selector);
    };
    const acts: Record<string, () => void> = {
      j: () => step(1),
      k: () => step(-1),
      x: tick,
      a: () => focusOn('[data-line] input[name=line]'),
      c: () => focusOn(place.task || place.thread ? '[data-composer=panel]' : '[data-composer=room]'),
      e: () => edit('[data-panel] textarea[name=title]'),
      d: () => edit('[data-panel] [data-due]'),
      z: () => room.undo(),
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
