import { fail } from '@sveltejs/kit';
import { sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import { keepPreference, LOCALE, toLocale } from '$lib/server/cookies.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  return {
    me: { name: seller.name, email: seller.email, zone: seller.zone, locale: seller.locale },
    templates: (await servicesOf(event).directory.templates(seller, seller.locale)).filter((one) => one.own),
    colleagues: await servicesOf(event).directory.colleagues(seller),
    rule: await servicesOf(event).directory.qualification(seller),
    zones: Intl.supportedValuesOf('timeZone'),
  };
};

export const actions: Actions = {
  describe: async (event) => {
    const typed = typedIn(await event.request.formData());
    const saved = await servicesOf(event).access.describe(sellerOf(event), {
      name: typed['name'],
      locale: typed['locale'],
      zone: typed['zone'],
    });
    if (!saved.ok) return fail(422, { what: 'describe', refusal: saved.refusal, typed, invited: '' });
    const locale = toLocale(typed['locale']);
    if (locale) keepPreference(event.cookies, LOCALE, locale);
    return { what: 'describe', refusal: null, typed: {} as Record<string, string>, invited: '' };
  },
  qualify: async (event) => {
    const typed = typedIn(await event.request.formData());
    const saved = await servicesOf(event).directory.setQualification(sellerOf(event), {
      framework: typed['framework'],
      own: typed['own'] ?? '',
      minimum: typed['minimum'],
    });
    if (!saved.ok) return fail(422, { what: 'qualify', refusal: saved.refusal, typed, invited: '' });
    return { what: 'qualify', refusal: null, typed: {} as Record<string, string>, invited: '' };
  },
  removeTemplate: async (event) => {
    const typed = typedIn(await event.request.formData());
    await servicesOf(event).directory.removeTemplate(sellerOf(event), typed['template'] ?? '');
    return { what: 'template', refusal: null, typed: {} as Record<string, string>, invited: '' };
  },
  invite: async (event) => {
    const typed = typedIn(await event.request.formData());
    const invited = await servicesOf(event).directory.inviteColleague(sellerOf(event), { name: typed['name'], email: typed['email'] });
    if (!invited.ok) return fail(422, { what: 'invite', refusal: invited.refusal, typed, invited: '' });
    return { what: 'invite', refusal: null, typed: {} as Record<string, string>, invited: invited.value.email };
  },
};
