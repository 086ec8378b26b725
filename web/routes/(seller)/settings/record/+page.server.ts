import { error } from '@sveltejs/kit';
import { statusOf } from '#core/refusal.ts';
import { sellerOf, servicesOf } from '$lib/server/asking.ts';
import { say } from '$lib/words/say.ts';
import '$lib/words/refusals.ts';
import { sayDeed } from '../../../../../worker/directory/deeds.ts';
import type { PageServerLoad } from './$types';

const PAGE = 100;

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  const before = Number(event.url.searchParams.get('before')) || null;
  const log = await servicesOf(event).access.audit(seller, before, PAGE);
  if (!log.ok) error(statusOf(log.refusal), say(log.refusal));
  const { rows } = log.value;
  return {
    rows: rows.map(({ deed, ...row }) => ({ ...row, what: sayDeed(deed, event.locals.locale) })),
    older: rows.length === PAGE ? (rows.at(-1)?.id ?? null) : null,
    zone: seller.zone,
    locale: event.locals.locale,
  };
};
