/** Hands a request to the built SvelteKit server, with the services on its platform. */
import pages from '../.svelte-kit/cloudflare/_worker.js';
import type { Env } from './env.ts';
import type { Services } from './services.ts';

interface Pages {
  fetch(request: Request, env: object, context: object): Promise<Response>;
}

/** A page has no other way to data than `services`: bindings are not passed on, but for the static files. */
export function renderPage(request: Request, env: Env, context: object, services: Services, requestId: string): Promise<Response> {
  return (pages as Pages).fetch(request, { ASSETS: env.ASSETS, services, requestId }, context);
}
