import { defineProject } from 'vitest/config';

/** The room's core: pure, so it runs in plain Node. */
export default defineProject({ test: { name: 'core', root: import.meta.dirname, include: ['**/*.test.ts'], environment: 'node' } });
