import type { Refusal } from '#core/refusal.ts';
import type { Locale } from '#core/people.ts';
import type { Seller, Services } from '../worker/services.ts';

declare global {
  namespace App {
    interface Error {
      message: string;
      /** Names this failure in the logs. */
      id?: string;
    }
    interface Locals {
      locale: Locale;
      theme: Theme;
      seller: Seller | null;
      /** The cookie of somebody who may be a seller: D1, which would know, is away. */
      unproven?: string;
      /** The guest cookie: the secret of a customer's device. */
      device: string | undefined;
      /** What a form of the room's page was refused for, with what had been typed. */
      refused?: { refusal: Refusal; typed: Record<string, string> };
    }
    interface Platform {
      env: { services: Services; requestId: string };
    }
    type Theme = 'light' | 'dark' | 'auto';
  }
}
