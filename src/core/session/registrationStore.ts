import * as v from 'valibot';
import { AuthError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ClientRegistration } from '../oauth/clientRegistration.ts';
import type { ReturningRedirectKind } from '../oauth/redirect.ts';
import { hashedKey, type SecretStorage } from './secretStorage.ts';

/** Identifies a dynamic registration: the server that made it and the redirect URI that it holds for. */
export interface RegistrationKey {
  readonly issuer: string;
  readonly redirectUri: string;
}

/** What is remembered of a sign-in that has worked. */
export interface ProvenRedirect extends RegistrationKey {
  /** By what kind of redirect, if it was by one. */
  readonly redirectKind: ReturningRedirectKind | undefined;
}

/** Identifies a client that was registered by hand. */
export interface PreRegisteredKey {
  readonly issuer: string;
  readonly clientId: string;
}

const dynamicPrefix = 'client:';
const secretPrefix = 'clientSecret:';

/** Redirect URIs differ per window, so an issuer may know this editor several times over. */
const keptPerIssuer = 8;

const registrations = v.object({
  version: v.literal(1),
  issuer: v.string(),
  redirectKind: v.optional(v.picklist(['loopback', 'uriHandler'])),
  pkceWaivedAt: v.optional(v.number()),
  registrations: v.array(
    v.object({
      redirectUri: v.string(),
      clientId: v.string(),
      clientSecret: v.optional(v.string()),
      tokenEndpointAuthMethod: v.picklist(['none', 'client_secret_basic', 'client_secret_post']),
      secretExpiresAt: v.optional(v.number()),
    }),
  ),
});

type Record = v.InferOutput<typeof registrations>;

/**
 * Clients by issuer, in secret storage. Losing one costs a request, so that reading never fails: what cannot
 * be read counts as absent.
 */
export class RegistrationStore {
  readonly #secrets: SecretStorage;
  readonly #log: Log;

  constructor(secrets: SecretStorage, log: Log) {
    this.#secrets = secrets;
    this.#log = log;
  }

  /** The registration for a redirect URI, unless its secret has expired. `now` in milliseconds. */
  async find({ issuer, redirectUri }: RegistrationKey, now: number): Promise<ClientRegistration | undefined> {
    const record = await this.#read(issuer);
    const found = record?.registrations.find((one) => one.redirectUri === redirectUri);
    if (!found || (found.secretExpiresAt !== undefined && found.secretExpiresAt <= now)) {
      return undefined;
    }
    const { redirectUri: _redirectUri, ...registration } = found;
    return { origin: 'dynamic', ...registration };
  }

  /** By what kind of redirect the last sign-in at an issuer worked. */
  async redirectKind(issuer: string): Promise<ReturningRedirectKind | undefined> {
    return (await this.#read(issuer))?.redirectKind;
  }

  /** The port of the last loopback redirect URI registered at an issuer: on it, no other is to be registered. */
  async loopbackPort(issuer: string): Promise<number | undefined> {
    const uris = (await this.#read(issuer))?.registrations.map(({ redirectUri }) => redirectUri) ?? [];
    const loopback = uris.find((uri) => uri.startsWith('http://localhost:'));
    return loopback === undefined ? undefined : Number(new URL(loopback).port);
  }

  /**
   * Remembers what has led to a session: the kind of redirect, and the client if it is a dynamic one.
   *
   * @throws AuthError `storage`
   */
  async keep(
    { issuer, redirectUri, redirectKind }: ProvenRedirect,
    { origin, ...client }: ClientRegistration,
  ): Promise<void> {
    const before = await this.#read(issuer);
    const others = (before?.registrations ?? []).filter((one) => one.redirectUri !== redirectUri);
    const registrations =
      origin === 'dynamic'
        ? [{ redirectUri, ...client }, ...others].slice(0, keptPerIssuer)
        : (before?.registrations ?? []);
    await this.#write({
      ...before,
      version: 1,
      issuer,
      redirectKind: redirectKind ?? before?.redirectKind,
      registrations,
    });
  }

  /** Whether the person has decided to sign in at an issuer that does not say that it supports PKCE. */
  async isPkceWaived(issuer: string): Promise<boolean> {
    return (await this.#read(issuer))?.pkceWaivedAt !== undefined;
  }

  /** Remembers that decision, made at a time in milliseconds. @throws AuthError `storage` */
  async waivePkce(issuer: string, now: number): Promise<void> {
    const before = await this.#read(issuer);
    await this.#write({ registrations: [], ...before, version: 1, issuer, pkceWaivedAt: now });
  }

  /**
   * Forgets a registration that its issuer no longer accepts.
   *
   * @returns whether there was one
   * @throws AuthError `storage`
   */
  async drop(issuer: string, clientId: string): Promise<boolean> {
    const record = await this.#read(issuer);
    const rest = record?.registrations.filter((one) => one.clientId !== clientId);
    if (!record || rest?.length === record.registrations.length) {
      return false;
    }
    await this.#write({ ...record, registrations: rest ?? [] });
    return true;
  }

  /** The secret of a pre-registered client; the empty string says that it is known to have none. */
  async findSecret({ issuer, clientId }: PreRegisteredKey): Promise<string | undefined> {
    return await this.#get(await hashedKey(secretPrefix, issuer, clientId));
  }

  /** @throws AuthError `storage` */
  async keepSecret({ issuer, clientId }: PreRegisteredKey, secret: string): Promise<void> {
    await this.#store(await hashedKey(secretPrefix, issuer, clientId), secret);
  }

  async #read(issuer: string): Promise<Record | undefined> {
    const text = await this.#get(await hashedKey(dynamicPrefix, issuer));
    if (text === undefined) {
      return undefined;
    }
    try {
      const parsed = v.safeParse(registrations, JSON.parse(text));
      if (parsed.success && parsed.output.issuer === issuer) {
        return parsed.output;
      }
    } catch {
      // The parser's error would quote the record.
    }
    this.#log.warn('A stored client registration could not be read and is redone', {
      issuer: new URL(issuer),
    });
    return undefined;
  }

  async #write(record: Record): Promise<void> {
    await this.#store(await hashedKey(dynamicPrefix, record.issuer), JSON.stringify(record));
  }

  async #get(key: string): Promise<string | undefined> {
    try {
      return await this.#secrets.get(key);
    } catch (error) {
      this.#log.error('The secret storage could not be read', { reason: error });
      return undefined;
    }
  }

  async #store(key: string, value: string): Promise<void> {
    try {
      await this.#secrets.store(key, value);
    } catch (error) {
      throw new AuthError('storage', 'VS Code could not save the client registration.', { cause: error });
    }
  }
}
