/** What a team would write for one machine: Node, `ws` and SQLite with FULL sync. Same frames, same answers. */
import { DatabaseSync } from 'node:sqlite';
import { type WebSocket, WebSocketServer } from 'ws';

const db = new DatabaseSync(String(process.argv[2]));
db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE event (seq INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT, id TEXT UNIQUE, at INTEGER, body TEXT)`);
const insert = db.prepare(
  'INSERT INTO event (room, id, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET id = id RETURNING seq',
);

const rooms = new Map<string, Set<WebSocket>>();
const server: WebSocketServer = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
  process.send?.({ port: (server.address() as { port: number }).port });
});
server.on('connection', (socket, request) => {
  const room = request.url?.split('/')[3] ?? '';
  const here = rooms.get(room) ?? new Set();
  rooms.set(room, here.add(socket));
  socket.on('close', () => here.delete(socket));
  socket.on('message', (data) => {
    const { id, command } = JSON.parse(String(data)) as { id: string; command: unknown };
    const { seq } = insert.get(room, id, Date.now(), JSON.stringify(command)) as { seq: number };
    const out = JSON.stringify({ type: 'events', events: [{ seq, event: command }] });
    for (const one of here) one.send(out);
    socket.send(JSON.stringify({ type: 'accepted', id, seq }));
  });
});
process.on('disconnect', () => process.exit());
