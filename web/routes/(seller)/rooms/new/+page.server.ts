import { fail, redirect } from '@sveltejs/kit';
import { formOf, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import { asSeller } from '../../../../../worker/services.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  const { directory } = servicesOf(event);
  const [accounts, templates] = await Promise.all([directory.accounts(seller), directory.templates(seller, event.locals.locale)]);
  return { accounts, templates };
};

export const actions: Actions = {
  default: async (event) => {
    const seller = sellerOf(event);
    const services = servicesOf(event);
    const typed = typedIn(await formOf(event));
    const matches = await services.accounts.match(seller, typed['email'] ?? '', typed['account'] ?? '');
    // Whose customer is this? Asked once, before anything is opened.
    if (matches.length > 0 && !typed['choice']) return fail(422, { refusal: null, typed, matches });
    const opened = await services.directory.open(seller, {
      email: typed['email'],
      account: typed['account'],
      template: typed['template'],
      // "auto" leaves the guess to the Worker: without script nobody has pressed anything.
      locale: typed['locale'] === 'auto' ? undefined : typed['locale'],
      name: typed['name'],
      choice: typed['choice'] || undefined,
    });
    if (!opened.ok) return fail(422, { refusal: opened.refusal, typed, matches });
    const { room } = opened.value;
    const page = await services.rooms.open(asSeller(seller), room, []);
    const customer = page.ok ? Object.values(page.value.view.state.people).find((one) => one.side === 'customer') : undefined;
    redirect(303, customer ? `/rooms/${room}?invite=${customer.id}` : `/rooms/${room}`);
  },
};
