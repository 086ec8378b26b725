import { redirect } from '@sveltejs/kit';
import { sellerOf, servicesOf } from '$lib/server/asking.ts';
import { keepPreference, STEPS } from '$lib/server/cookies.ts';
import { addressOf, arrange, orders, queryOf, stageSums } from '../../../../worker/directory/pipeline.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  const { directory } = servicesOf(event);
  const [rooms, colleagues] = await Promise.all([directory.rooms(seller), directory.colleagues(seller)]);
  const own = rooms.filter((room) => !room.demo);
  const query = queryOf(event.url.searchParams);
  return {
    rooms: arrange(rooms, query),
    any: rooms.length > 0,
    demo: rooms.some((room) => room.demo),
    query,
    /** The address of the list that is shown, and of others: every number leads to the rows behind it. */
    address: addressOf(query),
    all: { address: addressOf({ ...query, stage: null }), rooms: rooms.length },
    sums: stageSums(arrange(rooms, { ...query, stage: null })).map((one) => ({
      ...one,
      address: addressOf({ ...query, stage: query.stage === one.stage ? null : one.stage }),
    })),
    orders: orders.map((order) => ({ order, address: addressOf({ ...query, order }) })),
    reader: { locale: event.locals.locale, zone: seller.zone },
    now: Date.now(),
    firstSteps:
      event.cookies.get(STEPS) === 'done'
        ? null
        : [true, own.length > 0, own.some((room) => room.seller !== null || room.customer !== null), colleagues.length > 1],
  };
};

export const actions: Actions = {
  removeDemo: async (event) => {
    await servicesOf(event).directory.removeDemo(sellerOf(event));
    redirect(303, '/rooms');
  },
  dismissSteps: (event) => {
    keepPreference(event.cookies, STEPS, 'done');
    redirect(303, '/rooms');
  },
};
