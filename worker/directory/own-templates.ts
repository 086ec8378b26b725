/** Templates that a workspace has made of its own rooms. */
import { asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import { title } from '#core/commands.ts';
import { dayIn, daysBetween } from '#core/due.ts';
import { ID_PATTERN, type TemplateId } from '#core/ids.ts';
import { can } from '#core/permissions.ts';
import { materialsOf, newest } from '#core/materials.ts';
import { checksOf, tasksOf } from '#core/plan.ts';
import { roomZone } from '#core/objections.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import type { RoomView } from '#core/protocol.ts';
import type { RoomState } from '#core/room.ts';
import { linesOf } from '#core/value.ts';
import { read } from '../access/sellers.ts';
import { fresh } from '../access/tokens.ts';
import type { Env } from '../env.ts';
import type { Seller } from '../services.ts';
import { template as templates } from './schema.ts';
import { into, Within } from './within.ts';
import type { RoomTemplate, TemplateBody, TemplateTask } from './templates.ts';

export const naming = v.object({ name: title });
const MOST = 100;

export class OwnTemplates {
  readonly #env: Pick<Env, 'DB'>;
  readonly #db;

  constructor(env: Pick<Env, 'DB'>) {
    this.#env = env;
    this.#db = drizzle(env.DB);
  }

  #of(seller: Seller): Within {
    return new Within(this.#env.DB, seller.workspace);
  }

  async list(seller: Seller): Promise<RoomTemplate[]> {
    const template = this.#of(seller).rows(templates);
    const rows = await this.#db.select().from(template).orderBy(asc(template.name)).limit(MOST);
    return rows.map(({ id, name, body }) => ({ key: id, name, summary: '', ...body }));
  }

  /** One of this workspace; another workspace's is as good as none. */
  async find(seller: Seller, key: string): Promise<RoomTemplate | undefined> {
    if (!ID_PATTERN.test(key)) return undefined;
    const template = this.#of(seller).rows(templates);
    const [row] = await this.#db
      .select()
      .from(template)
      .where(eq(template.id, key as TemplateId));
    return row && { key: row.id, name: row.name, summary: '', ...row.body };
  }

  /** Saves what a seller sees of a room, in the words of their own side. */
  async save(seller: Seller, view: RoomView, own: RoomState, input: unknown): Promise<Result<{ template: TemplateId; name: string }>> {
    const asked = read(naming, input);
    if (!asked.ok) return asked;
    const me = view.state.people[view.me];
    if (!me || !can.saveTemplate(me)) return refuse('forbidden', 'not_for_your_side');
    if ((await this.list(seller)).length >= MOST) return refuse('too_many', 'too_many');
    const id = fresh<TemplateId>();
    await this.#db.insert(into(templates)).values({
      id,
      workspaceId: seller.workspace,
      name: asked.value.name,
      body: templateFrom(view.state, own),
      createdBy: seller.person,
      createdAt: new Date().toISOString(),
    });
    return done({ template: id, name: asked.value.name });
  }

  /** Gives the name of what was removed; null if there was nothing. */
  async remove(seller: Seller, key: string): Promise<string | null> {
    const [row] = await this.#of(seller).remove(templates, (one) => eq(one.id, key as TemplateId));
    return row?.name ?? null;
  }
}

/** Sums of money as people write them: what something costs is for one customer. */
const PRICE =
  /(?:[¥$€£]|\b(?:CNY|RMB|USD|EUR|GBP)\b)\s*\d[\d.,]*\s*(?:k|m|bn|万|亿|million)?(?![\p{L}\d])|\d[\d.,]*\s*(?:万元|亿元|元|€|(?:CNY|RMB|USD|EUR|GBP)\b)/giu;

/** Takes the customer's names and all prices out of a text. */
function cleaner(state: RoomState): (text: string) => string {
  const theirs = Object.values(state.people).filter((one) => one.side === 'customer');
  const names = [state.room?.accountName ?? '', ...theirs.flatMap((one) => [one.email, one.name])].filter((one) => one.trim().length > 1);
  const longestFirst = names.sort((a, b) => b.length - a.length).map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = longestFirst.length > 0 ? new RegExp(longestFirst.join('|'), 'giu') : null;
  return (text) => {
    const customer = /\p{Script=Han}/u.test(text) ? '客户' : 'the customer';
    return (pattern ? text.replace(pattern, customer) : text).replace(PRICE, '…');
  };
}

/**
 * A room as it may serve the next customer: days from the start instead of dates, sides instead of names, no numbers, no talk.
 * `own` is the room as the selling side alone wrote it (`Room.ownWords`): what the customer added or put into words stays behind.
 */
export function templateFrom(state: RoomState, own: RoomState): TemplateBody {
  // In the zone that `Rooms.open` counted from, or every day is one off for whoever opens a room before their morning in UTC.
  const opened = state.room ? dayIn(roomZone(state), Date.parse(state.room.openedAt)) : '';
  const after = (date: string | null | undefined) => (date ? Math.max(0, daysBetween(opened, date)) : null);
  const clean = cleaner(state);
  const groups = [null, ...state.plan.milestones.flatMap((one) => own.plan.milestones.find(({ id }) => id === one.id) ?? [])];
  const kept = new Set(groups.map((one) => one?.id ?? null));
  const tasks = tasksOf(state.plan)
    .filter((task) => task.kind !== 'objection' && own.plan.tasks[task.id])
    .map((task) => ({ ...task, milestone: kept.has(task.milestone) ? task.milestone : null }));
  const grouped = groups.map((group) => ({ group, tasks: tasks.filter((task) => task.milestone === (group?.id ?? null)) }));
  const order = grouped.flatMap((one) => one.tasks.map(({ id }) => id));

  const milestones = grouped.flatMap(({ group, tasks: inIt }) => {
    const body = inIt.map((task): TemplateTask => {
      const words = own.plan.tasks[task.id] ?? task;
      const first = (task.after ?? []).map((id) => order.indexOf(id)).filter((at) => at >= 0);
      const checks = checksOf(words).map(({ text }) => clean(text));
      return {
        title: clean(words.title),
        kind: task.kind,
        side: task.owners.some((id) => state.people[id]?.side === 'customer') ? 'customer' : 'seller',
        day: after(task.due?.date),
        description: clean(words.description),
        ...(first.length > 0 && { after: first }),
        ...(checks.length > 0 && { checklist: checks }),
      };
    });
    const date = state.plan.milestones.find(({ id }) => id === group?.id)?.date;
    return group === null && body.length === 0 ? [] : [{ title: group && clean(group.title), day: after(date), tasks: body }];
  });
  const placeholders = Object.values(state.stakeholders.placeholders).flatMap(({ id, side, removed }) => {
    const what = own.stakeholders.placeholders[id]?.what;
    return removed || what === undefined ? [] : [{ side, what: clean(what) }];
  });
  return {
    milestones,
    ...(placeholders.length > 0 && { placeholders }),
    value: linesOf(state.value).flatMap(({ id, side }) => {
      const line = own.value.lines[id];
      return line ? [{ side, title: clean(line.title), kind: line.kind }] : [];
    }),
    materials: materialsOf(state.materials).flatMap(({ id, audience }) => {
      const material = own.materials.byId[id];
      const content = material && newest(material)?.content;
      if (!material || content?.kind !== 'link') return [];
      return [{ title: clean(material.title), section: clean(material.section), note: clean(material.note), url: content.url, audience }];
    }),
  };
}
