/** `npm run reset`: the next start begins with empty data and a fresh demo. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { running } from './running.mjs';
import { Explained, KEPT, script } from './tools.mjs';

await script(async () => {
  const port = running();
  if (port !== null) throw new Explained(`Atelier is running on http://localhost:${port}: stop it with Ctrl+C first, then reset.`);
  const state = join(KEPT, 'state');
  const had = existsSync(state);
  rmSync(state, { recursive: true, force: true });
  console.log(had ? 'The local data is gone; `npm start` begins anew.' : 'There was no local data; `npm start` begins anew.');
});
