import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCases, score, summary } from '../bench/mail.ts';

const folder = (name: string): string => join(import.meta.dirname, '../mails', name);

describe('mails with a known outcome', () => {
  for (const name of ['twenty', 'seen', 'unseen']) {
    test(`${name}: nothing typed is lost, nothing quoted is posted, every mail goes where it belongs`, async () => {
      const { scored } = await score(folder(name), 0);
      const figures = summary(scored, 0);
      const wrong = scored.filter((one) => !one.actionRight || (one.expectsText && !one.exact)).map((one) => one.id);
      expect(figures.noLoss, wrong.join(', ')).toBeGreaterThanOrEqual(0.995);
      expect(figures.noLeak, wrong.join(', ')).toBeGreaterThanOrEqual(0.99);
      expect(figures.exact, wrong.join(', ')).toBeGreaterThanOrEqual(0.97);
      expect(figures.action, wrong.join(', ')).toBe(1);
    });
  }

  test('there are at least three hundred of our own, in two halves', () => {
    expect(readCases(folder('seen')).cases.length + readCases(folder('unseen')).cases.length).toBeGreaterThanOrEqual(300);
  });
});
