import { sellerOf } from '$lib/server/asking.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => {
  const { name, email, workspaceName, role } = sellerOf(event);
  return { seller: { name, email, workspaceName, role } };
};
