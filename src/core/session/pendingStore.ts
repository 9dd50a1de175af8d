import { waitAtMost } from '../clock.ts';
import { AuthError } from '../errors.ts';
import {
  type PendingRecord,
  type PendingSignIn,
  parsePending,
  pendingSecrets,
  serializePending,
} from '../oauth/pendingSignIn.ts';
import { SignInInterruptedError } from '../oauth/signInInterruptedError.ts';
import type { Redactor } from '../redaction.ts';
import { HeldRecord, type HeldRecordPorts, storagePatience } from './heldRecord.ts';
import { hashedKey } from './secretStorage.ts';

const prefix = 'pending:';

/** How long a sign-in can be finished by its record, in milliseconds. */
const lifetime = 10 * 60_000;

/** What the store needs. */
export interface PendingStorePorts extends HeldRecordPorts {
  readonly redactor: Redactor;
  readonly window: {
    readonly id: string;
    /** Names what the window has open; `undefined` where nothing may be taken up there. */
    readonly workspace: () => string | undefined;
  };
}

/**
 * Sign-ins that wait for their authorization response, in secret storage, by the hash of their `state`: so that they
 * survive a reload, and can be finished by whichever window the response reaches.
 */
export class PendingStore {
  readonly #ports: PendingStorePorts;

  constructor(ports: PendingStorePorts) {
    this.#ports = ports;
  }

  /**
   * Writes the record of a sign-in that begins in this window. Where that fails, or takes longer than a moment, the
   * sign-in goes on without. Never throws.
   *
   * @param onTaken called when another window finishes it
   */
  async keep(signIn: PendingSignIn, onTaken: () => void): Promise<HeldRecord> {
    const { clock, window } = this.#ports;
    const createdAt = clock.now();
    const expiresAt = createdAt + lifetime;
    const record = {
      ...signIn,
      createdAt,
      expiresAt,
      windowId: window.id,
      workspace: window.workspace(),
    };
    const key = await this.#key(signIn);
    const written = this.#write(key, record);
    await waitAtMost(written, storagePatience, clock);
    return new HeldRecord(this.#ports, { key, expiresAt, written, onTaken });
  }

  /**
   * Takes over the record of a sign-in whose window is gone.
   *
   * @param onTaken called when another window finishes it
   * @throws AuthError `cancelled` when another window was faster
   */
  async adopt(record: PendingRecord, onTaken: () => void): Promise<HeldRecord> {
    const { secrets, locks, log, window } = this.#ports;
    const key = await this.#key(record);
    const attempt = async () => {
      const text = await secrets.get(key);
      if (text === undefined || parsePending(text).windowId !== record.windowId) {
        return false;
      }
      await secrets.store(key, serializePending({ ...record, windowId: window.id }));
      return true;
    };
    // Where it cannot be written, two windows may wait for one response: the first to claim it has it.
    const isAdopted = await locks.run(key, attempt).catch((reason: unknown) => {
      log.warn('The sign-in of a window that is gone could not be taken over in the storage', { reason });
      return true;
    });
    if (!isAdopted) {
      throw new SignInInterruptedError('finishedElsewhere');
    }
    const { expiresAt } = record;
    return new HeldRecord(this.#ports, { key, expiresAt, written: Promise.resolve(true), onTaken });
  }

  /**
   * Takes the record of a `state` away, for this window to finish the sign-in. Not one of this window: if it does not
   * wait for the response any more, that was consumed, or is not wanted.
   *
   * @returns `undefined` where there is none that could be read and has not expired
   * @throws AuthError `storage` when it cannot be taken away, so that others might finish it as well
   */
  async claim(state: string): Promise<PendingRecord | undefined> {
    const { secrets, locks, window } = this.#ports;
    const key = await hashedKey(prefix, state);
    return await locks.run(key, async () => {
      const record = await this.#read(key);
      if (record === undefined || record.windowId === window.id) {
        return undefined;
      }
      try {
        await secrets.delete(key);
      } catch (cause) {
        throw new AuthError(
          'storage',
          'VS Code could not remove the record of a sign-in, which is therefore not finished.',
          { cause },
        );
      }
      return record;
    });
  }

  /** Every sign-in that has not expired, the latest first. Never throws. */
  async list(): Promise<readonly PendingRecord[]> {
    let keys: readonly string[];
    try {
      keys = (await this.#ports.secrets.keys()).filter((key) => key.startsWith(prefix));
    } catch (reason) {
      this.#ports.log.error('The secret storage could not be listed', { reason });
      return [];
    }
    const records = await Promise.all(keys.map((key) => this.#read(key)));
    return records
      .filter((record) => record !== undefined)
      .sort((one, other) => other.createdAt - one.createdAt);
  }

  async #write(key: string, record: PendingRecord): Promise<boolean> {
    try {
      await this.#ports.secrets.store(key, serializePending(record));
      return true;
    } catch (reason) {
      this.#ports.log.warn('The sign-in could not be recorded, and can be finished in this window only', {
        reason,
      });
      return false;
    }
  }

  /** Reads one record, and removes it if it has expired. What cannot be read is left where it is. Never throws. */
  async #read(key: string): Promise<PendingRecord | undefined> {
    const { secrets, clock, log, redactor } = this.#ports;
    let record: PendingRecord;
    try {
      const text = await secrets.get(key);
      if (text === undefined) {
        return undefined;
      }
      record = parsePending(text);
    } catch (reason) {
      log.error('The record of a sign-in could not be read and was left as it is', { reason });
      return undefined;
    }
    for (const secret of pendingSecrets(record)) {
      redactor.learn(secret);
    }
    if ((await this.#key(record)) !== key) {
      log.error('The record of a sign-in lies under the key of another and was ignored');
      return undefined;
    }
    if (clock.now() < record.expiresAt) {
      return record;
    }
    await this.#removeExpired(key);
    return undefined;
  }

  async #removeExpired(key: string): Promise<void> {
    const { secrets, log } = this.#ports;
    log.info('A sign-in from before has expired');
    try {
      await secrets.delete(key);
    } catch (reason) {
      log.warn('The record of a sign-in could not be removed', { reason });
    }
  }

  #key({ authorization }: PendingSignIn): Promise<string> {
    return hashedKey(prefix, authorization.state);
  }
}
