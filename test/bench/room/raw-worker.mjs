/** The measure of what the platform itself costs: a Durable Object that appends what it is sent and tells everybody. No more. */
import { DurableObject } from 'cloudflare:workers';

export class Room extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, at INTEGER, body TEXT)');
  }

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, frame) {
    const { id, command } = JSON.parse(frame);
    const { seq } = this.ctx.storage.sql
      .exec(
        'INSERT INTO event (id, at, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET id = id RETURNING seq',
        id,
        Date.now(),
        JSON.stringify(command),
      )
      .one();
    const out = JSON.stringify({ type: 'events', events: [{ seq, event: command }] });
    for (const one of this.ctx.getWebSockets()) one.send(out);
    socket.send(JSON.stringify({ type: 'accepted', id, seq }));
  }
}

export default {
  fetch: (request, env) => env.ROOM.get(env.ROOM.idFromName(new URL(request.url).pathname.split('/')[3])).fetch(request),
};
