/** The Worker's bindings, as wrangler.toml declares them. */
import type { Postbox } from './mail/postbox.ts';
import type { Room } from './room/object.ts';

export interface Env {
  ROOM: DurableObjectNamespace<Room>;
  POSTBOX: DurableObjectNamespace<Postbox>;
  DB: D1Database;
  FILES: R2Bucket;
  ASSETS: Fetcher;
  /** Where people reach the app, without a trailing slash. */
  APP_URL: string;
  /** The address that mails come from; its domain must be verified at the sender. */
  MAIL_FROM: string;
  /** Replies go to `reply+<token>@` this domain. */
  REPLY_DOMAIN: string;
  /** The authserv-id of the receiving edge: only its Authentication-Results are believed (RFC 8601 section 2.5). */
  AUTHSERV_ID: string;
  /** `20:00-08:00`: when news wait, by each reader's clock, and the weekend with them. Without it they never do. */
  QUIET_HOURS?: string;
  /** Opens `/operator` (backup, rebuild) to whoever has it; at least 32 characters. Without it there is no such place. */
  OPERATOR_KEY?: string;
  RESEND_API_KEY?: string;
  RESEND_WEBHOOK_SECRET?: string;
}
