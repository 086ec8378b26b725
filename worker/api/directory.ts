/** The API of what belongs to a workspace and not to one room: accounts, the pipeline as CSV, the rule of qualification. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { qualificationRule } from '#core/commands.ts';
import type { Stage } from '#core/deal.ts';
import type { RoomId } from '#core/ids.ts';
import * as m from '#messages';
import type { Bindings } from '../app.ts';
import { merging, naming, renaming } from '../directory/accounts.ts';
import { naming as templateNaming } from '../directory/own-templates.ts';
import { arrange, csvOf, queryOf } from '../directory/pipeline.ts';
import { answer, body, csvFile, json, refusals, sellerOf, signInFirst } from './answering.ts';

export const directory = new Hono<Bindings>();

const unknown = { 404: { description: 'No such account in this workspace' } };

directory.get(
  '/rooms.csv',
  describeRoute({
    summary: 'The seller’s rooms as CSV',
    description: 'The rows of the list of rooms, for the same `stage`, `q` and `sort`, in the same order and in the seller’s language.',
    responses: { 200: { description: 'UTF-8 with a byte order mark; amounts in major units', content: { 'text/csv': {} } }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const rows = arrange(await c.get('services').directory.rooms(seller), queryOf(new URL(c.req.url).searchParams));
    const say = { locale: seller.locale };
    const stage: Record<Stage, () => string> = {
      lead: () => m.stage_lead({}, say),
      qualified: () => m.stage_qualified({}, say),
      proposal: () => m.stage_proposal({}, say),
      negotiation: () => m.stage_negotiation({}, say),
      won: () => m.stage_won({}, say),
      lost: () => m.stage_lost({}, say),
      paused: () => m.stage_paused({}, say),
    };
    const columns = [
      m.csv_room({}, say),
      m.csv_account({}, say),
      m.deal_stage({}, say),
      m.csv_confirmed({}, say),
      m.deal_amount({}, say),
      m.deal_currency({}, say),
      m.deal_close({}, say),
      m.deal_source({}, say),
      m.csv_ours({}, say),
      m.csv_ours_due({}, say),
      m.csv_theirs({}, say),
      m.csv_theirs_due({}, say),
      m.csv_active({}, say),
    ];
    return csvFile(c, csvOf(rows, { columns, stage: (one) => stage[one]() }), 'rooms.csv');
  },
);

directory.post(
  '/rooms/:room/template',
  describeRoute({
    summary: 'Save a room’s plan as a template of the workspace',
    description: 'Sides instead of people, days from the start instead of dates.',
    requestBody: body(templateNaming),
    responses: { 201: { description: 'The template’s id: `template` when a room is opened' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    return answer(c, await c.get('services').directory.saveTemplate(seller, c.req.param('room') as RoomId, await json(c)), 201);
  },
);

directory.delete(
  '/templates/:template',
  describeRoute({
    summary: 'Remove a template of the workspace',
    responses: { 200: { description: 'Gone, or never there' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    await c.get('services').directory.removeTemplate(seller, c.req.param('template'));
    return c.json({});
  },
);

directory.get(
  '/accounts',
  describeRoute({
    summary: 'The workspace’s accounts',
    description: '`q` is part of a name or of a domain, however it is written.',
    responses: { 200: { description: 'Accounts by name' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? c.json({ accounts: await c.get('services').accounts.list(seller, c.req.query('q') ?? '') }) : signInFirst(c);
  },
);

directory.get(
  '/accounts/match',
  describeRoute({
    summary: 'Accounts that a new customer may be',
    description: 'By the domain of `email` and by names like `name`.',
    responses: { 200: { description: 'At most three, the likeliest first' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const [email, name] = [c.req.query('email') ?? '', c.req.query('name') ?? ''].map((one) => one.slice(0, 254)) as [string, string];
    return c.json({ matches: await c.get('services').accounts.match(seller, email, name) });
  },
);

directory.get(
  '/accounts/:account',
  describeRoute({
    summary: 'An account',
    responses: { 200: { description: 'Its opportunities, people, domains and open objections' }, ...refusals, ...unknown },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').accounts.page(seller, c.req.param('account'))) : signInFirst(c);
  },
);

directory.patch(
  '/accounts/:account',
  describeRoute({
    summary: 'Rename an account',
    requestBody: body(renaming),
    responses: { 200: { description: 'The name it had: giving it back undoes this' }, ...refusals, ...unknown },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').accounts.rename(seller, c.req.param('account'), await json(c))) : signInFirst(c);
  },
);

directory.post(
  '/accounts/:account/merge',
  describeRoute({
    summary: 'Show an account as another from now on',
    requestBody: body(merging),
    responses: { 200: { description: 'The account it is shown as' }, ...refusals, ...unknown },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').accounts.merge(seller, c.req.param('account'), await json(c))) : signInFirst(c);
  },
);

directory.delete(
  '/accounts/:account/merge',
  describeRoute({ summary: 'Undo a merge', responses: { 200: { description: 'It stands for itself again' }, ...refusals, ...unknown } }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const separated = await c.get('services').accounts.separate(seller, c.req.param('account'));
    return answer(c, separated.ok ? { ok: true, value: {} } : separated);
  },
);

directory.post(
  '/accounts/:account/domains',
  describeRoute({
    summary: 'Add a domain by which an account is known again',
    requestBody: body(naming),
    responses: { 200: { description: 'The domain as it is kept' }, ...refusals, ...unknown },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').accounts.addDomain(seller, c.req.param('account'), await json(c))) : signInFirst(c);
  },
);

directory.delete(
  '/accounts/:account/domains/:domain',
  describeRoute({ summary: 'Take a domain off an account', responses: { 200: { description: 'Done' }, ...refusals, ...unknown } }),
  async (c) => {
    const seller = await sellerOf(c);
    if (!seller) return signInFirst(c);
    const removed = await c.get('services').accounts.removeDomain(seller, c.req.param('account'), c.req.param('domain'));
    return answer(c, removed.ok ? { ok: true, value: {} } : removed);
  },
);

directory.get(
  '/qualification',
  describeRoute({
    summary: 'What qualifies a deal in this workspace',
    responses: { 200: { description: 'Framework, own criteria, and how many a customer must confirm' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? c.json(await c.get('services').directory.qualification(seller)) : signInFirst(c);
  },
);

directory.put(
  '/qualification',
  describeRoute({
    summary: 'Change what qualifies a deal',
    description: 'Rooms that go by the workspace’s rule take it over at once.',
    requestBody: body(qualificationRule),
    responses: { 200: { description: 'The rule as it is kept' }, ...refusals },
  }),
  async (c) => {
    const seller = await sellerOf(c);
    return seller ? answer(c, await c.get('services').directory.setQualification(seller, await json(c))) : signInFirst(c);
  },
);
