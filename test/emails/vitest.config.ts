/** The mails and the local mailbox's pure parts, in plain Node. */
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = join(import.meta.dirname, '../..');

export default defineConfig({
  root,
  plugins: [paraglideVitePlugin({ project: join(root, 'project.inlang'), outdir: join(root, 'messages/compiled'), strategy: ['globalVariable', 'baseLocale'] })],
  test: { name: 'emails', include: ['test/emails/**/*.test.ts'], environment: 'node' },
});
