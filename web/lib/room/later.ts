/** The parts of the first page whose code may come after it: the server has drawn them, and they are read before they are used. */
import type { Component } from 'svelte';

export const laterParts = {
  plan: () => import('./plan/PlanTasks.svelte'),
  timeline: () => import('./plan/Timeline.svelte'),
  board: () => import('./plan/Board.svelte'),
  tools: () => import('./PlanTools.svelte'),
  talk: () => import('./RoomTalk.svelte'),
  truth: () => import('./PlanTruth.svelte'),
  files: () => import('./Files.svelte'),
  people: () => import('./PeopleAside.svelte'),
} satisfies Record<string, () => Promise<{ default: Component }>>;

export type LaterName = keyof typeof laterParts;
