/** `GET /healthz`: 200 once every binding answers, else 503 with the names of those that do not. */
import { Hono } from 'hono';
import type { Bindings } from './app.ts';
import { roomStub } from './room/stub.ts';

export const health = new Hono<Bindings>().get('/', async (c) => {
  const checks: Record<string, () => Promise<unknown>> = {
    database: () => c.env.DB.prepare('SELECT count(*) FROM workspace').first(),
    files: () => c.env.FILES.head('healthz'),
    rooms: () => roomStub(c.env, 'healthz').ping(),
    postbox: () => c.env.POSTBOX.get(c.env.POSTBOX.idFromName('main')).ping(),
  };
  const parts = Object.fromEntries(
    await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check();
          return [name, 'ok'] as const;
        } catch {
          return [name, 'failing'] as const;
        }
      }),
    ),
  );
  const ok = Object.values(parts).every((part) => part === 'ok');
  return c.json({ ok, parts }, ok ? 200 : 503, { 'Cache-Control': 'no-store' });
});
