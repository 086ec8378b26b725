import { fail, redirect } from '@sveltejs/kit';
import { from, servicesOf, typedIn } from '$lib/server/asking.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (locals.seller) redirect(303, '/rooms');
};

export const actions: Actions = {
  default: async (event) => {
    const typed = typedIn(await event.request.formData());
    const asked = await servicesOf(event).access.askToSignIn(
      { email: typed['email'] },
      { ip: from(event).ip, locale: event.locals.locale },
    );
    return asked.ok ? { sent: asked.value.email } : fail(422, { refusal: asked.refusal, typed });
  },
};
