/** Passkeys of sellers (WebAuthn Level 3): a way in without mail. What must be checked is checked by @simplewebauthn/server. */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { and, desc, eq, gt, isNull, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import type { PersonId, WorkspaceId } from '#core/ids.ts';
import type { Locale } from '#core/people.ts';
import { done, refuse, tooOften, type Result } from '#core/refusal.ts';
import { note } from '../directory/audit.ts';
import { challenge, membership as memberships, passkey, person } from '../directory/schema.ts';
import { ofAll } from '../directory/within.ts';
import type { Env } from '../env.ts';
import { deviceName } from '../mail/compose.ts';
import type { PasskeyRow, Seller } from '../services.ts';
import { tried } from './limits.ts';
import { Sessions } from './sessions.ts';
import { hashOf } from './tokens.ts';

const CHALLENGE_MINUTES = 10;
/** Ed25519, P-256, RSA: what devices make. */
const ALGORITHMS = [-8, -7, -257];
const MOST = 20;

/** As much of an answer as is looked at before the library reads it; a browser's own has more. */
const asJson = v.pipe(
  v.string(),
  v.maxLength(20_000),
  v.parseJson(),
  v.looseObject({ id: v.string(), rawId: v.string(), type: v.string() }),
);

const now = () => new Date().toISOString();

export class Passkeys {
  readonly #env: Env;
  readonly #db;
  readonly #origin: string;
  readonly #host: string;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
    ({ origin: this.#origin, hostname: this.#host } = new URL(env.APP_URL));
  }

  async list(seller: Pick<Seller, 'person'>): Promise<PasskeyRow[]> {
    return this.#db
      .select({ id: passkey.id, device: passkey.device, createdAt: passkey.createdAt, usedAt: passkey.usedAt })
      .from(passkey)
      .where(eq(passkey.personId, seller.person))
      .orderBy(desc(passkey.createdAt));
  }

  /** What a browser needs to make a passkey. */
  async offer(seller: Seller): Promise<Result<PublicKeyCredentialCreationOptionsJSON>> {
    const own = await this.list(seller);
    if (own.length >= MOST) return refuse('too_many', 'too_many');
    const options = await generateRegistrationOptions({
      rpName: 'Atelier',
      rpID: this.#host,
      userID: Uint8Array.from(new TextEncoder().encode(seller.person)),
      userName: seller.email,
      userDisplayName: seller.name,
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: own.map(({ id }) => ({ id })),
    });
    await this.#keep(options.challenge, seller.person);
    return done(options);
  }

  /** Takes the passkey that a browser has made. `answer`: what `startRegistration` gave, as JSON. */
  async add(seller: Seller, answer: unknown, userAgent: string): Promise<Result<null>> {
    const read = v.safeParse(asJson, answer);
    if (!read.success) return refuse('invalid', 'malformed');
    const verified = await verifyRegistrationResponse({
      response: read.output as unknown as RegistrationResponseJSON,
      expectedChallenge: (said) => this.#spend(said, seller.person),
      expectedOrigin: this.#origin,
      expectedRPID: this.#host,
      supportedAlgorithmIDs: ALGORITHMS,
    }).catch(() => null);
    if (!verified?.verified) return refuse('invalid', 'passkey_unknown');
    const { credential } = verified.registrationInfo;
    const device = deviceName(userAgent);
    const [added] = await this.#db
      .insert(passkey)
      .values({
        id: credential.id,
        personId: seller.person,
        publicKey: isoBase64URL.fromBuffer(credential.publicKey),
        counter: credential.counter,
        transports: credential.transports ?? [],
        device,
        createdAt: now(),
      })
      .onConflictDoNothing()
      .returning({ id: passkey.id });
    if (added) await note(this.#env, seller, { type: 'passkey.added', device });
    return done(null);
  }

  async remove(seller: Seller, id: string): Promise<Result<null>> {
    const [removed] = await this.#db
      .delete(passkey)
      .where(and(eq(passkey.id, id), eq(passkey.personId, seller.person)))
      .returning({ device: passkey.device });
    if (!removed) return refuse('not_found', 'no_such_passkey');
    await note(this.#env, seller, { type: 'passkey.removed', device: removed.device });
    return done(null);
  }

  /** What a browser needs to sign in. It names nobody: the passkey says whose it is. */
  async ask(ip: string): Promise<Result<PublicKeyCredentialRequestOptionsJSON>> {
    const wait = await tried(this.#env.DB, 'passkeyFrom', ip);
    if (wait > 0) return tooOften(wait);
    const options = await generateAuthenticationOptions({ rpID: this.#host, userVerification: 'required' });
    await this.#keep(options.challenge, null);
    return done(options);
  }

  /** Signs in with what `startAuthentication` gave, as JSON: into the workspace that the person has been in longest. */
  async signIn(answer: unknown, from: { ip: string; userAgent: string }): Promise<Result<{ cookie: string; locale: Locale }>> {
    const wait = await tried(this.#env.DB, 'passkeyFrom', from.ip);
    if (wait > 0) return tooOften(wait);
    const read = v.safeParse(asJson, answer);
    if (!read.success) return refuse('invalid', 'passkey_unknown');
    const membership = ofAll(memberships, 'signing in');
    const [known] = await this.#db
      .select({ key: passkey, name: person.name, locale: person.locale, workspace: membership.workspaceId })
      .from(passkey)
      .innerJoin(person, eq(person.id, passkey.personId))
      .innerJoin(membership, eq(membership.personId, person.id))
      .where(eq(passkey.id, read.output.id))
      .orderBy(membership.createdAt)
      .limit(1);
    if (!known) return refuse('invalid', 'passkey_unknown');
    const { key } = known;
    const verified = await verifyAuthenticationResponse({
      response: read.output as unknown as AuthenticationResponseJSON,
      expectedChallenge: (said) => this.#spend(said, null),
      expectedOrigin: this.#origin,
      expectedRPID: this.#host,
      credential: { id: key.id, publicKey: isoBase64URL.toBuffer(key.publicKey), counter: key.counter },
    }).catch(() => null);
    if (!verified?.verified) return refuse('invalid', 'passkey_unknown');
    await this.#db.update(passkey).set({ counter: verified.authenticationInfo.newCounter, usedAt: now() }).where(eq(passkey.id, key.id));
    const who: { person: PersonId; name: string; workspace: WorkspaceId } = {
      person: key.personId,
      name: known.name,
      workspace: known.workspace,
    };
    return done({ cookie: await new Sessions(this.#env).open(who, from.userAgent, 'passkey'), locale: known.locale });
  }

  async #keep(said: string, who: PersonId | null): Promise<void> {
    const expiresAt = new Date(Date.now() + CHALLENGE_MINUTES * 60_000).toISOString();
    await this.#db.insert(challenge).values({ hash: await hashOf('challenge', said), personId: who, expiresAt });
  }

  /** Whether a challenge was given out to this person and not yet answered. It is answered now. */
  async #spend(said: string, who: PersonId | null): Promise<boolean> {
    const [found] = await this.#db
      .delete(challenge)
      .where(
        and(
          eq(challenge.hash, await hashOf('challenge', said)),
          who === null ? isNull(challenge.personId) : eq(challenge.personId, who),
          gt(challenge.expiresAt, now()),
        ),
      )
      .returning({ hash: challenge.hash });
    return found !== undefined;
  }

  /** Clears away what has run out. */
  async sweep(): Promise<void> {
    await this.#db.delete(challenge).where(lt(challenge.expiresAt, now()));
  }
}
