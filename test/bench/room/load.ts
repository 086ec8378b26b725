/**
 * The load: sockets in a process of their own, told over IPC what to do. It reads no more of a frame than the mark of the
 * event in it, so that it measures the server and not itself.
 */
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';

export interface Seat {
  url: string;
  headers: Record<string, string>;
  /** Sockets of one room share a number. */
  room: number;
}

export type Order =
  | { what: 'connect'; seats: Seat[] }
  /** `rate` events a second over all rooms, for so many events. */
  | { what: 'fanout'; rate: number; events: number }
  /** As fast as it goes with so many events on their way. */
  | { what: 'sustain'; inflight: number; events: number }
  | { what: 'close' };

export interface Report {
  /** Milliseconds from sending until the last socket of the room had it, sorted. */
  took: number[];
  seconds: number;
  deliveries: number;
  /** Frames that the load could not send in time: more than a few mean that it measured itself. */
  late: number;
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const freshId = () => Array.from(randomBytes(26), (byte) => letters[byte % 32]).join('');
/** Most comments are plain words; one in 25 has Markdown in it, as long as the others. */
const MARKED = 'we have looked at **it** and would like to talk about it on [Thursday](https://corp.bench), if it suits';
const WORDS = 'we have looked at it and would like to talk about it on Thursday, if that suits you and your people';

let rooms: WebSocket[][] = [];
interface Flight {
  at: number;
  left: number;
}
const flights = new Map<string, Flight>();
let count = 0;
let onLanded: (took: number) => void = () => {};
let deliveries = 0;

function hear(frame: string): void {
  const start = frame.indexOf('No e');
  if (start < 0) return;
  deliveries += 1;
  const mark = frame.slice(start, start + 11);
  const flight = flights.get(mark);
  if (!flight) return;
  flight.left -= 1;
  if (flight.left > 0) return;
  flights.delete(mark);
  onLanded(performance.now() - flight.at);
}

async function connect(seats: Seat[]): Promise<void> {
  rooms = [];
  const open = async (seat: Seat) => {
    const socket = new WebSocket(seat.url, { headers: seat.headers, perMessageDeflate: false });
    socket.on('message', (data) => hear(String(data)));
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    socket.on('close', (code) => {
      if (code >= 4000) console.error(`a socket was closed with ${code}`);
    });
    // As a browser does that shows the room's thread.
    (rooms[seat.room] ??= []).push(socket);
  };
  for (let start = 0; start < seats.length; start += 25) await Promise.all(seats.slice(start, start + 25).map(open));
  await new Promise((resolve) => setTimeout(resolve, 300));
}

function post(): void {
  const room = rooms[count % rooms.length];
  const socket = room?.[Math.floor(count / rooms.length) % room.length];
  if (!room || !socket) return;
  const mark = `No e${String(count).padStart(6, '0')}.`;
  count += 1;
  flights.set(mark, { at: performance.now(), left: room.length });
  socket.send(
    `{"type":"command","id":"bench-${freshId().slice(0, 12)}","command":{"type":"comment.post","comment":"${freshId()}","thread":"room","body":"${mark} ${count % 25 === 0 ? MARKED : WORDS}"}}`,
  );
}

async function run(order: Extract<Order, { what: 'fanout' | 'sustain' }>): Promise<Report> {
  const took: number[] = [];
  deliveries = 0;
  let late = 0;
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    let sent = 0;
    const end = setTimeout(() => reject(new Error(`${order.events - took.length} events never arrived everywhere`)), 60_000);
    onLanded = (time) => {
      took.push(time);
      if (order.what === 'sustain' && sent < order.events) {
        sent += 1;
        post();
      }
      if (took.length === order.events) {
        clearTimeout(end);
        resolve();
      }
    };
    if (order.what === 'sustain') {
      while (sent < order.inflight) {
        sent += 1;
        post();
      }
      return;
    }
    const every = 1000 / order.rate;
    const tick = () => {
      const now = performance.now();
      if (now - (started + sent * every) > every) late += 1;
      while (sent < order.events && started + sent * every <= now) {
        sent += 1;
        post();
      }
      if (sent < order.events) setTimeout(tick, Math.max(0, started + sent * every - performance.now()));
    };
    tick();
  });
  return { took: took.sort((a, b) => a - b), seconds: (performance.now() - started) / 1000, deliveries, late };
}

async function obey(order: Order): Promise<Report | null> {
  switch (order.what) {
    case 'connect':
      await connect(order.seats);
      return null;
    case 'close':
      for (const socket of rooms.flat()) socket.terminate();
      rooms = [];
      flights.clear();
      return null;
    default:
      return run(order);
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (report) => process.send?.({ report }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
