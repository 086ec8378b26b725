/** What only the selling side has: mail that was held, and talk among themselves. A customer's page never loads it. */
export { default as CiteMenu } from './deal/CiteMenu.svelte';
export { default as DealChip } from './deal/DealChip.svelte';
export { default as HeldMails } from './HeldMails.svelte';
export { default as ThreadTabs } from './ThreadTabs.svelte';
