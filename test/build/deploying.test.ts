/** The guide to deploying names what is really there: every binding, variable and secret, in both environments. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const [guide, toml, types, example] = await Promise.all(
  ['docs/DEPLOYING.md', 'wrangler.toml', 'worker/env.ts', '.dev.vars.example'].map((file) => readFile(file, 'utf8')),
);
const names = [...(types ?? '').matchAll(/^ {2}([A-Z_]+)\??:/gm)].map((one) => one[1] ?? '');

/** The part of the configuration that an environment has; the top level is production. */
function part(environment: string): string {
  const sections = (toml ?? '').split(/^(?=\[)/m);
  const own = (one: string) => /^\[\[?env\.([a-z]+)/.exec(one)?.[1] ?? '';
  return sections.filter((one) => own(one) === environment).join('');
}

test('every binding, variable and secret that the Worker knows is explained', () => {
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !guide?.includes(`\`${name}\``))).toEqual([]);
});

test.each(['', 'preview'])('“%s” binds and sets all of them but the secrets, which stand in no file', (environment) => {
  const own = part(environment);
  const set = names.filter((name) => new RegExp(`(binding|name) = "${name}"|^${name} = `, 'm').test(own));
  const secrets = names.filter((name) => !set.includes(name));
  expect(secrets.sort()).toEqual(['OPERATOR_KEY', 'RESEND_API_KEY', 'RESEND_WEBHOOK_SECRET']);
  for (const name of ['RESEND_API_KEY', 'RESEND_WEBHOOK_SECRET']) expect(example).toContain(`${name}=`);
});

test('what is made by hand has the names that the guide makes it under', () => {
  for (const environment of ['', 'preview'])
    for (const [, name] of part(environment).matchAll(/(?:database_name|bucket_name) = "([^"]+)"/g)) {
      expect(guide).toContain(`create ${name}\n`);
    }
  expect(part('')).toContain('crons = ["*/15 * * * *"]');
  expect(part('preview')).not.toMatch(/"atelier"|"atelier-files"/);
});
