/**
 * Answers that are one press: links that write a reply with the word already in it. No link has an effect by itself; what
 * is sent is an ordinary mail, and its first line is read like any other.
 */
import type { FC } from 'hono/jsx';
import { paint } from './layout.tsx';

export interface Answers {
  /** The address that answers the thing this is about. */
  address: string;
  subject: string;
  answers: { says: string; body: string }[];
}

/** A `mailto:` that is ready to be sent (RFC 6068). */
const hrefOf = ({ address, subject }: Answers, body: string): string =>
  `mailto:${encodeURIComponent(address).replace('%40', '@')}?subject=${encodeURIComponent(`Re: ${subject}`)}&body=${encodeURIComponent(body)}`;

export const AnswerLinks: FC<Answers> = (props) => (
  <table role="presentation" cellpadding="0" cellspacing="0" style="margin:4px 0 12px;border-collapse:separate;">
    <tr>
      <td>
        {props.answers.map(({ says, body }) => (
          <a
            href={hrefOf(props, body)}
            {...paint(
              { text: 'brand', edge: 'line' },
              'display:inline-block;margin:0 8px 8px 0;padding:10px 16px;border-style:solid;border-width:1px;border-radius:8px;font-size:15px;line-height:20px;font-weight:bold;text-decoration:none;',
            )}
          >
            {says}
          </a>
        ))}
      </td>
    </tr>
  </table>
);

/** The same in words: which answer is written how. */
export const answersText = ({ answers }: Answers): string =>
  answers.map(({ says, body }) => (says === body ? says : `${says}: ${body}`)).join('\n');
