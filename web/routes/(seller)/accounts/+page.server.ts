import { sellerOf, servicesOf } from '$lib/server/asking.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  const search = (event.url.searchParams.get('q') ?? '').slice(0, 100);
  return {
    search,
    accounts: await servicesOf(event).accounts.list(seller, search),
    reader: { locale: event.locals.locale, zone: seller.zone },
    now: Date.now(),
  };
};
