/** How often something may be tried, counted exactly in D1. */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { attempt } from '../directory/schema.ts';

/** Counts a try; false once there were more than `most` within `minutes`. */
export async function mayTry(db: D1Database, key: string, most: number, minutes: number): Promise<boolean> {
  const now = Date.now();
  const reset = now + minutes * 60_000;
  const [row] = await drizzle(db)
    .insert(attempt)
    .values({ key, resetAt: reset, count: 1 })
    .onConflictDoUpdate({
      target: attempt.key,
      set: {
        count: sql`CASE WHEN ${attempt.resetAt} <= ${now} THEN 1 ELSE ${attempt.count} + 1 END`,
        resetAt: sql`CASE WHEN ${attempt.resetAt} <= ${now} THEN ${reset} ELSE ${attempt.resetAt} END`,
      },
    })
    .returning({ count: attempt.count });
  return (row?.count ?? 1) <= most;
}
