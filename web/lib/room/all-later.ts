/** Those parts at once, as the server draws them. */
import type { Component } from 'svelte';
import Files from './Files.svelte';
import type { LaterName } from './later.ts';
import Board from './plan/Board.svelte';
import PlanTasks from './plan/PlanTasks.svelte';
import Timeline from './plan/Timeline.svelte';
import PlanTools from './PlanTools.svelte';
import PeopleAside from './PeopleAside.svelte';
import RoomTalk from './RoomTalk.svelte';
import PlanTruth from './PlanTruth.svelte';

export const allLater: Record<LaterName, Component> = {
  plan: PlanTasks,
  timeline: Timeline,
  board: Board,
  tools: PlanTools,
  talk: RoomTalk,
  truth: PlanTruth,
  files: Files,
  people: PeopleAside,
};
