/** What pages need of a request besides its form: the services, and where it comes from. */
import { error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type { RoomId } from '#core/ids.ts';
import type { Refusal } from '#core/refusal.ts';
import * as m from '#messages';
import { keepWay } from '$lib/server/cookies.ts';
import { type Actor, asSeller, type Seller, type Services } from '../../../worker/services.ts';

export function servicesOf(event: Pick<RequestEvent, 'platform'>): Services {
  const services = event.platform?.env.services;
  if (!services) error(503, m.error_failed_title());
  return services;
}

export const from = (event: RequestEvent) => ({ ip: event.getClientAddress(), userAgent: event.request.headers.get('user-agent') ?? '' });

/** The signed-in seller; whoever is none is sent to sign in. While nobody can tell, that is said. */
export function sellerOf(event: Pick<RequestEvent, 'locals' | 'cookies' | 'request' | 'url'>): Seller {
  if (event.locals.unproven) error(503, m.error_away_title());
  if (!event.locals.seller) {
    if (event.request.method === 'GET') keepWay(event.cookies, event.url);
    redirect(303, '/sign-in');
  }
  return event.locals.seller;
}

/** The seller as who asks for a room: while D1 is away, as the room remembers them. */
export async function sellerIn(
  event: Pick<RequestEvent, 'locals' | 'platform' | 'cookies' | 'request' | 'url'>,
  room: RoomId,
): Promise<Actor> {
  const { unproven } = event.locals;
  return (unproven && (await servicesOf(event).access.remembered(unproven, room))) || asSeller(sellerOf(event));
}

/** Bytes of a form, its files among them: it is held in memory whole. */
const LARGEST_FORM = 60 * 1024 * 1024;

/** A refusal as the page's answer: what is asked too often says when it may be asked again. */
export function refused<Said extends { refusal: Refusal }>(event: Pick<RequestEvent, 'setHeaders'>, said: Said) {
  const { after } = said.refusal;
  if (after === undefined) return fail(422, said);
  event.setHeaders({ 'retry-after': String(after) });
  return fail(429, said);
}

/** The form that was sent. What is none, is broken off or is too large is answered as such. */
export async function formOf({ request }: Pick<RequestEvent, 'request'>): Promise<FormData> {
  let size = Number(request.headers.get('content-length'));
  if (size > LARGEST_FORM) error(413, m.error_failed_title());
  if (size > 0) return request.formData().catch(() => error(400, m.error_failed_title()));
  // Whatever does not say how much it sends is counted.
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, out) {
      size += chunk.byteLength;
      if (size > LARGEST_FORM) out.error(new Error('too large'));
      else out.enqueue(chunk);
    },
  });
  const headers = { 'content-type': request.headers.get('content-type') ?? '' };
  return new Response(request.body?.pipeThrough(bounded), { headers })
    .formData()
    .catch(() => error(size > LARGEST_FORM ? 413 : 400, m.error_failed_title()));
}

/** A form's text fields, so that a refusal can give back what was typed. */
export const typedIn = (form: FormData): Record<string, string> =>
  Object.fromEntries([...form].flatMap(([name, value]) => (typeof value === 'string' && !NOT_TYPED.has(name) ? [[name, value]] : [])));

/** `__proto__` is a field of nobody's, and nothing that carries it can be given back. */
const NOT_TYPED = new Set(['command', 'id', 'press', '__proto__']);
