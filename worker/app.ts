/** The Worker's front door: machines and sockets go to Hono's routes, pages to SvelteKit, both with the same services. */
import { Hono } from 'hono';
import { api } from './api/index.ts';
import { feeds } from './api/feeds.ts';
import { files } from './api/files.ts';
import { createServices } from './atelier.ts';
import type { Env } from './env.ts';
import { health } from './health.ts';
import { log, logError, underRequest, withoutPeople } from './log.ts';
import { hooks } from './mail/hooks.ts';
import { operator } from './operator/routes.ts';
import { renderPage } from './pages.ts';
import type { Services } from './services.ts';

export interface Bindings {
  Bindings: Env;
  Variables: { services: Services; requestId: string };
}

/** Cross-site requests can't change anything: a browser says where it stands, other clients have no cookies to abuse. */
function fromElsewhere(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== new URL(request.url).origin) return true;
  const site = request.headers.get('sec-fetch-site');
  return site !== null && site !== 'same-origin' && site !== 'none';
}

/** Seconds: when whatever was away may be back. */
const RETRY_AFTER = '30';

/** What a machine may POST from anywhere: it is checked by a signature or by a token in its own path. */
const MACHINES = /^\/(hooks\/|api\/unsubscribe\/)/;

export function createApp(more?: (app: Hono<Bindings>) => void): Hono<Bindings> {
  const app = new Hono<Bindings>();

  app.use(async (c, next) => {
    const { pathname } = new URL(c.req.url);
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
    const socket = c.req.header('upgrade') === 'websocket';
    if ((changes || socket) && !MACHINES.test(pathname) && !pathname.startsWith('/dev/') && fromElsewhere(c.req.raw)) {
      return c.json({ error: { code: 'forbidden', reason: 'sign_in_first' } }, 403);
    }
    const id = crypto.randomUUID();
    const began = Date.now();
    c.set('requestId', id);
    c.set('services', createServices(c.env));
    await underRequest(id, next);
    underRequest(id, () => {
      const { method } = c.req;
      log('request', { method, path: withoutPeople(pathname), status: c.res.status, ms: Date.now() - began });
    });
    if (c.res.webSocket) return;
    if (c.res.status === 503 && !c.res.headers.has('Retry-After')) c.header('Retry-After', RETRY_AFTER);
    c.header('X-Content-Type-Options', 'nosniff');
    // For what reads no `frame-ancestors`, which pages say more strictly.
    c.header('X-Frame-Options', 'SAMEORIGIN');
    // Tokens in addresses go nowhere else. `no-referrer` would, too, make browsers send `Origin: null` with our own forms.
    c.header('Referrer-Policy', 'same-origin');
    c.header('X-Request-Id', c.get('requestId'));
    if (!c.res.headers.has('Permissions-Policy')) c.header('Permissions-Policy', 'geolocation=(), microphone=(), payment=()');
    if (new URL(c.req.url).protocol === 'https:') c.header('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  });

  app.onError((error, c) => {
    underRequest(c.get('requestId'), () => logError('request failed', error, { path: withoutPeople(new URL(c.req.url).pathname) }));
    return c.json({ error: { code: 'unavailable', reason: 'unavailable' }, requestId: c.get('requestId') }, 503);
  });

  app.route('/healthz', health);
  app.route('/api', api);
  app.route('/files', files);
  app.route('/feeds', feeds);
  app.route('/hooks', hooks);
  app.route('/operator', operator);
  more?.(app);
  app.all('*', (c) => renderPage(c.req.raw, c.env, c.executionCtx, c.get('services'), c.get('requestId')));
  return app;
}
