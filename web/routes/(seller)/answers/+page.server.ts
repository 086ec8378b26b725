import { sellerOf, servicesOf } from '$lib/server/asking.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const query = event.url.searchParams.get('q') ?? '';
  return { query, answers: await servicesOf(event).directory.answers(sellerOf(event), query) };
};
