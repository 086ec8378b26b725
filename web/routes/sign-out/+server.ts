import { redirect } from '@sveltejs/kit';
import { SELLER } from '$lib/server/cookies.ts';
import { servicesOf } from '$lib/server/asking.ts';
import { logError } from '../../../worker/log.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
  const id = event.platform?.env.requestId;
  // Whoever leaves a browser that others use must be out of it, even while the session itself can't be ended.
  await servicesOf(event)
    .access.signOut(event.cookies.get(SELLER))
    .catch((error: unknown) => logError('session not ended', error, { id }));
  event.cookies.delete(SELLER, { path: '/', secure: true, httpOnly: true, sameSite: 'lax' });
  redirect(303, '/');
};
