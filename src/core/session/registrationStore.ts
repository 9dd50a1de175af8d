import { AuthError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ClientRegistration } from '../oauth/clientRegistration.ts';
import {
  type KnownIssuer,
  type ProvenSignIn,
  parseKnownIssuer,
  serializeKnownIssuer,
  withProvenSignIn,
} from './knownIssuer.ts';
import { putAside } from './putAside.ts';
import { hashedKey, type SecretStorage } from './secretStorage.ts';

const prefix = 'client:';

/** One per server and identity: more are no person's. */
const keptApprovals = 64;

interface ReadRecord {
  readonly known: KnownIssuer;
  /** What lies there, where that could not be read. */
  readonly unreadable?: string;
}

/**
 * What is known of each issuer, in secret storage: one record per issuer, read as a whole, changed by reading
 * it anew. Being without one costs a request, so that reading never fails: what cannot be read counts as absent, and
 * is put aside for what is written in its place.
 */
export class RegistrationStore {
  readonly #secrets: SecretStorage;
  readonly #log: Log;
  /** Settles when every change so far has ended. Never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(secrets: SecretStorage, log: Log) {
    this.#secrets = secrets;
    this.#log = log;
  }

  /** All that is remembered of an issuer right now. One read serves a whole sign-in. */
  async open(issuer: string): Promise<KnownIssuer> {
    return this.#parse(issuer, await this.#get(await hashedKey(prefix, issuer))).known;
  }

  /** Every issuer that something is remembered of, by name. */
  async list(): Promise<readonly KnownIssuer[]> {
    let keys: readonly string[];
    try {
      keys = (await this.#secrets.keys()).filter((key) => key.startsWith(prefix));
    } catch (error) {
      this.#log.error('The secret storage could not be listed', { reason: error });
      return [];
    }
    const texts = await Promise.all(keys.map((key) => this.#get(key)));
    return texts
      .flatMap((text) => (text === undefined ? [] : (parseKnownIssuer(text) ?? [])))
      .sort((one, other) => one.issuer.localeCompare(other.issuer));
  }

  /**
   * Remembers what has led to a session: the kind of redirect, the server, and the client with its secret.
   *
   * @throws AuthError `storage`
   */
  async keep(proven: ProvenSignIn, client: ClientRegistration): Promise<void> {
    await this.#change(proven.issuer, (before) => withProvenSignIn(before, proven, client));
  }

  /**
   * Remembers that the person signs in at an issuer that does not say that it supports PKCE, decided at a time
   * in milliseconds.
   *
   * @throws AuthError `storage`
   */
  async waivePkce(issuer: string, now: number): Promise<void> {
    await this.#change(issuer, (before) => ({ ...before, pkceWaivedAt: now }));
  }

  /** Whether the person has allowed something at an issuer; see `assertGrantApproved`. */
  async isApproved(issuer: string, approval: string): Promise<boolean> {
    return (await this.open(issuer)).approvals?.includes(approval) === true;
  }

  /** Remembers that. @throws AuthError `storage` */
  async approve(issuer: string, approval: string): Promise<void> {
    await this.#change(issuer, (before) => ({
      ...before,
      approvals: [approval, ...(before.approvals ?? [])].slice(0, keptApprovals),
    }));
  }

  /** Remembers a client ID that the person has just entered, to offer it again. @throws AuthError `storage` */
  async rememberEntered(issuer: string, clientId: string): Promise<void> {
    await this.#change(issuer, (before) => ({ ...before, entered: { clientId, isProven: false } }));
  }

  /** Asks for an entered client ID anew next time, since its issuer rejected it. @throws AuthError `storage` */
  async doubtEntered(issuer: string, clientId: string): Promise<void> {
    const { entered } = await this.open(issuer);
    if (entered?.clientId === clientId && entered.isProven) {
      await this.rememberEntered(issuer, clientId);
    }
  }

  /** Remembers that an issuer does not accept the document at a URL. @throws AuthError `storage` */
  async refuseMetadataDocument(issuer: string, url: string): Promise<void> {
    await this.#change(issuer, (before) => ({ ...before, metadataDocument: { url, outcome: 'refused' } }));
  }

  /**
   * Forgets a registration that its issuer no longer accepts.
   *
   * @returns whether there was one
   * @throws AuthError `storage`
   */
  async drop(issuer: string, clientId: string): Promise<boolean> {
    const { registrations } = await this.open(issuer);
    if (!registrations.some((one) => one.clientId === clientId)) {
      return false;
    }
    await this.#change(issuer, (before) => ({
      ...before,
      registrations: before.registrations.filter((one) => one.clientId !== clientId),
    }));
    return true;
  }

  /** Forgets everything about an issuer, because the user said so. @throws AuthError `storage` */
  async clear(issuer: string): Promise<void> {
    await this.#inTurn(async () => {
      try {
        await this.#secrets.delete(await hashedKey(prefix, issuer));
      } catch (error) {
        throw new AuthError('storage', 'VS Code could not delete the client registration.', { cause: error });
      }
    });
  }

  /** One change at a time: two sign-ins at the same issuer would else undo each other's. */
  async #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => undefined);
    await turn;
  }

  async #change(issuer: string, change: (before: KnownIssuer) => KnownIssuer): Promise<void> {
    await this.#inTurn(() => this.#changeNow(issuer, change));
  }

  async #changeNow(issuer: string, change: (before: KnownIssuer) => KnownIssuer): Promise<void> {
    const key = await hashedKey(prefix, issuer);
    try {
      // What cannot be read right now is not to be overwritten as if there were nothing.
      const { known, unreadable } = this.#parse(issuer, await this.#secrets.get(key));
      await (unreadable === undefined ? undefined : putAside(this.#secrets, key, unreadable));
      await this.#secrets.store(key, serializeKnownIssuer(change(known)));
    } catch (error) {
      throw new AuthError('storage', 'VS Code could not save the client registration.', { cause: error });
    }
  }

  #parse(issuer: string, text: string | undefined): ReadRecord {
    const nothing: KnownIssuer = { issuer, registrations: [] };
    if (text === undefined) {
      return { known: nothing };
    }
    const known = parseKnownIssuer(text);
    if (known?.issuer === issuer) {
      return { known };
    }
    this.#log.warn('A stored client registration could not be read and is redone', {
      issuer: new URL(issuer),
    });
    return { known: nothing, unreadable: text };
  }

  async #get(key: string): Promise<string | undefined> {
    try {
      return await this.#secrets.get(key);
    } catch (error) {
      this.#log.error('The secret storage could not be read', { reason: error });
      return undefined;
    }
  }
}
