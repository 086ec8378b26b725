/** Those parts at once, as the server draws them. */
import type { Component } from 'svelte';
import Files from './Files.svelte';
import type { LaterName } from './later.ts';
import PlanTools from './PlanTools.svelte';
import PlanTruth from './PlanTruth.svelte';
import PeopleView from './views/PeopleView.svelte';

export const allLater: Record<LaterName, Component> = { tools: PlanTools, truth: PlanTruth, files: Files, people: PeopleView };
