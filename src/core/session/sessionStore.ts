import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import { clientSecrets } from '../oauth/clientSecrets.ts';
import { dpopSecrets } from '../oauth/dpopKey.ts';
import type { Redactor } from '../redaction.ts';
import { hashedKey, type SecretStorage } from './secretStorage.ts';
import { parseSession, type Session, serializeSession } from './session.ts';

const prefix = 'session:';

/** A session, and the text that it was read from. */
interface StoredSession {
  readonly record: string;
  readonly session: Session;
}

/** What the store needs. */
export interface SessionStorePorts {
  readonly secrets: SecretStorage;
  readonly log: Log;
  readonly redactor: Redactor;
}

/**
 * All sessions, by canonical server URL: held in memory for synchronous reading, written through to secret
 * storage. Changes made elsewhere arrive by the storage's events, or by {@link reload} from whoever learns of
 * them in another way.
 */
export class SessionStore implements Disposable {
  readonly #ports: SessionStorePorts;
  readonly #sessions = new Map<string, Session>();
  /** Sessions that could not be written: kept in memory, and tried again. */
  readonly #unsaved = new Set<string>();
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;

  /** Fires after {@link get} began to answer differently for at least one server. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: SessionStorePorts) {
    this.#ports = ports;
    this.#subscription = ports.secrets.onDidChange(({ key }) => {
      if (key.startsWith(prefix)) {
        void this.#readKey(key).then((changed) => changed && this.#changed.fire());
      }
    });
  }

  /** The session of a server, without asking the storage. */
  get(serverUrl: string): Session | undefined {
    return this.#sessions.get(serverUrl);
  }

  /**
   * Reads every record again. A record that cannot be read is left where it is and reported to the log; a
   * storage that does not answer changes nothing.
   */
  async reload(): Promise<void> {
    let keys: readonly string[];
    try {
      keys = (await this.#ports.secrets.keys()).filter((key) => key.startsWith(prefix));
    } catch (error) {
      this.#ports.log.error('The secret storage could not be listed', { reason: error });
      return;
    }
    const known = await Promise.all([...this.#sessions.keys()].map((url) => hashedKey(prefix, url)));
    const changed = await Promise.all([...new Set([...keys, ...known])].map((key) => this.#readKey(key)));
    if (changed.includes(true)) {
      this.#changed.fire();
    }
  }

  /**
   * Replaces the session of its server. The new one is held from here on even if writing fails, because the
   * tokens before it may be dead already; it is then written with the next attempt of {@link saveUnsaved}.
   *
   * @throws AuthError `storage` when it lasts only as long as this window
   */
  async put(session: Session): Promise<void> {
    this.#learn(session);
    try {
      await this.#ports.secrets.store(await hashedKey(prefix, session.serverUrl), serializeSession(session));
      this.#unsaved.delete(session.serverUrl);
    } catch (error) {
      this.#unsaved.add(session.serverUrl);
      throw new AuthError(
        'storage',
        'VS Code could not save the session: it lasts until this window closes. Is the keyring of this machine unlocked?',
        { cause: error },
      );
    } finally {
      this.#sessions.set(session.serverUrl, session);
      this.#changed.fire();
    }
  }

  /** Writes the session of a server again if writing failed before. Never throws. */
  async saveUnsaved(serverUrl: string): Promise<void> {
    const session = this.#sessions.get(serverUrl);
    if (!session || !this.#unsaved.has(serverUrl)) {
      return;
    }
    try {
      await this.put(session);
    } catch (error) {
      this.#ports.log.warn('A session still cannot be saved', { reason: error });
    }
  }

  /**
   * Forgets the session of a server: only ever because the user said so.
   *
   * @throws AuthError `storage` when the storage refuses; the session then stays
   */
  async delete(serverUrl: string): Promise<void> {
    try {
      await this.#ports.secrets.delete(await hashedKey(prefix, serverUrl));
    } catch (error) {
      throw new AuthError('storage', 'VS Code could not delete the session.', { cause: error });
    }
    this.#unsaved.delete(serverUrl);
    if (this.#sessions.delete(serverUrl)) {
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /** Brings memory in line with one record; says whether that changed anything. */
  async #readKey(key: string): Promise<boolean> {
    let stored: StoredSession | undefined;
    try {
      const record = await this.#ports.secrets.get(key);
      stored = record === undefined ? undefined : { record, session: parseSession(record) };
    } catch (error) {
      this.#ports.log.error('A stored session could not be read and was left as it is', { reason: error });
      return false;
    }
    return stored ? this.#adopt(key, stored) : this.#forget(key);
  }

  async #adopt(key: string, { record, session: stored }: StoredSession): Promise<boolean> {
    if ((await hashedKey(prefix, stored.serverUrl)) !== key) {
      this.#ports.log.error('A stored session lies under the key of another server and was ignored');
      return false;
    }
    const held = this.#sessions.get(stored.serverUrl);
    const older =
      held && this.#unsaved.has(stored.serverUrl) && stored.tokens.receivedAt < held.tokens.receivedAt;
    // What was written here is recognized by its record: reading that may change the order of members.
    const own = held && serializeSession(held);
    if (older || own === record || own === serializeSession(stored)) {
      return false;
    }
    this.#learn(stored);
    this.#unsaved.delete(stored.serverUrl);
    this.#sessions.set(stored.serverUrl, stored);
    return true;
  }

  async #forget(key: string): Promise<boolean> {
    for (const serverUrl of this.#sessions.keys()) {
      if (!this.#unsaved.has(serverUrl) && (await hashedKey(prefix, serverUrl)) === key) {
        return this.#sessions.delete(serverUrl);
      }
    }
    return false;
  }

  #learn({ tokens, client, dpop }: Session): void {
    const keys = dpop ? dpopSecrets(dpop) : [];
    for (const secret of [tokens.accessToken, tokens.refreshToken, ...clientSecrets(client), ...keys]) {
      this.#ports.redactor.learn(secret);
    }
  }
}
