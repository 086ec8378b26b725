/** The plan's other shapes, fetched when one is chosen. */
import type { Component } from 'svelte';
import type { Shape } from '../place.svelte.ts';

export function shapeOf(show: Shape): Promise<{ default: Component }> | null {
  if (show === 'timeline') return import('./Timeline.svelte');
  return show === 'board' ? import('./Board.svelte') : null;
}
