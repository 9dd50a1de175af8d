import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redaction.ts';
import { putAside } from '../session/putAside.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import { type SavedToken, tokenSecrets } from './savedToken.ts';
import { parseToken, serializeToken, tokenKey, tokenPrefix } from './tokenRecord.ts';

/** What the store needs. */
export interface TokenStorePorts {
  readonly secrets: SecretStorage;
  readonly log: Log;
  readonly redactor: Redactor;
}

/** What lies under a key, as it was last read. */
interface Held {
  readonly text: string;
  /** `undefined` where the text says so, or cannot be read. */
  readonly token?: SavedToken | undefined;
  /** Why it cannot be read. */
  readonly reason?: string | undefined;
}

/**
 * The tokens that the person has entered, by canonical server URL: held in memory for synchronous reading, in secret
 * storage otherwise. Changes made elsewhere arrive by the storage's events, or by {@link reload}.
 */
export class TokenStore implements Disposable {
  readonly #ports: TokenStorePorts;
  readonly #held = new Map<string, Held>();
  /** Counts what was changed under a key, so that a slow read never undoes it. */
  readonly #revisions = new Map<string, number>();
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;

  /** Fires after {@link get} began to answer differently for at least one server. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: TokenStorePorts) {
    this.#ports = ports;
    this.#subscription = ports.secrets.onDidChange(({ key }) => {
      if (key.startsWith(tokenPrefix)) {
        void this.#readAll([key]);
      }
    });
  }

  /** The token for a server, without asking the storage. */
  get(serverUrl: string): SavedToken | undefined {
    const token = this.all.find((one) => one.serverUrl === serverUrl);
    if (token) {
      // The redactor forgets the oldest: what is asked for may be used next.
      this.learn(token);
    }
    return token;
  }

  /** Every token there is. */
  get all(): readonly SavedToken[] {
    return [...this.#held.values()].flatMap(({ token }) => (token ? [token] : []));
  }

  /** The records that could not be read, for whoever supports the user. */
  get unreadable(): readonly { readonly key: string; readonly reason: string }[] {
    return [...this.#held].flatMap(([key, { reason }]) => (reason === undefined ? [] : [{ key, reason }]));
  }

  /**
   * Reads every record again. One that cannot be read is left where it is and reported to the log; a storage that does
   * not answer changes nothing.
   */
  async reload(): Promise<void> {
    try {
      const keys = (await this.#ports.secrets.keys()).filter((key) => key.startsWith(tokenPrefix));
      await this.#readAll([...new Set([...keys, ...this.#held.keys()])]);
    } catch (error) {
      this.#ports.log.error('The secret storage could not be listed', { reason: error });
    }
  }

  /**
   * Keeps a token in the place of the one before it, which holds until the new one is written.
   *
   * @throws AuthError `storage` when it could not be written; then everything is as it was
   */
  async save(token: SavedToken): Promise<void> {
    const { secrets } = this.#ports;
    this.learn(token);
    const key = await tokenKey(token.serverUrl);
    const before = this.#held.get(key);
    const text = serializeToken(token);
    this.#touch(key);
    try {
      if (before?.reason !== undefined) {
        await putAside(secrets, key, before.text);
      }
      await secrets.store(key, text);
    } catch (cause) {
      await this.#putBack(key, before);
      const sentence =
        'VS Code could not save the token: nothing has changed. Is the keyring of this machine unlocked?';
      throw new AuthError('storage', sentence, { cause });
    }
    this.#hold(key, { text, token });
  }

  /**
   * Forgets a token: only ever because the user said so.
   *
   * @throws AuthError `storage` when the storage refuses; the token then stays
   */
  async remove(serverUrl: string): Promise<void> {
    const key = await tokenKey(serverUrl);
    this.#touch(key);
    try {
      await this.#ports.secrets.delete(key);
    } catch (cause) {
      throw new AuthError('storage', 'VS Code could not delete the token.', { cause });
    }
    this.#hold(key, undefined);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /**
   * What windows share knows of a token from the moment at which it is to be written, and would write it later: it is
   * overwritten by what was there, or by nothing.
   */
  async #putBack(key: string, before: Held | undefined): Promise<void> {
    try {
      await this.#ports.secrets.store(key, before?.text ?? serializeToken());
    } catch (error) {
      this.#ports.log.debug('What was stored before a token could not be written again', { reason: error });
    }
    this.#touch(key);
  }

  async #readAll(keys: readonly string[]): Promise<void> {
    const changes = await Promise.all(keys.map((key) => this.#read(key)));
    if (changes.includes('changed')) {
      this.#changed.fire();
    }
  }

  /** Brings memory in line with one record. Never throws. */
  async #read(key: string): Promise<'changed' | 'same'> {
    const revision = this.#revisions.get(key);
    let text: string | undefined;
    try {
      text = await this.#ports.secrets.get(key);
    } catch (error) {
      this.#ports.log.error('The secret storage could not be read', { reason: error });
      return 'same';
    }
    const held = text === undefined ? undefined : await this.#parse(key, text);
    if (revision !== this.#revisions.get(key)) {
      // What was read may be older than what was written here meanwhile.
      return await this.#read(key);
    }
    if (this.#held.get(key)?.text === text) {
      return 'same';
    }
    if (held?.reason !== undefined) {
      this.#ports.log.error('A stored token could not be read and was left as it is', {
        reason: held.reason,
      });
    }
    return this.#take(key, held);
  }

  async #parse(key: string, text: string): Promise<Held> {
    const parsed = await parseToken(key, text);
    return parsed.kind === 'unreadable' ? { text, reason: parsed.reason } : { text, token: parsed.token };
  }

  #hold(key: string, held: Held | undefined): void {
    this.#touch(key);
    if (this.#take(key, held) === 'changed') {
      this.#changed.fire();
    }
  }

  #take(key: string, held: Held | undefined): 'changed' | 'same' {
    const before = this.#held.get(key)?.token;
    if (held) {
      this.#held.set(key, held);
    } else {
      this.#held.delete(key);
    }
    if (held?.token) {
      this.learn(held.token);
    }
    return before === held?.token ? 'same' : 'changed';
  }

  #touch(key: string): void {
    this.#revisions.set(key, (this.#revisions.get(key) ?? 0) + 1);
  }

  /** Teaches the redactor a token before it is used, whether it is kept or not. */
  learn(token: Pick<SavedToken, 'scheme' | 'token'>): void {
    for (const secret of tokenSecrets(token)) {
      this.#ports.redactor.learn(secret);
    }
  }
}
