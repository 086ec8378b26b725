/** Every part at once, as the server draws them. */
import * as forms from './forms.ts';
import type { Parts } from './parts.ts';
import * as seller from './seller-parts.ts';
import Panel from './TaskPanel.svelte';

export const allParts = (as: 'seller' | 'customer'): Parts => ({ seller: as === 'seller' ? seller : null, Panel, forms });
