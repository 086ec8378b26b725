/** What `cloudflare:workers` gives a Durable Object, for the mailbox alone: here it runs on Node's own SQLite. */
export class DurableObject {
  readonly ctx: unknown;
  readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}
