import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import { clientSecrets } from '../oauth/clientSecrets.ts';
import { dpopSecrets } from '../oauth/dpopKey.ts';
import type { Redactor } from '../redaction.ts';
import { byAge, firstAccountId, type SessionRef } from './account.ts';
import type { AccountChoices } from './accountChoices.ts';
import { hashedKey, type SecretStorage } from './secretStorage.ts';
import { refOf, type Session, serializeSession } from './session.ts';
import { type ParsedRecord, parseRecord, sessionPrefix, storageKey } from './sessionRecord.ts';

const notSaved =
  'VS Code could not save the session: it lasts until this window closes. Is the keyring of this machine unlocked?';

/** Where records are kept that could not be read, when others take their places. */
const asidePrefix = 'aside:';

/** What the store needs. */
export interface SessionStorePorts {
  readonly secrets: SecretStorage;
  readonly log: Log;
  readonly redactor: Redactor;
  /** Which account the workspace has chosen, where it has. */
  readonly choices?: AccountChoices | undefined;
}

/** A record that this version cannot read. It is left where it is until a sign-in needs the place. */
export interface UnreadableRecord {
  readonly key: string;
  /** A sentence, without anything of the record. */
  readonly reason: string;
}

/**
 * All sessions, by canonical server URL and account: held in memory for synchronous reading, written through to
 * secret storage. Changes made elsewhere arrive by the storage's events, or by {@link reload} and {@link reread}.
 */
export class SessionStore implements Disposable {
  readonly #ports: SessionStorePorts;
  /** By storage key. */
  readonly #sessions = new Map<string, Session>();
  /**
   * Keys of sessions that could not be written: kept in memory, and tried again. With each, what lay there then;
   * `undefined` if that is not known. Anything else that is found there later was written since, and holds.
   */
  readonly #unsaved = new Map<string, string | null | undefined>();
  readonly #unreadable = new Map<string, { readonly text: string; readonly reason: string }>();
  /** Counts what was written here, by key, so that a slow read never undoes it. */
  readonly #writes = new Map<string, number>();
  readonly #changed = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];

  /** Fires after {@link get} or {@link accounts} began to answer differently for at least one server. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: SessionStorePorts) {
    this.#ports = ports;
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
    const sessions = this.accounts(serverUrl);
    const { choices } = this.#ports;
    return accountId === undefined
      ? (sessions.find(({ account }) => choices?.has(account.id)) ?? sessions[0])
      : sessions.find(({ account }) => account.id === accountId);
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
    return [...this.#sessions.values()]
      .filter((session) => session.serverUrl === serverUrl)
      .sort((one, other) => byAge(one.account, other.account));
  }

  /** Every session there is. */
  get all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** The records that could not be read, for whoever supports the user. */
  get unreadable(): readonly UnreadableRecord[] {
    return [...this.#unreadable].map(([key, { reason }]) => ({ key, reason }));
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
      [...new Set([...keys, ...this.#sessions.keys()])].map((key) => this.#readKey(key)),
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
    const { changed, error } = await this.#readKey(key);
    if (changed) {
      this.#changed.fire();
    }
    if (error !== undefined) {
      throw new AuthError('storage', 'VS Code could not read the session.', { cause: error });
    }
    return this.#sessions.get(key);
  }

  /**
   * Replaces the session of its server and account. The new one is held from here on even if writing fails, because
   * the tokens before it may be dead already; it is then written with the next attempt of {@link saveUnsaved}.
   *
   * @throws AuthError `storage` when it lasts only as long as this window
   */
  async put(session: Session): Promise<void> {
    this.#learn(session);
    const key = await storageKey(refOf(session));
    this.#countWrite(key);
    let failure: AuthError | undefined;
    try {
      await this.#keepAside(key);
      await this.#ports.secrets.store(key, serializeSession(session));
      this.#unsaved.delete(key);
    } catch (cause) {
      this.#unsaved.set(key, (await this.#get(key)).record);
      failure = new AuthError('storage', notSaved, { cause });
    }
    this.#countWrite(key);
    this.#sessions.set(key, session);
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
    if (this.#unsaved.has(key) && (await this.#readKey(key)).changed) {
      this.#changed.fire();
    }
    const session = this.#sessions.get(key);
    if (!session || !this.#unsaved.has(key)) {
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
    return [...this.#unsaved.keys()].some((key) => this.#sessions.get(key) === session);
  }

  /** The sessions that could not be written yet. */
  get unsaved(): readonly SessionRef[] {
    return [...this.#unsaved.keys()].flatMap((key) => {
      const session = this.#sessions.get(key);
      return session ? [refOf(session)] : [];
    });
  }

  /**
   * Forgets a session: only ever because the user said so.
   *
   * @throws AuthError `storage` when the storage refuses; the session then stays
   */
  async delete(ref: SessionRef): Promise<void> {
    const key = await storageKey(ref);
    this.#countWrite(key);
    try {
      await this.#ports.secrets.delete(key);
    } catch (error) {
      throw new AuthError('storage', 'VS Code could not delete the session.', { cause: error });
    }
    this.#countWrite(key);
    this.#unreadable.delete(key);
    this.#unsaved.delete(key);
    if (this.#sessions.delete(key)) {
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
    if ((await this.#readKey(key)).changed) {
      this.#changed.fire();
    }
  }

  /** Brings memory in line with one record. Never throws. */
  async #readKey(key: string): Promise<Reading> {
    const writes = this.#writes.get(key);
    const { record, error } = await this.#get(key);
    const parsed = typeof record === 'string' ? await parseRecord(key, record) : record;
    if (writes !== this.#writes.get(key)) {
      // What was read may be older than what was written here, or read by others, meanwhile.
      return await this.#readKey(key);
    }
    const reading = this.#isOld(key, record) ? { changed: false } : this.#take(key, parsed);
    if (reading.changed) {
      this.#countWrite(key);
    }
    return error === undefined ? reading : { ...reading, error };
  }

  /** Whether what was read lay there already when writing failed, and is not to replace what was not written. */
  #isOld(key: string, record: string | null | undefined): boolean {
    if (this.#unsaved.has(key) && this.#unsaved.get(key) === undefined) {
      this.#unsaved.set(key, record);
    }
    return this.#unsaved.has(key) && this.#unsaved.get(key) === record;
  }

  #take(key: string, parsed: ParsedRecord | null | undefined): Reading {
    if (parsed === undefined) {
      return { changed: false };
    }
    if (parsed !== null) {
      return this.#adopt(key, parsed);
    }
    this.#unreadable.delete(key);
    this.#unsaved.delete(key);
    return { changed: this.#sessions.delete(key) };
  }

  /** What lies under a key: `null` if nothing does. What cannot be read is at least what was last heard of. */
  async #get(key: string): Promise<{ readonly record: string | null | undefined; readonly error?: unknown }> {
    const { secrets, log } = this.#ports;
    try {
      return { record: (await secrets.get(key)) ?? null };
    } catch (error) {
      log.error('The secret storage could not be read', { reason: error });
      return { record: secrets.lastHeard?.(key), error };
    }
  }

  #adopt(key: string, { record, session: stored, error }: ParsedRecord): Reading {
    if (stored === undefined) {
      if (this.#unreadable.get(key)?.text !== record) {
        this.#ports.log.error('A stored session could not be read and was left as it is', { reason: error });
      }
      this.#unreadable.set(key, { text: record, reason: error.message });
      return { changed: false, error };
    }
    this.#unreadable.delete(key);
    const held = this.#sessions.get(key);
    const older = held && this.#unsaved.has(key) && stored.tokens.receivedAt < held.tokens.receivedAt;
    // What was written here is recognized by its record: reading that may change the order of members.
    const own = held && serializeSession(held);
    if (older || own === record || own === serializeSession(stored)) {
      return { changed: false };
    }
    this.#learn(stored);
    this.#unsaved.delete(key);
    this.#sessions.set(key, stored);
    return { changed: true };
  }

  /** Moves what could not be read out of the way of what is written next: a newer version may read it one day. */
  async #keepAside(key: string): Promise<void> {
    const unreadable = this.#unreadable.get(key);
    if (unreadable) {
      await this.#ports.secrets.store(await hashedKey(asidePrefix, key, unreadable.text), unreadable.text);
      this.#ports.log.warn('A stored session that could not be read was put aside for a new one');
      this.#unreadable.delete(key);
    }
  }

  #countWrite(key: string): void {
    this.#writes.set(key, (this.#writes.get(key) ?? 0) + 1);
  }

  #learn({ tokens, client, dpop }: Session): void {
    const keys = dpop ? dpopSecrets(dpop) : [];
    for (const secret of [tokens.accessToken, tokens.refreshToken, ...clientSecrets(client), ...keys]) {
      this.#ports.redactor.learn(secret);
    }
  }
}

/** What came of reading a record. */
interface Reading {
  /** Whether another session is held now. */
  readonly changed: boolean;
  readonly error?: unknown;
}
