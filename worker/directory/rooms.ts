/** A seller's rooms: the list, and opening a new one with its account, opportunity, customer and first plan. */
import { and, asc, desc, eq, inArray, isNull, max, ne, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import { email, locale, name, qualificationRule } from '#core/commands.ts';
import type { QualificationRule } from '#core/deal.ts';
import { addDays, dayIn, isOverdue, workday, workingHours } from '#core/due.ts';
import type { RoomEvent } from '#core/events.ts';
import type {
  AccountId,
  CheckId,
  MaterialId,
  MilestoneId,
  OpportunityId,
  ParticipantId,
  PlaceholderId,
  RoomId,
  TaskId,
  ValueLineId,
  WorkspaceId,
} from '#core/ids.ts';
import { nextStep, openTasks, standstillOf } from '#core/next-step.ts';
import { isClosed } from '#core/qualification.ts';
import { likelyLocale, type Locale, type Participant, type Side } from '#core/people.ts';
import { likelyZone } from '#core/zones.ts';
import type { Task, TaskKind } from '#core/plan.ts';
import { currencyAt } from '#core/money.ts';
import { emptyValue } from '#core/value.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { emptyRoom, type RoomState } from '#core/room.ts';
import { nameFromAddress } from '#core/task-line.ts';
import { read } from '../access/sellers.ts';
import { fresh } from '../access/tokens.ts';
import type { Env } from '../env.ts';
import type { RoomRow, Seller, StepRow } from '../services.ts';
import { accountName, Accounts } from './accounts.ts';
import {
  account as accounts,
  objection,
  opportunity as opportunities,
  participant,
  room as rooms,
  seen,
  task,
  workspace,
} from './schema.ts';
import { columnsOf, into, type RowOf, type TableOf, Within } from './within.ts';
import { eraseRoom } from './shelf.ts';
import { OwnTemplates } from './own-templates.ts';
import { templateOf, type RoomTemplate } from './templates.ts';
import { roomStub } from '../room/stub.ts';

export const opening = v.object({
  email,
  account: accountName,
  /** Which account the customer is: one’s id, or `new`. Left out, the one of just this name, or a new one. */
  choice: v.optional(v.pipe(v.string('malformed'), v.maxLength(26, 'malformed'))),
  template: v.optional(v.string(), 'blank'),
  locale: v.optional(locale),
  name: v.optional(
    v.union([
      v.pipe(
        v.literal(''),
        v.transform(() => undefined),
      ),
      name,
    ]),
  ),
});

export interface Opening {
  roomName: string;
  customer: { name: string; email: string; locale: Locale; zone: string };
  template: RoomTemplate | undefined;
  demo: boolean;
  accountId: AccountId;
  accountName: string;
  /** The workspace's own rule of what qualifies a deal, if it has one. */
  rule?: QualificationRule | null;
}

/** The events that found a room: its facts, its first two people and what its template brings. */
export function foundingEvents(
  seller: Seller,
  what: Opening,
  ids: { room: RoomId; opportunity: OpportunityId; seller: ParticipantId; customer: ParticipantId },
  now: number,
): RoomEvent[] {
  const person = (id: ParticipantId, side: Side, one: Opening['customer']): RoomEvent => ({
    type: 'participant.added',
    participant: id,
    side,
    name: one.name,
    email: one.email,
    locale: one.locale,
    zone: one.zone,
    person: side === 'seller' ? seller.person : null,
    through: 'app',
    broughtBy: side === 'seller' ? null : ids.seller,
  });
  const events: RoomEvent[] = [
    {
      type: 'room.opened',
      room: ids.room,
      workspace: seller.workspace,
      workspaceName: seller.workspaceName,
      account: what.accountId,
      accountName: what.accountName,
      opportunity: ids.opportunity,
      name: what.roomName,
      demo: what.demo,
    },
    person(ids.seller, 'seller', seller),
    { type: 'participant.joined', participant: ids.seller },
    person(ids.customer, 'customer', what.customer),
  ];
  const currency = currencyAt(seller.zone);
  if (currency !== emptyValue.currency) events.push({ type: 'value.settled', currency, months: emptyValue.months });
  if (what.rule) events.push({ type: 'deal.ruled', rule: what.rule, follows: true });
  const today = dayIn(seller.zone, now);
  const tasks = (what.template?.milestones ?? []).flatMap((milestone) => milestone.tasks.map(() => fresh<TaskId>()));
  let place = 0;
  for (const milestone of what.template?.milestones ?? []) {
    const id = milestone.title === null ? null : fresh<MilestoneId>();
    const dayOf = (day: number | null) => (day === null ? null : workday(addDays(today, day)));
    if (id !== null && milestone.title !== null)
      events.push({ type: 'milestone.added', milestone: id, title: milestone.title, date: dayOf(milestone.day) });
    for (const one of milestone.tasks) {
      const task = tasks[place] ?? fresh<TaskId>();
      place += 1;
      const after = (one.after ?? []).flatMap((at) => tasks[at] ?? []);
      events.push({
        type: 'task.added',
        task,
        title: one.title,
        kind: one.kind,
        owners: [one.side === 'seller' ? ids.seller : ids.customer],
        due: one.day === null ? null : { date: workday(addDays(today, one.day)), time: null, zone: seller.zone },
        milestone: id,
        description: one.description ?? '',
        ...(after.length > 0 && { after }),
      });
      for (const text of one.checklist ?? []) events.push({ type: 'check.added', task, check: fresh<CheckId>(), text, before: null });
    }
  }
  for (const one of what.template?.placeholders ?? [])
    events.push({ type: 'placeholder.added', placeholder: fresh<PlaceholderId>(), ...one });
  for (const line of what.template?.value ?? [])
    events.push({
      type: 'value.added',
      line: fresh<ValueLineId>(),
      ...line,
      expectation: '',
      need: '',
      motive: '',
      source: '',
      number: null,
      ownerSide: 'seller',
    });
  for (const { url, ...words } of what.template?.materials ?? [])
    events.push({ type: 'material.added', material: fresh<MaterialId>(), ...words, content: { kind: 'link', url }, for: null });
  return events;
}

export class Rooms {
  readonly #env: Env;
  readonly #db;
  readonly #accounts;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
    this.#accounts = new Accounts(env);
  }

  #of(seller: Seller): Within {
    return new Within(this.#env.DB, seller.workspace);
  }

  async accounts(seller: Seller): Promise<{ id: AccountId; name: string }[]> {
    const account = this.#of(seller).rows(accounts);
    return this.#db
      .select({ id: account.id, name: account.name })
      .from(account)
      .where(isNull(account.mergedInto))
      .orderBy(asc(account.name))
      .limit(500);
  }

  /** Opens a room. The customer is added, not yet invited: nothing is mailed before the seller has seen it. */
  async open(seller: Seller, input: unknown): Promise<Result<{ room: RoomId }>> {
    const asked = read(opening, input);
    if (!asked.ok) return asked;
    const { email: address, account: typed, template: key, choice } = asked.value;
    if (address === seller.email) return refuse('conflict', 'already_here', 'email');
    const theirs = asked.value.locale ?? likelyLocale(typed, address);
    const theAccount = await this.#accounts.forRoom(seller, typed, address, choice);
    if (!theAccount.ok) return theAccount;
    const { id: accountId, name: called } = theAccount.value;
    const template = templateOf(theirs, key) ?? (await new OwnTemplates(this.#env).find(seller, key));
    return done({
      room: await this.found(seller, {
        roomName: template && template.key !== 'blank' ? `${called} · ${template.name}` : called,
        customer: {
          name: asked.value.name ?? nameFromAddress(address),
          email: address,
          locale: theirs,
          zone: likelyZone(address, theirs, seller.zone),
        },
        template,
        demo: false,
        accountId,
        accountName: called,
        rule: await this.qualification(seller.workspace),
      }),
    });
  }

  /** The opportunity that a room stands for. */
  async keepOpportunity(seller: Seller, one: { id: OpportunityId; accountId: AccountId; name: string }): Promise<void> {
    await this.#db
      .insert(into(opportunities))
      .values({ ...one, workspaceId: seller.workspace, createdAt: new Date().toISOString() })
      .onConflictDoNothing();
  }

  async found(
    seller: Seller,
    what: Opening,
    ids = { room: fresh<RoomId>(), opportunity: fresh<OpportunityId>(), seller: fresh<ParticipantId>(), customer: fresh<ParticipantId>() },
  ): Promise<RoomId> {
    await this.keepOpportunity(seller, { id: ids.opportunity, accountId: what.accountId, name: what.roomName });
    await roomStub(this.#env, ids.room).found([{ by: ids.seller, via: 'app', events: foundingEvents(seller, what, ids, Date.now()) }]);
    return ids.room;
  }

  /** The rooms that a seller is in, latest activity first, each with the next step of both sides. */
  async list(seller: Seller): Promise<RoomRow[]> {
    const room = this.#of(seller).rows(rooms);
    const rows = await this.#db
      .select({ room: columnsOf(room), me: participant.id })
      .from(participant)
      .innerJoin(room, eq(room.id, participant.roomId))
      .where(and(eq(participant.personId, seller.person), ne(participant.status, 'left'), inUse(room)))
      .orderBy(desc(room.lastActivityAt))
      .limit(200);
    const ids = rows.map((row) => row.room.id);
    if (ids.length === 0) return [];
    const inRooms = sql`IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
    const [people, tasks, questions, reads] = await Promise.all([
      this.#db
        .select()
        .from(participant)
        .where(sql`${participant.roomId} ${inRooms}`),
      this.#db
        .select()
        .from(task)
        .where(and(sql`${task.roomId} ${inRooms}`, isNull(task.completedAt), eq(task.removed, false))),
      this.#db
        .select()
        .from(objection)
        .where(and(sql`${objection.roomId} ${inRooms}`, ne(objection.state, 'accepted'), eq(objection.removed, false))),
      this.#db
        .select({ room: seen.roomId, participant: seen.participantId, seq: max(seen.seq) })
        .from(seen)
        .where(and(sql`${seen.roomId} ${inRooms}`, inArray(seen.participantId, rows.map((row) => row.me).slice(0, 90))))
        .groupBy(seen.roomId, seen.participantId),
    ]);
    const now = Date.now();
    return rows.map(({ room: one, me }) => {
      const state = picture(
        one,
        people.filter((row) => row.roomId === one.id),
        tasks.filter((row) => row.roomId === one.id),
      );
      const standstill = isClosed(one.stage) ? null : standstillOf(state, now, seller.zone);
      const read = reads.find((row) => row.room === one.id && row.participant === me)?.seq ?? 0;
      return {
        room: one.id,
        name: one.name,
        account: one.accountId,
        accountName: one.accountName,
        stage: one.stage,
        qualified: one.qualified,
        confirmed: one.confirmed,
        needed: one.needed,
        amount: one.amount !== null && one.currency ? { minor: one.amount, currency: one.currency } : null,
        close: one.close,
        source: one.source,
        slipped: one.slipped,
        demo: one.demo,
        lastActivityAt: one.lastActivityAt,
        unread: one.lastCommentBy !== me && one.lastCommentSeq > read,
        overdue: openTasks(state).filter((open) => open.due && isOverdue(open.due, now)).length,
        objections: waiting(
          questions.filter((row) => row.roomId === one.id),
          now,
        ),
        stalled: standstill && { on: standstill.on, days: standstill.days },
        held: one.held,
        seller: step(state, 'seller'),
        customer: step(state, 'customer'),
      };
    });
  }

  /** The workspace's own rule of what qualifies a deal; null where it goes by the default. */
  async qualification(id: WorkspaceId): Promise<QualificationRule | null> {
    const [row] = await this.#db.select({ rule: workspace.qualification }).from(workspace).where(eq(workspace.id, id));
    return row?.rule ?? null;
  }

  /** Changes the rule, and with it every room of the workspace that goes by it. Doing it again finishes what was interrupted. */
  async setQualification(seller: Seller, input: unknown): Promise<Result<QualificationRule>> {
    const asked = read(qualificationRule, input);
    if (!asked.ok) return asked;
    const rule = asked.value;
    if (rule.framework === 'own' && rule.own.length === 0) return refuse('invalid', 'no_criteria', 'own');
    await this.#db.update(workspace).set({ qualification: rule }).where(eq(workspace.id, seller.workspace));
    const room = this.#of(seller).rows(rooms);
    const all = await this.#db.select({ id: room.id }).from(room);
    for (let start = 0; start < all.length; start += 10) {
      await Promise.all(
        all.slice(start, start + 10).map(({ id }) => roomStub(this.#env, id).takeRule(rule, { person: seller.person, name: seller.name })),
      );
    }
    return done(rule);
  }

  /** Erases the demo rooms. */
  async removeDemo(seller: Seller): Promise<void> {
    const room = this.#of(seller).rows(rooms);
    const demos = await this.#db.select({ id: room.id }).from(room).where(eq(room.demo, true));
    for (const { id } of demos) await eraseRoom(this.#env, id);
  }
}

/** Neither put away nor deleted. */
export const inUse = (room: TableOf<typeof rooms>): SQL | undefined => and(isNull(room.archivedAt), isNull(room.erasedAfter));

/** As much of a room's state as D1's rows give: enough for the core's own rules about next steps and standstill. */
export function picture(
  where: RowOf<typeof rooms>,
  people: (typeof participant.$inferSelect)[],
  tasks: (typeof task.$inferSelect)[],
): RoomState {
  const asTask = (row: (typeof tasks)[number]): Task => ({
    id: row.id,
    title: row.title,
    kind: row.kind as TaskKind,
    owners: row.owners,
    due: row.due,
    milestone: null,
    description: '',
    ...(row.after && { after: row.after }),
    addedBy: 'system',
    addedAt: '',
    completedAt: row.completedAt,
    completedBy: null,
    removed: row.removed,
  });
  const asParticipant = (row: (typeof people)[number]): Participant => ({
    id: row.id,
    side: row.side,
    name: row.name,
    email: row.email,
    locale: row.locale,
    zone: row.zone,
    status: row.status,
    broughtBy: null,
    through: 'app',
    person: row.personId,
    mail: row.mail,
    trouble: row.trouble,
  });
  return {
    ...emptyRoom,
    truth: {
      ...emptyRoom.truth,
      acted: { seller: where.sellerActedAt ?? where.openedAt, customer: where.customerActedAt ?? where.openedAt },
    },
    people: Object.fromEntries(people.map((row) => [row.id, asParticipant(row)])),
    plan: { milestones: [], tasks: Object.fromEntries(tasks.map((row) => [row.id, asTask(row)])), order: tasks.map((row) => row.id) },
  };
}

/** How many questions wait, and the oldest's working hours. */
function waiting(questions: (typeof objection.$inferSelect)[], now: number): RoomRow['objections'] {
  const [oldest] = [...questions].sort((a, b) => (a.askedAt < b.askedAt ? -1 : 1));
  return { count: questions.length, hours: oldest ? workingHours(Date.parse(oldest.askedAt), now, oldest.zone) : 0 };
}

function step(state: RoomState, side: Side): StepRow | null {
  const next = nextStep(state, side);
  return next && { task: next.id, title: next.title, due: next.due, owners: next.owners.flatMap((id) => state.people[id]?.name ?? []) };
}
