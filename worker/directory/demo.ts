/**
 * The demo deals: what a new seller finds in their first room, and what `npm start` shows. Believable people at
 * addresses that belong to nobody (RFC 2606), so that no mail about them leaves the house.
 */
import { drizzle } from 'drizzle-orm/d1';
import { ROOM_THREAD } from '#core/audience.ts';
import { excerptOf } from '#core/deal.ts';
import type { FileFact } from '#core/discussion.ts';
import { addDays, dayIn, workday, type Due } from '#core/due.ts';
import type { RoomEvent, Via } from '#core/events.ts';
import type {
  AccountId,
  CommentId,
  MaterialId,
  MilestoneId,
  OpportunityId,
  ParticipantId,
  PersonId,
  PlaceholderId,
  RoomId,
  TaskId,
  ThreadId,
  ValueLineId,
  WorkspaceId,
} from '#core/ids.ts';
import type { Locale, Side } from '#core/people.ts';
import type { TaskKind } from '#core/plan.ts';
import type { Period, ValueKind, ValueWords } from '#core/value.ts';
import { fresh, idFor } from '../access/tokens.ts';
import { base64Lines, toBase64 } from '../base64.ts';
import { account, opportunity } from './schema.ts';
import { into } from './within.ts';
import type { Env } from '../env.ts';
import { storeFile } from '../files/store.ts';
import { mailKey } from '../mail/keys.ts';
import type { Chapter } from '../room/administration.ts';
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

  /** What is mailed to nobody: a newcomer's mailbox begins with a few mails, not with one for each line of a table. */
  quietly(by: Cast, events: RoomEvent[]): void {
    this.chapters.push({ by: by.id, via: 'app', events, quiet: true });
  }

  /** A question that somebody asks, as the plan has it. */
  question(title: string, asker: Cast, owners: Cast[], description = ''): { id: TaskId; events: RoomEvent[] } {
    const { id, event } = this.task(title, 'objection', owners, null, null, description);
    return { id, events: [event, { type: 'objection.raised', task: id, asker: asker.id, comment: null }] };
  }

  /** What a comment says for a criterion of the deal. */
  cites(criterion: string, by: Cast, said: RoomEvent, via: Via): RoomEvent {
    if (said.type !== 'comment.posted') throw new Error('only words are cited here');
    const { comment: of, thread, body } = said;
    const evidence = { kind: 'comment' as const, of, by: by.id, at: new Date().toISOString(), via, thread, excerpt: excerptOf(body) };
    return { type: 'deal.cited', criterion, evidence };
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

interface Line {
  id: ValueLineId;
  event: RoomEvent;
}

/** A line of the value case with the number that its teller gives it; `null` for one that nobody has put a number on. */
function line(
  side: 'gain' | 'cost',
  kind: ValueKind,
  title: string,
  ownerSide: Side,
  number: { low: number; high: number; per: Period; factors?: [value: number, unit: string][] } | null,
  words: Partial<Pick<ValueWords, 'expectation' | 'need' | 'motive' | 'source'>> & { by?: Cast } = {},
): Line {
  const id = fresh<ValueLineId>();
  const { by, ...said } = words;
  const factors = (number?.factors ?? []).map(([value, unit]) => ({ label: '', value, unit, by: by?.id ?? ('system' as const) }));
  return {
    id,
    event: {
      type: 'value.added',
      line: id,
      side,
      title,
      kind,
      expectation: '',
      need: '',
      motive: '',
      source: '',
      ...said,
      number: number && { unit: 'money', low: number.low, high: number.high, per: number.per, factors },
      ownerSide,
    },
  };
}

const link = (title: string, section: string, note: string, url: string): RoomEvent => ({
  type: 'material.added',
  material: fresh<MaterialId>(),
  title,
  section,
  note,
  content: { kind: 'link', url },
  audience: 'all',
  for: null,
});

const paper = (title: string, section: string, note: string, file: FileFact): RoomEvent => ({
  type: 'material.added',
  material: fresh<MaterialId>(),
  title,
  section,
  note,
  content: { kind: 'file', file },
  audience: 'all',
  for: null,
});

function commentOf(event: RoomEvent): CommentId {
  if (event.type !== 'comment.posted') throw new Error('not a comment');
  return event.comment;
}

/** The raw mail that a demo comment came by, so that its original can be opened. */
async function keepMail(env: Env, workspace: WorkspaceId, name: string, from: Cast, subject: string, text: string): Promise<string> {
  const id = await fixed<string>(workspace, `mail:${name}`);
  const encoded = (value: string) => `=?UTF-8?B?${toBase64(value)}?=`;
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
    base64Lines(text),
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
    .insert(into(account))
    .values({ id: accountId, workspaceId: of.workspace, name: accountName, domain: null, createdAt })
    .onConflictDoNothing();
  await db
    .insert(into(opportunity))
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
  const counted = story.comment(
    counts.id,
    said,
    [],
    [],
    await keepMail(env, of.workspace, 'counts', chen, '回复：[华东制造 · 智能仓储二期] 确认二期托盘数量', said),
  );
  story.did(chen, [counted], 'mail');
  story.did(lidan, [story.comment(counts.id, '收到，是我们的笔误。报价单明天按 4,800 个更新。')]);
  story.did(lidan, [story.comment(`${quote.id}:internal`, '按 4,800 个托盘算，折扣可以到 8%，再低要找周总批。', [zhou])]);
  story.did(zhao, [story.comment(terms.id, '违约金我们希望按日万分之三，其他条款法务没有意见。')]);
  story.did(chen, [story.missing('财务')]);
  story.did(lidan, [
    { type: 'stakeholder.cast', of: chen.id, roles: ['uses', 'champions'] },
    { type: 'stakeholder.cast', of: zhao.id, roles: ['checks'] },
  ]);

  const safety = line(
    'gain',
    'safety',
    '断网时产线不停',
    'seller',
    { low: 200_000, high: 300_000, per: 'year' },
    { source: '按同行业每年 2–3 次、每次 10 万元估算' },
  );
  story.quietly(chen, [
    { type: 'value.settled', currency: 'CNY', months: 36 },
    line(
      'gain',
      'time',
      '夜班少用叉车工',
      'customer',
      {
        low: 540_000,
        high: 540_000,
        per: 'year',
        factors: [
          [6, '人'],
          [90_000, '¥/人'],
        ],
      },
      {
        by: chen,
        expectation: '夜班不再靠加班顶',
        need: '旺季招不到叉车工',
        motive: '今年已经延误过两次发货',
        source: '人事部上一年度用工成本',
      },
    ).event,
    line(
      'gain',
      'quality',
      '减少错发和倒库',
      'customer',
      { low: 120_000, high: 180_000, per: 'year' },
      { by: chen, source: '仓库差错记录' },
    ).event,
    line(
      'cost',
      'effort',
      '停线切换与同事投入',
      'customer',
      { low: 80_000, high: 120_000, per: 'once' },
      { by: chen, need: '切换安排在春节停产期间' },
    ).event,
  ]);
  story.quietly(zhao, [
    line(
      'cost',
      'price',
      '设备与软件',
      'customer',
      { low: 1_480_000, high: 1_480_000, per: 'once' },
      { by: zhao, source: '9 月报价单，待更新' },
    ).event,
  ]);
  story.did(lidan, [safety.event]);
  story.quietly(zhao, [
    { type: 'value.stanced', line: safety.id, stance: 'doubts', range: null, note: '去年只断过一次网，影响没有这么大。' },
  ]);

  const lost = story.question('断网时已下发的任务会丢吗？', zhao, [lidan], '财务担心重复出库造成账实不符。');
  const answer = story.comment(lost.id, '不会。任务存在车载控制器里，恢复后按序号核对，重复的会被拒绝。周五的演示会当场断网给各位看。', [
    zhao,
  ]);
  story.did(zhao, lost.events);
  story.did(lidan, [answer]);
  story.quietly(lidan, [
    { type: 'objection.answered', task: lost.id, comment: commentOf(answer) },
    ...(pdf.ok ? [paper('松江仓布局图', '方案', '二期货架与 AGV 路线', pdf.value)] : []),
    link('断网续跑：现场录像', '方案', '同类仓库，4 分钟', 'https://yuncang.example/agv-offline'),
    {
      type: 'meeting.described',
      task: demo.id,
      place: '松江仓二楼会议室',
      agenda: '1. 真实布局上跑一遍\n2. 当场断网 30 分钟\n3. 赵经理关心的账实核对',
    },
    {
      type: 'deal.changed',
      amount: { minor: 148_000_000, currency: 'CNY' },
      close: story.day(34),
      source: '一期老客户',
      notes: '预算在财务，赵敏是关键。',
    },
    { type: 'deal.staged', stage: 'proposal' },
    { type: 'deal.claimed', criterion: 'economic_buyer', claimed: true },
    story.cites('metrics', chen, counted, 'mail'),
  ]);
  story.quietly(chen, [{ type: 'meeting.answered', task: demo.id, answer: 'accepted', note: '', stamp: null }]);
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
  const asked = story.comment(
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
  );
  story.did(anna, [asked], 'mail');
  story.did(lidan, [
    story.comment(security.id, 'In Frankfurt, with **no copy outside the EU**. The full answers follow this week.', [anna]),
  ]);
  story.did(mike, [story.comment(users.id, 'Munich is Jana. For Hamburg I will know on Thursday.')]);
  story.did(lidan, [story.missing('Finance'), { type: 'stakeholder.cast', of: mike.id, roles: ['decides'] }]);

  const waste = line(
    'gain',
    'savings',
    'Less over-ordering',
    'seller',
    { low: 8_000, high: 12_000, per: 'year' },
    { source: 'What two similar retailers saved' },
  );
  story.quietly(mike, [
    { type: 'value.settled', currency: 'EUR', months: 12 },
    line(
      'gain',
      'time',
      'Stock counts in half the time',
      'customer',
      {
        low: 30_912,
        high: 30_912,
        per: 'year',
        factors: [
          [12, 'h/week'],
          [2, 'stores'],
          [46, 'weeks'],
          [28, '€/h'],
        ],
      },
      {
        by: mike,
        expectation: 'No more counting after closing time',
        need: 'We can’t staff late shifts',
        motive: 'Two store managers have asked to leave',
        source: 'Shift plans',
      },
    ).event,
    line('cost', 'price', 'Licences', 'customer', { low: 9_600, high: 9_600, per: 'year' }, { by: mike, source: 'Your offer' }).event,
  ]);
  story.quietly(anna, [
    line(
      'gain',
      'revenue',
      'Fewer empty shelves',
      'customer',
      { low: 15_000, high: 25_000, per: 'year' },
      { by: anna, source: 'Lost sales report' },
    ).event,
    line('cost', 'training', 'Training the store staff', 'customer', { low: 3_000, high: 5_000, per: 'once' }, { by: anna }).event,
  ]);
  story.did(lidan, [waste.event]);
  story.quietly(anna, [
    { type: 'value.stanced', line: waste.id, stance: 'doubts', range: { low: 3_000, high: 5_000 }, note: 'Only for fresh food.' },
  ]);

  const notice = story.question('Can we stop after the trial without a notice period?', mike, [lidan]);
  const answer = story.comment(notice.id, 'Yes. The trial ends by itself after 30 days, and your counts stay yours as a file.', [mike]);
  const guide = await storeFile(env.FILES, room, {
    name: 'Trial-guide.pdf',
    body: samplePdf('Stock counting trial: the first week in two stores'),
  });
  story.did(mike, notice.events);
  story.did(lidan, [answer]);
  story.quietly(lidan, [
    { type: 'objection.answered', task: notice.id, comment: commentOf(answer) },
    ...(guide.ok ? [paper('Trial guide', 'Trial', 'The first week, day by day', guide.value)] : []),
    link('Security overview', 'Trial', 'For your IT: hosting, access, deletion', 'https://yuncang.example/security'),
    {
      type: 'meeting.described',
      task: review.id,
      place: 'https://meet.yuncang.example/contoso',
      agenda: '1. Hours counted in both stores\n2. What the managers say\n3. What a roll-out needs',
    },
    { type: 'deal.changed', amount: { minor: 2_400_000, currency: 'EUR' }, close: story.day(30), source: 'Trade fair', notes: '' },
    { type: 'deal.claimed', criterion: 'champion', claimed: true },
    story.cites('decision_criteria', anna, asked, 'mail'),
  ]);
  story.quietly(mike, [{ type: 'meeting.answered', task: review.id, answer: 'accepted', note: '', stamp: null }]);
  return { room, chapters: story.chapters };
}
