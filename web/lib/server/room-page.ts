/**
 * A room's page for either side: drawn here whole, so that it can be read and used before any script, with the facts
 * from which the room's own script goes on.
 */
import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import { render } from 'svelte/server';
import { entries } from 'virtual:room-client';
import * as m from '#messages';
import { ROOM_THREAD, internalOf } from '#core/audience.ts';
import type { CommentId, ParticipantId, RoomId, TaskId, ThreadId } from '#core/ids.ts';
import { ID_PATTERN } from '#core/ids.ts';
import type { Locale } from '#core/people.ts';
import { criteriaOf } from '#core/qualification.ts';
import { statusOf } from '#core/refusal.ts';
import type { RoomState } from '#core/room.ts';
import { taskOf, thingOf } from '#core/things.ts';
import { allParts } from '$lib/room/all-parts.ts';
import { customersLocale, questionFor } from '$lib/room/deal/questions.ts';
import type { RoomData } from '$lib/room/live-room.svelte.ts';
import { throughCustomersEyes } from '$lib/room/peek.ts';
import Room from '$lib/room/Room.svelte';
import { planIn } from '$lib/room/plan/address.ts';
import { viewIn } from '$lib/room/views/index.ts';
import '$lib/words/refusals.ts';
import { say } from '$lib/words/say.ts';
import type { Actor } from '../../../worker/services.ts';
import { formOf, refused, servicesOf, typedIn } from './asking.ts';

const idIn = <Id extends string>(url: URL, name: string): Id | null => {
  const value = url.searchParams.get(name);
  return value && ID_PATTERN.test(value) ? (value as Id) : null;
};

/** The question that an address asks for, in the customer's language. */
function asked(url: URL, state: RoomState, otherwise: Locale): string {
  const criterion = url.searchParams.get('ask');
  return criterion && criteriaOf(state.deal.rule).includes(criterion) ? questionFor(criterion, customersLocale(state, otherwise)) : '';
}

/** The customer's device that asks; whoever has none is told how to come in. */
export function guest(event: RequestEvent): Actor {
  if (!event.locals.device) error(401, m.error_shut_title());
  return { kind: 'guest', device: event.locals.device };
}

export async function drawRoom(event: RequestEvent, actor: Actor, room: RoomId) {
  const { url, locals } = event;
  const task = idIn<TaskId>(url, 'task');
  const peeking = actor.kind === 'seller' && url.searchParams.get('as') === 'customer';
  const internal = actor.kind === 'seller' && !peeking && url.searchParams.get('side') === 'internal';
  const comment = idIn<CommentId>(url, 'comment');
  const shared = (task as string as ThreadId | null) ?? idIn<ThreadId>(url, 'thread');
  const about = shared ?? ROOM_THREAD;
  const threads = [...new Set([ROOM_THREAD, internal ? internalOf(about) : about])];
  const opened = await servicesOf(event).rooms.open(actor, room, threads, comment);
  if (!opened.ok) error(opened.refusal.reason === 'room_deleted' ? 410 : statusOf(opened.refusal), say(opened.refusal));

  // What became of a task, for whoever asks for it without script.
  const past = task && url.searchParams.get('past') === '1' ? await servicesOf(event).rooms.history(actor, room, task) : null;
  const history = past?.ok ? past.value.history : null;

  const as = actor.kind === 'seller' ? 'seller' : 'customer';
  const tab = viewIn(url.searchParams.get('view'), peeking ? 'customer' : as);
  const drawn = tab === 'record' ? await servicesOf(event).rooms.retrospective(actor, room) : null;
  const counted = tab === 'record' ? await servicesOf(event).rooms.ledger(actor, room, peeking) : null;
  const heard = tab === 'people' ? await servicesOf(event).rooms.whereabouts(actor, room) : null;
  const own: RoomData = {
    room,
    as,
    ...opened.value,
    now: Date.now(),
    tab,
    ...(drawn?.ok && { retrospective: drawn.value }),
    ...(counted?.ok && { ledger: counted.value.ledger }),
    ...(heard?.ok && { whereabouts: heard.value.people }),
    plan: planIn(url.searchParams, event.cookies.get('plan')),
    history,
    print: url.searchParams.has('print'),
    // A task that is asked for as a thread is a task.
    task: shared && taskOf(opened.value.view.state, shared),
    thread:
      shared && !taskOf(opened.value.view.state, shared) && thingOf(opened.value.view.state, internal ? internalOf(shared) : shared)
        ? shared
        : null,
    comment,
    internal,
    invite: idIn<ParticipantId>(url, 'invite'),
    draft: as === 'seller' && !peeking ? asked(url, opened.value.view.state, locals.locale) : '',
    refused: locals.refused ? { ...locals.refused, words: say(locals.refused.refusal) } : null,
    locale: locals.locale,
  };
  const data = (peeking && throughCustomersEyes(own)) || own;
  const { body, head } = render(Room, { props: { data, parts: allParts(data.as, data.tab) } });
  event.setHeaders({ 'cache-control': 'private, no-store' });
  return {
    title: data.view.state.room?.name ?? '',
    body,
    head,
    // A closing tag inside a text must not end the script element that carries it.
    facts: JSON.stringify(data).replaceAll('<', '\\u003c'),
    // Nothing happens behind somebody else's eyes.
    client: data.peek ? null : entries[locals.locale],
  };
}

/** A form of the room's page, sent without script. What was refused is said on the page, with what had been typed. */
export async function doInRoom(event: RequestEvent, actor: Actor, room: RoomId) {
  const form = await formOf(event);
  const done = await servicesOf(event).rooms.submitForm(actor, room, form);
  if (!done.ok) {
    event.locals.refused = { refusal: done.refusal, typed: typedIn(form) };
    return done.refusal.after === undefined ? undefined : refused(event, { refusal: done.refusal });
  }
  redirect(303, backTo(event.url));
}

/** Where a form of the page leads back to: the same panel. */
export function backTo({ pathname, searchParams }: URL): string {
  const kept = [...searchParams].filter(([name]) =>
    ['view', 'show', 'of', 'kind', 'late', 'sort', 'done', 'all', 'thread', 'task', 'side', 'as', 'past'].includes(name),
  );
  return `${pathname}${kept.length > 0 ? `?${new URLSearchParams(kept)}` : ''}`;
}
