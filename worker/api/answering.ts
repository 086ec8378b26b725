/** What the routes of the API have in common: who asks, how an answer or a refusal is written, how an input is described. */
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { statusOf, type Result } from '#core/refusal.ts';
import { SELLER_COOKIE } from '../access/actor.ts';
import type { Bindings } from '../app.ts';
import { readAll } from '../files/store.ts';
import { shallowJson } from '../outside.ts';
import type { Seller } from '../services.ts';

export type Ctx = Context<Bindings>;

export const sellerOf = (c: Ctx): Promise<Seller | null> => c.get('services').access.seller(getCookie(c, SELLER_COOKIE));

export const signInFirst = (c: Ctx) => c.json({ error: { code: 'unauthenticated', reason: 'sign_in_first' } }, 401);

export function answer<T>(c: Ctx, result: Result<T>, status: 200 | 201 | 202 = 200) {
  if (result.ok) return c.json(result.value as object, status);
  if (result.refusal.after !== undefined) c.header('Retry-After', String(result.refusal.after));
  return c.json({ error: result.refusal }, statusOf(result.refusal));
}

/** A table to keep. `fallback`: its name for clients that read no other (RFC 6266); `name`: the same with the room's, percent-encoded. */
export function csvFile(c: Ctx, text: string, fallback: string, name?: string) {
  return c.body(text, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${fallback}"${name === undefined ? '' : `; filename*=UTF-8''${name}`}`,
    'cache-control': 'private, no-store',
  });
}

/** Data to keep. */
export function jsonFile(c: Ctx, data: object, name: string) {
  return c.body(JSON.stringify(data, null, 2), 200, {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'private, no-store',
  });
}

const schemaOf = (schema: v.GenericSchema) => toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' }) as object;
export const body = (schema: v.GenericSchema) => ({ required: true, content: { 'application/json': { schema: schemaOf(schema) } } });
export const refusals = {
  401: { description: 'Nobody is signed in' },
  403: { description: 'Not a participant of this room' },
  422: { description: 'The input breaks a rule: `error.reason` says which, `error.field` where' },
};

/** Bytes of a body of JSON. */
const LARGEST = 256 * 1024;

/** The body as JSON; what is none is `null`, which no schema takes. */
export async function json(c: Ctx): Promise<unknown> {
  const stream = c.req.raw.body;
  if (!stream || Number(c.req.header('content-length') ?? 0) > LARGEST) return null;
  const bytes = await readAll(stream, LARGEST).catch(() => null);
  return bytes && shallowJson(new TextDecoder().decode(bytes));
}
