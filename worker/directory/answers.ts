/** Accepted answers of a workspace, found by the words they share with a question. Where they come from is not told. */
import type { WorkspaceId } from '#core/ids.ts';
import { wordsOf } from '../room/answers.ts';
import type { AnswerRow } from '../services.ts';

const MOST = 30;

/**
 * The answers nearest to a text, best first; the newest where nothing is asked. A word that many answers share counts
 * little. `near`: only such as are about the same thing, to be offered unasked.
 */
export async function findAnswers(db: D1Database, workspace: WorkspaceId, text: string, near = false): Promise<AnswerRow[]> {
  const words = wordsOf(text.slice(0, 500)).slice(0, 60);
  if (words.length === 0) {
    if (near || text.trim() !== '') return [];
    const { results } = await db
      .prepare('SELECT question, answer, accepted_at AS acceptedAt FROM answer WHERE workspace_id = ?1 ORDER BY accepted_at DESC LIMIT ?2')
      .bind(workspace, MOST)
      .all<AnswerRow>();
    return results;
  }
  const { results } = await db
    .prepare(
      `WITH hit AS (
         SELECT word, room_id, task_id FROM answer_word WHERE workspace_id = ?1 AND word IN (SELECT value FROM json_each(?2))
       ), common AS (SELECT word, count(*) AS n FROM hit GROUP BY word)
       SELECT answer.question, answer.answer, answer.accepted_at AS acceptedAt, count(*) AS matched, sum(1.0 / common.n) AS score
       FROM hit JOIN common USING (word)
       JOIN answer ON answer.room_id = hit.room_id AND answer.task_id = hit.task_id AND answer.workspace_id = ?1
       GROUP BY answer.room_id, answer.task_id
       ORDER BY matched DESC, score DESC, acceptedAt DESC LIMIT ?3`,
    )
    .bind(workspace, JSON.stringify(words), near ? 3 : MOST)
    .all<AnswerRow & { matched: number }>();
  const least = near ? Math.max(2, Math.ceil(words.length * 0.3)) : 1;
  return results
    .filter((one) => one.matched >= Math.min(least, words.length))
    .map(({ question, answer, acceptedAt }) => ({ question, answer, acceptedAt }));
}
