/**
 * Every route of the API, the files and the hooks, with every kind of actor, from one table.
 * A new route without a row here fails; nobody gets more than the table says.
 */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { describe, expect, test } from 'vitest';
import type { AccountId, FileId, ParticipantId, RoomId, TaskId, ThreadId } from '#core/ids.ts';
import type { ToRoom } from '#core/protocol.ts';
import { textId } from '#core/texts.ts';
import { api } from '../../worker/api/index.ts';
import { files } from '../../worker/api/files.ts';
import { account } from '../../worker/directory/schema.ts';
import { ofAll, Within } from '../../worker/directory/within.ts';
import { health } from '../../worker/health.ts';
import { hooks } from '../../worker/mail/hooks.ts';
import { operator } from '../../worker/operator/routes.ts';
import { fresh } from '../../worker/access/tokens.ts';
import {
  act,
  bring,
  Browser,
  comments,
  deliverMail,
  enter,
  env,
  invite,
  joinToken,
  joinedCustomer,
  lastMailTo,
  newAddress,
  newColleague,
  newSeller,
  openRoom,
  ORIGIN,
  request,
  viewOf,
} from '../support/front-door.ts';

type Status = number | readonly number[];
type ActorName =
  | 'stranger'
  | 'customer'
  | 'customer elsewhere'
  | 'customer revoked'
  | 'seller'
  | 'member in the room'
  | 'colleague not in the room'
  | 'seller elsewhere';
const ACTORS: ActorName[] = [
  'stranger',
  'customer',
  'customer elsewhere',
  'customer revoked',
  'seller',
  'member in the room',
  'colleague not in the room',
  'seller elsewhere',
];

/** Who is in the room. There is no rank in it: a member of the workspace is answered there as its owner is. */
const INSIDE: readonly ActorName[] = ['seller', 'customer', 'member in the room'];

interface Row {
  /** Method and path as the router lists it. */
  route: string;
  path: (room: Room) => string;
  init?: (room: Room) => RequestInit;
  /** What each actor is answered; `else` for those not named. The seller is the workspace's owner; a member is answered as they are. */
  answers: Partial<Record<ActorName, Status>> & { else: Status };
}

interface Room {
  room: string;
  /** The seller. */
  person: string;
  account: string;
  /** Of another workspace. */
  otherAccount: string;
  task: string;
  comment: string;
  note: string;
  meeting: string;
  customer: string;
  sharedFile: string;
  internalFile: string;
  internalMaterial: string;
  sharedMail: string;
  heldMail: string;
  wishes: string;
}

const expectedOf = (answers: Row['answers'], actor: ActorName): Status[] => [
  answers[actor] ?? (actor === 'member in the room' ? answers.seller : undefined) ?? answers.else,
];

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const OUT = { stranger: 401, else: 403 } as const;
const SELLERS = { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 401 } as const;
const OF_WORKSPACE = { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 404, else: 401 } as const;
const HIDDEN = { stranger: 401, else: [403, 404] } as const;

const TABLE: Row[] = [
  // The operator's own key opens these, and no session does.
  ...(
    [
      ['GET', '/tables'],
      ['GET', '/tables/:table'],
      ['POST', '/tables/:table'],
      ['GET', '/rooms'],
      ['GET', '/rooms/:room'],
      ['GET', '/rooms/:room/lines'],
      ['POST', '/rooms/:room/lines'],
      ['POST', '/rooms/:room/rebuild'],
      ['POST', '/rooms/:room/project'],
    ] as const
  ).map(([method, path]) => ({
    route: `${method} /operator${path}`,
    path: ({ room }: Room) => `/operator${path.replace(':table', 'person').replace(':room', room)}`,
    init: () => (method === 'POST' ? json({}) : {}),
    answers: { else: 404 },
  })),
  { route: 'GET /healthz', path: () => '/healthz', answers: { else: 200 } },
  { route: 'GET /api/openapi.json', path: () => '/api/openapi.json', answers: { else: 200 } },
  {
    route: 'GET /api/session',
    path: () => '/api/session',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 401 },
  },
  {
    route: 'GET /api/rooms',
    path: () => '/api/rooms',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 401 },
  },
  {
    route: 'POST /api/rooms',
    path: () => '/api/rooms',
    init: () => json({ email: 'new@corp.example', account: 'Corp' }),
    answers: { seller: 201, 'colleague not in the room': 201, 'seller elsewhere': 201, else: 401 },
  },
  { route: 'GET /api/rooms.csv', path: () => '/api/rooms.csv?stage=lead', answers: SELLERS },
  {
    route: 'POST /api/rooms/import',
    path: () => '/api/rooms/import',
    init: () => ({ method: 'POST', body: 'no archive' }),
    answers: { seller: 422, 'colleague not in the room': 422, 'seller elsewhere': 422, else: 401 },
  },
  {
    route: 'GET /api/rooms/:room/copy.zip',
    path: ({ room }) => `/api/rooms/${room}/copy.zip`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/plan.csv',
    path: ({ room }) => `/api/rooms/${room}/plan.csv`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  { route: 'GET /api/rooms/:room/feed', path: ({ room }) => `/api/rooms/${room}/feed`, answers: { seller: 200, customer: 200, ...OUT } },
  {
    route: 'POST /api/rooms/:room/feed',
    path: ({ room }) => `/api/rooms/${room}/feed`,
    init: () => ({ method: 'POST' }),
    answers: { seller: 201, customer: 201, ...OUT },
  },
  {
    route: 'DELETE /api/rooms/:room/feed',
    path: ({ room }) => `/api/rooms/${room}/feed`,
    init: () => ({ method: 'DELETE' }),
    answers: { seller: 200, customer: 200, ...OUT },
  },
  { route: 'GET /feeds/:file', path: ({ room }) => `/feeds/${room}${room}.ics`, answers: { else: 404 } },
  {
    route: 'GET /api/rooms/:room/ledger',
    path: ({ room }) => `/api/rooms/${room}/ledger`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/ledger.csv',
    path: ({ room }) => `/api/rooms/${room}/ledger.csv`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/my-data.json',
    path: ({ room }) => `/api/rooms/${room}/my-data.json`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/whereabouts',
    path: ({ room }) => `/api/rooms/${room}/whereabouts`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/retrospective',
    path: ({ room }) => `/api/rooms/${room}/retrospective`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'POST /api/rooms/:room/template',
    path: ({ room }) => `/api/rooms/${room}/template`,
    init: () => json({ name: 'Ours' }),
    answers: { seller: 201, 'colleague not in the room': 403, 'seller elsewhere': 403, else: 401 },
  },
  {
    route: 'DELETE /api/templates/:template',
    path: ({ account }) => `/api/templates/${account}`,
    init: () => ({ method: 'DELETE' }),
    answers: SELLERS,
  },
  { route: 'GET /api/sessions', path: () => '/api/sessions', answers: SELLERS },
  {
    route: 'DELETE /api/sessions/:session',
    path: () => `/api/sessions/${'q'.repeat(26)}`,
    init: () => ({ method: 'DELETE' }),
    answers: { seller: 404, 'colleague not in the room': 404, 'seller elsewhere': 404, else: 401 },
  },
  {
    route: 'POST /api/passkeys/offer',
    path: () => '/api/passkeys/offer',
    init: () => ({ method: 'POST' }),
    answers: SELLERS,
  },
  {
    route: 'POST /api/passkeys/challenge',
    path: () => '/api/passkeys/challenge',
    init: () => ({ method: 'POST' }),
    answers: { else: 200 },
  },
  { route: 'GET /api/members', path: () => '/api/members', answers: SELLERS },
  // The owner of the other workspace finds nobody of this one.
  {
    route: 'PATCH /api/members/:person',
    path: ({ person }) => `/api/members/${person}`,
    init: () => ({ ...json({ role: 'owner' }), method: 'PATCH' }),
    answers: { seller: 409, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 404, else: 401 },
  },
  {
    route: 'DELETE /api/members/:person',
    path: ({ person }) => `/api/members/${person}`,
    init: () => ({ method: 'DELETE' }),
    answers: { seller: 409, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 404, else: 401 },
  },
  {
    route: 'GET /api/audit.csv',
    path: () => '/api/audit.csv',
    answers: { seller: 200, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 200, else: 401 },
  },
  { route: 'GET /api/shelf', path: () => '/api/shelf', answers: SELLERS },
  // An owner may from outside, whoever is neither owner nor in the room may not, and another workspace has no such room.
  {
    route: 'PUT /api/rooms/:room/shelf',
    path: ({ room }) => `/api/rooms/${room}/shelf`,
    init: () => ({ ...json({ how: 'unarchive' }), method: 'PUT' }),
    answers: { seller: 200, 'colleague not in the room': 403, 'seller elsewhere': 404, else: 401 },
  },
  {
    route: 'PUT /api/retention',
    path: () => '/api/retention',
    init: () => ({ ...json({ years: 0 }), method: 'PUT' }),
    answers: { seller: 200, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 200, else: 401 },
  },
  { route: 'GET /api/answers', path: () => '/api/answers?q=data', answers: SELLERS },
  { route: 'GET /api/accounts', path: () => '/api/accounts?q=corp', answers: SELLERS },
  { route: 'GET /api/accounts/match', path: () => '/api/accounts/match?email=chen@corp.example&name=Corp', answers: SELLERS },
  // Accounts are the workspace's: a colleague who is in none of its rooms sees them, another workspace does not.
  { route: 'GET /api/accounts/:account', path: ({ account }) => `/api/accounts/${account}`, answers: OF_WORKSPACE },
  {
    route: 'PATCH /api/accounts/:account',
    path: ({ account }) => `/api/accounts/${account}`,
    init: () => ({ ...json({ name: 'Corp again' }), method: 'PATCH' }),
    answers: OF_WORKSPACE,
  },
  {
    route: 'POST /api/accounts/:account/merge',
    path: ({ account }) => `/api/accounts/${account}/merge`,
    init: ({ otherAccount }) => json({ into: otherAccount }),
    answers: { ...OF_WORKSPACE, seller: 404, 'colleague not in the room': 404 },
  },
  {
    route: 'DELETE /api/accounts/:account/merge',
    path: ({ account }) => `/api/accounts/${account}/merge`,
    init: () => ({ method: 'DELETE' }),
    answers: OF_WORKSPACE,
  },
  {
    route: 'POST /api/accounts/:account/domains',
    path: ({ account }) => `/api/accounts/${account}/domains`,
    init: () => json({ domain: 'corp.example' }),
    answers: OF_WORKSPACE,
  },
  {
    route: 'DELETE /api/accounts/:account/domains/:domain',
    path: ({ account }) => `/api/accounts/${account}/domains/corp.example`,
    init: () => ({ method: 'DELETE' }),
    answers: OF_WORKSPACE,
  },
  { route: 'GET /api/qualification', path: () => '/api/qualification', answers: SELLERS },
  {
    route: 'PUT /api/qualification',
    path: () => '/api/qualification',
    init: () => ({ ...json({ framework: 'meddicc', minimum: 3 }), method: 'PUT' }),
    answers: SELLERS,
  },
  {
    route: 'POST /api/rooms/:room/commands',
    path: ({ room }) => `/api/rooms/${room}/commands`,
    init: () => json({ id: fresh(), command: { type: 'deal.change', notes: 'internal-or-not' } }),
    answers: { seller: 202, customer: 403, ...OUT },
  },
  { route: 'GET /api/rooms/:room', path: ({ room }) => `/api/rooms/${room}`, answers: { seller: 200, customer: 200, ...OUT } },
  {
    route: 'GET /api/rooms/:room/events',
    path: ({ room }) => `/api/rooms/${room}/events`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'POST /api/rooms/:room/commands',
    path: ({ room }) => `/api/rooms/${room}/commands`,
    init: ({ task }) => json({ id: fresh(), command: { type: 'task.reopen', task } }),
    answers: { seller: 202, customer: 202, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/threads/:thread',
    path: ({ room, task }) => `/api/rooms/${room}/threads/${task}`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/threads/:thread',
    path: ({ room }) => `/api/rooms/${room}/threads/room:internal`,
    answers: { seller: 200, customer: 404, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/comments/:comment/wordings',
    path: ({ room, comment }) => `/api/rooms/${room}/comments/${comment}/wordings`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/comments/:comment/wordings',
    path: ({ room, note }) => `/api/rooms/${room}/comments/${note}/wordings`,
    answers: { seller: 200, customer: 404, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/tasks/:task/history',
    path: ({ room, task }) => `/api/rooms/${room}/tasks/${task}/history`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'POST /api/rooms/:room/files',
    path: ({ room }) => `/api/rooms/${room}/files`,
    init: () => ({ method: 'POST', headers: { 'x-file-name': 'a.txt' }, body: 'hello' }),
    answers: { seller: 201, customer: 201, ...OUT },
  },
  {
    route: 'POST /api/rooms/:room/opens',
    path: ({ room }) => `/api/rooms/${room}/opens`,
    init: ({ sharedFile }) => json({ how: 'opened', file: sharedFile }),
    answers: { seller: 202, customer: 202, ...OUT },
  },
  {
    route: 'POST /api/rooms/:room/opens',
    path: ({ room }) => `/api/rooms/${room}/opens`,
    init: ({ internalFile }) => json({ how: 'opened', file: internalFile }),
    answers: { seller: 202, customer: 404, ...OUT },
  },
  { route: 'GET /api/rooms/:room/opens', path: ({ room }) => `/api/rooms/${room}/opens`, answers: { seller: 200, customer: 200, ...OUT } },
  {
    route: 'GET /files/:room/:file',
    path: ({ room, internalMaterial }) => `/files/${room}/${internalMaterial}`,
    answers: { seller: 200, customer: 404, ...HIDDEN },
  },
  {
    route: 'GET /api/rooms/:room/invitation/:participant',
    path: ({ room, customer }) => `/api/rooms/${room}/invitation/${customer}`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/tasks/:task/calendar.ics',
    path: ({ room, meeting }) => `/api/rooms/${room}/tasks/${meeting}/calendar.ics`,
    answers: { seller: 200, customer: 200, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/tasks/:task/calendar.ics',
    path: ({ room, task }) => `/api/rooms/${room}/tasks/${task}/calendar.ics`,
    answers: { seller: 404, customer: 404, ...OUT },
  },
  {
    route: 'GET /api/rooms/:room/mails/:mail',
    path: ({ room, sharedMail }) => `/api/rooms/${room}/mails/${sharedMail}`,
    answers: { seller: 200, customer: 200, ...HIDDEN },
  },
  {
    route: 'GET /api/rooms/:room/mails/:mail',
    path: ({ room, heldMail }) => `/api/rooms/${room}/mails/${heldMail}`,
    answers: { seller: 200, customer: 404, ...HIDDEN },
  },
  // Sockets are refused by a close code that a browser can read; without an upgrade there is nothing here.
  { route: 'GET /api/rooms/:room/live', path: ({ room }) => `/api/rooms/${room}/live`, answers: { else: 426 } },
  { route: 'GET /api/unsubscribe/:token', path: ({ wishes }) => `/api/unsubscribe/${wishes}`, answers: { else: 302 } },
  {
    route: 'POST /api/unsubscribe/:token',
    path: () => `/api/unsubscribe/${'q'.repeat(52)}`,
    init: () => ({ method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) }),
    answers: { else: 404 },
  },
  {
    route: 'GET /files/:room/:file',
    path: ({ room, sharedFile }) => `/files/${room}/${sharedFile}`,
    answers: { seller: 200, customer: 200, ...HIDDEN },
  },
  {
    route: 'GET /files/:room/:file',
    path: ({ room, internalFile }) => `/files/${room}/${internalFile}`,
    answers: { seller: 200, customer: 404, ...HIDDEN },
  },
  {
    route: 'POST /hooks/resend',
    path: () => '/hooks/resend',
    init: () => json({ type: 'email.bounced', data: {} }),
    answers: { else: [401, 404] },
  },
  {
    route: 'POST /api/people/data.json',
    path: () => '/api/people/data.json',
    init: () => json({ email: 'nobody@corp.example' }),
    answers: SELLERS,
  },
  {
    route: 'POST /api/people/erase',
    path: () => '/api/people/erase',
    init: () => json({ email: 'nobody@corp.example' }),
    answers: SELLERS,
  },
  {
    route: 'GET /api/status',
    path: () => '/api/status',
    answers: { seller: 200, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 200, else: 401 },
  },
  {
    route: 'POST /api/status/again',
    path: () => '/api/status/again',
    init: () => json({ key: 'news/nobody' }),
    answers: { seller: 404, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 404, else: 401 },
  },
  // The last row: the customer is gone after it.
  {
    route: 'DELETE /api/rooms/:room/my-data',
    path: ({ room }) => `/api/rooms/${room}/my-data`,
    init: () => ({ method: 'DELETE' }),
    answers: { customer: 200, ...OUT },
  },
];

const listed = [
  ...api.routes.map((one) => ({ ...one, path: `/api${one.path}` })),
  ...files.routes.map((one) => ({ ...one, path: `/files${one.path}` })),
  ...hooks.routes.map((one) => ({ ...one, path: `/hooks${one.path}` })),
  ...operator.routes.map((one) => ({ ...one, path: `/operator${one.path}` })),
  ...health.routes.map((one) => ({ ...one, path: '/healthz' })),
]
  .filter((one) => one.method !== 'ALL')
  .map((one) => `${one.method} ${one.path}`);

test('every route of the router has a row in the table', () => {
  expect([...new Set(listed)].filter((route) => !TABLE.some((row) => row.route === route))).toEqual([]);
  expect(new Set(listed).size).toBeGreaterThan(12);
});

async function scene() {
  const seller = await newSeller();
  const colleague = await newColleague(seller);
  const member = await newColleague(seller, 'Wu Fang');
  const elsewhere = await newSeller('Other', 'Other');
  const opened = await openRoom(seller);
  const mail = await invite(seller, opened);
  await act(seller, opened.room, {
    type: 'participant.add',
    participant: fresh(),
    side: 'seller',
    name: 'Wu Fang',
    email: member.seller.email,
    locale: 'en',
    zone: 'UTC',
    invite: true,
    note: '',
  });
  const customer = await joinedCustomer(seller, opened);
  const otherRoom = await openRoom(elsewhere);
  const otherCustomer = await joinedCustomer(elsewhere, otherRoom);

  const staged = async () => {
    const response = await request(`/api/rooms/${opened.room}/files?as=seller`, {
      method: 'POST',
      cookie: seller.cookie,
      headers: { 'x-file-name': 'plan.txt' },
      body: 'internal-or-not',
    });
    return ((await response.json()) as { id: FileId }).id;
  };
  const material = async () => {
    const file = await staged();
    await act(seller, opened.room, { type: 'material.add', material: fresh(), file, title: 'Said inside', audience: 'seller' });
    return file;
  };
  const upload = async (thread: string) => {
    const id = await staged();
    await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread, body: 'file', files: [id] });
    return id;
  };
  const task = fresh<TaskId>();
  await act(seller, opened.room, { type: 'task.add', task, title: 'A task of this room' });
  const meeting = fresh<TaskId>();
  const due = { date: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10), time: '15:00', zone: 'Asia/Shanghai' };
  await act(seller, opened.room, { type: 'task.add', task: meeting, title: 'A demo of this room', kind: 'demo', due });
  await act(seller, opened.room, { type: 'comment.post', comment: fresh(), thread: 'room:internal', body: 'Said inside' });

  // The revoked customer was in this very room.
  const gone = newAddress('gone');
  const goneId = fresh();
  await act(seller, opened.room, {
    type: 'participant.add',
    participant: goneId,
    side: 'customer',
    name: 'Gone',
    email: gone,
    locale: 'en',
    zone: 'UTC',
    invite: true,
    note: '',
  });
  await deliverMail(opened.room);
  const entry = await enter(joinToken(await lastMailTo(gone)));
  await act(seller, opened.room, { type: 'participant.remove', participant: goneId });

  await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: 'By mail' });
  await bring({ from: newAddress('other'), to: mail.replyTo ?? '', text: 'By somebody else' });
  const note = fresh();
  await act(seller, opened.room, { type: 'comment.post', comment: note, thread: 'room:internal', body: 'internal-or-not' });
  const byMail = (await comments(seller, opened.room)).find((one) => one.via === 'mail');
  const [held] = Object.values((await viewOf(seller, opened.room)).state.held);
  return {
    seller,
    replyTo: mail.replyTo ?? '',
    addresses: {
      stranger: newAddress('stranger', 'nowhere.example'),
      customer: opened.customerEmail,
      'customer elsewhere': otherRoom.customerEmail,
      'customer revoked': gone,
      seller: seller.seller.email,
      'member in the room': member.seller.email,
      'colleague not in the room': colleague.seller.email,
      'seller elsewhere': elsewhere.seller.email,
    } satisfies Record<ActorName, string>,
    room: {
      room: opened.room,
      account: (await viewOf(seller, opened.room)).state.room?.account ?? '',
      person: seller.seller.person,
      otherAccount: (await viewOf(elsewhere, otherRoom.room)).state.room?.account ?? '',
      comment: byMail?.id ?? '',
      note,
      task,
      meeting,
      customer: opened.customer,
      sharedFile: await upload('room'),
      internalFile: await upload('room:internal'),
      internalMaterial: await material(),
      sharedMail: byMail?.mail ?? '',
      heldMail: held?.id ?? '',
      wishes: /unsubscribe\/([a-z2-7]{52})/.exec(mail.headers['List-Unsubscribe'] ?? '')?.[1] ?? '',
    },
    cookies: {
      stranger: null,
      customer: customer.cookie,
      'customer elsewhere': otherCustomer.cookie,
      'customer revoked': `__Host-guest=${entry.device}`,
      seller: seller.cookie,
      'member in the room': member.cookie,
      'colleague not in the room': colleague.cookie,
      'seller elsewhere': elsewhere.cookie,
    },
  };
}

/** What a run has walked, for `npm run walls` to add up. */
function walked(task: { meta: object }, routes: number, cells: number, failed: number): void {
  Object.assign(task.meta, { walls: { routes, actors: ACTORS.length, cells, failed } });
}

test('a query that forgets the workspace does not type-check', async () => {
  // @ts-expect-error A table of workspaces is no table for a query.
  const forgetful = () => drizzle(env.DB).select().from(account);
  expect(forgetful).toBeTypeOf('function');
  // One that names it finds the workspace's own rows, however much there is.
  const { room: mine } = await scene();
  const [own] = await drizzle(env.DB)
    .select()
    .from(ofAll(account, 'the cron'))
    .where(eq(ofAll(account, 'the cron').id, mine.account as AccountId));
  if (!own) throw new Error('no account');
  const rows = await drizzle(env.DB).select().from(new Within(env.DB, own.workspaceId).rows(account));
  expect(rows.map((one) => one.id)).toContain(own.id);
  expect(rows.filter((one) => one.workspaceId !== own.workspaceId)).toEqual([]);
});

describe('each route answers each actor as the table says', () => {
  test('and nobody otherwise', async ({ task }) => {
    const { room, cookies } = await scene();
    const wrong: string[] = [];
    let cells = 0;
    for (const row of TABLE) {
      for (const actor of ACTORS) {
        const cookie = cookies[actor];
        const response = await request(row.path(room), { ...row.init?.(room), ...(cookie ? { cookie } : {}) });
        const expected = expectedOf(row.answers, actor).flat();
        cells += 1;
        if (!expected.includes(response.status)) wrong.push(`${row.route} ${actor}: ${response.status}, not ${expected.join(' or ')}`);
        const body = await response.text();
        if (
          response.status < 300 &&
          (actor.includes('elsewhere') || actor.includes('revoked') || actor === 'stranger') &&
          body.includes('internal-or-not')
        )
          wrong.push(`${row.route} ${actor}: leaked`);
      }
    }
    walked(task, TABLE.length, cells, wrong.length);
    expect(wrong).toEqual([]);
    expect(cells).toBe(TABLE.length * ACTORS.length);
  });

  test('asking as the other kind of actor opens nothing', async () => {
    const { room, cookies } = await scene();
    expect((await request(`/api/rooms/${room.room}?as=seller`, { cookie: cookies.customer ?? '' })).status).toBe(401);
    expect((await request(`/api/rooms/${room.room}?as=customer`, { cookie: cookies.seller ?? '' })).status).toBe(401);
  });

  test('a request from another site changes nothing', async () => {
    const { room, cookies } = await scene();
    const command = json({ id: fresh(), command: { type: 'room.rename', name: 'Taken over' } });
    const headers = { ...(command.headers as Record<string, string>), origin: 'https://evil.example' };
    expect((await request(`/api/rooms/${room.room}/commands`, { ...command, headers, cookie: cookies.seller ?? '' })).status).toBe(403);
  });
});

/** Every page, looked at (GET) by every kind of actor. */
const PAGES: { page: string; path: (room: Room) => string; answers: Row['answers'] }[] = [
  { page: '/', path: () => '/', answers: { seller: 303, 'colleague not in the room': 303, 'seller elsewhere': 303, else: 200 } },
  { page: '/start', path: () => '/start', answers: { else: [200, 303] } },
  { page: '/sign-in', path: () => '/sign-in', answers: { else: [200, 303] } },
  { page: '/sign-in/[token]', path: () => `/sign-in/${'q'.repeat(26)}`, answers: { else: [200, 404] } },
  { page: '/sign-out', path: () => '/sign-out', answers: { else: [404, 405] } },
  { page: '/preferences', path: () => '/preferences', answers: { else: [404, 405] } },
  { page: '/rooms', path: () => '/rooms', answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 } },
  {
    page: '/rooms/import',
    path: () => '/rooms/import',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 },
  },
  {
    page: '/rooms/new',
    path: () => '/rooms/new',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 },
  },
  {
    page: '/answers',
    path: () => '/answers',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 },
  },
  {
    page: '/accounts',
    path: () => '/accounts',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 },
  },
  {
    page: '/accounts/[account]',
    path: ({ account }) => `/accounts/${account}`,
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 404, else: 303 },
  },
  {
    page: '/settings',
    path: () => '/settings',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 },
  },
  {
    page: '/settings/rooms',
    path: () => '/settings/rooms',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 },
  },
  {
    page: '/settings/people',
    path: () => '/settings/people',
    answers: { seller: 200, 'colleague not in the room': 200, 'seller elsewhere': 200, else: 303 },
  },
  { page: '/r/[room]/erase', path: ({ room }) => `/r/${room}/erase`, answers: { customer: 200, else: [303, 401, 403, 404] } },
  {
    page: '/settings/status',
    path: () => '/settings/status',
    answers: { seller: 200, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 200, else: 303 },
  },
  {
    page: '/settings/record',
    path: () => '/settings/record',
    answers: { seller: 200, 'member in the room': 403, 'colleague not in the room': 403, 'seller elsewhere': 200, else: 303 },
  },
  { page: '/rooms/[room]', path: ({ room }) => `/rooms/${room}`, answers: { seller: 200, else: [303, 403, 404] } },
  { page: '/r/[room]', path: ({ room }) => `/r/${room}`, answers: { customer: 200, else: [303, 401, 403, 404] } },
  { page: '/join/[token]', path: () => `/join/${'q'.repeat(52)}`, answers: { else: [200, 404] } },
  { page: '/unsubscribe/[token]', path: ({ wishes }) => `/unsubscribe/${wishes}`, answers: { else: 200 } },
];

describe('pages', () => {
  const files = Object.keys(import.meta.glob('../../web/routes/**/+{page.svelte,page.server.ts,server.ts}'));
  const pages = new Set(
    files.map(
      (file) =>
        file
          .replace(/^.*\/web\/routes/, '')
          .replace(/\/\+[^/]+$/, '')
          .replace(/\/\([^)]+\)/g, '') || '/',
    ),
  );

  test('all have a row in the table', () => {
    expect(pages.size).toBeGreaterThan(10);
    expect([...pages].filter((page) => !PAGES.some((row) => row.page === page))).toEqual([]);
  });

  test('show each actor what the table says, and nobody else the room', async ({ task }) => {
    const { room, cookies } = await scene();
    const wrong: string[] = [];
    for (const row of PAGES) {
      for (const actor of ACTORS) {
        const cookie = cookies[actor];
        const response = await request(row.path(room), cookie ? { cookie } : {});
        const expected = expectedOf(row.answers, actor).flat();
        if (!expected.includes(response.status)) wrong.push(`${row.page} ${actor}: ${response.status}, not ${expected.join(' or ')}`);
        const body = await response.text();
        if (!INSIDE.includes(actor) && body.includes('A task of this room')) wrong.push(`${row.page} ${actor}: leaked`);
        if (actor === 'customer' && /Said inside|By somebody else/.test(body)) wrong.push(`${row.page} ${actor}: leaked what is internal`);
        const policy = response.headers.get('content-security-policy') ?? '';
        // Its own scripts, and inline ones only by nonce.
        if (response.status === 200 && !/script-src 'self'(?: 'nonce-[^']+')?;/.test(policy)) wrong.push(`${row.page}: ${policy}`);
      }
    }
    walked(task, PAGES.length, PAGES.length * ACTORS.length, wrong.length);
    expect(wrong).toEqual([]);
  });
});

/** Every message that a browser may send, by type: a new one without a row does not compile. */
const FRAMES: { [Type in ToRoom['type']]: (room: Room) => Extract<ToRoom, { type: Type }> } = {
  command: () => ({ type: 'command', id: fresh(), command: { type: 'room.rename', name: 'Called anew' } }),
  seen: () => ({ type: 'seen', thread: 'room:internal' as ThreadId, seq: 1 }),
  here: () => ({ type: 'here', at: 'room:internal' as ThreadId, typing: true }),
  'text.open': ({ task }) => ({ type: 'text.open', text: textId('task', task as TaskId), vector: null }),
  'text.edit': ({ task }) => ({ type: 'text.edit', text: textId('task', task as TaskId), update: 'AAA=' }),
  'text.close': ({ task }) => ({ type: 'text.close', text: textId('task', task as TaskId) }),
};

describe('the socket', () => {
  test('hears participants only, and tells a customer nothing of what is internal', async ({ task }) => {
    const { room, cookies } = await scene();
    const wrong: string[] = [];
    for (const actor of ACTORS) {
      const isIn = INSIDE.includes(actor);
      for (const frame of Object.values(FRAMES)) {
        const as = actor.startsWith('customer') ? 'customer' : 'seller';
        const response = await request(`/api/rooms/${room.room}/live?as=${as}`, {
          headers: { upgrade: 'websocket', origin: ORIGIN },
          ...(cookies[actor] && { cookie: cookies[actor] }),
        });
        const socket = response.webSocket;
        if (!socket) {
          if (isIn || response.status < 400) wrong.push(`${actor}: ${response.status}`);
          continue;
        }
        const window = new Browser(socket);
        if (isIn) await window.next('snapshot');
        else if ((await window.whenClosed()) < 4000) wrong.push(`${actor}: closed with ${window.closed}`);
        const message = frame(room);
        if (!isIn && window.heard.length > 0) wrong.push(`${actor} ${message.type}: heard something`);
        if (!isIn) continue;
        window.send(message);
        const id = window.do({ type: 'comment.post', comment: fresh(), thread: 'room', body: 'after that' });
        await window.next('accepted', (one) => one.id === id);
        if (actor === 'customer' && JSON.stringify(window.heard).includes('internal-or-not')) wrong.push(`${message.type}: leaked`);
        window.close();
      }
    }
    const frames = Object.keys(FRAMES).length;
    walked(task, frames, frames * ACTORS.length, wrong.length);
    expect(wrong).toEqual([]);
  });
});

describe('mail', () => {
  test('to a reply address is posted as the one whose address it is, of them alone', async ({ task }) => {
    const { room, seller, addresses, replyTo } = await scene();
    const ways = [
      { way: 'a reply', to: replyTo },
      { way: 'a reply to an internal thread’s address, made up', to: replyTo.replace(/\+[a-z2-7]{26}/, `+${fresh()}`) },
      { way: 'a new mail to the room', to: `room+${room.room}@${env.REPLY_DOMAIN}` },
    ];
    const wrong: string[] = [];
    for (const { way, to } of ways) {
      for (const actor of ACTORS) {
        const text = `from ${actor} ${fresh()}`;
        await bring({ from: addresses[actor], to, text });
        const posted = (await comments(seller, room.room as RoomId)).find((one) => one.body.includes(text));
        const may: readonly ActorName[] = way === 'a reply' || way === 'a new mail to the room' ? INSIDE : [];
        const author = posted && (await viewOf(seller, room.room as RoomId)).state.people[posted.by as ParticipantId]?.email;
        if (posted && (!may.includes(actor) || author !== addresses[actor])) wrong.push(`${way}, ${actor}: posted as ${author}`);
        if (!posted && way === 'a reply' && actor === 'customer') wrong.push(`${way}, ${actor}: not posted`);
      }
    }
    walked(task, ways.length, ways.length * ACTORS.length, wrong.length);
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  test('can’t run in the app’s origin, whatever they are called or claim to be', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    const hostile = [
      { name: 'x.html', body: '<script>alert(1)</script>', type: 'text/html' },
      { name: 'x.svg', body: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', type: 'image/svg+xml' },
      {
        name: '../../x.xhtml',
        body: '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
        type: 'application/xhtml+xml',
      },
    ];
    for (const one of hostile) {
      const uploaded = await request(`/api/rooms/${room}/files?as=seller`, {
        method: 'POST',
        cookie: seller.cookie,
        headers: { 'x-file-name': encodeURIComponent(one.name), 'content-type': one.type },
        body: one.body,
      });
      const fact = (await uploaded.json()) as { id: string; name: string };
      expect(fact.name).not.toContain('/');
      const served = await request(`/files/${room}/${fact.id}?as=seller`, { cookie: seller.cookie });
      expect(served.headers.get('content-disposition')).toMatch(/^attachment/);
      expect(served.headers.get('content-security-policy')).toContain('sandbox');
      expect(served.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('keep a Chinese name', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    const uploaded = await request(`/api/rooms/${room}/files?as=seller`, {
      method: 'POST',
      cookie: seller.cookie,
      headers: { 'x-file-name': encodeURIComponent('报价单 v2.pdf') },
      body: '%PDF-1.4',
    });
    const fact = (await uploaded.json()) as { id: string; name: string; type: string };
    expect(fact).toMatchObject({ name: '报价单 v2.pdf', type: 'application/pdf' });
    const served = await request(`/files/${room}/${fact.id}?as=seller`, { cookie: seller.cookie });
    expect(served.headers.get('content-disposition')).toContain(encodeURIComponent('报价单 v2.pdf'));
  });
});

describe('an upload', () => {
  test('of some megabytes is streamed and comes back byte for byte; one that lies about its size is refused', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    const bytes = new Uint8Array(3_000_000).map((_, index) => (index * 31) % 251);
    const send = (size: number) =>
      request(`/api/rooms/${room}/files?as=seller`, {
        method: 'POST',
        cookie: seller.cookie,
        headers: { 'x-file-name': 'big.bin', 'content-length': String(size) },
        body: bytes,
      });
    const uploaded = await send(bytes.byteLength);
    expect(uploaded.status).toBe(201);
    const { id } = (await uploaded.json()) as { id: string };
    const served = await request(`/files/${room}/${id}?as=seller`, { cookie: seller.cookie });
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes);
    expect((await send(60 * 1024 * 1024)).status).toBe(422);
  });
});
