/** What an address says about how the plan is shown. */
import { type PlanPlace, shapes } from '../place.svelte.ts';

/** How an address wants the plan shown; `kept` is how this reader looked at it last. */
export function planIn(query: URLSearchParams, kept: string | null = null): PlanPlace {
  const one = <Value extends string>(name: string, known: readonly Value[]): Value | null =>
    known.find((value) => value === query.get(name)) ?? null;
  return {
    show: one('show', shapes) ?? shapes.find((shape) => shape === kept) ?? 'list',
    of: one('of', ['mine', 'seller', 'customer']),
    kind: one('kind', ['task', 'material', 'meeting', 'demo', 'objection']),
    late: query.get('late') === '1',
    sort: one('sort', ['due']),
    done: query.get('done') === '1',
    all: query.get('all') === '1',
  };
}
