import { Hono } from 'hono';
import { DurableObject } from 'cloudflare:workers';
import * as m from '#messages';
// @ts-ignore
import pages from '../.svelte-kit/cloudflare/_worker.js';

export class Room extends DurableObject {}
export class Postbox extends DurableObject {}
const app = new Hono<{ Bindings: Record<string, unknown> }>();
app.get('/healthz', (c) => c.json({ ok: m.app_name({}, { locale: 'zh-CN' }) }));
app.all('*', (c) => pages.fetch(c.req.raw, { ...c.env, app: { hello: 1 } }, c.executionCtx));
export default { fetch: app.fetch } satisfies ExportedHandler;
