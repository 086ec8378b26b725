/** `/files/<room>/<file>`: bytes under a path of their own, shown only to who may see the thread they stand in. */
import { Hono } from 'hono';
import { ID_PATTERN, type FileId, type RoomId } from '#core/ids.ts';
import { statusOf } from '#core/refusal.ts';
import { roomActor } from '../access/actor.ts';
import type { Bindings } from '../app.ts';
import { serveFile } from '../files/store.ts';
import { actorOf } from './index.ts';
import { roomStub } from '../room/stub.ts';

export const files = new Hono<Bindings>().get('/:room/:file', async (c) => {
  const room = c.req.param('room') as RoomId;
  const file = c.req.param('file') as FileId;
  const actor = await actorOf(c);
  if (!actor) return c.json({ error: { code: 'unauthenticated', reason: 'sign_in_first' } }, 401);
  if (!ID_PATTERN.test(room) || !ID_PATTERN.test(file)) return c.json({ error: { code: 'not_found', reason: 'no_such_file' } }, 404);
  const found = await roomStub(c.env, room).file(await roomActor(actor), file);
  if (!found.ok) return c.json({ error: found.refusal }, statusOf(found.refusal));
  return serveFile(c.env.FILES, room, found.value, c.req.raw, c.req.query('download') !== undefined);
});
