/** The views of a room. The plan is the room's own page; each other is one component, fetched when it is opened. */
import type { Component } from 'svelte';
import * as m from '#messages';

export const viewNames = ['plan', 'value', 'materials', 'people', 'deal', 'record', 'paper'] as const;
export type ViewName = (typeof viewNames)[number];

/**
 * In the order of the tabs. A view that only the selling side has is marked, as is one that is no tab but an address.
 * Registered for the server in all.ts.
 */
export const views: { name: Exclude<ViewName, 'plan'>; load: () => Promise<{ default: Component }>; seller?: true; apart?: true }[] = [
  { name: 'value', load: () => import('./ValueView.svelte') },
  { name: 'materials', load: () => import('./MaterialsView.svelte') },
  { name: 'people', load: () => import('./PeopleView.svelte') },
  { name: 'deal', load: () => import('./DealView.svelte'), seller: true },
  { name: 'record', load: () => import('./RecordView.svelte') },
  { name: 'paper', load: () => import('./PaperView.svelte'), apart: true },
];

const words: Record<ViewName, () => string> = {
  plan: m.view_plan,
  value: m.view_value,
  materials: m.view_materials,
  people: m.view_people,
  deal: m.view_deal,
  record: m.view_record,
  paper: m.plan_print,
};
export const sayView = (name: ViewName): string => words[name]();

/** The views that a side has, the plan first. */
export const viewsOf = (as: 'seller' | 'customer'): { name: ViewName; seller?: true; apart?: true }[] => [
  { name: 'plan' },
  ...views.filter((one) => !one.seller || as === 'seller'),
];

/** The view that an address names, if this side has it. */
export const viewIn = (name: string | null, as: 'seller' | 'customer'): ViewName =>
  viewsOf(as).find((one) => one.name === name)?.name ?? 'plan';
