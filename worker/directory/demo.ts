/**
 * The demo deals: what a new seller finds in their first room, and what `npm start` shows. Believable people at
 * addresses that belong to nobody (RFC 2606), so that no mail about them leaves the house.
 */
import { drizzle } from 'drizzle-orm/d1';
import { ROOM_THREAD } from '#core/audience.ts';
import type { FileFact } from '#core/discussion.ts';
import { addDays, dayIn, workday, type Due } from '#core/due.ts';
import type { RoomEvent, Via } from '#core/events.ts';
import type {
  AccountId,
  CommentId,
  MilestoneId,
  OpportunityId,
  ParticipantId,
  PersonId,
  PlaceholderId,
  RoomId,
  TaskId,
  ThreadId,
  WorkspaceId,
} from '#core/ids.ts';
import type { Locale, Side } from '#core/people.ts';
import type { TaskKind } from '#core/plan.ts';
import { fresh, idFor } from '../access/tokens.ts';
import { account, opportunity } from './schema.ts';
import type { Env } from '../env.ts';
import { storeFile } from '../files/store.ts';
import { mailKey } from '../mail/inbound.ts';
import type { Chapter } from '../room/object.ts';
import { roomStub } from '../room/stub.ts';
import { samplePdf } from './sample-pdf.ts';

/** A person of the selling side, with the workspace the demo is for. */
export interface DemoSeller {
  person: PersonId;
  name: string;
  email: string;
  locale: Locale;
  zone: string;
  workspace: WorkspaceId;
  workspaceName: string;
}

/** Ids of a workspace's demo are always the same, so that making it twice makes it once. */
const fixed = <Id extends string>(workspace: WorkspaceId, name: string): Promise<Id> =>
  idFor<Id>(new TextEncoder().encode(`demo:${workspace}:${name}`));

interface Cast {
  id: ParticipantId;
  side: Side;
  name: string;
  email: string;
  locale: Locale;
  zone: string;
  person: PersonId | null;
}

/** Writes a room's story: who did what, in order. */
class Story {
  readonly chapters: Chapter[] = [];
  readonly zone: string;
  readonly #today: string;

  constructor(zone: string) {
    this.zone = zone;
    this.#today = dayIn(zone, Date.now());
  }

  did(by: Cast, events: RoomEvent[], via: Via = 'app'): void {
    this.chapters.push({ by: by.id, via, events });
  }

  due(days: number, time: string | null = null): Due {
    // What is to come falls on working days.
    const date = addDays(this.#today, days);
    return { date: days > 0 ? workday(date) : date, time, zone: this.zone };
  }

  day(days: number): string {
    return addDays(this.#today, days);
  }

  added(one: Cast, by: Cast): RoomEvent {
    return {
      type: 'participant.added',
      participant: one.id,
      side: one.side,
      name: one.name,
      email: one.email,
      locale: one.locale,
      zone: one.zone,
      person: one.person,
      through: 'app',
      broughtBy: one.id === by.id ? null : by.id,
    };
  }

  missing(what: string): RoomEvent {
    return { type: 'placeholder.added', placeholder: fresh<PlaceholderId>(), side: 'customer', what };
  }

  milestone(title: string, days: number): { id: MilestoneId; event: RoomEvent } {
    const id = fresh<MilestoneId>();
    return { id, event: { type: 'milestone.added', milestone: id, title, date: this.day(days) } };
  }

  task(
    title: string,
    kind: TaskKind,
    owners: Cast[],
    due: Due | null,
    milestone: MilestoneId | null,
    description = '',
  ): { id: TaskId; event: RoomEvent } {
    const id = fresh<TaskId>();
    return { id, event: { type: 'task.added', task: id, title, kind, owners: owners.map((one) => one.id), due, milestone, description } };
  }

  comment(
    thread: TaskId | 'room' | `${string}:internal`,
    body: string,
    mentions: Cast[] = [],
    files: FileFact[] = [],
    mail: string | null = null,
  ): RoomEvent {
    return {
      type: 'comment.posted',
      comment: fresh<CommentId>(),
      thread: (thread === 'room' ? ROOM_THREAD : thread) as ThreadId,
      body,
      mentions: mentions.map((one) => one.id),
      files,
      mail,
    };
  }
}

/** The raw mail that a demo comment came by, so that its original can be opened. */
async function keepMail(env: Env, workspace: WorkspaceId, name: string, from: Cast, subject: string, text: string): Promise<string> {
  const id = await fixed<string>(workspace, `mail:${name}`);
  const encoded = (value: string) => `=?UTF-8?B?${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}?=`;
  const body = btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/.{76}/g, '$&\r\n');
  const raw = [
    `From: ${encoded(from.name)} <${from.email}>`,
    `To: reply@${env.REPLY_DOMAIN}`,
    `Subject: ${encoded(subject)}`,
    `Message-ID: <${id}@demo.example>`,
    `Date: ${new Date().toUTCString()}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    body,
    '',
  ].join('\r\n');
  await env.FILES.put(mailKey(id), raw);
  return id;
}

async function opened(
  env: Env,
  of: DemoSeller,
  key: DemoKey,
  accountName: string,
  roomName: string,
): Promise<{ room: RoomId; event: RoomEvent }> {
  const db = drizzle(env.DB);
  const room = await demoRoomId(of.workspace, key);
  const accountId = await fixed<AccountId>(of.workspace, `${key}:account`);
  const opportunityId = await fixed<OpportunityId>(of.workspace, `${key}:opportunity`);
  const createdAt = new Date().toISOString();
  await db
    .insert(account)
    .values({ id: accountId, workspaceId: of.workspace, name: accountName, domain: null, createdAt })
    .onConflictDoNothing();
  await db
    .insert(opportunity)
    .values({ id: opportunityId, workspaceId: of.workspace, accountId, name: roomName, createdAt })
    .onConflictDoNothing();
  return {
    room,
    event: {
      type: 'room.opened',
      room,
      workspace: of.workspace,
      workspaceName: of.workspaceName,
      account: accountId,
      accountName,
      opportunity: opportunityId,
      name: roomName,
      demo: true,
    },
  };
}

export type DemoKey = 'huadong' | 'contoso';

export const demoRoomId = (workspace: WorkspaceId, key: DemoKey): Promise<RoomId> => fixed<RoomId>(workspace, key);

/**
 * The demo deal in a seller's own language. A colleague, if there is one, is in it too. `quiet`: nobody is mailed about
 * what happened in the story.
 */
export async function openDemo(
  env: Env,
  key: DemoKey,
  of: DemoSeller,
  { colleague = null, quiet }: { colleague?: DemoSeller | null; quiet: boolean },
): Promise<RoomId> {
  const { room, chapters } = key === 'huadong' ? await huadong(env, of, colleague) : await contoso(env, of);
  await roomStub(env, room).found(chapters, quiet);
  return room;
}

interface Told {
  room: RoomId;
  chapters: Chapter[];
}

const sellerCast = async (key: DemoKey, one: DemoSeller): Promise<Cast> => ({
  id: await fixed(one.workspace, `${key}:${one.person}`),
  side: 'seller',
  name: one.name,
  email: one.email,
  locale: one.locale,
  zone: one.zone,
  person: one.person,
});

async function huadong(env: Env, of: DemoSeller, colleague: DemoSeller | null): Promise<Told> {
  const zone = 'Asia/Shanghai';
  const story = new Story(zone);
  const { room, event } = await opened(env, of, 'huadong', '华东制造', '华东制造 · 智能仓储二期');
  const lidan = await sellerCast('huadong', of);
  const zhou = colleague ? await sellerCast('huadong', colleague) : lidan;
  const chen: Cast = {
    id: await fixed(of.workspace, 'chenwei'),
    side: 'customer',
    name: '陈伟',
    email: 'chenwei@huadong-mfg.example',
    locale: 'zh-CN',
    zone,
    person: null,
  };
  const zhao: Cast = {
    id: await fixed(of.workspace, 'zhaomin'),
    side: 'customer',
    name: '赵敏',
    email: 'zhaomin@huadong-mfg.example',
    locale: 'zh-CN',
    zone,
    person: null,
  };

  const m1 = story.milestone('方案确认', -2);
  const m2 = story.milestone('合同与付款', 12);
  const survey = story.task('现场勘查，确认 AGV 路线', 'task', [zhou], story.due(-6), m1.id);
  const demo = story.task(
    '产品演示：断网续跑',
    'demo',
    [lidan, chen],
    story.due(3, '15:00'),
    m1.id,
    '演示 AGV 断网 30 分钟内继续执行已下发任务。',
  );
  const counts = story.task('确认二期托盘数量', 'task', [chen], story.due(-1), m1.id);
  const quote = story.task('发送更新后的报价单', 'material', [lidan], story.due(1), m2.id);
  const terms = story.task(
    '法务审核付款条件',
    'task',
    [zhao],
    story.due(6),
    m2.id,
    '付款按 3-4-3：合同后 30%，到货验收 40%，试运行满一个月 30%。',
  );

  story.did(lidan, [
    event,
    story.added(lidan, lidan),
    { type: 'participant.joined', participant: lidan.id },
    ...(colleague ? [story.added(zhou, lidan), { type: 'participant.joined' as const, participant: zhou.id }] : []),
    story.added(chen, lidan),
    story.added(zhao, lidan),
    m1.event,
    m2.event,
    survey.event,
    demo.event,
    counts.event,
    quote.event,
    terms.event,
  ]);
  story.did(zhou, [{ type: 'task.completed', task: survey.id }]);
  story.did(chen, [{ type: 'participant.joined', participant: chen.id }]);
  story.did(zhao, [{ type: 'participant.joined', participant: zhao.id }]);
  story.did(lidan, [
    story.comment('room', '陈经理、赵经理好，二期的计划都放在这里了，大家随时改。周五的演示我会用贵司松江仓的真实布局。', [chen, zhao]),
  ]);
  const pdf = await storeFile(env.FILES, room, {
    name: 'Songjiang-warehouse-layout.pdf',
    body: samplePdf('Songjiang warehouse, phase 2: layout and pallet positions'),
  });
  if (pdf.ok) {
    story.did(zhou, [
      story.comment(survey.id, '勘查完成，布局图见附件。货架区 B3 的通道只有 2.1 米，建议换窄体车型。', [chen], [pdf.value]),
    ]);
  }
  const said = '方案第 12 页的托盘数量不对，应该是 4,800 个，不是 480 个。请更新后再报价。';
  story.did(
    chen,
    [
      story.comment(
        counts.id,
        said,
        [],
        [],
        await keepMail(env, of.workspace, 'counts', chen, '回复：[华东制造 · 智能仓储二期] 确认二期托盘数量', said),
      ),
    ],
    'mail',
  );
  story.did(lidan, [story.comment(counts.id, '收到，是我们的笔误。报价单明天按 4,800 个更新。')]);
  story.did(lidan, [story.comment(`${quote.id}:internal`, '按 4,800 个托盘算，折扣可以到 8%，再低要找周总批。', [zhou])]);
  story.did(zhao, [story.comment(terms.id, '违约金我们希望按日万分之三，其他条款法务没有意见。')]);
  story.did(chen, [story.missing('财务')]);
  story.did(lidan, [
    { type: 'stakeholder.cast', of: chen.id, roles: ['uses', 'champions'] },
    { type: 'stakeholder.cast', of: zhao.id, roles: ['checks'] },
  ]);
  return { room, chapters: story.chapters };
}

async function contoso(env: Env, of: DemoSeller): Promise<Told> {
  const zone = 'Europe/Berlin';
  const story = new Story(zone);
  const { room, event } = await opened(env, of, 'contoso', 'Contoso Retail', 'Contoso Retail · Stock counting trial');
  const lidan = await sellerCast('contoso', of);
  const mike: Cast = {
    id: await fixed(of.workspace, 'mike'),
    side: 'customer',
    name: 'Mike Turner',
    email: 'mike.turner@contoso-retail.example',
    locale: 'en',
    zone,
    person: null,
  };
  const anna: Cast = {
    id: await fixed(of.workspace, 'anna'),
    side: 'customer',
    name: 'Anna Schmidt',
    email: 'anna.schmidt@contoso-retail.example',
    locale: 'en',
    zone,
    person: null,
  };

  const m1 = story.milestone('Try it in two stores', 9);
  const m2 = story.milestone('Decide', 24);
  const setup = story.task('Set up the trial for Munich and Hamburg', 'task', [lidan], story.due(-4), m1.id);
  const users = story.task('Name the store managers who take part', 'task', [mike], story.due(-2), m1.id);
  const count = story.task(
    'Count one aisle with the app',
    'task',
    [mike, anna],
    story.due(5),
    m1.id,
    'One aisle in each store, with the old way and the app side by side.',
  );
  const review = story.task('Trial review call', 'meeting', [lidan, mike], story.due(9, '10:00'), m1.id);
  const security = story.task('Answers to the security questionnaire', 'material', [lidan], story.due(4), m2.id);
  const decision = story.task('Decision on the roll-out', 'task', [mike], story.due(24), m2.id);

  story.did(lidan, [
    event,
    story.added(lidan, lidan),
    { type: 'participant.joined', participant: lidan.id },
    story.added(mike, lidan),
    story.added(anna, lidan),
    m1.event,
    m2.event,
    setup.event,
    users.event,
    count.event,
    review.event,
    security.event,
    decision.event,
  ]);
  story.did(lidan, [{ type: 'task.completed', task: setup.id }]);
  story.did(mike, [{ type: 'participant.joined', participant: mike.id }]);
  story.did(anna, [{ type: 'participant.joined', participant: anna.id }]);
  story.did(lidan, [
    story.comment('room', 'Welcome! Both stores are set up. The plan is ours together: move dates and add what is missing.', [mike]),
  ]);
  const said = 'Where is the data kept: in the EU or in Singapore? Our IT needs to know before the trial starts.';
  story.did(
    anna,
    [
      story.comment(
        security.id,
        said,
        [],
        [],
        await keepMail(
          env,
          of.workspace,
          'security',
          anna,
          'Re: [Contoso Retail · Stock counting trial] Answers to the security questionnaire',
          said,
        ),
      ),
    ],
    'mail',
  );
  story.did(lidan, [
    story.comment(security.id, 'In Frankfurt, with **no copy outside the EU**. The full answers follow this week.', [anna]),
  ]);
  story.did(mike, [story.comment(users.id, 'Munich is Jana. For Hamburg I will know on Thursday.')]);
  story.did(lidan, [story.missing('Finance'), { type: 'stakeholder.cast', of: mike.id, roles: ['decides'] }]);
  return { room, chapters: story.chapters };
}
