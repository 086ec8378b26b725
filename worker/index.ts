/** The Worker: pages and API by fetch, mail by email, the weekly mail by cron, and the Durable Objects. */
import { createApp } from './app.ts';
import { entrypoint } from './entrypoint.ts';

export { Room } from './room/object.ts';
export { Postbox } from './mail/postbox.ts';

export default entrypoint(createApp());
