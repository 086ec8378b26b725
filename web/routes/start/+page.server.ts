import { redirect } from '@sveltejs/kit';
import { formOf, from, refused, servicesOf, typedIn } from '$lib/server/asking.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (locals.seller) redirect(303, '/rooms');
};

export const actions: Actions = {
  default: async (event) => {
    const typed = typedIn(await formOf(event));
    const { locale } = event.locals;
    // A browser without script does not tell its zone: most readers of a language live in this one.
    const zone = typed['zone'] || (locale === 'zh-CN' ? 'Asia/Shanghai' : 'Europe/London');
    const asked = await servicesOf(event).access.start(
      { name: typed['name'], email: typed['email'], workspace: typed['workspace'], zone },
      { ip: from(event).ip, locale, zone },
    );
    return asked.ok ? { sent: asked.value.email } : refused(event, { refusal: asked.refusal, typed });
  },
};
