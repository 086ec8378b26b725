import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import('../../worker/local/index.ts');
    }
  }
}

test('/healthz answers 200 once database, files, rooms and postbox answer', async () => {
  const answer = await exports.default.fetch('http://localhost/healthz');
  expect(await answer.json()).toEqual({ ok: true, parts: { database: 'ok', files: 'ok', rooms: 'ok', postbox: 'ok' } });
  expect(answer.status).toBe(200);
});
