/** Every part at once, as the server draws them. */
import { allLater } from './all-later.ts';
import Carried from './Carried.svelte';
import * as forms from './forms.ts';
import type { Parts } from './parts.ts';
import * as seller from './seller-parts.ts';
import Panel from './TaskPanel.svelte';
import Talk from './ThreadPanel.svelte';
import { allViews } from './views/all.ts';
import type { ViewName } from './views/index.ts';

export const allParts = (as: 'seller' | 'customer', view: ViewName): Parts => ({
  seller: as === 'seller' ? seller : null,
  View: allViews[view] ?? null,
  later: allLater,
  Panel,
  Talk,
  Carried,
  forms,
});
