/** The forms that stand folded away in a room, fetched when one is opened. */
export { default as MilestoneForm } from './MilestoneForm.svelte';
export { default as MyWishes } from './MyWishes.svelte';
export { default as PlanHistory } from './PlanHistory.svelte';
export { default as PersonForm } from './PersonForm.svelte';
export { default as PlaceholderForm } from './people/PlaceholderForm.svelte';
