/** Room templates: a plan with relative dates, in both languages. */
import type { Audience } from '#core/audience.ts';
import type { Locale, Side } from '#core/people.ts';
import type { TaskKind } from '#core/plan.ts';
import type { costKinds, gainKinds, ValueKind } from '#core/value.ts';

type GainKind = (typeof gainKinds)[number];
type CostKind = (typeof costKinds)[number];

export interface TemplateTask {
  title: string;
  kind: TaskKind;
  side: Side;
  /** Days after the room is opened; null for a task without a date. */
  day: number | null;
  description?: string;
  /** Tasks that come first, by their places among all tasks of the template. */
  after?: number[];
  checklist?: string[];
}

/** A gain or a cost to talk about. Its number is for the two sides to say. */
export interface TemplateLine {
  side: 'gain' | 'cost';
  title: string;
  kind: ValueKind;
}

/** A link; files stay with the room they were made for. */
export interface TemplateMaterial {
  title: string;
  section: string;
  note: string;
  url: string;
  audience: Audience;
}

/** What a room begins with. */
export interface TemplateBody {
  /** A milestone without a title holds the tasks that belong to none. */
  milestones: { title: string | null; day: number | null; tasks: TemplateTask[] }[];
  /** Functions that such a purchase needs, and that nobody is named for at first. */
  placeholders?: { side: Side; what: string }[];
  value?: TemplateLine[];
  materials?: TemplateMaterial[];
}

export interface RoomTemplate extends TemplateBody {
  /** One of ours by name, or the id of one that the workspace has saved. */
  key: string;
  name: string;
  summary: string;
}

const gain = (kind: GainKind, title: string): TemplateLine => ({ side: 'gain', title, kind });
const cost = (kind: CostKind, title: string): TemplateLine => ({ side: 'cost', title, kind });
const t = (side: Side, day: number, title: string, kind: TaskKind = 'task'): TemplateTask => ({ title, kind, side, day });

const missing = (...what: string[]): TemplateBody['placeholders'] => what.map((one) => ({ side: 'customer', what: one }));

const en: RoomTemplate[] = [
  { key: 'blank', name: 'Blank', summary: 'An empty plan to fill together', milestones: [] },
  {
    key: 'trial',
    name: 'SaaS trial',
    summary: 'From first demo to a decision in four weeks',
    value: [
      gain('time', 'Hours saved every week'),
      gain('quality', 'Fewer mistakes and less rework'),
      cost('price', 'Licences'),
      cost('effort', 'Our own time for the trial and the set-up'),
      cost('training', 'Training the users'),
    ],
    milestones: [
      {
        title: 'See it work',
        day: 5,
        tasks: [
          t('seller', 2, 'Share a short overview and pricing', 'material'),
          t('seller', 5, 'Product demo with your own example', 'demo'),
          t('customer', 4, 'Name who should take part in the trial'),
        ],
      },
      {
        title: 'Try it',
        day: 19,
        tasks: [
          t('seller', 7, 'Set up the trial workspace'),
          t('customer', 12, 'Run one real case in the trial'),
          t('seller', 14, 'Mid-trial review', 'meeting'),
        ],
      },
      {
        title: 'Decide',
        day: 28,
        tasks: [
          t('customer', 21, 'Security and data questions answered'),
          t('seller', 23, 'Final quotation', 'material'),
          t('customer', 28, 'Decision'),
        ],
      },
    ],
  },
  {
    key: 'enterprise',
    name: 'Enterprise purchase',
    summary: 'Several departments, legal and procurement',
    placeholders: missing('Finance', 'Legal', 'IT security'),
    value: [
      gain('savings', 'Running costs that fall away'),
      gain('time', 'Hours saved in each department'),
      gain('safety', 'Risk that is taken away'),
      cost('price', 'Licences and services'),
      cost('migration', 'Moving data and processes over'),
      cost('training', 'Training and change in the teams'),
      cost('risk', 'What a failed roll-out would cost'),
    ],
    milestones: [
      {
        title: 'Agree on the problem',
        day: 10,
        tasks: [
          t('seller', 3, 'Kick-off: goals and success measures', 'meeting'),
          t('customer', 7, 'Name the people who decide, use and pay'),
          t('seller', 10, 'Written summary of needs', 'material'),
        ],
      },
      {
        title: 'Prove it',
        day: 35,
        tasks: [
          t('seller', 17, 'Product demo for all teams', 'demo'),
          t('customer', 24, 'Technical and security review'),
          t('seller', 35, 'Pilot report', 'material'),
        ],
      },
      {
        title: 'Business case',
        day: 45,
        tasks: [t('customer', 42, 'Review the business case with finance'), t('seller', 45, 'Proposal and price', 'material')],
      },
      {
        title: 'Contract',
        day: 60,
        tasks: [
          t('customer', 52, 'Legal review of the contract'),
          t('customer', 56, 'Purchase order'),
          t('seller', 60, 'Kick-off of the roll-out', 'meeting'),
        ],
      },
    ],
  },
  {
    key: 'tender',
    name: 'Tender',
    summary: 'Documents, clarification, bid, award',
    value: [
      gain('savings', 'Saved over the life of the contract'),
      gain('quality', 'Quality and service beyond the minimum'),
      gain('safety', 'Certainty of delivery'),
      cost('price', 'Price of the bid'),
      cost('effort', 'Own work for acceptance and handover'),
      cost('risk', 'What a delay would cost'),
    ],
    milestones: [
      {
        title: 'Tender documents',
        day: 7,
        tasks: [t('customer', 2, 'Send the tender documents', 'material'), t('seller', 5, 'List of questions on the tender')],
      },
      {
        title: 'Clarification',
        day: 14,
        tasks: [
          t('customer', 10, 'Answer the questions'),
          t('seller', 12, 'Site visit or demo', 'demo'),
          t('seller', 14, 'Bid / no-bid decision'),
        ],
      },
      {
        title: 'Bid',
        day: 25,
        tasks: [
          t('seller', 21, 'Technical bid', 'material'),
          t('seller', 23, 'Commercial bid and deposit', 'material'),
          t('seller', 25, 'Submit the bid'),
        ],
      },
      {
        title: 'Award',
        day: 40,
        tasks: [t('customer', 30, 'Bid presentation', 'meeting'), t('customer', 35, 'Award notice'), t('seller', 40, 'Sign the contract')],
      },
    ],
  },
  {
    key: 'renewal',
    name: 'Renewal',
    summary: 'What was gained, what is next, on what terms',
    value: [
      gain('savings', 'Gained in the past year'),
      gain('revenue', 'What the next year can add'),
      cost('price', 'Price of the renewal'),
      cost('effort', 'Own effort to run it'),
      cost('given_up', 'What would be lost by moving away'),
    ],
    milestones: [
      {
        title: 'Look back',
        day: 10,
        tasks: [
          t('seller', 4, 'Usage and results of the year', 'material'),
          t('customer', 8, 'What worked and what did not'),
          t('seller', 10, 'Review meeting', 'meeting'),
        ],
      },
      {
        title: 'Terms',
        day: 20,
        tasks: [t('seller', 14, 'Renewal proposal', 'material'), t('customer', 20, 'Confirm scope and number of users')],
      },
      { title: 'Renew', day: 30, tasks: [t('customer', 26, 'Purchase order'), t('seller', 30, 'Plan for the next year')] },
    ],
  },
];

const zh: RoomTemplate[] = [
  { key: 'blank', name: '空白', summary: '从空白计划开始，双方一起填写', milestones: [] },
  {
    key: 'trial',
    name: 'SaaS 试用',
    summary: '从首次演示到决定，四周',
    value: [
      gain('time', '每周节省的工时'),
      gain('quality', '减少差错与返工'),
      cost('price', '许可费用'),
      cost('effort', '试用与部署投入的自有人力'),
      cost('training', '用户培训'),
    ],
    milestones: [
      {
        title: '看到效果',
        day: 5,
        tasks: [
          t('seller', 2, '发送产品概览和报价', 'material'),
          t('seller', 5, '用贵司案例做产品演示', 'demo'),
          t('customer', 4, '确定参与试用的人员'),
        ],
      },
      {
        title: '试用',
        day: 19,
        tasks: [
          t('seller', 7, '开通试用环境'),
          t('customer', 12, '在试用环境跑通一个真实业务'),
          t('seller', 14, '试用中期回顾', 'meeting'),
        ],
      },
      {
        title: '决定',
        day: 28,
        tasks: [t('customer', 21, '安全与数据问题确认'), t('seller', 23, '最终报价单', 'material'), t('customer', 28, '做出决定')],
      },
    ],
  },
  {
    key: 'enterprise',
    name: '企业采购',
    summary: '多部门参与，含法务与采购',
    placeholders: missing('财务', '法务', '信息安全'),
    value: [
      gain('savings', '可减少的运行成本'),
      gain('time', '各部门节省的工时'),
      gain('safety', '消除的风险'),
      cost('price', '许可与服务费用'),
      cost('migration', '数据与流程迁移'),
      cost('training', '培训与团队适应'),
      cost('risk', '上线失败的代价'),
    ],
    milestones: [
      {
        title: '明确问题',
        day: 10,
        tasks: [
          t('seller', 3, '启动会：目标与成功标准', 'meeting'),
          t('customer', 7, '确定决策、使用与付款相关人'),
          t('seller', 10, '书面需求总结', 'material'),
        ],
      },
      {
        title: '验证',
        day: 35,
        tasks: [
          t('seller', 17, '面向各部门的产品演示', 'demo'),
          t('customer', 24, '技术与安全评审'),
          t('seller', 35, '试点报告', 'material'),
        ],
      },
      { title: '商业论证', day: 45, tasks: [t('customer', 42, '与财务一起评审价值测算'), t('seller', 45, '方案与报价', 'material')] },
      {
        title: '合同',
        day: 60,
        tasks: [t('customer', 52, '法务审核合同'), t('customer', 56, '下达采购订单'), t('seller', 60, '上线启动会', 'meeting')],
      },
    ],
  },
  {
    key: 'tender',
    name: '项目招投标',
    summary: '招标文件、澄清、投标、定标',
    value: [
      gain('savings', '合同期内节省的费用'),
      gain('quality', '高于招标要求的质量与服务'),
      gain('safety', '交付的确定性'),
      cost('price', '投标报价'),
      cost('effort', '验收与移交的自有投入'),
      cost('risk', '延期的代价'),
    ],
    milestones: [
      { title: '招标文件', day: 7, tasks: [t('customer', 2, '发放招标文件', 'material'), t('seller', 5, '提交澄清问题清单')] },
      {
        title: '澄清',
        day: 14,
        tasks: [t('customer', 10, '答复澄清问题'), t('seller', 12, '现场踏勘或演示', 'demo'), t('seller', 14, '投标决策')],
      },
      {
        title: '投标',
        day: 25,
        tasks: [t('seller', 21, '技术标', 'material'), t('seller', 23, '商务标与保证金', 'material'), t('seller', 25, '递交投标文件')],
      },
      { title: '定标', day: 40, tasks: [t('customer', 30, '述标', 'meeting'), t('customer', 35, '中标通知'), t('seller', 40, '签订合同')] },
    ],
  },
  {
    key: 'renewal',
    name: '续约',
    summary: '回顾成果，商定下一年',
    value: [
      gain('savings', '过去一年的收益'),
      gain('revenue', '下一年可增加的收益'),
      cost('price', '续约价格'),
      cost('effort', '日常使用的自有投入'),
      cost('given_up', '更换供应商的代价'),
    ],
    milestones: [
      {
        title: '回顾',
        day: 10,
        tasks: [
          t('seller', 4, '年度使用情况与成果', 'material'),
          t('customer', 8, '满意与不满意之处'),
          t('seller', 10, '回顾会议', 'meeting'),
        ],
      },
      { title: '条款', day: 20, tasks: [t('seller', 14, '续约方案', 'material'), t('customer', 20, '确认范围与用户数')] },
      { title: '续约', day: 30, tasks: [t('customer', 26, '下达采购订单'), t('seller', 30, '下一年计划')] },
    ],
  },
];

export const templatesIn = (locale: Locale): RoomTemplate[] => (locale === 'zh-CN' ? zh : en);

/** A template by its key; an unknown key is the blank one. */
export const templateOf = (locale: Locale, key: string): RoomTemplate | undefined => templatesIn(locale).find((one) => one.key === key);
