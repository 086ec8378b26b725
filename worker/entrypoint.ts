/** The handlers that the platform calls, around an app. */
import type { Hono } from 'hono';
import { Passkeys } from './access/passkeys.ts';
import { Sellers } from './access/sellers.ts';
import { Sessions } from './access/sessions.ts';
import type { Bindings } from './app.ts';
import type { Env } from './env.ts';
import { Operations } from './directory/operations.ts';
import { Shelf } from './directory/shelf.ts';
import { sendDigests } from './mail/digest.ts';
import { log, underRequest } from './log.ts';
import { MAX_MAIL, receiveMail } from './mail/inbound.ts';

export function entrypoint(app: Hono<Bindings>) {
  return {
    fetch: (request, env, context) => app.fetch(request, env, context),

    /** Cloudflare Email Routing. An exception is a temporary failure: the sending server tries again. */
    async email(message, env) {
      if (message.rawSize > MAX_MAIL)
        return message.setReject(
          'This message is larger than 25 MiB, so it was not taken. Please send a smaller file, or open the room and upload it there.',
        );
      const mail = { stream: message.raw, size: message.rawSize };
      const envelope = { from: message.from, to: message.to };
      const receipt = await underRequest(crypto.randomUUID(), () => receiveMail(env, mail, envelope, env.AUTHSERV_ID));
      if (!receipt.accepted) message.setReject(receipt.say);
    },

    async scheduled(event, env) {
      await underRequest(crypto.randomUUID(), async () => {
        const count = await sendDigests(env, event.scheduledTime);
        const shelf = await new Shelf(env).sweep(event.scheduledTime);
        await new Sellers(env).sweep();
        await new Sessions(env).sweep();
        await new Passkeys(env).sweep();
        const operations = new Operations(env);
        await operations.sweep();
        const told = await operations.beat(event.scheduledTime, count.sent);
        log('cron', { ...count, ...shelf, ...told });
      });
    },
  } satisfies ExportedHandler<Env>;
}
