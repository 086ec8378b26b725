/** What writing needs: it comes with the first touch of an input, so that reading waits for none of it. */
export { Completion } from './completion.svelte.ts';
export { default as CompletionList } from './CompletionList.svelte';
export { addressesIn, newcomer } from './newcomers.ts';
export { Upload } from './uploads.svelte.ts';
export { default as UploadList } from './UploadList.svelte';
export { default as LineReading } from './LineReading.svelte';
export { default as Told } from './Told.svelte';
export { mentioned, told } from './told.ts';
export { likelyName } from '$lib/shell/guess.ts';
