/** A room that was read once opens without a network: asks the browser to keep it. See web/service-worker.ts. */

export interface Keep {
  page: string;
  files: string[];
}

/** After the page stands and what it fetches late is here. Browsers without it, or that refuse, lose nothing else. */
export async function keepForLater(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    const isNew = navigator.serviceWorker.controller === null;
    await navigator.serviceWorker.register('/service-worker.js');
    const { active } = await navigator.serviceWorker.ready;
    const files = performance.getEntriesByType('resource').map((one) => one.name);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's has none
    if (isNew) active?.postMessage({ page: location.href, files } satisfies Keep);
  } catch (error) {
    console.info('not kept for later', error);
  }
}
