/**
 * The parts of a room that a page may do without at first. The server draws with all of them; a browser fetches each
 * when it is wanted, so that reading a room waits for little.
 */
import type { Component } from 'svelte';
import type { Comment } from '#core/discussion.ts';
import type { ThreadId } from '#core/ids.ts';
import type { Task } from '#core/plan.ts';
import type { LaterName } from './later.ts';
import type { HistoryEntry } from '#core/task-history.ts';

export interface Parts {
  seller: typeof import('./seller-parts.ts') | null;
  /** The view that the address names, unless it is the plan. */
  View: Component | null;
  /** What the browser leaves as it was drawn at first. */
  later: Record<LaterName, Component> | null;
  /** A task's panel. */
  Panel: Component<{ task: Task; typed: string; history: HistoryEntry[] | null }> | null;
  /** The talk about anything that is no task. */
  Talk: Component<{ thread: ThreadId; typed: string }> | null;
  /** What a comment carries besides its words, and what others made of it. */
  Carried: Component<{ comment: Comment; seenBy: string[]; last: boolean }> | null;
  /** The forms that stand folded away. */
  forms: typeof import('./forms.ts') | null;
}
