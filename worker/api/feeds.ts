/** Calendars that are fetched by their address alone: the room knows whose it is, and for how long. D1 is not asked. */
import { Hono } from 'hono';
import { hashOf, readToken } from '../access/tokens.ts';
import type { Bindings } from '../app.ts';
import { roomStub } from '../room/stub.ts';

export const feeds = new Hono<Bindings>();

feeds.get('/:file', async (c) => {
  const token = readToken(c.req.param('file').replace(/\.ics$/i, ''));
  const calendar = token && (await roomStub(c.env, token.room).calendar(await hashOf('feed', token.secret)));
  if (!calendar) return c.text('404', 404);
  return c.body(calendar, 200, { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'private, max-age=300' });
});
