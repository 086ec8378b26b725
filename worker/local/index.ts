/** The local product: the same Worker, with a mailbox instead of the sender and a demo to start with. Never deployed. */
import { createApp } from '../app.ts';
import { entrypoint } from '../entrypoint.ts';
import { sendDigests } from '../mail/digest.ts';
import { Postbox as ProductionPostbox } from '../mail/postbox.ts';
import type { MailTransport } from '../mail/transport.ts';
import { deliverInbound } from './edge.ts';
import type { LocalEnv } from './mailbox.ts';
import { mailboxRoutes } from './routes.tsx';
import { seed } from './seed.ts';
import { mailboxTransport } from './transport.ts';

export { Room } from '../room/object.ts';
export { Mailbox } from './mailbox.ts';

export class Postbox extends ProductionPostbox {
  protected override transport(): MailTransport {
    return mailboxTransport(this.env as LocalEnv);
  }
}

const handlers = entrypoint(
  createApp((app) => {
    app.route(
      '/dev/mail',
      mailboxRoutes({ deliver: (raw, envelope, env, ctx) => deliverInbound(handlers.email, raw, envelope, env, ctx) }),
    );
    app.post('/dev/seed', async (c) => c.json(await seed(c.env)));
    // The weekly mail as of any moment, since few people want to wait for Monday.
    app.post('/dev/digest', async (c) => c.json(await sendDigests(c.env, Date.parse(c.req.query('at') ?? '') || Date.now())));
  }),
);

export default handlers;
