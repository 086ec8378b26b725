/** Waiting for what may be away: D1 can keep a question for half a minute before it even says that it failed. */

/** Waits for so long (ms), then throws: what is waited for may still happen. */
export async function within<T>(patience: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How long (ms) somebody who looks at a page waits for D1; and for how long after that it is waited for less. */
const PATIENCE = 3_000;
const WHEN_LATE = 1_000;
const LATELY = 10_000;
/** Until when (epoch ms) D1 counts as late, in this isolate. */
let lateUntil = 0;

/** What D1 answers somebody who waits; throws when it fails or is late. What is late may still be done. */
export async function soon<T>(ask: () => Promise<T>): Promise<T> {
  try {
    const answer = await within(Date.now() < lateUntil ? WHEN_LATE : PATIENCE, ask());
    lateUntil = 0;
    return answer;
  } catch (error) {
    lateUntil = Date.now() + LATELY;
    throw error;
  }
}
