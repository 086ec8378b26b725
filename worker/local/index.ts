import { DurableObject } from 'cloudflare:workers';
export * from '../index.ts';
export { default } from '../index.ts';
export class Mailbox extends DurableObject {}
