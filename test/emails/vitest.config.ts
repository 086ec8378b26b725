/** The mails and the local mailbox's pure parts, in plain Node. */
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  plugins: [paraglideVitePlugin({ project: `${root}project.inlang`, outdir: `${root}messages/compiled`, strategy: ['globalVariable', 'baseLocale'] })],
  test: { name: 'emails', include: ['test/emails/**/*.test.ts'], environment: 'node' },
});
