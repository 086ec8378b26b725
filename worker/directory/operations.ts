/** How the product itself is doing, for a workspace's owners: on their page, and by mail when something is wrong and when it is well again. */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import type { RoomId, WorkspaceId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import * as m from '#messages';
import { read } from '../access/sellers.ts';
import type { Env } from '../env.ts';
import type { OperationStatus, Seller } from '../services.ts';
import { alertKinds, sayAlert, type AlertKind } from './alerts.ts';
import { alert, beat, room as rooms, workspace } from './schema.ts';
import { ofAll, Within } from './within.ts';
import { inUse } from './rooms.ts';
import { tellOwners } from './shelf.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Owners hear of it when it lasts this long (ms). The cron comes every quarter of an hour. */
const LIMITS = { outbox: 30 * MINUTE, lag: 15 * MINUTE, cron: 40 * MINUTE };
/** Failed mails of this time (ms) count as something that is wrong. */
const RECENT = DAY;

const asked = v.object({ key: v.pipe(v.string('malformed'), v.maxLength(300, 'malformed')) });

export class Operations {
  readonly #env: Env;
  readonly #db;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
  }

  #postbox() {
    return this.#env.POSTBOX.get(this.#env.POSTBOX.idFromName('main'));
  }

  /** What the beats say: when the cron last ran, when the last summaries went out. ISO instants. */
  async #beats() {
    const rows = await this.#db.select().from(beat);
    const of = (name: 'cron' | 'digest') => rows.find((one) => one.name === name) ?? null;
    return { cron: of('cron'), digest: of('digest') };
  }

  /** To whom of these rooms' workspaces each belongs. */
  async #workspacesOf(ids: RoomId[]): Promise<Map<RoomId, WorkspaceId>> {
    const room = ofAll(rooms, 'the cron');
    const rows = await this.#db
      .select({ id: room.id, workspace: room.workspaceId })
      .from(room)
      .where(sql`${room.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
    return new Map(rows.map((one) => [one.id, one.workspace]));
  }

  async status(seller: Seller, now = Date.now()): Promise<Result<OperationStatus>> {
    if (seller.role !== 'owner') return refuse('forbidden', 'owners_only');
    const room = new Within(this.#env.DB, seller.workspace).rows(rooms);
    const [{ waiting, failed, lagging, hasTransport }, beats, [held]] = await Promise.all([
      this.#postbox().status(),
      this.#beats(),
      this.#db
        .select({ mails: sql<number>`coalesce(sum(${room.held}), 0)` })
        .from(room)
        .where(inUse(room)),
    ]);
    const names = await this.#namesOf(
      seller,
      [...waiting, ...failed, ...lagging].flatMap((one) => one.room ?? []),
    );
    const ours = <One extends { room: RoomId | null }>(all: One[]) => all.filter((one) => one.room && names.has(one.room));
    const [mine, late] = [ours(waiting), ours(lagging)];
    const status = {
      waiting: mine.reduce((sum, one) => sum + one.count, 0),
      oldest: mine.length > 0 ? Math.min(...mine.map((one) => one.oldest)) : null,
      failed: ours(failed).map(({ room: where, ...one }) => ({ ...one, roomName: (where && names.get(where)) ?? '' })),
      lagging: late.length,
      lagSince: late.length > 0 ? Math.min(...late.map((one) => one.since)) : null,
      cron: beats.cron ? Date.parse(beats.cron.at) : null,
      digest: beats.digest && { at: Date.parse(beats.digest.at), count: beats.digest.count },
      held: held?.mails ?? 0,
      hasTransport,
    };
    return done({ ...status, wrong: wrongWith(status, now).map(([kind]) => kind) });
  }

  /** Names of those of these rooms that are the seller's workspace's. */
  async #namesOf(seller: Seller, ids: RoomId[]): Promise<Map<RoomId, string>> {
    const room = new Within(this.#env.DB, seller.workspace).rows(rooms);
    const rows = await this.#db
      .select({ id: room.id, name: room.name })
      .from(room)
      .where(sql`${room.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
    return new Map(rows.map((one) => [one.id, one.name]));
  }

  /** Sends a mail that was given up once more. Only one of the workspace's own. */
  async again(seller: Seller, input: unknown): Promise<Result<null>> {
    if (seller.role !== 'owner') return refuse('forbidden', 'owners_only');
    const typed = read(asked, input);
    if (!typed.ok) return typed;
    const { failed } = await this.#postbox().status();
    const mail = failed.find((one) => one.key === typed.value.key);
    const own = mail?.room ? await this.#namesOf(seller, [mail.room]) : undefined;
    if (!mail?.room || !own?.has(mail.room) || !mail.canGoAgain) return refuse('not_found', 'no_such_mail');
    await this.#postbox().again(mail.key);
    return done(null);
  }

  /** Notes that the cron ran, after looking whether it ran in time and all else is well. Gives how many mails went to owners. */
  async beat(at: number, digests: number): Promise<{ alerts: number }> {
    const before = await this.#beats();
    const alerts = await this.#look(at, before.cron ? Date.parse(before.cron.at) : null);
    const note = (name: 'cron' | 'digest', count: number) => {
      const row = { name, at: new Date(at).toISOString(), count };
      return this.#db.insert(beat).values(row).onConflictDoUpdate({ target: beat.name, set: row });
    };
    await note('cron', 0);
    if (digests > 0) await note('digest', digests);
    return { alerts };
  }

  async #look(at: number, lastCron: number | null): Promise<number> {
    const { waiting, failed, lagging } = await this.#postbox().status();
    const own = await this.#workspacesOf([...waiting, ...failed, ...lagging].flatMap((one) => one.room ?? []));
    const isLate = lastCron !== null && at - lastCron > LIMITS.cron;
    const rows = await this.#db.select().from(alert);
    const touched = new Set([...own.values(), ...rows.map((one) => one.workspaceId)]);
    if (isLate) for (const one of await this.#db.select({ id: workspace.id }).from(workspace).limit(500)) touched.add(one.id);

    let told = 0;
    for (const id of touched) {
      const ours = <One extends { room: RoomId | null }>(all: One[]) => all.filter((one) => one.room && own.get(one.room) === id);
      const now = new Map(
        wrongWith(
          {
            oldest: Math.min(...ours(waiting).map((one) => one.oldest), at),
            failed: ours(failed),
            lagSince: Math.min(...ours(lagging).map((one) => one.since), at),
            cron: isLate ? lastCron : at,
          },
          at,
        ),
      );
      for (const kind of alertKinds) {
        const row = rows.find((one) => one.workspaceId === id && one.kind === kind);
        told += await this.#settle(id, kind, now.get(kind) ?? null, row, at);
      }
    }
    return told;
  }

  /** One kind of one workspace: told of once a day at most while it lasts, and once when it is over. */
  async #settle(
    id: WorkspaceId,
    kind: AlertKind,
    since: number | null,
    row: typeof alert.$inferSelect | undefined,
    at: number,
  ): Promise<number> {
    const where = sql`${alert.workspaceId} = ${id} AND ${alert.kind} = ${kind}`;
    const isRecent = row !== undefined && Date.parse(row.toldAt) > at - DAY;
    if (since === null) {
      if (row && !row.open && !isRecent) await this.#db.delete(alert).where(where);
      if (!row?.open) return 0;
      await this.#tell(id, kind, at, true);
      await this.#db.update(alert).set({ open: false }).where(where);
      return 1;
    }
    if (row?.open && isRecent) return 0;
    if (!isRecent) await this.#tell(id, kind, at, false);
    const told = { toldAt: isRecent ? row.toldAt : new Date(at).toISOString(), since: new Date(since).toISOString(), open: true };
    await this.#db
      .insert(alert)
      .values({ workspaceId: id, kind, ...told })
      .onConflictDoUpdate({ target: [alert.workspaceId, alert.kind], set: told });
    return isRecent ? 0 : 1;
  }

  async #tell(id: WorkspaceId, kind: AlertKind, at: number, isWell: boolean): Promise<void> {
    await tellOwners(this.#env, id, `alert/${kind}/${isWell ? 'well' : 'wrong'}/${id}/${Math.floor(at / MINUTE)}`, ({ locale }) => {
      const say = { locale };
      return {
        title: isWell ? m.mail_alert_well({}, say) : m.mail_alert_wrong({}, say),
        lead: isWell ? m.mail_alert_well_lead({}, say) : m.mail_alert_wrong_lead({}, say),
        lines: [sayAlert(kind, locale)],
        button: m.status_title({}, say),
        path: '/settings/status',
      };
    });
  }

  /** Forgets what was told of workspaces that are gone. */
  async sweep(): Promise<void> {
    await this.#db.delete(alert).where(sql`NOT EXISTS (SELECT 1 FROM workspace WHERE id = ${alert.workspaceId})`);
  }
}

/** What is wrong, and since when (epoch ms). */
function wrongWith(
  status: { oldest: number | null; failed: { at: number }[]; lagSince: number | null; cron: number | null },
  now: number,
): [AlertKind, number][] {
  const failed = status.failed.map((one) => one.at).filter((at) => at > now - RECENT);
  const since: Record<AlertKind, number | null> = {
    outbox: status.oldest !== null && now - status.oldest > LIMITS.outbox ? status.oldest : null,
    failed: failed.length > 0 ? Math.min(...failed) : null,
    lag: status.lagSince !== null && now - status.lagSince > LIMITS.lag ? status.lagSince : null,
    cron: status.cron !== null && now - status.cron > LIMITS.cron ? status.cron : null,
  };
  return alertKinds.flatMap((kind): [AlertKind, number][] => (since[kind] === null ? [] : [[kind, since[kind]]]));
}
