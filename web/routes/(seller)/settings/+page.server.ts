import { fail, redirect } from '@sveltejs/kit';
import type { PersonId, SessionId, WorkspaceId } from '#core/ids.ts';
import type { Refusal } from '#core/refusal.ts';
import { formOf, from, refused, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import { keepPreference, LOCALE, toLocale } from '$lib/server/cookies.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  return {
    me: { name: seller.name, email: seller.email, zone: seller.zone, locale: seller.locale },
    templates: (await servicesOf(event).directory.templates(seller, seller.locale)).filter((one) => one.own),
    members: await servicesOf(event).access.members(seller),
    passkeys: await servicesOf(event).access.passkeys(seller),
    sessions: await servicesOf(event).access.sessions(seller),
    workspaces: await servicesOf(event).access.workspaces(seller),
    now: Date.now(),
    rule: await servicesOf(event).directory.qualification(seller),
    zones: Intl.supportedValuesOf('timeZone'),
  };
};

/** An answer of the page, for the section that asked. */
const said = (what: string) => ({ what, refusal: null as Refusal | null, typed: {} as Record<string, string>, invited: '', called: '' });

export const actions: Actions = {
  describe: async (event) => {
    const typed = typedIn(await formOf(event));
    const saved = await servicesOf(event).access.describe(sellerOf(event), {
      name: typed['name'],
      locale: typed['locale'],
      zone: typed['zone'],
    });
    if (!saved.ok) return fail(422, { ...said('describe'), refusal: saved.refusal, typed });
    const locale = toLocale(typed['locale']);
    if (locale) keepPreference(event.cookies, LOCALE, locale);
    return said('describe');
  },
  qualify: async (event) => {
    const typed = typedIn(await formOf(event));
    const saved = await servicesOf(event).directory.setQualification(sellerOf(event), {
      framework: typed['framework'],
      own: typed['own'] ?? '',
      minimum: typed['minimum'],
    });
    if (!saved.ok) return fail(422, { ...said('qualify'), refusal: saved.refusal, typed });
    return said('qualify');
  },
  removeTemplate: async (event) => {
    const typed = typedIn(await formOf(event));
    await servicesOf(event).directory.removeTemplate(sellerOf(event), typed['template'] ?? '');
    return said('template');
  },
  invite: async (event) => {
    const typed = typedIn(await formOf(event));
    const invited = await servicesOf(event).directory.inviteColleague(sellerOf(event), { name: typed['name'], email: typed['email'] });
    if (!invited.ok) return refused(event, { ...said('invite'), refusal: invited.refusal, typed });
    return { ...said('invite'), invited: invited.value.email };
  },
  addPasskey: async (event) => {
    const typed = typedIn(await formOf(event));
    const added = await servicesOf(event).access.addPasskey(sellerOf(event), typed['answer'], from(event).userAgent);
    return added.ok ? said('passkey') : fail(422, { ...said('passkey'), refusal: added.refusal });
  },
  removePasskey: async (event) => {
    const typed = typedIn(await formOf(event));
    const removed = await servicesOf(event).access.removePasskey(sellerOf(event), typed['passkey'] ?? '');
    return removed.ok ? said('passkeyGone') : fail(422, { ...said('passkey'), refusal: removed.refusal });
  },
  endSession: async (event) => {
    const typed = typedIn(await formOf(event));
    const which = typed['session'] === 'others' ? 'others' : ((typed['session'] ?? '') as SessionId);
    const ended = await servicesOf(event).access.endSession(sellerOf(event), which);
    return ended.ok ? said('session') : fail(422, { ...said('session'), refusal: ended.refusal });
  },
  switchTo: async (event) => {
    const typed = typedIn(await formOf(event));
    const gone = await servicesOf(event).access.switchTo(sellerOf(event), (typed['workspace'] ?? '') as WorkspaceId);
    if (!gone.ok) return fail(422, { ...said('workspace'), refusal: gone.refusal });
    redirect(303, '/rooms');
  },
  setRole: async (event) => {
    const typed = typedIn(await formOf(event));
    const set = await servicesOf(event).access.setRole(sellerOf(event), (typed['person'] ?? '') as PersonId, typed['role'] ?? '');
    return set.ok ? said('member') : fail(422, { ...said('member'), refusal: set.refusal });
  },
  removeMember: async (event) => {
    const typed = typedIn(await formOf(event));
    const removed = await servicesOf(event).access.removeMember(sellerOf(event), (typed['person'] ?? '') as PersonId);
    return removed.ok ? { ...said('member'), called: typed['called'] ?? '' } : fail(422, { ...said('member'), refusal: removed.refusal });
  },
};
