/**
 * For whoever runs Atelier, with the key of their own (`OPERATOR_KEY`): taking a backup, comparing rooms with D1, bringing the one back
 * from the other. Without a key there is nothing here. What passes is a room's whole storage, internal notes included; none of it is logged.
 */
import { Hono, type Context } from 'hono';
import { ID_PATTERN, type RoomId } from '#core/ids.ts';
import { digest } from '../access/tokens.ts';
import type { Bindings } from '../app.ts';
import type { Line } from '../room/books.ts';
import { objectStub, roomStub } from '../room/stub.ts';
import { accountOfD1, eventsIn } from './accounts.ts';

/** A shorter key is none. */
const KEY_LENGTH = 32;
/** Rows of a page. */
const ROWS = 500;
/** Not in a backup: what the rooms have, and what lives for minutes or opens doors (a session that was ended since must not come back). */
const NOT_KEPT = new Set(
  'room participant task objection answer answer_word value_case seen room_event session sign_in challenge attempt d1_migrations'.split(
    ' ',
  ),
);

type C = Context<Bindings>;
const refused = (c: C, why: string, status: 409 | 422 = 409) => c.json({ error: { code: 'refused', why } }, status);
const roomIn = (c: C): RoomId | null => {
  const id = c.req.param('room') ?? '';
  return ID_PATTERN.test(id) ? (id as RoomId) : null;
};

async function tablesOf(db: D1Database): Promise<string[]> {
  const { results } = await db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all<{ name: string }>();
  return results.flatMap(({ name }) => (NOT_KEPT.has(name) || /^(_cf|sqlite)_/.test(name) ? [] : [name]));
}

/** A request's JSON; null if it is none. What was sent is in no error. */
async function bodyOf(c: C): Promise<Record<string, unknown> | null> {
  const body: unknown = await c.req.json().catch(() => null);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : null;
}

const isLine = (one: unknown): one is Line =>
  typeof one === 'object' &&
  one !== null &&
  ('log' in one
    ? typeof one.log === 'object' && one.log !== null
    : 'table' in one && typeof one.table === 'string' && 'row' in one && typeof one.row === 'object' && one.row !== null);

export const operator = new Hono<Bindings>()
  .use(async (c, next) => {
    const hash = (text: string) => digest(new TextEncoder().encode(text));
    const key = c.env.OPERATOR_KEY ?? '';
    // Hashes are compared: how long that takes says nothing about the key.
    const isTheirs = (await hash(`Bearer ${key}`)) === (await hash(c.req.header('authorization') ?? ''));
    if (key.length < KEY_LENGTH || !isTheirs) return c.notFound();
    await next();
    c.header('Cache-Control', 'no-store');
  })

  /** The directory's own tables, and how many rows they have. */
  .get('/tables', async (c) => {
    const names = await tablesOf(c.env.DB);
    const counts = await c.env.DB.batch<{ n: number }>(names.map((name) => c.env.DB.prepare(`SELECT count(*) AS n FROM "${name}"`)));
    return c.json({ tables: Object.fromEntries(names.map((name, index) => [name, counts[index]?.results[0]?.n ?? 0])) });
  })
  .get('/tables/:table', async (c) => {
    const table = c.req.param('table');
    if (!(await tablesOf(c.env.DB)).includes(table)) return c.notFound();
    const { results } = await c.env.DB.prepare(`SELECT rowid AS "row number", * FROM "${table}" WHERE rowid > ? ORDER BY rowid LIMIT ?`)
      .bind(Number(c.req.query('after') ?? 0), ROWS)
      .all<Record<string, unknown>>();
    const rows = results.map((one) => {
      const { 'row number': _, ...row } = one;
      return row;
    });
    return c.json({ rows, next: results.at(-1)?.['row number'] ?? null });
  })
  /** Rows that are not there yet; with `replace` those that are, too. Nothing is ever taken out. */
  .post('/tables/:table', async (c) => {
    const table = c.req.param('table');
    const body = await bodyOf(c);
    const rows = Array.isArray(body?.['rows']) ? (body['rows'] as unknown[]) : [];
    if (!(await tablesOf(c.env.DB)).includes(table)) return c.notFound();
    const { results } = await c.env.DB.prepare('SELECT name FROM pragma_table_info(?)').bind(table).all<{ name: string }>();
    // What a backup of an older version lacks keeps its default.
    const first = rows[0];
    const names = results.map(({ name }) => name).filter((name) => typeof first === 'object' && first !== null && name in first);
    if (names.length === 0) return refused(c, 'these are no rows of this table', 422);
    await c.env.DB.prepare(
      `INSERT OR ${body?.['replace'] === true ? 'REPLACE' : 'IGNORE'} INTO "${table}" (${names.map((one) => `"${one}"`).join(', ')})
       SELECT ${names.map((one) => `value ->> '${one}'`).join(', ')} FROM json_each(?)`,
    )
      .bind(JSON.stringify(rows))
      .run();
    return c.json({ ok: true });
  })

  /** The rooms that D1 knows. Where it knows none, they are found by their objects (docs/OPERATING.md). */
  .get('/rooms', async (c) => {
    const { results } = await c.env.DB.prepare('SELECT DISTINCT room_id AS id FROM room_event WHERE room_id > ? ORDER BY room_id LIMIT ?')
      .bind(c.req.query('after') ?? '', ROWS)
      .all<{ id: RoomId }>();
    return c.json({ rooms: results.map(({ id }) => id), next: results.at(-1)?.id ?? null });
  })
  /** A room and what D1 has of it, as hashes. An object's id does as well as a room's. */
  .get('/rooms/:room', async (c) => {
    const given = roomIn(c);
    const stub = given ? roomStub(c.env, given) : objectStub(c.env, c.req.param('room'));
    if (!stub) return c.notFound();
    const account = await stub.account();
    const room = account.room ?? given;
    return c.json({ room: account, d1: room && (await accountOfD1(c.env.DB, room)) });
  })
  /** All that is stored of a room, a page at a time; `of=d1`: what D1 has of it. */
  .get('/rooms/:room/lines', async (c) => {
    const room = roomIn(c);
    if (!room) return c.notFound();
    const at = c.req.query('at') ?? 'log';
    if (c.req.query('of') !== 'd1') return c.json(await roomStub(c.env, room).linesAt(at));
    const [what, start = '0'] = at.split(' ');
    if (what === 'log') {
      const events = await eventsIn(c.env.DB, room, Number(start));
      return c.json({ lines: events.map((log) => ({ log })), next: events.length > 0 ? `log ${events.at(-1)?.seq}` : 'seen' });
    }
    const { results } = await c.env.DB.prepare(
      'SELECT participant_id AS participant, thread, seq FROM seen WHERE room_id = ? LIMIT ? OFFSET ?',
    )
      .bind(room, ROWS, Number(start))
      .all();
    const next = results.length < ROWS ? null : `seen ${Number(start) + ROWS}`;
    return c.json({ lines: results.map((row) => ({ table: 'seen', row })), next });
  })
  .post('/rooms/:room/lines', async (c) => {
    const room = roomIn(c);
    const body = await bodyOf(c);
    const lines: unknown = body?.['lines'];
    if (!room) return c.notFound();
    if (!Array.isArray(lines) || !lines.every(isLine)) return refused(c, 'these are no lines of a room', 422);
    await roomStub(c.env, room).gather(lines, body?.['anew'] === true);
    return c.json({ ok: true });
  })
  /** Puts the lines that were sent in the room's place. `d1`: they came from D1, which has them. */
  .post('/rooms/:room/rebuild', async (c) => {
    const room = roomIn(c);
    const body = await bodyOf(c);
    if (!room) return c.notFound();
    const why = await roomStub(c.env, room).rebuild(body?.['replace'] === true, body?.['d1'] === true);
    return why === null ? c.json({ ok: true }) : refused(c, why);
  })
  /** Writes D1's rows of a room anew, from the room. */
  .post('/rooms/:room/project', async (c) => {
    const room = roomIn(c);
    const body = await bodyOf(c);
    if (!room) return c.notFound();
    const why = await roomStub(c.env, room).reproject(body?.['replace'] === true);
    return why === null ? c.json({ ok: true }) : refused(c, why);
  });
