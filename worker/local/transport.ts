/** The way out of the local product: into its mailbox. */
import type { MailTransport } from '../mail/transport.ts';
import { mailboxOf, type LocalEnv } from './mailbox.ts';

export const mailboxTransport = (env: LocalEnv): MailTransport => ({
  limit: 100,
  async send(_batch, mails) {
    for (const mail of mails) await mailboxOf(env).deliver(mail);
    return mails.map((mail) => ({ state: 'sent', providerId: mail.key }));
  },
});
