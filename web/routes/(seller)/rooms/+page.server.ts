import { redirect } from '@sveltejs/kit';
import { sellerOf, servicesOf } from '$lib/server/asking.ts';
import { keepPreference, STEPS } from '$lib/server/cookies.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  const { directory } = servicesOf(event);
  const [rooms, colleagues] = await Promise.all([directory.rooms(seller), directory.colleagues(seller)]);
  const own = rooms.filter((room) => !room.demo);
  return {
    rooms,
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
