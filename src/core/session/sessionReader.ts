import type { Log } from '../log.ts';
import type { Redactor } from '../redaction.ts';
import type { SecretStorage } from './secretStorage.ts';
import type { SessionMemory } from './sessionMemory.ts';
import { parseRecord } from './sessionRecord.ts';
import { sessionSecrets } from './sessionSecrets.ts';

/** What the reader needs. */
export interface SessionReaderPorts {
  readonly secrets: SecretStorage;
  readonly log: Log;
  readonly redactor: Redactor;
}

/** What came of reading a record. */
export interface Reading {
  /** Whether another session is held now. */
  readonly changed: boolean;
  readonly error?: unknown;
}

/** Brings what a window remembers of sessions in line with what lies in secret storage, one record at a time. */
export class SessionReader {
  readonly #memory: SessionMemory;
  readonly #ports: SessionReaderPorts;

  constructor(memory: SessionMemory, ports: SessionReaderPorts) {
    this.#memory = memory;
    this.#ports = ports;
  }

  /** Reads one record. What cannot be read is left where it is, and reported to the log once. Never throws. */
  async read(key: string): Promise<Reading> {
    const revision = this.#memory.revision(key);
    const { record, error } = await this.recordAt(key);
    const parsed = typeof record === 'string' ? await parseRecord(key, record) : record;
    if (revision !== this.#memory.revision(key)) {
      // What was read may be older than what was written here, or read by others, meanwhile.
      return await this.read(key);
    }
    const known = this.#memory.unreadableAt(key)?.text;
    const taken = this.#memory.take(key, parsed);
    if (taken === 'unreadable') {
      if (parsed?.record !== known) {
        const reason = parsed?.error;
        this.#ports.log.error('A stored session could not be read and was left as it is', { reason });
      }
      return { changed: false, error: error ?? parsed?.error };
    }
    const session = this.#memory.get(key);
    if (taken === 'changed' && session) {
      for (const secret of sessionSecrets(session)) {
        this.#ports.redactor.learn(secret);
      }
    }
    return { changed: taken === 'changed', error };
  }

  /** What lies under a key: `null` if nothing does. What cannot be read is at least what was last heard of. */
  async recordAt(
    key: string,
  ): Promise<{ readonly record: string | null | undefined; readonly error?: unknown }> {
    const { secrets, log } = this.#ports;
    try {
      return { record: (await secrets.get(key)) ?? null };
    } catch (error) {
      log.error('The secret storage could not be read', { reason: error });
      return { record: secrets.lastHeard?.(key), error };
    }
  }
}
