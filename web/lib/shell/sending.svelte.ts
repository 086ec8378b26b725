/**
 * Forms that are sent without leaving the page. What was typed into one stays there when nothing answers, and when whoever typed it
 * has been signed out meanwhile: then the page says what to do, and the same press works afterwards.
 */
import type { SubmitFunction } from '@sveltejs/kit';

/** Why the last form that was sent did not arrive. Shown by the layout (Unsent.svelte). */
export const unsent = $state<{ why: 'network' | 'signIn' | null }>({ why: null });

type Answered = Parameters<Exclude<Awaited<ReturnType<SubmitFunction>>, void>>[0];

/** What a page does with its form's answer. */
export async function answered({ result, update }: Pick<Answered, 'result' | 'update'>, reset: boolean): Promise<void> {
  // An error of the server's own has a status.
  if (result.type === 'error' && result.status === undefined) unsent.why = 'network';
  else if (isSignIn(result)) unsent.why = 'signIn';
  else await update({ reset });
}

/** Whether a form was answered by the way in: its sender is signed in no more. */
export const isSignIn = (result: Answered['result']): boolean => result.type === 'redirect' && result.location === '/sign-in';

const by =
  (reset: boolean): SubmitFunction =>
  () => {
    unsent.why = null;
    return (answer) => answered(answer, reset);
  };

/** The form is empty again once it was taken. */
export const sending = by(true);
/** The form keeps what it says. */
export const keeping = by(false);
