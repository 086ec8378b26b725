import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll } from 'vitest';

declare global {
  namespace Cloudflare {
    interface Env {
      DB: D1Database;
      /** Read by the configuration, where there is a file system. */
      MIGRATIONS: D1Migration[];
      /** What all chance of a run comes from. */
      FUZZ_SEED: string;
    }
  }
}

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
