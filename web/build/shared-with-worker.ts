/**
 * Pages on the server and the Worker are one upload: what both are made of (the room's core, the messages) is not bundled into the pages
 * as well, but left to be found by the Worker's bundler, once.
 */
import type { Plugin } from 'vite';

export const sharedWithWorker = (): Plugin => ({
  name: 'shared-with-worker',
  apply: 'build',
  enforce: 'pre',
  resolveId(id) {
    return this.environment.name === 'ssr' && /^#(?:messages|core)\b/.test(id) ? { id, external: true } : null;
  },
});
