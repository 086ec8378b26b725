/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/**
 * The rooms that were read last open without a network, as they stood then. Everything else goes to the network as if
 * this were not here. What is kept is the page as its reader was given it, on the device that was given it; it goes when
 * the room no longer opens to them, and when they sign out.
 */
import type { Keep } from '$lib/room/installed.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const PAGES = 'rooms';
const CODE = 'code';
/** Rooms kept, and files of code: hashed, so an old one is never wrong, only unused. */
const LIMIT = { [PAGES]: 24, [CODE]: 400 };
const ROOM = /^\/(?:r|rooms)\/[a-z2-7]{26}$/;
const isRoom = (url: URL): boolean => ROOM.test(url.pathname) && !url.searchParams.has('as');
/** A room is kept view by view; what is open in it is not part of its address here. */
const keyOf = ({ pathname, searchParams }: URL): string => {
  const view = searchParams.get('view');
  return view ? `${pathname}?view=${view}` : pathname;
};
const isCode = (url: URL): boolean => url.pathname.startsWith('/_app/');

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

async function keep(name: keyof typeof LIMIT, key: string, response: Response): Promise<void> {
  const cache = await caches.open(name);
  // The newest last: what is over the limit goes from the front.
  await cache.delete(key);
  await cache.put(key, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - LIMIT[name])).map((old) => cache.delete(old)));
}

async function forget(path: string): Promise<void> {
  const cache = await caches.open(PAGES);
  for (const { url } of await cache.keys()) if (new URL(url).pathname === path) await cache.delete(url);
}

async function roomPage(request: Request, url: URL): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.ok && response.headers.get('content-type')?.startsWith('text/html')) await keep(PAGES, keyOf(url), response.clone());
    // Signed out, removed, or gone: what was kept of it is no longer theirs to read here.
    else if (response.type === 'opaqueredirect' || [401, 403, 404, 410].includes(response.status)) await forget(url.pathname);
    return response;
  } catch (error) {
    const cache = await caches.open(PAGES);
    const kept = (await cache.match(keyOf(url))) ?? (await cache.match(url.pathname));
    if (kept) return kept;
    throw error;
  }
}

async function code(request: Request): Promise<Response> {
  const kept = await (await caches.open(CODE)).match(request.url);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await keep(CODE, request.url, response.clone());
  return response;
}

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.method !== 'GET') {
    if (url.pathname === '/sign-out') event.waitUntil(caches.delete(PAGES));
    return;
  }
  if (isCode(url)) event.respondWith(code(request));
  else if (request.mode === 'navigate' && isRoom(url)) event.respondWith(roomPage(request, url));
});

// The first page was here before its keeper: it says what it was made of.
worker.addEventListener('message', (event) => {
  const { page, files } = event.data as Keep;
  const both = [...files.map((file) => new URL(file)).filter(isCode), new URL(page)].filter((url) => isCode(url) || isRoom(url));
  event.waitUntil(
    Promise.allSettled(
      both.map(async (url) => {
        const response = await fetch(url, { redirect: 'manual' });
        if (response.ok) await keep(isCode(url) ? CODE : PAGES, isCode(url) ? url.href : keyOf(url), response);
      }),
    ),
  );
});
