/** The way out of the local product: into its mailbox. */
import type { MailTransport } from '../mail/transport.ts';
import type { LocalEnv } from './index.ts';

export const mailboxTransport = (env: LocalEnv): MailTransport => ({
  limit: 100,
  async send(_batch, mails) {
    const mailbox = env.MAILBOX.get(env.MAILBOX.idFromName('local'));
    for (const mail of mails) await mailbox.deliver(mail);
    return mails.map((mail) => ({ state: 'sent', providerId: mail.key }));
  },
});
