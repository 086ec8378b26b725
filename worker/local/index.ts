/** The local product: the same Worker, with a mailbox instead of the sender and a demo to start with. Never deployed. */
import { createApp } from '../app.ts';
import { entrypoint } from '../entrypoint.ts';
import { Postbox as ProductionPostbox } from '../mail/postbox.ts';
import type { MailTransport } from '../mail/transport.ts';
import type { Mailbox } from './mailbox.ts';
import { localRoutes } from './routes.ts';
import { mailboxTransport } from './transport.ts';
import type { Env } from '../env.ts';

export { Room } from '../room/object.ts';
export { Mailbox } from './mailbox.ts';

export interface LocalEnv extends Env {
  MAILBOX: DurableObjectNamespace<Mailbox>;
}

export class Postbox extends ProductionPostbox {
  protected override transport(): MailTransport {
    return mailboxTransport(this.env as LocalEnv);
  }
}

export default entrypoint(createApp(localRoutes));
