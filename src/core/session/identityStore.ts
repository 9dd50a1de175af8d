import * as v from 'valibot';
import { AuthError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AuthorizationServer } from '../oauth/authorizationServer.ts';
import { tokenEndpointAuthMethods } from '../oauth/clientRegistration.ts';
import { clientSecrets } from '../oauth/clientSecrets.ts';
import type { Identity } from '../oauth/identityProvider.ts';
import type { Redactor } from '../redaction.ts';
import { putAside } from './putAside.ts';
import { hashedKey, type SecretStorage } from './secretStorage.ts';

/** A sign-in at the user's identity provider, complete in itself. Holds secrets: kept in secret storage only. */
export interface StoredIdentity extends Identity {
  /** `sub` of the ID token: another one is another person. */
  readonly subject: string;
  /** Milliseconds since the epoch: `exp` of the ID token. */
  readonly expiresAt: number;
  readonly refreshToken?: string | undefined;
}

/** Which sign-in: the identity provider's issuer, and the client that the user has named for it. */
export interface IdentityKey {
  readonly issuer: string;
  readonly clientId: string;
}

const prefix = 'identity:';
const text = v.string();

const identity = v.object({
  version: v.literal(1),
  authority: v.object({
    server: v.looseObject({ issuer: text, token_endpoint: text }),
    client: v.object({
      origin: v.literal('preRegistered'),
      clientId: text,
      clientSecret: v.optional(text),
      privateKey: v.optional(text),
      tokenEndpointAuthMethod: v.picklist(tokenEndpointAuthMethods),
    }),
  }),
  idToken: text,
  subject: text,
  expiresAt: v.number(),
  refreshToken: v.optional(text),
});

/** What the store needs. */
export interface IdentityStorePorts {
  readonly secrets: SecretStorage;
  readonly redactor: Redactor;
  readonly log: Log;
}

/**
 * Sign-ins at identity providers, in secret storage. Being without one costs a sign-in: what cannot be read counts as
 * absent, and is put aside for what is written in its place; what cannot be written is held for as long as the window
 * lasts.
 */
export class IdentityStore {
  readonly #ports: IdentityStorePorts;
  readonly #unsaved = new Map<string, StoredIdentity>();
  /** What was found under keys, and could not be read. */
  readonly #unreadable = new Map<string, string>();

  constructor(ports: IdentityStorePorts) {
    this.#ports = ports;
  }

  /** What is stored now, by whichever window. */
  async find(key: IdentityKey): Promise<StoredIdentity | undefined> {
    const { secrets, log } = this.#ports;
    const storageKey = await toStorageKey(key);
    const unsaved = this.#unsaved.get(storageKey);
    if (unsaved) {
      return unsaved;
    }
    let record: string | undefined;
    try {
      record = await secrets.get(storageKey);
      const identity = record === undefined ? undefined : this.#learn(parse(record, key));
      this.#unreadable.delete(storageKey);
      return identity;
    } catch (error) {
      if (record !== undefined) {
        this.#unreadable.set(storageKey, record);
      }
      log.warn('A stored sign-in at an identity provider could not be read and is redone', { reason: error });
      return undefined;
    }
  }

  /** Replaces what is stored. */
  async keep(key: IdentityKey, value: StoredIdentity): Promise<void> {
    const { secrets, log } = this.#ports;
    const storageKey = await toStorageKey(key);
    this.#learn(value);
    try {
      const unreadable = this.#unreadable.get(storageKey);
      await (unreadable === undefined ? undefined : putAside(secrets, storageKey, unreadable));
      this.#unreadable.delete(storageKey);
      await secrets.store(storageKey, JSON.stringify({ version: 1, ...value }));
      this.#unsaved.delete(storageKey);
    } catch (error) {
      this.#unsaved.set(storageKey, value);
      log.error('A sign-in at an identity provider could not be saved', { reason: error });
    }
  }

  /**
   * Forgets what is stored: only ever because the user said so.
   *
   * @throws AuthError `storage` when the storage refuses
   */
  async delete(key: IdentityKey): Promise<void> {
    const storageKey = await toStorageKey(key);
    try {
      await this.#ports.secrets.delete(storageKey);
    } catch (error) {
      throw new AuthError('storage', 'VS Code could not delete the sign-in.', { cause: error });
    }
    this.#unsaved.delete(storageKey);
  }

  #learn(value: StoredIdentity): StoredIdentity {
    const { idToken, refreshToken, authority } = value;
    for (const secret of [idToken, refreshToken, ...clientSecrets(authority.client)]) {
      this.#ports.redactor.learn(secret);
    }
    return value;
  }
}

async function toStorageKey({ issuer, clientId }: IdentityKey): Promise<string> {
  return await hashedKey(prefix, issuer, clientId);
}

function parse(record: string, { clientId }: IdentityKey): StoredIdentity {
  const parsed = v.safeParse(identity, parseJson(record));
  if (!parsed.success || parsed.output.authority.client.clientId !== clientId) {
    // What valibot and the parser throw would quote the record.
    throw new Error('The record is not one of this version.');
  }
  const { version: _version, authority, ...rest } = parsed.output;
  return { ...rest, authority: { ...authority, server: authority.server as AuthorizationServer } };
}

function parseJson(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}
