import { redirect } from '@sveltejs/kit';
import { formOf, from, refused, servicesOf, typedIn } from '$lib/server/asking.ts';
import { keepPreference, keepSeller, LOCALE, takeWay } from '$lib/server/cookies.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (locals.seller) redirect(303, '/rooms');
};

export const actions: Actions = {
  mail: async (event) => {
    const typed = typedIn(await formOf(event));
    const asked = await servicesOf(event).access.askToSignIn(
      { email: typed['email'] },
      { ip: from(event).ip, locale: event.locals.locale },
    );
    return asked.ok ? { sent: asked.value.email } : refused(event, { refusal: asked.refusal, typed, passkey: false });
  },
  passkey: async (event) => {
    const typed = typedIn(await formOf(event));
    const entered = await servicesOf(event).access.signInWithPasskey(typed['answer'], from(event));
    if (!entered.ok) return refused(event, { refusal: entered.refusal, typed: {} as Record<string, string>, passkey: true });
    keepSeller(event.cookies, entered.value.cookie);
    keepPreference(event.cookies, LOCALE, entered.value.locale);
    redirect(303, takeWay(event.cookies));
  },
};
