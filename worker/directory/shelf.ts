/** Rooms that are put away, deleted, and in the end erased: the lists, what a workspace keeps for how long, and the sweep of the cron. */
import { and, asc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import type { RoomId, WorkspaceId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import type { ShelfEvent } from '#core/shelf.ts';
import * as m from '#messages';
import { notice } from '#emails/notice.tsx';
import { roomActor } from '../access/actor.ts';
import { read } from '../access/sellers.ts';
import type { Env } from '../env.ts';
import { logError } from '../log.ts';
import { envelop, MACHINE_MADE } from '../mail/compose.ts';
import { mailKey } from '../mail/keys.ts';
import { enqueue } from '../mail/postbox.ts';
import { roomStub } from '../room/stub.ts';
import { asSeller, type Seller, type ShelfPage } from '../services.ts';
import { note } from './audit.ts';
import type { Deed } from './deeds.ts';
import { ownersOf } from './lookups.ts';
import { participant, room as rooms, workspace } from './schema.ts';
import { ofAll, Within } from './within.ts';

/** What somebody may do with a room as a whole. */
const MOVES = {
  archive: 'room.archived',
  unarchive: 'room.unarchived',
  delete: 'room.deleted',
  restore: 'room.undeleted',
} as const satisfies Record<string, ShelfEvent['type']>;

export const moving = v.object({ how: v.picklist(['archive', 'unarchive', 'delete', 'restore'], 'malformed') });
/** Years; 0 keeps everything. */
export const retaining = v.object({
  years: v.pipe(v.union([v.string('malformed'), v.number('malformed')]), v.transform(Number), v.picklist([0, 1, 2, 5], 'malformed')),
});

const DAY = 86_400_000;
/** Owners hear of what retention will delete this long before. Days. */
const WARNING = 14;
/** Rooms that one run of the cron erases or expires. The next comes a quarter of an hour later. */
const A_RUN = 20;
const LISTED = 500;

export class Shelf {
  readonly #env: Env;
  readonly #db;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
  }

  /** A seller's own rooms; an owner's, all of the workspace: those in use, the longest silent first, those put away, those deleted. */
  async page(seller: Seller): Promise<ShelfPage> {
    const room = new Within(this.#env.DB, seller.workspace).rows(rooms);
    const mine = sql`EXISTS (SELECT 1 FROM ${participant} WHERE ${participant.roomId} = ${room.id} AND ${participant.personId} = ${seller.person} AND ${participant.status} != 'left')`;
    const rows = await this.#db
      .select({
        room: room.id,
        name: room.name,
        accountName: room.accountName,
        lastActivityAt: room.lastActivityAt,
        archivedAt: room.archivedAt,
        erasedAfter: room.erasedAfter,
        mine: sql<number>`${mine}`,
      })
      .from(room)
      .where(and(eq(room.demo, false), seller.role === 'owner' ? undefined : mine))
      .orderBy(asc(room.lastActivityAt))
      .limit(LISTED);
    const all = rows.map((row) => ({ ...row, mine: Boolean(row.mine) }));
    const deleted = all.filter((row) => row.erasedAfter !== null);
    const kept = all.filter((row) => row.erasedAfter === null);
    return {
      inUse: kept.filter((row) => row.archivedAt === null),
      archived: kept.filter((row) => row.archivedAt !== null),
      deleted,
      years: (await this.#yearsOf(seller.workspace)) ?? 0,
    };
  }

  async #yearsOf(id: WorkspaceId): Promise<number | null> {
    const [row] = await this.#db.select({ years: workspace.retention }).from(workspace).where(eq(workspace.id, id));
    return row?.years ?? null;
  }

  /** Archives, deletes, or takes either back. Rooms of others' workspaces are not there. */
  async move(seller: Seller, id: RoomId, input: unknown): Promise<Result<{ name: string }>> {
    const asked = read(moving, input);
    if (!asked.ok) return asked;
    const { how } = asked.value;
    const who = await roomActor(asSeller(seller));
    const moved = await roomStub(this.#env, id).shelve(who, seller.role === 'owner', MOVES[how]);
    if (moved.ok) await note(this.#env, seller, { type: MOVES[how], name: moved.value.name });
    return moved;
  }

  /** For how long archived rooms are kept. Owners only. */
  async retain(seller: Seller, input: unknown): Promise<Result<{ years: number }>> {
    if (seller.role !== 'owner') return refuse('forbidden', 'owners_only');
    const asked = read(retaining, input);
    if (!asked.ok) return asked;
    const { years } = asked.value;
    await this.#db
      .update(workspace)
      .set({ retention: years || null })
      .where(eq(workspace.id, seller.workspace));
    await note(this.#env, seller, { type: 'retention.set', years });
    return done({ years });
  }

  /** What the cron does: warns, deletes what has stood long enough, erases what was deleted long enough. Each room for itself. */
  async sweep(at: number): Promise<{ warned: number; expired: number; erased: number }> {
    const count = { warned: await this.#warn(at), expired: 0, erased: 0 };
    const now = new Date(at).toISOString();
    for (const { id, workspaceId, name } of await this.#standing(at, new Date(at - WARNING * DAY).toISOString())) {
      await attempt('expire', id, async () => {
        const gone = await roomStub(this.#env, id).expire();
        // Taken up again meanwhile: it is to be told of anew before it goes.
        if (!gone) return new Within(this.#env.DB, workspaceId).update(rooms, { endingToldAt: null }, (one) => eq(one.id, id));
        count.expired += 1;
        await note(this.#env, { workspace: workspaceId, person: null, name: 'Atelier' }, { type: 'room.deleted', name });
      });
    }
    const room = ofAll(rooms, 'the cron');
    const over = await this.#db.select({ id: room.id }).from(room).where(lt(room.erasedAfter, now)).limit(A_RUN);
    for (const { id } of over) {
      await attempt('erase', id, async () => {
        if (await eraseRoom(this.#env, id)) count.erased += 1;
      });
    }
    return count;
  }

  /** Archived rooms whose time is over at an instant (epoch ms), of those whose owners were told before `told`; null: not told yet. */
  async #standing(at: number, told: string | null) {
    const room = ofAll(rooms, 'the cron');
    return this.#db
      .select({ id: room.id, name: room.name, workspaceId: room.workspaceId })
      .from(room)
      .innerJoin(workspace, eq(workspace.id, room.workspaceId))
      .where(
        and(
          isNotNull(workspace.retention),
          isNotNull(room.archivedAt),
          isNull(room.erasedAfter),
          eq(room.demo, false),
          sql`${room.lastActivityAt} < strftime('%Y-%m-%dT%H:%M:%fZ', ${at / 1000}, 'unixepoch', '-' || ${workspace.retention} || ' years')`,
          told === null ? isNull(room.endingToldAt) : lt(room.endingToldAt, told),
        ),
      )
      .limit(A_RUN);
  }

  async #warn(at: number): Promise<number> {
    const standing = await this.#standing(at + WARNING * DAY, null);
    for (const [id, ending] of Map.groupBy(standing, (one) => one.workspaceId)) {
      const names = ending.map((one) => one.name);
      const first = ending[0]?.id ?? '';
      await tellOwners(this.#env, id, `ending/${first}/${Math.floor(at / DAY)}`, ({ locale, zone }) => {
        const say = { locale };
        const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: zone }).format(at + WARNING * DAY);
        return {
          title: m.mail_ending_title({ count: names.length }, say),
          lead: m.mail_ending_lead({ day }, say),
          lines: names,
          button: m.mail_ending_button({}, say),
          path: '/settings/rooms',
        };
      });
      const told = JSON.stringify(ending.map((one) => one.id));
      await new Within(this.#env.DB, id).update(
        rooms,
        { endingToldAt: new Date(at).toISOString() },
        (one) => sql`${one.id} IN (SELECT value FROM json_each(${told}))`,
      );
    }
    return standing.length;
  }
}

/** One room's trouble is not the others'. */
async function attempt(what: string, id: RoomId, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logError(`${what} failed`, error, { room: id });
  }
}

/** A mail to each owner of a workspace, about the workspace itself. `key` makes it one mail however often it is asked for. */
export async function tellOwners(
  env: Env,
  id: WorkspaceId,
  key: string,
  write: (reader: { locale: 'en' | 'zh-CN'; zone: string }) => {
    title: string;
    lead: string;
    lines: string[];
    button: string;
    path: string;
  },
): Promise<void> {
  const owners = await ownersOf(env.DB, id);
  const mails = owners.map((one) => {
    const { path, ...words } = write(one);
    const rendered = notice({
      reader: one,
      workspaceName: one.workspaceName,
      ...words,
      url: `${env.APP_URL}${path}`,
    });
    const mail = envelop(env, rendered, {
      key: `${key}/${one.person}`.slice(0, 200),
      from: 'Atelier',
      to: one,
      replyTo: null,
      headers: MACHINE_MADE,
    });
    return { ...mail, room: null };
  });
  await enqueue(env, mails, true);
}

/** R2 takes a thousand keys at once. */
const KEYS = 1_000;

/**
 * Erases a room for good: the object, what was mailed from it, its files, the mails that came in, its rows. Each step can be done again, and
 * the room's own row goes last: a run that died is taken up where it stopped. False where the room is not to be erased.
 */
export async function eraseRoom(env: Env, id: RoomId): Promise<boolean> {
  const isGone = await roomStub(env, id)
    .purge()
    .catch(async (error: unknown) => {
      if ((await roomStub(env, id).title()) === null) return true;
      throw error;
    });
  if (!isGone) return false;
  await env.POSTBOX.get(env.POSTBOX.idFromName('main')).withdraw(id, true);
  for (;;) {
    const { objects, truncated } = await env.FILES.list({ prefix: `rooms/${id}/`, limit: KEYS });
    if (objects.length > 0) await env.FILES.delete(objects.map((one) => one.key));
    if (!truncated) break;
  }
  const mails = await env.DB.prepare('SELECT id FROM inbound_mail WHERE room_id = ?').bind(id).all<{ id: string }>();
  for (let start = 0; start < mails.results.length; start += KEYS)
    await env.FILES.delete(mails.results.slice(start, start + KEYS).map((one) => mailKey(one.id)));
  const of = (statement: string) => env.DB.prepare(statement).bind(id);
  const erased: Deed = { type: 'room.erased', name: '' };
  await env.DB.batch([
    of(
      `INSERT INTO audit (workspace_id, at, person_id, name, deed)
       SELECT workspace_id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, 'Atelier', json_set('${JSON.stringify(erased)}', '$.name', name) FROM room WHERE id = ?1 AND NOT demo`,
    ),
    // Weekly mails to who is in no other room of the workspace.
    of(
      `DELETE FROM digest WHERE (workspace_id, email) IN (
         SELECT r.workspace_id, p.email FROM participant p JOIN room r ON r.id = p.room_id WHERE p.room_id = ?1
         EXCEPT SELECT r.workspace_id, p.email FROM participant p JOIN room r ON r.id = p.room_id WHERE p.room_id != ?1)`,
    ),
    of(
      `DELETE FROM account_domain WHERE account_id = (SELECT account_id FROM room WHERE id = ?1)
         AND NOT EXISTS (SELECT 1 FROM room WHERE account_id = account_domain.account_id AND id != ?1)
         AND NOT EXISTS (SELECT 1 FROM account AS other WHERE other.merged_into = account_domain.account_id)`,
    ),
    of(
      `DELETE FROM account WHERE id = (SELECT account_id FROM room WHERE id = ?1)
         AND NOT EXISTS (SELECT 1 FROM room WHERE account_id = account.id AND id != ?1)
         AND NOT EXISTS (SELECT 1 FROM account AS other WHERE other.merged_into = account.id)`,
    ),
    of('DELETE FROM opportunity WHERE id = (SELECT opportunity_id FROM room WHERE id = ?1)'),
    ...OF_A_ROOM.map((table) => of(`DELETE FROM ${table} WHERE room_id = ?1`)),
    of('DELETE FROM room WHERE id = ?1'),
  ]);
  return true;
}

/** Every table whose rows are a room's. A test compares it with the schema. */
export const OF_A_ROOM = [
  'participant',
  'task',
  'room_event',
  'seen',
  'value_case',
  'objection',
  'answer',
  'answer_word',
  'mailed_key',
  'inbound_mail',
] as const;
