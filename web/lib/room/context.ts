import { createContext } from 'svelte';
import type { LiveRoom } from './live-room.svelte.ts';

/** The room that a page's parts speak about and act in. */
export const [useRoom, provideRoom] = createContext<LiveRoom>();
