/** The API of the workspace itself: who is in it, on which devices one is signed in, what was done. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import * as m from '#messages';
import * as v from 'valibot';
import { email } from '#core/commands.ts';
import { ID_PATTERN, type PersonId, type SessionId } from '#core/ids.ts';
import { refuse } from '#core/refusal.ts';
import type { Bindings } from '../app.ts';
import { csv } from '../csv.ts';
import { moving, retaining } from '../directory/shelf.ts';
import { sayDeed } from '../directory/deeds.ts';
import { answer, body, csvFile, type Ctx, json, jsonFile, refusals, sellerOf, signInFirst } from './answering.ts';

export const workspace = new Hono<Bindings>();

const role = v.object({ role: v.picklist(['owner', 'member']) });
const owners = { ...refusals, 403: { description: 'Only an owner may' }, 404: { description: 'No such member' } };
/** Rows of an export: two years of a busy workspace. */
const MOST = 50_000;

workspace.get(
  '/sessions',
  describeRoute({
    summary: 'Where one is signed in',
    responses: { 200: { description: 'Sessions, the latest visit first' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? c.json({ sessions: await c.get('services').access.sessions(seller) }) : signInFirst(c);
  },
);

workspace.delete(
  '/sessions/:session',
  describeRoute({
    summary: 'Sign out a device',
    description: '`others` stands for all but this one. What it has open is closed at once.',
    responses: { 200: { description: 'Signed out' }, ...refusals, 404: { description: 'No such session of one’s own' } },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const which = c.req.param('session');
    if (which !== 'others' && !ID_PATTERN.test(which)) return answer(c, refuse('not_found', 'no_such_session'));
    return answer(c, await c.get('services').access.endSession(seller, which === 'others' ? which : (which as SessionId)));
  },
);

workspace.post(
  '/passkeys/offer',
  describeRoute({
    summary: 'What a browser needs to make a passkey',
    responses: { 200: { description: 'PublicKeyCredentialCreationOptionsJSON (WebAuthn Level 3)' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').access.offerPasskey(seller)) : signInFirst(c);
  },
);

workspace.post(
  '/passkeys/challenge',
  describeRoute({
    summary: 'What a browser needs to sign in by a passkey',
    responses: { 200: { description: 'PublicKeyCredentialRequestOptionsJSON (WebAuthn Level 3)' }, 429: { description: 'Too often' } },
  }),
  async (c) => answer(c, await c.get('services').access.askForPasskey(c.req.header('cf-connecting-ip') ?? '')),
);

workspace.get(
  '/members',
  describeRoute({ summary: 'Who is in the workspace', responses: { 200: { description: 'Members, by name' }, ...refusals } }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? c.json({ members: await c.get('services').access.members(seller) }) : signInFirst(c);
  },
);

workspace.patch(
  '/members/:person',
  describeRoute({
    summary: 'Make a member an owner, or an owner a member',
    requestBody: body(role),
    responses: { 200: { description: 'Changed' }, ...owners },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const asked = v.safeParse(role, await json(c));
    if (!asked.success) return answer(c, refuse('invalid', 'malformed'));
    return answer(c, await c.get('services').access.setRole(seller, c.req.param('person') as PersonId, asked.output.role));
  },
);

workspace.delete(
  '/members/:person',
  describeRoute({
    summary: 'Let a member go',
    description: 'They are signed out at once and leave every room; a room without another seller becomes the owner’s.',
    responses: { 200: { description: 'Gone' }, ...owners },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').access.removeMember(seller, c.req.param('person') as PersonId)) : signInFirst(c);
  },
);

workspace.get(
  '/audit.csv',
  describeRoute({
    summary: 'What was done with the workspace, as CSV',
    responses: { 200: { description: 'Newest first; UTF-8 with a byte order mark', content: { 'text/csv': {} } }, ...owners },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const log = await c.get('services').access.audit(seller, null, MOST);
    if (!log.ok) return answer(c, log);
    const say = { locale: seller.locale };
    const rows = log.value.rows.map(({ at, name, deed }) => [at, name, sayDeed(deed, seller.locale)]);
    return csvFile(c, csv([[m.audit_when({}, say), m.audit_who({}, say), m.audit_what({}, say)], ...rows]), 'audit.csv');
  },
);

workspace.get(
  '/shelf',
  describeRoute({
    summary: 'Rooms in use, archived and deleted',
    description: 'A seller’s own; an owner’s, all of the workspace. A deleted room is erased after `erasedAfter`.',
    responses: { 200: { description: 'By what became of them, the longest silent first' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? c.json(await c.get('services').directory.shelf(seller)) : signInFirst(c);
  },
);

workspace.put(
  '/rooms/:room/shelf',
  describeRoute({
    summary: 'Archive or delete a room, or take that back',
    description: 'A deleted room is shut at once and can be restored for 30 days. For sellers of the room and owners of the workspace.',
    requestBody: body(moving),
    responses: { 200: { description: 'Done' }, ...refusals, 404: { description: 'No such room in this workspace' } },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').directory.shelve(seller, c.req.param('room'), await json(c))) : signInFirst(c);
  },
);

workspace.put(
  '/retention',
  describeRoute({
    summary: 'For how long archived rooms are kept',
    requestBody: body(retaining),
    responses: { 200: { description: 'Years; 0 for ever' }, ...owners },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').directory.retain(seller, await json(c))) : signInFirst(c);
  },
);

const about = v.object({ email });

/** By POST, so that the address stands in no address of ours: JSON, or a page's form. */
async function personAsked(c: Ctx): Promise<unknown> {
  return c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') ? c.req.parseBody() : json(c);
}

workspace.post(
  '/people/data.json',
  describeRoute({
    summary: 'Everything that is kept of somebody of a customer’s who asks for it',
    requestBody: body(about),
    responses: { 200: { description: 'One entry for each room: a seller’s own; an owner’s, all of the workspace' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const data = await c.get('services').people.data(seller, await personAsked(c));
    return data.ok ? jsonFile(c, data.value, 'their-data.json') : answer(c, data);
  },
);

workspace.post(
  '/people/erase',
  describeRoute({
    summary: 'Erase somebody of a customer’s who asks for it',
    description:
      'Their name and address, what they mailed and uploaded. What they wrote in a room stays, without them. This can’t be undone.',
    requestBody: body(about),
    responses: { 200: { description: 'In how many rooms' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').people.erase(seller, await personAsked(c))) : signInFirst(c);
  },
);

workspace.get(
  '/status',
  describeRoute({
    summary: 'How the product is doing, as far as it is the workspace’s business',
    responses: { 200: { description: '`wrong` lists what owners are told of by mail; instants are epoch ms' }, ...owners },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').operations.status(seller)) : signInFirst(c);
  },
);

workspace.post(
  '/status/again',
  describeRoute({
    summary: 'Send a mail that was given up once more',
    requestBody: body(v.object({ key: v.string() })),
    responses: { 200: { description: 'It waits again' }, ...owners },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').operations.again(seller, await json(c))) : signInFirst(c);
  },
);
