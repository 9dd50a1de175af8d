import type { SessionRef } from './account.ts';
import { refOf, type Session, serializeSession } from './session.ts';
import type { ParsedRecord } from './sessionRecord.ts';

/** A record that this version cannot read. It is left where it is until a sign-in needs the place. */
export interface UnreadableRecord {
  readonly key: string;
  readonly text: string;
  /** A sentence, without anything of the record. */
  readonly reason: string;
}

/** What came of bringing memory in line with what was read. */
export type Taken = 'changed' | 'same' | 'unreadable';

/**
 * All sessions as one window holds them, by storage key: those that were read, and those that could not be written
 * yet. Does nothing but remember.
 */
export class SessionMemory {
  readonly #sessions = new Map<string, Session>();
  /**
   * Sessions that could not be written: kept, and tried again. With each, what lay there then; `undefined` if that is
   * not known. Anything else that is found there later was written since, and holds.
   */
  readonly #unsaved = new Map<string, string | null | undefined>();
  readonly #unreadable = new Map<string, UnreadableRecord>();
  readonly #revisions = new Map<string, number>();

  get keys(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  get(key: string): Session | undefined {
    return this.#sessions.get(key);
  }

  /** The session of an account. This is asked for every request, so that nothing is made for it. */
  find({ serverUrl, accountId }: SessionRef): Session | undefined {
    for (const session of this.#sessions.values()) {
      if (session.serverUrl === serverUrl && session.account.id === accountId) {
        return session;
      }
    }
    return undefined;
  }

  get unreadable(): readonly UnreadableRecord[] {
    return [...this.#unreadable.values()];
  }

  unreadableAt(key: string): UnreadableRecord | undefined {
    return this.#unreadable.get(key);
  }

  /** Another one has its place now, or there is none any more. */
  forgetUnreadable(key: string): void {
    this.#unreadable.delete(key);
  }

  /** The sessions that could not be written yet. */
  get unsaved(): readonly SessionRef[] {
    return [...this.#unsaved.keys()].flatMap((key) => {
      const session = this.#sessions.get(key);
      return session ? [refOf(session)] : [];
    });
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0;
  }

  isUnsaved(key: string): boolean {
    return this.#unsaved.has(key);
  }

  /** Counts what was changed under a key, so that a slow read never undoes it. */
  revision(key: string): number {
    return this.#revisions.get(key) ?? 0;
  }

  /** Something is about to change under a key: what is being read of it may be old. */
  touch(key: string): void {
    this.#revisions.set(key, this.revision(key) + 1);
  }

  /** Holds a session that was written. */
  hold(key: string, session: Session): void {
    this.touch(key);
    this.#unsaved.delete(key);
    this.#sessions.set(key, session);
  }

  /**
   * Holds a session that could not be written.
   *
   * @param over what lies there instead; `null` if nothing does, `undefined` if that is not known
   */
  holdUnsaved(key: string, session: Session, over: string | null | undefined): void {
    this.touch(key);
    this.#unsaved.set(key, over);
    this.#sessions.set(key, session);
  }

  /** @returns whether there was one */
  forget(key: string): boolean {
    this.#unreadable.delete(key);
    this.#unsaved.delete(key);
    const wasHeld = this.#sessions.delete(key);
    if (wasHeld) {
      this.touch(key);
    }
    return wasHeld;
  }

  /**
   * Brings memory in line with what was read under a key.
   *
   * @param parsed `null` if nothing lies there, `undefined` if nothing is known
   */
  take(key: string, parsed: ParsedRecord | null | undefined): Taken {
    if (parsed === undefined || this.#isOld(key, parsed?.record ?? null)) {
      return 'same';
    }
    if (parsed === null) {
      return this.forget(key) ? 'changed' : 'same';
    }
    if (parsed.session === undefined) {
      const { record: text, error } = parsed;
      this.#unreadable.set(key, { key, text, reason: error.message });
      return 'unreadable';
    }
    this.#unreadable.delete(key);
    if (this.#isHeld(key, parsed.session, parsed.record)) {
      return 'same';
    }
    this.hold(key, parsed.session);
    return 'changed';
  }

  /** Whether what was read lay there already when writing failed, and is not to replace what was not written. */
  #isOld(key: string, record: string | null): boolean {
    if (!this.#unsaved.has(key)) {
      return false;
    }
    const over = this.#unsaved.get(key);
    if (over === undefined) {
      this.#unsaved.set(key, record);
      return true;
    }
    return over === record;
  }

  #isHeld(key: string, stored: Session, record: string): boolean {
    const held = this.#sessions.get(key);
    if (held === undefined) {
      return false;
    }
    const isOlder = this.#unsaved.has(key) && stored.tokens.receivedAt < held.tokens.receivedAt;
    // What was written here is recognized by its record: reading that may change the order of members.
    const own = serializeSession(held);
    return isOlder || own === record || own === serializeSession(stored);
  }
}
