/** Acting by mail: a reply of one line does what it says, once, with a receipt, and can be taken back. */
import { describe, expect, test } from 'vitest';
import { fresh } from '../../worker/access/tokens.ts';
import type { TaskId } from '#core/ids.ts';
import {
  act,
  bring,
  comments,
  deliverMail,
  enter,
  invite,
  joinToken,
  mailsTo,
  newSeller,
  openRoom,
  viewOf,
} from '../support/front-door.ts';

/** A room in which the customer has a task, and the mail that says so. */
async function asked(title = 'Security review') {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await invite(seller, opened);
  const task = fresh<TaskId>();
  await act(seller, opened.room, { type: 'task.add', task, title, owners: [opened.customer], due: null });
  await deliverMail(opened.room);
  const [mail] = await mailsTo(opened.customerEmail);
  if (!mail?.replyTo) throw new Error('no mail about the task');
  const { replyTo } = mail;
  const reply = (text: string, more: object = {}) => bring({ from: opened.customerEmail, to: replyTo, text, ...more });
  const taskNow = async () => (await viewOf(seller, opened.room)).state.plan.tasks[task];
  const receipts = async () => {
    await deliverMail(opened.room);
    return (await mailsTo(opened.customerEmail)).filter((one) => one.headers['Auto-Submitted'] === 'auto-replied');
  };
  return { seller, opened, task, mail, reply, taskNow, receipts };
}

describe('a customer who answers a task with one line', () => {
  test('finishes it with “done”, once, and is told in one receipt', async () => {
    const { seller, opened, task, reply, taskNow, receipts } = await asked();
    const letter = { messageId: `<${fresh()}@corp.example>` };
    await reply('Done', letter);
    await reply('Done', letter);
    expect((await taskNow())?.completedBy).toBe(opened.customer);
    expect(await comments(seller, opened.room, task)).toEqual([]);
    const told = await receipts();
    expect(told).toHaveLength(1);
    expect(told[0]?.text).toContain('“Security review” is marked as done');
    expect(told[0]?.text).toContain('UNDO');
  });

  test('takes it back by answering the receipt with “UNDO”, once', async () => {
    const { opened, reply, taskNow, receipts } = await asked();
    await reply('完成');
    const [receipt] = await receipts();
    const to = receipt?.replyTo ?? '';
    await bring({ from: opened.customerEmail, to, text: 'UNDO' });
    expect((await taskNow())?.completedAt).toBeNull();
    await reply('done');
    // The first receipt is spent: the word is a comment now, and changes nothing.
    await bring({ from: opened.customerEmail, to, text: 'undo' });
    expect((await taskNow())?.completedBy).toBe(opened.customer);
  });

  test('or by answering the task’s own mail with it: what they did last there by mail is taken back', async () => {
    const { seller, opened, task, reply, taskNow } = await asked();
    await reply('改到 2027-03-05');
    await reply('完成');
    await reply('撤销');
    expect((await taskNow())?.completedAt).toBeNull();
    expect((await taskNow())?.due?.date).toBe('2027-03-05');
    await reply('UNDO');
    expect((await taskNow())?.due?.date).not.toBe('2027-03-05');
    // Nothing is left to be taken back: what they write is said.
    await reply('undo');
    expect((await comments(seller, opened.room, task)).map((one) => one.body)).toEqual(['undo']);
  });

  test('moves it by words of either language, in their own zone', async () => {
    const { reply, taskNow } = await asked();
    await reply('改到 2027-03-05 15点');
    expect((await taskNow())?.due).toEqual({ date: '2027-03-05', time: '15:00', zone: 'Asia/Shanghai' });
    await reply('move to 2027-03-08');
    expect((await taskNow())?.due?.date).toBe('2027-03-08');
  });

  test('puts it off from the date that it has', async () => {
    const { reply, taskNow } = await asked();
    await reply('move to 2027-03-05');
    await reply('改到+3天');
    expect((await taskNow())?.due?.date).toBe('2027-03-08');
  });

  test('hands it to a colleague by address, who is brought in and invited', async () => {
    const { seller, opened, reply, taskNow } = await asked();
    const address = `li.na.${fresh().slice(0, 6)}@corp.example`;
    await reply(`转给 ${address}`);
    const { people } = (await viewOf(seller, opened.room)).state;
    const lina = Object.values(people).find((one) => one.email === address);
    expect(lina?.broughtBy).toBe(opened.customer);
    expect((await taskNow())?.owners).toEqual([lina?.id]);
    await deliverMail(opened.room);
    expect((await mailsTo(address)).length).toBeGreaterThan(0);
  });

  test('says more below the line, and that is a comment', async () => {
    const { seller, opened, task, reply, taskNow } = await asked();
    await reply('done\n\nThe scan is with Ms Zhao.');
    expect((await taskNow())?.completedBy).toBe(opened.customer);
    expect((await comments(seller, opened.room, task)).map((one) => one.body)).toEqual(['The scan is with Ms Zhao.']);
  });

  test('is not misread: what only begins like an act is a comment and changes nothing', async () => {
    const { seller, opened, task, reply, taskNow, receipts } = await asked();
    await reply('Done with page one, two are missing');
    expect((await taskNow())?.completedAt).toBeNull();
    expect(await comments(seller, opened.room, task)).toHaveLength(1);
    expect(await receipts()).toEqual([]);
  });

  test('chooses how often mail comes and in which language, from any mail', async () => {
    const { seller, opened, reply, receipts } = await asked();
    await reply('中文');
    await reply('WEEKLY');
    const me = (await viewOf(seller, opened.room)).state.people[opened.customer];
    expect(me?.locale).toBe('zh-CN');
    expect(me?.mail).toBe('weekly');
    const told = (await receipts()).map((one) => one.text).join('\n');
    expect(told).toContain('每周');
  });

  test('finds the words as buttons in the mail: each writes a reply, none does anything by itself', async () => {
    const { mail } = await asked();
    const links = [...mail.html.matchAll(/href="(mailto:[^"]+)"/g)].map((one) => (one[1] ?? '').replaceAll('&amp;', '&'));
    expect(links.some((link) => link.startsWith(`mailto:${mail.replyTo ?? ''}`.replace('+', '%2B')) && link.endsWith('body=Done'))).toBe(
      true,
    );
    expect(mail.text).toContain('done · move to');
  });
});

test('things that are asked within two minutes are one mail, in which each is answered by itself', async () => {
  const { seller, opened } = await asked('Security review');
  const titles = ['Budget approval', 'Data protection', 'Site survey'];
  const ids = titles.map(() => fresh<TaskId>());
  for (const [at, title] of titles.entries())
    await act(seller, opened.room, { type: 'task.add', task: ids[at] ?? '', title, owners: [opened.customer], due: null });
  await deliverMail(opened.room);
  const [mail, before] = await mailsTo(opened.customerEmail);
  expect(before?.text).toContain('Security review');
  expect(mail?.subject).toContain('Budget approval and 2 more');
  expect(mail?.text).toContain('asks you to take on 3 things');
  const addresses = [...(mail?.text ?? '').matchAll(/^Answer: (\S+)$/gm)].map((found) => found[1] ?? '');
  expect(addresses).toHaveLength(3);
  await bring({ from: opened.customerEmail, to: addresses[1] ?? '', text: 'done' });
  await bring({ from: opened.customerEmail, to: addresses[2] ?? '', text: 'On Friday, at the gate.' });
  const { tasks } = (await viewOf(seller, opened.room)).state.plan;
  expect(ids.map((id) => tasks[id]?.completedAt !== null)).toEqual([false, true, false]);
  expect((await comments(seller, opened.room, ids[2])).map((one) => one.body)).toEqual(['On Friday, at the gate.']);
  // To the mail as a whole: that is said in the room.
  await bring({ from: opened.customerEmail, to: mail?.replyTo ?? '', text: 'Thank you for the list.' });
  expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['Thank you for the list.']);
});

describe('what the seller hears of it', () => {
  /** Mails to the seller about the customer's task, as text. */
  async function told(deal: Awaited<ReturnType<typeof asked>>) {
    await deliverMail(deal.opened.room);
    return (await mailsTo(deal.seller.seller.email))
      .filter((one) => one.text.includes('Security review'))
      .map((one) => one.text)
      .reverse();
  }

  test('that it is done, with the words beside it, in one mail', async () => {
    const deal = await asked();
    await deal.reply('done\n\nThe report is on its way to you.');
    const [mail, ...others] = await told(deal);
    expect(others).toEqual([]);
    expect(mail).toContain('has done this');
    expect(mail).toContain('The report is on its way to you.');
  });

  test('nothing of what was taken back before they were told', async () => {
    const deal = await asked();
    await deal.reply('done');
    await deal.reply('UNDO');
    expect(await told(deal)).toEqual([]);
  });

  test('that it is open again, where they were told that it was done', async () => {
    const deal = await asked();
    await deal.reply('done');
    expect(await told(deal)).toHaveLength(1);
    await deal.reply('UNDO');
    const [, mail] = await told(deal);
    expect(mail).toContain('opened this again');
  });

  test('another day, and that nobody has it any more', async () => {
    const deal = await asked();
    await deal.reply('move to 2027-03-05');
    expect((await told(deal)).at(-1)).toMatch(/changed this task[\s\S]*Mar 5/);
    await deal.reply('not me');
    expect((await told(deal)).at(-1)).toContain('Nobody has it yet');
  });

  test('a question once, as a question, with all its words', async () => {
    const deal = await asked();
    await deal.reply('Question: where is our data kept?\n\nOur works council asks.');
    const mails = (
      await (async () => {
        await deliverMail(deal.opened.room);
        return mailsTo(deal.seller.seller.email);
      })()
    ).filter((one) => one.text.includes('where is our data kept?'));
    expect(mails).toHaveLength(1);
    expect(mails[0]?.subject).toContain('where is our data kept?');
    expect(mails[0]?.text).toContain('Our works council asks.');
  });
});

test('the times that they write are meant where their mail’s clock stands, until they say where they are', async () => {
  const { seller, opened, mail, reply, taskNow } = await asked();
  const who = async () => (await viewOf(seller, opened.room)).state.people[opened.customer];
  const at = (offset: string) => ({ date: new Date().toUTCString().replace('GMT', offset) });
  await reply('move to 2027-03-05 15:00', at('+0000'));
  expect((await taskNow())?.due?.zone).toBe('Asia/Shanghai');
  await reply('move to 2027-03-06 15:00', at('-0500'));
  const zone = (await who())?.zone;
  expect(zone).toMatch(/^America\//);
  expect((await taskNow())?.due).toEqual({ date: '2027-03-06', time: '15:00', zone });
  await deliverMail(opened.room);
  expect((await mailsTo(opened.customerEmail)).some((one) => /now due .*15:00 \(\w+/.test(one.text))).toBe(true);
  const { device } = await enter(joinToken(mail));
  await act({ cookie: `__Host-guest=${device}` }, opened.room, {
    type: 'participant.describe',
    participant: opened.customer,
    zone: 'Europe/Berlin',
  });
  await reply('move to 2027-03-07 15:00', at('-0500'));
  expect((await taskNow())?.due?.zone).toBe('Europe/Berlin');
});

test('a greeting above and a card below the word are no part of it', async () => {
  const { seller, opened, task, reply, taskNow } = await asked();
  await reply('Hi Dan,\n\nmove to 2027-03-05\n\nBest regards\nChen Wei\nHead of IT | Corp\n+86 21 5555 0000');
  expect((await taskNow())?.due?.date).toBe('2027-03-05');
  expect(await comments(seller, opened.room, task)).toEqual([]);
});

test('an answer to the invitation is about the one task that its reader owes', async () => {
  const { opened, taskNow } = await asked();
  const invitation = (await mailsTo(opened.customerEmail)).at(-1);
  await bring({ from: opened.customerEmail, to: invitation?.replyTo ?? '', text: 'done' });
  expect((await taskNow())?.completedBy).toBe(opened.customer);
});

test('somebody else’s “done” does nothing: it is held for the seller', async () => {
  const { opened, mail, taskNow } = await asked();
  await bring({ from: 'mallory@evil.example', to: mail.replyTo ?? '', text: 'done' });
  await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: 'done', verdict: 'mx.cloudflare.net; dmarc=fail' });
  expect((await taskNow())?.completedAt).toBeNull();
});
