import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import { byAge, firstAccountId, type SessionRef } from './account.ts';
import type { AccountChoices } from './accountChoices.ts';
import { putAside } from './putAside.ts';
import { refOf, type Session, serializeSession } from './session.ts';
import { SessionMemory, type UnreadableRecord } from './sessionMemory.ts';
import { SessionReader, type SessionReaderPorts } from './sessionReader.ts';
import { sessionPrefix, storageKey } from './sessionRecord.ts';
import { sessionSecrets } from './sessionSecrets.ts';

const notSaved =
  'VS Code could not save the session: it lasts until this window closes. Is the keyring of this machine unlocked?';

/** What the store needs. */
export interface SessionStorePorts extends SessionReaderPorts {
  /** Which account the workspace has chosen, where it has. */
  readonly choices?: AccountChoices | undefined;
}

/**
 * All sessions, by canonical server URL and account: held in memory for synchronous reading, written through to
 * secret storage. Changes made elsewhere arrive by the storage's events, or by {@link reload} and {@link reread}.
 */
export class SessionStore implements Disposable {
  readonly #ports: SessionStorePorts;
  readonly #memory = new SessionMemory();
  readonly #reader: SessionReader;
  readonly #changed = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];

  /** Fires after {@link get} or {@link accounts} began to answer differently for at least one server. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: SessionStorePorts) {
    this.#ports = ports;
    this.#reader = new SessionReader(this.#memory, ports);
    const { secrets, choices } = ports;
    this.#subscriptions = [
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(sessionPrefix)) {
          void this.#follow(key);
        }
      }),
      ...(choices ? [choices.onDidChange(() => this.#changed.fire())] : []),
    ];
  }

  /**
   * The session of a server, without asking the storage: of an account, else of the one that this workspace uses,
   * else of the oldest.
   */
  get(serverUrl: string, accountId?: string): Session | undefined {
    if (accountId !== undefined) {
      return this.#memory.find({ serverUrl, accountId });
    }
    const sessions = this.accounts(serverUrl);
    const { choices } = this.#ports;
    return sessions.find(({ account }) => choices?.has(account.id)) ?? sessions[0];
  }

  /**
   * Makes an account the one that this workspace uses.
   *
   * @throws what the workspace's memory throws; the choice then lasts as long as this window
   */
  async choose({ serverUrl, accountId }: SessionRef): Promise<void> {
    const ids = this.accounts(serverUrl).map(({ account }) => account.id);
    const others = ids.filter((id) => id !== accountId);
    // The first account has the same id everywhere; it is the oldest, which is used where none is chosen.
    await this.#ports.choices?.replace(accountId === firstAccountId ? undefined : accountId, others);
  }

  /** The sessions of all accounts at a server, in the order in which the accounts were added. */
  accounts(serverUrl: string): readonly Session[] {
    return this.#memory.sessions
      .filter((session) => session.serverUrl === serverUrl)
      .sort((one, other) => byAge(one.account, other.account));
  }

  /** Every session there is. */
  get all(): readonly Session[] {
    return this.#memory.sessions;
  }

  /** The records that could not be read, for whoever supports the user. */
  get unreadable(): readonly Omit<UnreadableRecord, 'text'>[] {
    return this.#memory.unreadable.map(({ key, reason }) => ({ key, reason }));
  }

  /**
   * Reads every record again. A record that cannot be read is left where it is and reported to the log; a
   * storage that does not answer changes nothing.
   */
  async reload(): Promise<void> {
    let keys: readonly string[];
    try {
      keys = (await this.#ports.secrets.keys()).filter((key) => key.startsWith(sessionPrefix));
    } catch (error) {
      this.#ports.log.error('The secret storage could not be listed', { reason: error });
      return;
    }
    const reads = await Promise.all(
      [...new Set([...keys, ...this.#memory.keys])].map((key) => this.#reader.read(key)),
    );
    if (reads.some(({ changed }) => changed)) {
      this.#changed.fire();
    }
  }

  /**
   * Reads one record again: another machine may have written it a moment ago.
   *
   * @returns the session as it is from here on
   * @throws AuthError `storage` when the storage does not answer, or with something that is no record
   */
  async reread(ref: SessionRef): Promise<Session | undefined> {
    const key = await storageKey(ref);
    const { changed, error } = await this.#reader.read(key);
    if (changed) {
      this.#changed.fire();
    }
    if (error !== undefined) {
      throw new AuthError('storage', 'VS Code could not read the session.', { cause: error });
    }
    return this.#memory.get(key);
  }

  /**
   * Replaces the session of its server and account. The new one is held from here on even if writing fails, because
   * the tokens before it may be dead already; it is then written with the next attempt of {@link saveUnsaved}.
   *
   * @throws AuthError `storage` when it lasts only as long as this window
   */
  async put(session: Session): Promise<void> {
    for (const secret of sessionSecrets(session)) {
      this.#ports.redactor.learn(secret);
    }
    const key = await storageKey(refOf(session));
    this.#memory.touch(key);
    let failure: AuthError | undefined;
    try {
      await this.#keepAside(key);
      await this.#ports.secrets.store(key, serializeSession(session));
      this.#memory.hold(key, session);
    } catch (cause) {
      this.#memory.holdUnsaved(key, session, (await this.#reader.recordAt(key)).record);
      failure = new AuthError('storage', notSaved, { cause });
    }
    this.#changed.fire();
    if (failure) {
      throw failure;
    }
  }

  /**
   * Writes a session again if writing failed before, and nobody has written a newer one. Has to run in turn with
   * whatever replaces the session. Never throws.
   *
   * @returns whether it is written now
   */
  async saveUnsaved(ref: SessionRef): Promise<boolean> {
    const key = await storageKey(ref);
    if (this.#memory.isUnsaved(key) && (await this.#reader.read(key)).changed) {
      this.#changed.fire();
    }
    const session = this.#memory.get(key);
    if (!session || !this.#memory.isUnsaved(key)) {
      return true;
    }
    try {
      await this.put(session);
      return true;
    } catch (error) {
      this.#ports.log.warn('A session still cannot be saved', { reason: error });
      return false;
    }
  }

  /** Whether a session is one that could not be written yet. */
  isUnsaved(session: Session): boolean {
    return (
      this.#memory.hasUnsaved &&
      this.unsaved.some(({ serverUrl, accountId }) => this.get(serverUrl, accountId) === session)
    );
  }

  /** The sessions that could not be written yet. */
  get unsaved(): readonly SessionRef[] {
    return this.#memory.unsaved;
  }

  /**
   * Forgets a session: only ever because the user said so.
   *
   * @throws AuthError `storage` when the storage refuses; the session then stays
   */
  async delete(ref: SessionRef): Promise<void> {
    const key = await storageKey(ref);
    this.#memory.touch(key);
    try {
      await this.#ports.secrets.delete(key);
    } catch (error) {
      throw new AuthError('storage', 'VS Code could not delete the session.', { cause: error });
    }
    this.#memory.touch(key);
    if (this.#memory.forget(key)) {
      this.#changed.fire();
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
    this.#changed.dispose();
  }

  /** The storage tells of a change made elsewhere. Never throws. */
  async #follow(key: string): Promise<void> {
    if ((await this.#reader.read(key)).changed) {
      this.#changed.fire();
    }
  }

  /** Moves what could not be read out of the way of what is written next. */
  async #keepAside(key: string): Promise<void> {
    const unreadable = this.#memory.unreadableAt(key);
    if (unreadable) {
      await putAside(this.#ports.secrets, key, unreadable.text);
      this.#ports.log.warn('A stored session that could not be read was put aside for a new one');
      this.#memory.forgetUnreadable(key);
    }
  }
}
