/** What outlives one deal: templates, what administrators did, and the demo that a newcomer finds. */
import { describe, expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import type { CheckId, RoomId, TaskId } from '#core/ids.ts';
import { openObjections } from '#core/objections.ts';
import { checksOf } from '#core/plan.ts';
import { qualificationOf } from '#core/qualification.ts';
import { costTold, linesOf, perceived } from '#core/value.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { openDemo } from '../../worker/directory/demo.ts';
import {
  act,
  comments,
  env,
  joinedCustomer,
  newAddress,
  newSeller,
  openRoom,
  request,
  services,
  viewOf,
  type SignedIn,
} from '../support/front-door.ts';

async function opened(seller: SignedIn, template: string, account = 'Next Ltd') {
  const next = await services.directory.open(seller.seller, { email: newAddress('next'), account, template });
  if (!next.ok) throw new Error(next.refusal.reason);
  return (await viewOf(seller, next.value.room)).state;
}

describe('a template of one’s own', () => {
  test('keeps what comes first, checklists, links and value lines, and none of the customer’s names, prices or words', async () => {
    const seller = await newSeller();
    const room = await openRoom(seller);
    const customer = await joinedCustomer(seller, room);
    const { state } = await viewOf(seller, room.room);
    const name = state.people[room.customer]?.name ?? '';
    const account = state.room?.accountName ?? '';
    const did = async (by: { cookie: string }, command: CommandInput) => expect((await act(by, room.room, command)).status).toBe(202);
    const [first, second, theirs] = [fresh<TaskId>(), fresh<TaskId>(), fresh<TaskId>()];
    const line = fresh<never>();
    await did(seller, { type: 'task.add', task: first, title: `Offer for ${account}: ¥120,000`, owners: [room.me] });
    await did(seller, {
      type: 'task.add',
      task: second,
      title: 'Contract',
      after: [first],
      description: `Ask ${name} first`,
      owners: [room.customer],
    });
    await did(seller, { type: 'check.add', task: second, check: fresh<CheckId>(), text: 'Signed by both' });
    await did(customer, { type: 'task.add', task: theirs, title: 'secret of the customer' });
    await did(customer, { type: 'task.change', task: second, description: 'secret of the customer' });
    await did(customer, { type: 'check.add', task: second, check: fresh<CheckId>(), text: 'secret of the customer' });
    await did(seller, { type: 'value.add', line, side: 'gain', title: 'Hours saved', kind: 'time', text: '90k' });
    await did(customer, { type: 'value.change', line, title: 'secret of the customer', need: 'secret of the customer' });
    await did(customer, { type: 'value.add', line: fresh<never>(), side: 'cost', title: 'secret of the customer', text: '80k' });
    await did(seller, {
      type: 'material.add',
      material: fresh(),
      title: 'Price list',
      section: 'Offer',
      link: 'https://example.com/prices',
    });
    await did(customer, { type: 'material.add', material: fresh(), title: 'secret of the customer', link: 'https://example.com/secret' });

    const saved = await services.directory.saveTemplate(seller.seller, room.room, { name: 'Ours' });
    if (!saved.ok) throw new Error(saved.refusal.reason);
    const next = await opened(seller, saved.value.template);
    expect(JSON.stringify(next)).not.toMatch(/secret|120,000|90.?000|80.?000/);
    expect(JSON.stringify(next.plan)).not.toContain(account);
    expect(JSON.stringify(next.plan)).not.toContain(name);
    const [offer, contract, ...more] = Object.values(next.plan.tasks);
    expect(more).toEqual([]);
    expect(offer?.title).toBe('Offer for the customer: …');
    expect(contract).toMatchObject({ title: 'Contract', after: [offer?.id], description: 'Ask the customer first' });
    expect(contract && checksOf(contract).map((one) => one.text)).toEqual(['Signed by both']);
    expect(linesOf(next.value)).toMatchObject([{ title: 'Hours saved', kind: 'time', number: null, owner: null, need: '' }]);
    expect(Object.values(next.materials.byId)).toMatchObject([{ title: 'Price list', section: 'Offer', audience: 'all' }]);
  });

  test.each(['trial', 'enterprise', 'tender', 'renewal'])(
    '%s brings gains and costs to talk about, without numbers, in the customer’s language',
    async (key) => {
      const seller = await newSeller();
      for (const [account, script] of [
        ['Next Ltd', /^[^\p{Script=Han}]+$/u],
        ['下一站有限公司', /\p{Script=Han}/u],
      ] as const) {
        const { value } = await opened(seller, key, account);
        expect(linesOf(value, 'gain').length).toBeGreaterThanOrEqual(2);
        expect(linesOf(value, 'cost').length).toBeGreaterThanOrEqual(2);
        for (const one of linesOf(value)) {
          expect(one.number).toBeNull();
          expect(one.title).toMatch(script);
        }
      }
    },
  );
});

describe('what is done with a right of the workspace', () => {
  test('posts a line in every room that it reaches: of a new name to both sides, of a new rule to the sellers', async () => {
    const seller = await newSeller('Li Dan');
    const room = await openRoom(seller);
    const customer = await joinedCustomer(seller, room);
    const account = (await viewOf(seller, room.room)).state.room?.account ?? '';
    const from = (await viewOf(seller, room.room)).state.room?.accountName;
    expect((await services.accounts.rename(seller.seller, account, { name: 'Corp Holding' })).ok).toBe(true);
    expect((await services.directory.setQualification(seller.seller, { framework: 'bant', own: [], minimum: 2 })).ok).toBe(true);
    const ours = (await viewOf(seller, room.room)).state;
    const theirs = (await viewOf(customer, room.room, 'customer')).state;
    expect(ours.lines.all).toMatchObject([{ event: { type: 'admin.accountNamed', name: 'Li Dan', from, to: 'Corp Holding' } }]);
    expect(ours.lines.seller).toMatchObject([{ event: { type: 'admin.ruleSet', name: 'Li Dan', framework: 'bant', minimum: 2 } }]);
    expect(theirs.lines).toEqual({ all: ours.lines.all, seller: [] });
    const page = await (await request(`/r/${room.room}`, { cookie: customer.cookie })).text();
    expect(page).toContain('Corp Holding');
    expect(page).not.toContain('BANT');
    // Nothing changes, nothing is said.
    await services.accounts.rename(seller.seller, account, { name: 'Corp Holding' });
    expect((await viewOf(seller, room.room)).state.lines.all).toHaveLength(1);
  });
});

describe('the demo', () => {
  test.each(['huadong', 'contoso'] as const)(
    '%s has a value case, a question that is answered, materials, a meeting and a deal with evidence',
    async (key) => {
      const seller = await newSeller();
      const { person, name, email, locale, zone, workspace, workspaceName } = seller.seller;
      const room: RoomId = await openDemo(env, key, { person, name, email, locale, zone, workspace, workspaceName }, { quiet: true });
      const { state } = await viewOf(seller, room);
      expect(costTold(state.value)).toBe(true);
      expect(perceived(state.value).value.low).toBeGreaterThan(0);
      expect(new Set(linesOf(state.value).map((one) => one.owner?.side))).toEqual(new Set(['customer', 'seller']));
      expect(openObjections(state)).toMatchObject([{ state: 'answered' }]);
      expect(state.materials.order).toHaveLength(2);
      expect(Object.values(state.meetings).some((one) => one.agenda !== '' && Object.keys(one.answers).length > 0)).toBe(true);
      expect(state.deal.amount?.minor).toBeGreaterThan(0);
      expect(qualificationOf(state).confirmed).toHaveLength(1);
      expect(Object.keys(state.deal.claims)).toHaveLength(1);
      // Its files open.
      const file = Object.values(state.materials.byId).flatMap((one) =>
        one.versions.flatMap(({ content }) => (content.kind === 'file' ? [content.file.id] : [])),
      )[0];
      expect((await request(`/files/${room}/${file}?as=seller`, { cookie: seller.cookie })).status).toBe(200);
      expect((await comments(seller, room)).length).toBeGreaterThan(0);
    },
  );
});
