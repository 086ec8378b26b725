import { redirect } from '@sveltejs/kit';
import { SELLER } from '$lib/server/cookies.ts';
import { servicesOf } from '$lib/server/asking.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
  await servicesOf(event).access.signOut(event.cookies.get(SELLER));
  event.cookies.delete(SELLER, { path: '/', secure: true, httpOnly: true, sameSite: 'lax' });
  redirect(303, '/');
};
