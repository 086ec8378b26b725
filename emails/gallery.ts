/** Every mail in both languages with believable facts: what tests measure and people look at. */
import * as m from '#messages';
import { rejectReasons } from '#core/held-mail.ts';
import type { Locale } from '#core/people.ts';
import { broughtIn } from './brought-in.tsx';
import { code } from './code.tsx';
import { colleague } from './colleague.tsx';
import { deviceOut } from './device-out.tsx';
import { digest } from './digest.tsx';
import type {
  ColleagueFacts,
  DigestFacts,
  Frame,
  InvitationFacts,
  MeetingFacts,
  NewsFacts,
  Reader,
  Rendered,
  SaidFacts,
  TaskFacts,
  ValueFacts,
} from './facts.ts';
import { handed } from './handed.tsx';
import { invitation } from './invitation.tsx';
import { letGo } from './let-go.tsx';
import { meeting } from './meeting.tsx';
import { newDevice } from './new-device.tsx';
import { news, severalNews } from './news.tsx';
import { receipt } from './receipt.tsx';
import { planCheck } from './plan-check.tsx';
import { reflection } from './reflection.tsx';
import { notice } from './notice.tsx';
import { rejection } from './rejection.tsx';
import { reminder } from './reminder.tsx';
import { signIn } from './sign-in.tsx';

export interface Sample {
  name: string;
  locale: Locale;
  rendered: Rendered;
  /** What people wrote in it: it must stand whole in both parts. */
  said: string[];
}

const APP = 'https://room.example';
const REPLY = 'in.room.example';

/** The words of one deal; the same mails are made of each. */
export interface Deal {
  locale: Locale;
  buyer: Reader;
  seller: { name: string; email: string };
  sellerReader: Reader;
  colleague: string;
  workspace: string;
  account: string;
  room: string;
  note: string;
  tasks: { budget: string; demo: string; security: string; quote: string; value: string };
  description: string;
  short: string;
  long: string;
  agenda: { text: string; html: string };
  counter: string;
  rich: { text: string; html: string };
  internal: string;
  file: string;
  device: string;
  line: { title: string; hours: string; people: string; weeks: string; note: string; question: string; answer: string };
  details: { comments: string; promised: string; value: string };
  replySubject: string;
  receipt: string;
}

export const en: Deal = {
  locale: 'en',
  buyer: { name: 'Emma Keller', locale: 'en', zone: 'Europe/Berlin' },
  seller: { name: 'Li Dan', email: 'li.dan@northwind.example' },
  sellerReader: { name: 'Tom Reed', locale: 'en', zone: 'Asia/Shanghai' },
  colleague: 'Tom Reed',
  workspace: 'Northwind Systems',
  account: 'Contoso',
  room: 'Contoso roll-out',
  note: 'Good to meet you on Tuesday. I have put down what we agreed, and the two things that we need from you before the demo.\n\nBest wishes\nLi Dan',
  tasks: {
    budget: 'Send the budget approval',
    demo: 'Product demo with your own data',
    security: 'Security questionnaire',
    quote: 'Quotation for 14 seats',
    value: 'What the roll-out is worth',
  },
  description: 'One page is enough: amount, cost centre and who signs.\nThe template is in the files.',
  short: 'Finance has signed. The scan is attached, page 2 has the cost centre.',
  long: 'Two points before Friday.\n\nFirst, our team in Ulm works in shifts, so the demo has to be before 11:00. Second, we would like to see how the approval looks on a phone, because nobody on the floor sits at a desk. Could you bring an example with a rejected approval as well? That is the case that goes wrong most often today.\n\nThank you\nEmma',
  agenda: {
    text: '- Your own orders in the planning board\n- Approval on the phone\n- Questions',
    html: '<ul><li>Your own orders in the planning board</li><li>Approval on the phone</li><li>Questions</li></ul>',
  },
  counter: 'On Friday I am at the plant in Ulm.',
  rich: {
    text: 'Three options:\n\n- **Pilot** with 14 seats\n- Roll-out in Q1\n- Wait for the [audit report](https://contoso.example/audit)',
    html: '<p>Three options:</p><ul><li><strong>Pilot</strong> with 14 seats</li><li>Roll-out in Q1</li><li>Wait for the <a href="https://contoso.example/audit" rel="noopener nofollow noreferrer" target="_blank">audit report</a></li></ul>',
  },
  internal: 'Emma told me on the phone that the other bidder is 12 % below us. Let us keep the price and offer the training.',
  file: 'Budget approval 2027 – signed.pdf',
  device: 'Chrome, Windows',
  line: {
    title: 'Hours saved in counting stock',
    hours: 'h/week',
    people: 'people',
    weeks: 'weeks',
    note: 'Your Ulm team joins in March.',
    question: 'How do you handle data residency?',
    answer: 'Everything stays in Frankfurt, with a backup in Berlin.',
  },
  details: { comments: '3 new comments by Li Dan', promised: 'with Li Dan', value: 'Emma Keller changed “14 people” to “10 people”' },
  replySubject: 'Re: [Contoso roll-out] Send the budget approval',
  receipt: '“Send the budget approval” is marked as done, in your name.',
};

export const zh: Deal = {
  locale: 'zh-CN',
  buyer: { name: '陈伟', locale: 'zh-CN', zone: 'Asia/Shanghai' },
  seller: { name: '李丹', email: 'lidan@yunqi.example' },
  sellerReader: { name: '周敏', locale: 'zh-CN', zone: 'Asia/Shanghai' },
  colleague: '周敏',
  workspace: '云启软件',
  account: '华东制造',
  room: '华东制造 MES 项目',
  note: '陈总，周二的交流非常有收获。会上商定的事项我都整理进来了，演示之前有两件事需要您这边配合。\n\n李丹',
  tasks: {
    budget: '提供预算审批文件',
    demo: '用贵司产线数据做产品演示',
    security: '信息安全问卷',
    quote: '14 个席位的正式报价',
    value: '项目价值测算',
  },
  description: '一页即可：金额、成本中心、签批人。\n模板已放在资料区。',
  short: '财务已经签批，扫描件见附件，成本中心在第 2 页。',
  long: '周五之前有两点想先说明。\n\n第一，苏州工厂三班倒，演示最好安排在上午 11 点以前。第二，现场同事都不坐办公室，希望看看手机上审批的实际效果。能否再准备一个“审批被退回”的例子？现在最容易出问题的就是这个环节。\n\n谢谢！\n陈伟',
  agenda: {
    text: '- 用贵司真实工单演示排产\n- 手机审批\n- 答疑',
    html: '<ul><li>用贵司真实工单演示排产</li><li>手机审批</li><li>答疑</li></ul>',
  },
  counter: '周五我在苏州工厂，下周一上午可以。',
  rich: {
    text: '目前有三种方案：\n\n- **试点**：先上 14 个席位\n- 一季度全面推广\n- 等[审计报告](https://huadong.example/audit)出来再定',
    html: '<p>目前有三种方案：</p><ul><li><strong>试点</strong>：先上 14 个席位</li><li>一季度全面推广</li><li>等<a href="https://huadong.example/audit" rel="noopener nofollow noreferrer" target="_blank">审计报告</a>出来再定</li></ul>',
  },
  internal: '陈总电话里说另一家报价比我们低 12%。建议价格不动，把培训作为附加条件。',
  file: '2027年度预算审批（已签）.pdf',
  device: 'Chrome, Windows',
  line: {
    title: '盘点节省的工时',
    hours: '小时/周',
    people: '人',
    weeks: '周',
    note: '苏州团队三月加入。',
    question: '数据存放在哪里？',
    answer: '全部存放在上海，另在北京有一份备份。',
  },
  details: { comments: '李丹新增 3 条留言', promised: '由李丹负责', value: '陈伟把“14人”改为“10人”' },
  replySubject: '回复：[华东制造 MES 项目] 提供预算审批文件',
  receipt: '“发送预算批复”已以您的名义标记为完成。',
};

const url = (path: string): string => `${APP}${path}`;
const key = 'kq7wz3n5c2f6jx4t5b2m7d3avy';
const address = (start: string): string => `reply+${start}${key.slice(start.length)}@${REPLY}`;

export function samplesOf(deal: Deal): Sample[] {
  const { locale, buyer, seller, sellerReader } = deal;
  const shanghai = 'Asia/Shanghai';
  const frame = (reader: Reader): Frame => ({
    reader,
    mark: 'b7d1',
    roomName: deal.room,
    workspaceName: deal.workspace,
    url: url(`/join/${key}?lang=${locale}`),
    wishesUrl: url(`/unsubscribe/${key}?lang=${locale}`),
    ...(reader === buyer && { budget: { nth: 3, cap: 5 } }),
  });
  const task = (title: string, more: Partial<TaskFacts> = {}): TaskFacts => ({
    title,
    due: { date: '2026-11-27', time: '17:00', zone: shanghai },
    overdue: false,
    owners: [buyer.name],
    mine: true,
    url: url(`/join/${key}?task=${Array.from(title).length}&lang=${locale}`),
    ...more,
  });
  const said = (name: string, text: string, more: Partial<SaidFacts> = {}): SaidFacts => ({
    name,
    at: '2026-11-24T01:42:00Z',
    internal: false,
    text,
    html: null,
    files: [],
    ...more,
  });

  const samples: Sample[] = [];
  const add = (name: string, rendered: Rendered, words: string[] = []) => samples.push({ name, locale, rendered, said: words });

  const invited: InvitationFacts = {
    ...frame(buyer),
    from: { ...seller, side: 'seller' },
    accountName: deal.account,
    note: deal.note,
    asked: [task(deal.tasks.budget), task(deal.tasks.security, { due: { date: '2026-12-02', time: null, zone: shanghai } })],
    offered: task(deal.tasks.demo, { owners: [seller.name], mine: false, due: { date: '2026-11-27', time: '15:00', zone: shanghai } }),
  };
  add('invitation', invitation(invited), [deal.note]);
  add('invitation-bare', invitation({ ...invited, note: '', asked: [], offered: null }));
  add(
    'invitation-colleague',
    invitation({ ...invited, note: '', from: { name: deal.colleague, email: 'colleague@contoso.example', side: 'customer' } }),
  );

  const about = (more: Partial<NewsFacts>): NewsFacts => ({
    ...frame(buyer),
    because: 'comment',
    replyTo: address('n1'),
    actor: seller.name,
    task: task(deal.tasks.budget),
    description: '',
    said: [],
    internal: false,
    ...more,
  });
  add(
    'news-assigned',
    news(about({ because: 'assigned', description: deal.description, task: task(deal.tasks.budget, { answers: address('t4') }) })),
    [deal.description],
  );
  add(
    'news-requested',
    news(about({ because: 'assigned', task: task(deal.tasks.budget, { asksFile: true }), description: deal.description })),
  );
  const came = { name: seller.name, at: '2026-11-24T01:42:00Z', note: deal.short, url: url(`/join/${key}?view=materials`) };
  const materials = { because: 'material', actor: seller.name, task: null } as const;
  add(
    'news-materials',
    news(
      about({
        ...materials,
        materials: [
          { ...came, title: deal.tasks.budget, version: 1, size: 1_234_567 },
          { ...came, note: '', title: deal.room, version: 3, size: null },
        ],
      }),
    ),
    [deal.short],
  );
  add(
    'news-material-version',
    news(about({ ...materials, materials: [{ ...came, note: '', title: deal.tasks.budget, version: 2, size: 80_000 }] })),
  );
  add('news-mention', news(about({ because: 'mention', reader: sellerReader, actor: buyer.name, said: [said(buyer.name, deal.long)] })), [
    deal.long,
  ]);
  add(
    'news-comments',
    news(
      about({
        actor: deal.colleague,
        task: task(deal.tasks.budget, { overdue: true, due: { date: '2026-11-20', time: null, zone: shanghai } }),
        said: [
          said(seller.name, deal.rich.text, { html: deal.rich.html }),
          said(deal.colleague, deal.short, {
            at: '2026-11-24T01:44:00Z',
            files: [
              { name: deal.file, size: 2_411_724, url: url(`/join/${key}?file=1`) },
              { name: 'IMG_2041.jpeg', size: 61_440, url: url(`/join/${key}?file=2`) },
            ],
          }),
        ],
      }),
    ),
    [deal.rich.text, deal.short],
  );
  add('news-room', news(about({ task: null, actor: buyer.name, reader: sellerReader, said: [said(buyer.name, deal.short)] })), [
    deal.short,
  ]);
  const quote = { owners: [seller.name, deal.colleague], mine: false, due: null };
  add('news-completed', news(about({ because: 'completed', task: task(deal.tasks.quote, { ...quote, state: 'done' }) })));
  add('news-reopened', news(about({ because: 'reopened', task: task(deal.tasks.quote, quote) })));
  const asks = [deal.tasks.budget, deal.tasks.security, deal.tasks.demo].map((title, at) =>
    about({
      because: 'assigned',
      replyTo: address(`m${at}`),
      task: task(title, { answers: address(`m${at}`), url: url(`/join/${key}?task=m${at}&lang=${locale}`) }),
    }),
  );
  add('news-several-asked', severalNews(frame(buyer), asks));
  add(
    'news-several',
    severalNews(frame(buyer), [
      about({ because: 'mention', replyTo: address('m4'), said: [said(seller.name, deal.rich.text, { html: deal.rich.html })] }),
      ...asks.slice(1, 2),
      about({ because: 'completed', replyTo: address('m5'), task: task(deal.tasks.quote, { ...quote, state: 'done' }) }),
    ]),
    [deal.rich.text],
  );
  add('news-changed', news(about({ because: 'changed', task: task(deal.tasks.demo, { owners: [buyer.name, seller.name] }) })));
  add(
    'news-proposed',
    news(
      about({
        because: 'proposed',
        proposal: {
          by: seller.name,
          title: null,
          owners: [buyer.name, seller.name],
          due: { date: '2026-12-02', time: '10:00', zone: shanghai },
          replyTo: address('p1'),
        },
      }),
    ),
  );
  add('news-accepted', news(about({ because: 'accepted', actor: buyer.name, reader: sellerReader })));
  add('news-declined', news(about({ because: 'declined', actor: buyer.name, reader: sellerReader })));
  const late = task(deal.tasks.security, { overdue: true, due: { date: '2026-11-20', time: null, zone: shanghai } });
  add(
    'plan-check',
    planCheck({
      ...frame(buyer),
      sides: ['customer'],
      since: '2026-11-03T02:00:00Z',
      slipped: [task(deal.tasks.demo, { owners: [seller.name], mine: false })],
      overdue: [late],
      step: task(deal.tasks.demo, { owners: [seller.name], mine: false }),
      replyTo: address('c1'),
    }),
  );
  add(
    'plan-check-old',
    planCheck({
      ...frame(sellerReader),
      sides: ['seller', 'customer'],
      since: null,
      slipped: [],
      overdue: [],
      step: task(deal.tasks.quote, { mine: false, owners: [buyer.name] }),
      replyTo: address('c2'),
    }),
  );
  add('reflection', reflection({ ...frame(buyer), side: 'customer' }));
  add('reflection-seller', reflection({ ...frame(sellerReader), side: 'seller' }));
  add('reminder', reminder({ ...frame(buyer), tasks: [task(deal.tasks.budget, { answers: address('r1') })] }));
  add('reminder-over', reminder({ ...frame(buyer), tasks: [{ ...late, answers: address('r2') }] }));
  add(
    'reminder-many',
    reminder({ ...frame(buyer), tasks: [{ ...late, answers: address('r2') }, task(deal.tasks.budget, { answers: address('r1') })] }),
  );
  const line: ValueFacts = {
    title: deal.line.title,
    side: 'gain',
    currency: 'CNY',
    number: {
      unit: 'money',
      per: 'year',
      factors: [
        { label: '', value: 3, unit: deal.line.hours, by: 'system' },
        { label: '', value: 10, unit: deal.line.people, by: 'system' },
        { label: '', value: 46, unit: deal.line.weeks, by: 'system' },
        { label: '', value: 200, unit: '¥', by: 'system' },
      ],
      low: 276_000,
      high: 276_000,
    },
    was: { low: 386_400, high: 386_400 },
    factorsWere: [null, 14, null, null],
    owner: buyer.name,
    source: '',
    proposal: null,
    answer: 'proposes',
    url: url(`/rooms/${key}?view=value&thread=${key}&lang=${locale}`),
  };
  add('news-value', news(about({ because: 'value', actor: buyer.name, reader: sellerReader, task: null, value: line })));
  add(
    'news-value-proposed',
    news(
      about({
        because: 'value',
        task: null,
        value: {
          ...line,
          answer: 'sets',
          proposal: {
            by: seller.name,
            number: { unit: 'money', per: 'year', factors: [], low: 300_000, high: 320_000 },
            note: deal.line.note,
          },
        },
      }),
    ),
    [deal.line.note],
  );
  add(
    'news-value-new',
    news(
      about({
        because: 'value',
        task: null,
        value: { ...line, side: 'cost', number: null, was: null, factorsWere: [], answer: 'sets' },
      }),
    ),
  );
  const question = task(deal.line.question, { owners: [], mine: false, due: null, state: 'question' });
  add(
    'news-objection',
    news(about({ because: 'objection', actor: buyer.name, reader: sellerReader, task: question, description: deal.short })),
  );
  add('news-answer', news(about({ because: 'answer', task: question, said: [said(seller.name, deal.line.answer)] })), [deal.line.answer]);
  add(
    'news-question-closed',
    news(about({ because: 'completed', actor: buyer.name, reader: sellerReader, task: { ...question, state: 'answered' } })),
  );
  add(
    'news-internal',
    news(
      about({
        reader: sellerReader,
        internal: true,
        task: task(deal.tasks.quote, { owners: [seller.name], mine: false }),
        said: [said(seller.name, deal.internal, { internal: true })],
      }),
    ),
    [deal.internal],
  );

  const acted = { reader: buyer, mark: 'd17a', roomName: deal.room, workspaceName: deal.workspace, url: url(`/join/${key}`) };
  add(
    'receipt',
    receipt({
      ...acted,
      wishesUrl: url(`/unsubscribe/${key}`),
      changed: deal.receipt,
      about: deal.tasks.budget,
      canUndo: true,
      replyTo: address('u6'),
    }),
  );

  const meets = (more: Partial<MeetingFacts>): MeetingFacts => ({
    ...frame(buyer),
    because: 'set',
    actor: seller.name,
    title: deal.tasks.demo,
    slot: { date: '2026-11-27', time: '15:00', zone: shanghai, length: 60 },
    times: [],
    place: 'https://meet.example/atelier-demo',
    agenda: deal.agenda.text,
    agendaHtml: deal.agenda.html,
    attendees: [seller.name, buyer.name],
    replyTo: address('m1'),
    ...more,
  });
  const offered = [
    { date: '2026-11-27', time: '15:00', zone: shanghai, length: 60 },
    { date: '2026-11-30', time: '10:00', zone: shanghai, length: 60 },
    { date: '2026-12-01', time: '16:30', zone: shanghai, length: 90 },
  ].map((slot) => ({ slot, by: '', note: '' }));
  add('meeting-times', meeting(meets({ because: 'times', slot: null, times: offered })), [deal.agenda.text]);
  add('meeting-set', meeting(meets({})), [deal.agenda.text]);
  add('meeting-changed', meeting(meets({ because: 'changed', place: '', agenda: '', agendaHtml: null })));
  add('meeting-cancelled', meeting(meets({ because: 'cancelled' })));
  add(
    'meeting-counters',
    meeting(
      meets({
        because: 'counters',
        reader: sellerReader,
        actor: buyer.name,
        times: [{ slot: { date: '2026-11-30', time: '09:00', zone: buyer.zone, length: 60 }, by: buyer.name, note: deal.counter }],
      }),
    ),
    [deal.counter],
  );

  add('sign-in', signIn({ reader: sellerReader, workspaceName: deal.workspace, url: url(`/sign-in/${key}`), isNew: false, minutes: 15 }));
  add(
    'sign-in-new',
    signIn({ reader: sellerReader, workspaceName: deal.workspace, url: url(`/sign-in/${key}`), isNew: true, minutes: 60 }),
  );
  add('code', code({ reader: buyer, roomName: deal.room, code: '204817', minutes: 10, through: null }));
  add('code-through', code({ reader: buyer, roomName: deal.room, code: '730266', minutes: 10, through: seller.name }));
  const device = { reader: buyer, roomName: deal.room, device: deal.device, at: '2026-11-24T01:42:00Z' };
  add('new-device', newDevice({ ...device, url: url(`/join/${key}`) }));
  add('device-out', deviceOut({ ...device, mark: 'e0d1', contact: seller }));

  const concerns = [deal.tasks.budget, deal.tasks.security, deal.tasks.demo].map((title, index): TaskFacts => ({
    title,
    due: index === 2 ? { date: '2026-11-27', time: '17:00', zone: shanghai } : null,
    overdue: false,
    owners: index === 2 ? [deal.seller.name] : [],
    mine: false,
    url: '',
  }));
  const copied = {
    reader: buyer,
    mark: 'b7a1',
    roomName: deal.room,
    workspaceName: deal.workspace,
    accountName: deal.account,
    from: { name: deal.colleague, email: 'colleague@contoso.example' },
    replyTo: address('f6'),
  };
  add('brought-in', broughtIn({ ...copied, concerns }));
  const asked = {
    reader: buyer,
    mark: 'c81f',
    roomName: deal.room,
    workspaceName: deal.workspace,
    url: url(`/join/${key}?view=record`),
    wishesUrl: url(`/unsubscribe/${key}`),
  };
  const lines = [`${buyer.name} · ${buyer.zone}`];
  add('my-data', handed({ ...asked, what: { kind: 'data', lines, attached: true } }));
  add('my-data-big', handed({ ...asked, what: { kind: 'data', lines, attached: false } }));
  add('copy', handed({ ...asked, what: { kind: 'copy' } }));
  add('brought-in-early', broughtIn({ ...copied, concerns: [] }));

  for (const reason of rejectReasons) {
    const known = reason !== 'unknown_token';
    add(
      `rejection-${reason}`,
      rejection({
        reader: buyer,
        subject: deal.replySubject,
        reason,
        held: reason === 'other_sender' || reason === 'not_authenticated',
        roomName: known ? deal.room : null,
        limit: 25 * 1024 * 1024,
      }),
    );
  }

  const week: DigestFacts = {
    reader: buyer,
    mark: 'c93e',
    workspaceName: deal.workspace,
    more: 3,
    url: url(`/join/${key}`),
    wishesUrl: url(`/unsubscribe/${key}`),
    replyRoomName: deal.room,
    items: [
      {
        kind: 'owed',
        roomName: deal.room,
        title: deal.tasks.budget,
        due: { date: '2026-11-20', time: null, zone: shanghai },
        overdue: true,
        detail: '',
        url: url(`/join/${key}?task=1`),
        replyTo: address('a1'),
      },
      {
        kind: 'owed',
        roomName: deal.room,
        title: deal.tasks.security,
        due: { date: '2026-12-02', time: null, zone: shanghai },
        overdue: false,
        detail: '',
        url: url(`/join/${key}?task=2`),
        replyTo: address('b2'),
      },
      {
        kind: 'awaited',
        roomName: deal.room,
        title: deal.tasks.demo,
        due: { date: '2026-11-27', time: '17:00', zone: shanghai },
        overdue: false,
        detail: deal.details.promised,
        url: url(`/join/${key}?task=3`),
        replyTo: address('c3'),
      },
      {
        kind: 'changed',
        roomName: deal.room,
        title: deal.tasks.quote,
        due: null,
        overdue: false,
        detail: deal.details.comments,
        url: url(`/join/${key}?task=4`),
        replyTo: address('d4'),
      },
      {
        kind: 'changed',
        roomName: deal.room,
        title: deal.tasks.value,
        due: null,
        overdue: false,
        detail: deal.details.value,
        url: url(`/join/${key}?task=3#value`),
        replyTo: address('e5'),
      },
    ],
  };
  add('digest', digest(week));
  const still = week.items.slice(0, 2).map((item, nth) => ({
    ...item,
    kind: 'stalled' as const,
    roomName: nth === 0 ? deal.room : deal.account,
    detail: nth === 0 ? m.digest_stalled_theirs({ days: 9 }, { locale }) : m.digest_stalled_ours({ days: 6 }, { locale }),
  }));
  add('review', digest({ ...week, reader: sellerReader, items: [...still, ...week.items.slice(2)], review: { rooms: 14, stalled: 2 } }));
  add('digest-calm', digest({ ...week, items: week.items.slice(3, 4).map((item) => ({ ...item, roomName: deal.account })), more: 0 }));

  const joined: ColleagueFacts = {
    reader: sellerReader,
    from: seller,
    workspaceName: deal.workspace,
    url: url(`/sign-in/${key}`),
    minutes: 7 * 24 * 60,
  };
  add('colleague', colleague(joined));
  add('let-go', letGo({ reader: sellerReader, from: seller, workspaceName: deal.workspace }));
  add(
    'notice',
    notice({
      reader: sellerReader,
      workspaceName: deal.workspace,
      title: m.mail_ending_title({ count: 2 }, { locale }),
      lead: m.mail_ending_lead({ day: '2026-12-11' }, { locale }),
      lines: [deal.room, deal.account],
      button: m.mail_ending_button({}, { locale }),
      url: url('/settings/rooms'),
    }),
  );
  return samples;
}

export const gallery = (): Sample[] => [...samplesOf(en), ...samplesOf(zh)];
