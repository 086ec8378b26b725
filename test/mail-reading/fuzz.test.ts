/**
 * Ten thousand damaged mails, others in each run. `FUZZ_SEED=n` brings those of another run back, `FUZZ_MAIL=n` only one of them,
 * `FUZZ_MAILS=n` so many.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { Task, Told } from './fuzz-thread.ts';

const { FUZZ_SEED, FUZZ_MAIL, FUZZ_MAILS } = process.env;
const seed = Number(FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000_000));
const from = Number(FUZZ_MAIL ?? 0);
const to = FUZZ_MAIL === undefined ? Number(FUZZ_MAILS ?? 10_000) : from + 1;
/** A minute's work, on a machine that is busy with much else. Milliseconds. */
const PATIENCE = 540_000;

test(
  `${to - from} damaged mails come to one outcome each, and none is posted twice (FUZZ_SEED=${seed})`,
  { timeout: PATIENCE + 30_000 },
  async () => {
    console.log(`FUZZ_SEED=${seed}`);
    const progress = new SharedArrayBuffer(4);
    const told = await new Promise<Told>((resolve, reject) => {
      const thread = new Worker(join(import.meta.dirname, 'fuzz-thread.ts'), { workerData: { seed, from, to, progress } satisfies Task });
      const patience = setTimeout(() => {
        void thread.terminate();
        reject(new Error(`no end: FUZZ_SEED=${seed} FUZZ_MAIL=${Atomics.load(new Int32Array(progress), 0)}`));
      }, PATIENCE);
      thread.once('message', (message) => {
        clearTimeout(patience);
        resolve(message as Told);
      });
      thread.once('error', (error) => {
        clearTimeout(patience);
        reject(error);
      });
    });
    console.log(JSON.stringify({ seed, outcomes: told.outcomes, gentle: told.gentle, faults: told.faults.length }));
    expect(told.faults.slice(0, 20)).toEqual([]);
    expect(Object.values(told.outcomes).reduce((sum, count) => sum + count, 0)).toBe(to - from);
  },
);
