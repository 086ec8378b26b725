/** The API: everything whose caller is not a page. Described at `/api/openapi.json` from the schemas that check it. */
import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { describeRoute, openAPIRouteHandler } from 'hono-openapi';
import * as v from 'valibot';
import { look, submission, thread } from '#core/commands.ts';
import { ID_PATTERN, type CommentId, type HeldMailId, type ParticipantId, type RoomId, type ThreadId, type TaskId } from '#core/ids.ts';
import type { Where } from '#core/protocol.ts';
import { GUEST_COOKIE, roomActor, SELLER_COOKIE } from '../access/actor.ts';
import type { Bindings } from '../app.ts';
import { opening } from '../directory/rooms.ts';
import { MAX_ARCHIVE } from '../copy/import.ts';
import { MAX_FILE, readAll } from '../files/store.ts';
import { originalPage } from '../mail/original.ts';
import { type Actor, asSeller } from '../services.ts';
import { roomStub } from '../room/stub.ts';
import { answer, body, csvFile, json, jsonFile, refusals, sellerOf, signInFirst, type Ctx } from './answering.ts';
import { directory } from './directory.ts';
import { workspace } from './workspace.ts';

/**
 * Who asks, for a room: `?as=customer` is the guest of this browser, `?as=seller` the seller; else whoever is signed in. While D1 is away,
 * whom the room remembers.
 */
export async function actorOf(c: Ctx): Promise<Actor | null> {
  const as = c.req.query('as');
  const device = getCookie(c, GUEST_COOKIE);
  const guest: Actor | null = as !== 'seller' && device && ID_PATTERN.test(device) ? { kind: 'guest', device } : null;
  if (as === 'customer') return guest;
  try {
    const seller = await sellerOf(c);
    return seller ? asSeller(seller) : guest;
  } catch (error) {
    const known = (await c.get('services').access.remembered(getCookie(c, SELLER_COOKIE), roomOf(c))) ?? guest;
    if (!known) throw error;
    return known;
  }
}

export const api = new Hono<Bindings>();

api.get(
  '/session',
  describeRoute({ summary: 'Who is signed in', responses: { 200: { description: 'The seller' }, ...refusals } }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const { renewed: _, session: __, proof: ___, ...shown } = seller;
    return c.json(shown);
  },
);

api.get(
  '/rooms',
  describeRoute({
    summary: 'The rooms of the signed-in seller',
    responses: { 200: { description: 'Rooms, latest activity first, with the next step of each side' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? c.json({ rooms: await c.get('services').directory.rooms(seller) }) : signInFirst(c);
  },
);

api.post(
  '/rooms',
  describeRoute({
    summary: 'Open a room',
    description: 'The customer is added, not yet invited.',
    requestBody: body(opening),
    responses: { 201: { description: 'The room’s id' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').directory.open(seller, await json(c)), 201) : signInFirst(c);
  },
);

api.get(
  '/answers',
  describeRoute({
    summary: 'Accepted answers of the signed-in seller’s workspace',
    description: '`q` is a question or a few words; without it the newest. `near=1` gives at most three that are about the same.',
    responses: { 200: { description: 'Question, answer and when it was accepted, best first' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    return c.json({ answers: await c.get('services').directory.answers(seller, c.req.query('q') ?? '', c.req.query('near') === '1') });
  },
);

api.get(
  '/rooms/:room',
  describeRoute({
    summary: 'A room as the caller may see it',
    responses: { 200: { description: 'State, own read marks, who is here' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.open(actor, roomOf(c), threadsOf(c))) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/events',
  describeRoute({
    summary: 'Events after a sequence number',
    responses: { 200: { description: 'At most 1,000 events, oldest first' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    if (!ID_PATTERN.test(roomOf(c))) return notHere(c);
    return answer(c, await stub(c).events(await roomActor(actor), Number(c.req.query('since') ?? 0) || 0));
  },
);

api.post(
  '/rooms/:room/commands',
  describeRoute({
    summary: 'Do something in a room',
    description: 'The same commands that the app sends. `id` makes it safe to send twice.',
    requestBody: body(submission),
    responses: { 202: { description: 'Done, and on disk; the sequence number it is part of' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.submit(actor, roomOf(c), await json(c)), 202) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/threads/:thread',
  describeRoute({
    summary: 'Comments of a thread, oldest first',
    description: 'The newest page; `?before=` and `?after=` a sequence number page on, `?at=` a comment gives the page around it.',
    responses: { 200: { description: 'A page, how far each participant has read, and where to page on' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.thread(actor, roomOf(c), threadIn(c), whereOf(c))) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/comments/:comment/wordings',
  describeRoute({
    summary: 'Every wording of a comment that was edited',
    responses: { 200: { description: 'Text, HTML and time of each, the first one first' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.wordings(actor, roomOf(c), idIn<CommentId>(c, 'comment'))) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/tasks/:task/history',
  describeRoute({
    summary: 'What became of a task',
    responses: { 200: { description: 'Who changed what, when, and what it was before; oldest first' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.history(actor, roomOf(c), idIn<TaskId>(c, 'task'))) : signInFirst(c);
  },
);

api.post(
  '/rooms/:room/files',
  describeRoute({
    summary: 'Upload a file for a comment or a material',
    description: 'The raw bytes; the name in `x-file-name`, percent-encoded.',
    requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
    responses: { 201: { description: 'The file’s facts: name it in a comment' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    const size = Number(c.req.header('content-length')) || null;
    if (size !== null && size > MAX_FILE) return c.json({ error: { code: 'invalid', reason: 'too_large', field: 'file' } }, 422);
    const stream = c.req.raw.body;
    if (!stream) return c.json({ error: { code: 'invalid', reason: 'no_such_file', field: 'file' } }, 422);
    const name = decodeName(c.req.header('x-file-name') ?? 'file');
    return answer(
      c,
      await c.get('services').rooms.upload(actor, roomOf(c), { name, type: c.req.header('content-type') ?? '', body: stream, size }),
      201,
    );
  },
);

api.post(
  '/rooms/:room/opens',
  describeRoute({
    summary: 'Say that somebody pressed on a file or a link',
    description:
      'Sent by the page on a real press: reading a file by GET counts nothing. A form (`file`, `how`) is led on to the file. Of sellers nothing is counted; `read` (a minute before it) only of those who let it be.',
    requestBody: body(look),
    responses: { 202: { description: 'Whether it was counted' }, 303: { description: 'For a form: the file' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    if ((c.req.header('content-type') ?? '').includes('json')) {
      return answer(c, await c.get('services').rooms.looked(actor, roomOf(c), await json(c)), 202);
    }
    const form = await c.req.formData().catch(() => new FormData());
    const how = form.get('how');
    const looked = await c.get('services').rooms.looked(actor, roomOf(c), { how, file: form.get('file') });
    if (!looked.ok || looked.value.file === null) return answer(c, looked);
    const query = new URLSearchParams({ as: c.req.query('as') ?? '', ...(how === 'downloaded' ? { download: '' } : {}) });
    return c.redirect(`/files/${roomOf(c)}/${looked.value.file}?${query}`, 303);
  },
);

api.get(
  '/rooms/:room/opens',
  describeRoute({
    summary: 'Who opened which file or link, and when',
    description: 'Sellers are told of customers; a customer of themselves.',
    responses: { 200: { description: 'Newest first' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.openings(actor, roomOf(c))) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/copy.zip',
  describeRoute({
    summary: 'Take a copy of a room',
    description: 'Events, files, original mails, tables and a page to read offline: everything that the caller may see, nothing else.',
    responses: { 200: { description: 'A zip archive', content: { 'application/zip': {} } }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    const copy = await c.get('services').rooms.takeCopy(actor, roomOf(c));
    if (!copy.ok) return answer(c, copy);
    return new Response(copy.value.body, {
      headers: {
        'Content-Type': 'application/zip',
        'Content-Disposition': `attachment; filename="room.zip"; filename*=UTF-8''${encodeURIComponent(copy.value.name)}`,
        'Cache-Control': 'private, no-store',
      },
    });
  },
);

api.get(
  '/rooms/:room/retrospective',
  describeRoute({
    summary: 'Where the days of a room went',
    responses: { 200: { description: 'Whose turn it was, milestones, the longest waits, objections; in days' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.retrospective(actor, roomOf(c))) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/ledger',
  describeRoute({
    summary: 'Who did what',
    description:
      'Promises made, kept and late, questions asked and answered, files, replies and how fast they came, per person of either side.',
    responses: { 200: { description: 'One row per person, with the events that each number counts' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.ledger(actor, roomOf(c))) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/ledger.csv',
  describeRoute({
    summary: 'Who did what as a table, in the caller’s language',
    responses: { 200: { description: 'CSV with a byte order mark; the same counts' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    if (!ID_PATTERN.test(roomOf(c))) return c.json({ error: { code: 'forbidden', reason: 'not_a_participant' } }, 403);
    const result = await stub(c).ledgerCsv(await roomActor(actor));
    if (!result.ok) return answer(c, result);
    const name = encodeURIComponent(`${result.value.name}.csv`);
    return csvFile(c, result.value.csv, 'who-did-what.csv', name);
  },
);

api.get(
  '/rooms/:room/my-data.json',
  describeRoute({
    summary: 'Everything that a room stores about the caller',
    responses: {
      200: { description: 'Profile, devices, what was read and opened, mails, own events and those that name the caller' },
      ...refusals,
    },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    if (!ID_PATTERN.test(roomOf(c))) return c.json({ error: { code: 'forbidden', reason: 'not_a_participant' } }, 403);
    const result = await stub(c).myData(await roomActor(actor));
    return result.ok ? jsonFile(c, result.value, 'my-data.json') : answer(c, result);
  },
);

api.delete(
  '/rooms/:room/my-data',
  describeRoute({
    summary: 'Erase the caller from a room, if they are a customer',
    description: 'Name, address, mails and files go everywhere and for good; what they wrote stays as that of a former participant.',
    responses: { 200: { description: 'Erased' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.eraseMe(actor, roomOf(c))) : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/whereabouts',
  describeRoute({
    summary: 'When each person of a room was last heard of',
    responses: { 200: { description: 'By participant: the moment, and whether they take part by the page or by mail' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor ? answer(c, await c.get('services').rooms.whereabouts(actor, roomOf(c))) : signInFirst(c);
  },
);

api.post(
  '/rooms/import',
  describeRoute({
    summary: 'Bring a room back from a copy',
    description: 'The archive itself, at most 48 MiB. Nobody in it is mailed or let in before they are invited anew.',
    requestBody: { required: true, content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } },
    responses: { 201: { description: 'The new room, and the hash of the log that was brought' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const bytes = c.req.raw.body ? await readAll(c.req.raw.body, MAX_ARCHIVE) : new Uint8Array();
    if (bytes === null) return c.json({ error: { code: 'invalid', reason: 'too_large', field: 'file' } }, 422);
    return answer(c, await c.get('services').directory.importCopy(seller, bytes), 201);
  },
);

api.get(
  '/rooms/:room/invitation/:participant',
  describeRoute({
    summary: 'How the invitation will look',
    responses: { 200: { description: 'To whom, subject, HTML and text' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    return actor
      ? answer(
          c,
          await c
            .get('services')
            .rooms.previewInvitation(actor, roomOf(c), idIn<ParticipantId>(c, 'participant'), c.req.query('note') ?? ''),
        )
      : signInFirst(c);
  },
);

api.get(
  '/rooms/:room/tasks/:task/calendar.ics',
  describeRoute({
    summary: 'A meeting as a file for a calendar',
    description: 'The caller’s own copy. It asks for no answer: the invitation does, which comes by mail.',
    responses: { 200: { description: 'iCalendar (RFC 5545)' }, 404: { description: 'No meeting, or no time yet' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    if (!ID_PATTERN.test(roomOf(c))) return notHere(c);
    const made = await stub(c).calendarFile(await roomActor(actor), idIn<TaskId>(c, 'task'));
    if (!made.ok) return answer(c, made);
    return c.body(made.value, 200, {
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': 'attachment; filename="meeting.ics"',
      'cache-control': 'no-store',
    });
  },
);

api.get(
  '/rooms/:room/mails/:mail',
  describeRoute({
    summary: 'The original of a mail that became a comment or is held',
    responses: { 200: { description: 'A page with the whole mail; `?raw=1` the source' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    const mail = idIn<HeldMailId>(c, 'mail');
    const may = ID_PATTERN.test(roomOf(c)) ? await stub(c).mayReadMail(await roomActor(actor), mail) : null;
    return may ? originalPage(c.env, mail, may.key, c.req.query('raw') !== undefined, may.what === 'raw') : notHere(c);
  },
);

api.get(
  '/rooms/:room/plan.csv',
  describeRoute({
    summary: 'The plan as a table, in the caller’s language',
    responses: { 200: { description: 'CSV with a byte order mark; cells that begin like a formula are made harmless' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    if (!ID_PATTERN.test(roomOf(c))) return c.json({ error: { code: 'forbidden', reason: 'not_a_participant' } }, 403);
    const result = await stub(c).planCsv(await roomActor(actor));
    if (!result.ok) return answer(c, result);
    const name = encodeURIComponent(`${result.value.name}.csv`);
    return csvFile(c, result.value.csv, 'plan.csv', name);
  },
);

api.get(
  '/rooms/:room/feed',
  describeRoute({ summary: 'Whether the caller has a calendar address', responses: { 200: { description: '`active`' }, ...refusals } }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    return ID_PATTERN.test(roomOf(c)) ? answer(c, await stub(c).feed(await roomActor(actor))) : notHere(c);
  },
);

api.post(
  '/rooms/:room/feed',
  describeRoute({
    summary: 'A calendar address for the caller',
    description: 'The one before stops working. The address is told here and nowhere else.',
    responses: { 201: { description: 'Its `url`' }, ...refusals },
  }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    if (!ID_PATTERN.test(roomOf(c))) return notHere(c);
    const made = await stub(c).renewFeed(await roomActor(actor));
    return made.ok ? c.json({ url: `${c.env.APP_URL}/feeds/${made.value.token}.ics` }, 201) : answer(c, made);
  },
);

api.delete(
  '/rooms/:room/feed',
  describeRoute({ summary: 'End the caller’s calendar address', responses: { 200: { description: 'It answers 404 now' }, ...refusals } }),
  async (c) => {
    const actor = await actorOf(c);
    if (!actor) return signInFirst(c);
    return ID_PATTERN.test(roomOf(c)) ? answer(c, await stub(c).dropFeed(await roomActor(actor))) : notHere(c);
  },
);

api.get(
  '/rooms/:room/live',
  describeRoute({ summary: 'The live socket of a room', responses: { 101: { description: 'WebSocket; messages as in protocol.ts' } } }),
  async (c) => {
    if (c.req.header('upgrade') !== 'websocket') return c.json({ error: { code: 'invalid', reason: 'malformed' } }, 426);
    const actor = await actorOf(c);
    const headers = new Headers(c.req.raw.headers);
    // Overwritten, never passed on: nobody outside may say who they are.
    headers.set('x-room-actor', JSON.stringify(actor && ID_PATTERN.test(roomOf(c)) ? await roomActor(actor) : null));
    return stub(c).fetch(new Request(c.req.raw, { headers }));
  },
);

/** One click in the mail client ends these mails (RFC 8058): a POST that says so does, a GET only leads to the page about it. */
api.post(
  '/unsubscribe/:token',
  describeRoute({
    summary: 'Stop mails of a room by one click (RFC 8058)',
    responses: { 200: { description: 'Done' }, 400: { description: 'Not the form of RFC 8058' }, 404: { description: 'Unknown' } },
  }),
  async (c) => {
    const form = await c.req.formData().catch(() => new FormData());
    if (form.get('List-Unsubscribe') !== 'One-Click') return c.text('List-Unsubscribe=One-Click', 400);
    const result = await c.get('services').access.unsubscribe(c.req.param('token'), 'none');
    return result.ok ? c.text('OK') : c.text('unknown', 404);
  },
);
api.get(
  '/unsubscribe/:token',
  describeRoute({ summary: 'Leads to the page of mail wishes', responses: { 302: { description: 'The page' } } }),
  (c) => c.redirect(`/unsubscribe/${encodeURIComponent(c.req.param('token'))}`),
);

api.route('/', directory);
api.route('/', workspace);

api.get(
  '/openapi.json',
  openAPIRouteHandler(api, {
    documentation: {
      info: { title: 'Atelier', version: '1', description: 'One room per opportunity, shared by seller and customer.' },
      servers: [{ url: '/api' }],
    },
  }),
);

api.all('*', (c) => c.json({ error: { code: 'not_found', reason: 'malformed' } }, 404));

const roomOf = (c: Ctx): RoomId => c.req.param('room') as RoomId;
const stub = (c: Ctx) => roomStub(c.env, roomOf(c));
/** An id from the path; for what can't be one, an id that nothing has: every object has a `constructor`. */
const idIn = <Id extends string>(c: Ctx, name: string): Id => {
  const value = c.req.param(name) ?? '';
  return (ID_PATTERN.test(value) ? value : '-') as Id;
};
const threadIn = (c: Ctx): ThreadId => {
  const value = c.req.param('thread') ?? '';
  return isThread(value) ? value : ('-' as ThreadId);
};
const isThread = (one: string): one is ThreadId => v.is(thread, one);
const threadsOf = (c: Ctx): ThreadId[] => c.req.query('threads')?.split(',').filter(isThread) ?? [];
function whereOf(c: Ctx): Where {
  const at = c.req.query('at');
  if (at && ID_PATTERN.test(at)) return { at: at as CommentId };
  const [before, after] = [Number(c.req.query('before')), Number(c.req.query('after'))];
  return before > 0 ? { before } : after > 0 ? { after } : null;
}
const notHere = (c: Ctx) => c.json({ error: { code: 'not_found', reason: 'no_such_mail' } }, 404);

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
