import { error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { statusOf, type Refusal } from '#core/refusal.ts';
import '$lib/words/refusals.ts';
import { say } from '$lib/words/say.ts';
import { formOf, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  const { accounts } = servicesOf(event);
  const [page, all] = await Promise.all([accounts.page(seller, event.params.account), accounts.list(seller, '')]);
  if (!page.ok) error(statusOf(page.refusal), say(page.refusal));
  const merged = page.value.merged.find((one) => one.account === event.url.searchParams.get('merged'));
  return {
    page: page.value,
    others: all.flatMap((one) => (one.account === page.value.account ? [] : [{ account: one.account, name: one.name }])),
    /** What was just merged into this one: a way back is offered. */
    justMerged: merged ?? null,
    reader: { locale: event.locals.locale, zone: seller.zone },
    now: Date.now(),
  };
};

const typed = async (event: RequestEvent) => typedIn(await formOf(event));
const refused = (what: string, refusal: Refusal, given: Record<string, string>) =>
  fail(422, { what, refusal, typed: given, was: null as string | null });
const did = (what: string, was: string | null = null) => ({ what, refusal: null, typed: {} as Record<string, string>, was });
const here = (event: { params: { account?: string } }) => event.params.account ?? '';

export const actions: Actions = {
  rename: async (event) => {
    const given = await typed(event);
    const done = await servicesOf(event).accounts.rename(sellerOf(event), here(event), { name: given['name'] });
    return done.ok ? did('rename', done.value.was === given['name'] ? null : done.value.was) : refused('rename', done.refusal, given);
  },
  merge: async (event) => {
    const given = await typed(event);
    const done = await servicesOf(event).accounts.merge(sellerOf(event), here(event), { into: given['into'] });
    if (!done.ok) return refused('merge', done.refusal, given);
    redirect(303, `/accounts/${done.value.into}?merged=${here(event)}`);
  },
  separate: async (event) => {
    const given = await typed(event);
    const account = given['account'] ?? '';
    const done = await servicesOf(event).accounts.separate(sellerOf(event), account);
    if (!done.ok) return refused('separate', done.refusal, given);
    redirect(303, `/accounts/${account}`);
  },
  addDomain: async (event) => {
    const given = await typed(event);
    const done = await servicesOf(event).accounts.addDomain(sellerOf(event), here(event), { domain: given['domain'] });
    return done.ok ? did('addDomain') : refused('addDomain', done.refusal, given);
  },
  removeDomain: async (event) => {
    const given = await typed(event);
    const done = await servicesOf(event).accounts.removeDomain(sellerOf(event), here(event), given['domain'] ?? '');
    return done.ok ? did('removeDomain', given['domain'] ?? null) : refused('removeDomain', done.refusal, given);
  },
};
