/** Every view at once, as the server draws them. */
import type { Component } from 'svelte';
import DealView from './DealView.svelte';
import MaterialsView from './MaterialsView.svelte';
import PeopleView from './PeopleView.svelte';
import PaperView from './PaperView.svelte';
import RecordView from './RecordView.svelte';
import ValueView from './ValueView.svelte';
import type { ViewName } from './index.ts';

export const allViews: Partial<Record<ViewName, Component>> = {
  value: ValueView,
  materials: MaterialsView,
  people: PeopleView,
  deal: DealView,
  record: RecordView,
  paper: PaperView,
};
