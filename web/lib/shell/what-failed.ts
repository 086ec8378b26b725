/** What is said of a page that does not open, wherever it is said: what happened, what it means, whether asking again may help. */
import * as m from '#messages';

export interface Failed {
  title: string;
  lead: string;
  again: boolean;
}

/** The words for a status (RFC 9110 §15) that mean the same to everybody. */
export function whatFailed(status: number): Failed {
  switch (status) {
    // An address that can't even be read leads nowhere.
    case 400:
    case 404:
      return { title: m.error_not_found_title(), lead: m.error_not_found_lead(), again: false };
    // D1 is away, and with it whatever knows who is signed in.
    case 503:
      return { title: m.error_away_title(), lead: m.error_away_lead(), again: true };
    default:
      return { title: m.error_failed_title(), lead: m.error_failed_lead(), again: true };
  }
}
