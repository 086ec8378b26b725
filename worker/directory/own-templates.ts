/** Templates that a workspace has made of its own rooms. */
import { and, asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import { title } from '#core/commands.ts';
import { dayIn, daysBetween } from '#core/due.ts';
import { ID_PATTERN, type TemplateId } from '#core/ids.ts';
import { can } from '#core/permissions.ts';
import { tasksOf } from '#core/plan.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import type { RoomView } from '#core/protocol.ts';
import type { RoomState } from '#core/room.ts';
import { read } from '../access/sellers.ts';
import { fresh } from '../access/tokens.ts';
import type { Env } from '../env.ts';
import type { Seller } from '../services.ts';
import { template } from './schema.ts';
import type { RoomTemplate, TemplateBody, TemplateTask } from './templates.ts';

export const naming = v.object({ name: title });
const MOST = 100;

export class OwnTemplates {
  readonly #db;

  constructor(env: Pick<Env, 'DB'>) {
    this.#db = drizzle(env.DB);
  }

  async list(seller: Seller): Promise<RoomTemplate[]> {
    const rows = await this.#db
      .select()
      .from(template)
      .where(eq(template.workspaceId, seller.workspace))
      .orderBy(asc(template.name))
      .limit(MOST);
    return rows.map(({ id, name, body }) => ({ key: id, name, summary: '', ...body }));
  }

  /** One of this workspace; another workspace's is as good as none. */
  async find(seller: Seller, key: string): Promise<RoomTemplate | undefined> {
    if (!ID_PATTERN.test(key)) return undefined;
    const [row] = await this.#db
      .select()
      .from(template)
      .where(and(eq(template.id, key as TemplateId), eq(template.workspaceId, seller.workspace)));
    return row && { key: row.id, name: row.name, summary: '', ...row.body };
  }

  /** Saves what a seller sees of a room. */
  async save(seller: Seller, view: RoomView, input: unknown): Promise<Result<{ template: TemplateId }>> {
    const asked = read(naming, input);
    if (!asked.ok) return asked;
    const me = view.state.people[view.me];
    if (!me || !can.saveTemplate(me)) return refuse('forbidden', 'not_for_your_side');
    if ((await this.list(seller)).length >= MOST) return refuse('too_many', 'too_many');
    const id = fresh<TemplateId>();
    await this.#db.insert(template).values({
      id,
      workspaceId: seller.workspace,
      name: asked.value.name,
      body: templateFrom(view.state),
      createdBy: seller.person,
      createdAt: new Date().toISOString(),
    });
    return done({ template: id });
  }

  async remove(seller: Seller, key: string): Promise<void> {
    await this.#db.delete(template).where(and(eq(template.id, key as TemplateId), eq(template.workspaceId, seller.workspace)));
  }
}

/** A room's plan without its people and its talk: sides instead of names, days from the start instead of dates. */
export function templateFrom(state: RoomState): TemplateBody {
  const opened = state.room ? dayIn('UTC', Date.parse(state.room.openedAt)) : '';
  const after = (date: string | null | undefined) => (date ? Math.max(0, daysBetween(opened, date)) : null);
  const tasks = tasksOf(state.plan);
  const groups = [{ id: null, title: null, date: null }, ...state.plan.milestones];
  const placeholders = Object.values(state.stakeholders.placeholders)
    .filter((one) => !one.removed)
    .map(({ side, what }) => ({ side, what }));
  return {
    ...(placeholders.length > 0 && { placeholders }),
    milestones: groups.flatMap((group) => {
      const own = tasks
        .filter((task) => task.milestone === group.id && task.kind !== 'objection')
        .map((task): TemplateTask => ({
          title: task.title,
          kind: task.kind,
          side: task.owners.some((id) => state.people[id]?.side === 'customer') ? 'customer' : 'seller',
          day: after(task.due?.date),
          description: task.description,
        }));
      return group.title === null && own.length === 0 ? [] : [{ title: group.title, day: after(group.date), tasks: own }];
    }),
  };
}
