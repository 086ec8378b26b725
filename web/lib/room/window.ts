/** The comments of a thread that stand in a page at once: a window on the thread, moved and brought up to date. */
import { applyComments } from '#core/discussion.ts';
import type { Recorded } from '#core/events.ts';
import type { ThreadPage, Where } from '#core/protocol.ts';

/** Comments in a window; what lies beyond is fetched again when it is wanted. */
const WINDOW = 150;

/** Rendered bodies without those that events have made old. */
function withoutStale(html: Record<string, string>, events: Recorded[]): Record<string, string> {
  const stale = new Set(events.flatMap(({ event }) => (event.type === 'comment.edited' ? [event.comment as string] : [])));
  return stale.size === 0 ? html : Object.fromEntries(Object.entries(html).filter(([comment]) => !stale.has(comment)));
}

/** A page that was fetched, put to the window that is there; what is then too much is let go at the other end. */
export function joined(now: ThreadPage | undefined, got: ThreadPage, where: Where): ThreadPage {
  if (!now || !where || 'at' in where) return got;
  const html = { ...now.html, ...got.html };
  const have = new Set(now.comments.map((one) => one.id));
  const more = got.comments.filter((one) => !have.has(one.id));
  if ('before' in where) {
    const all = [...more, ...now.comments];
    const comments = all.slice(0, WINDOW);
    return { ...got, html, comments, after: comments.length < all.length ? (comments.at(-1)?.seq ?? null) : now.after };
  }
  const all = [...now.comments, ...more];
  const comments = all.slice(-WINDOW);
  return { ...got, html, comments, before: comments.length < all.length ? (comments[0]?.seq ?? null) : now.before };
}

/** A page after events of its thread. */
export function advanced(page: ThreadPage, events: Recorded[], html: Record<string, string>): ThreadPage {
  const comments = events.reduce(applyComments, page.comments);
  const cut = comments.length > WINDOW * 2 ? comments.slice(-WINDOW) : comments;
  return {
    ...page,
    comments: cut,
    html: { ...withoutStale(page.html, events), ...html },
    before: cut === comments ? page.before : (cut[0]?.seq ?? null),
  };
}
