/** The Worker as `wrangler deploy` would send it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
let folder = '';
const bundles: Record<'production' | 'local', string> = { production: '', local: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-bundle-'));
  for (const kind of ['production', 'local'] as const) {
    const out = join(folder, kind);
    await run('wrangler', ['deploy', '--dry-run', '--outdir', out, '--env', kind === 'local' ? 'local' : ''], {
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    });
    for (const name of await readdir(out)) {
      if (name.endsWith('.js')) bundles[kind] += await readFile(join(out, name), 'utf8');
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the deployed Worker', () => {
  test('has no local mailbox, no seed and no way to bring mail in unsigned', () => {
    // Each of them is found in the local bundle, so the search itself works.
    for (const trace of ['/dev/mail', '/dev/seed', '/dev/digest', 'messages.json']) {
      expect(bundles.local, trace).toContain(trace);
      expect(bundles.production, trace).not.toContain(trace);
    }
  });

  test('has none of Resend’s optional React renderer', () => {
    expect(bundles.production).not.toContain('react-dom');
  });

  test('stays well below what a Worker may weigh: 700 kB gzipped', () => {
    expect(gzipSync(bundles.production).byteLength).toBeLessThan(700_000);
  });
});

describe('configuration', () => {
  test('the example of secrets names no bypass and no address of a developer’s machine', async () => {
    const example = await readFile('.dev.vars.example', 'utf8');
    for (const line of example.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'))) {
      expect(line).toMatch(/^[A-Z_]+=/);
      expect(line).not.toMatch(/localhost|127\.0\.0\.1|bypass|insecure|disable/i);
    }
  });
});
