import type { Disposable } from '../disposable.ts';
import type { Event } from '../event.ts';
import type { Program } from './program.ts';

/** A program that wants to use the credential of a server. */
export interface AccessRequest {
  readonly program: Program;
  /** Canonical. */
  readonly serverUrl: string;
  /** As the definition has it, for sentences. Attacker-controlled. */
  readonly serverName: string;
}

/** What is known of a program's use of a server's credential (D7). Nothing in it is secret, but the URL may be personal. */
export interface AccessEntry {
  readonly program: Program;
  readonly serverUrl: string;
  readonly serverName: string;
  /**
   * What the person said; `once` where nothing is remembered, so that the next use asks again; `unasked` for what needs
   * no answer, such as VS Code's own agent mode.
   */
  readonly decision: 'always' | 'never' | 'once' | 'unasked';
  /** Milliseconds since the epoch; absent for one that never did. */
  readonly lastUsedAt?: number | undefined;
}

/** How long somebody waits for the person's answer. */
export interface AccessOptions {
  readonly signal: AbortSignal;
  /** Milliseconds after which the request ends, while the question stays for the next one; without limit by default. */
  readonly patience?: number | undefined;
}

/** Who may use which server's credential, and when they last did (D7). The same in all windows. */
export interface AccessControl extends Disposable {
  /** Fires after {@link entries} began to answer differently. */
  readonly onDidChange: Event<void>;
  /** The latest use first. */
  readonly entries: readonly AccessEntry[];
  /**
   * Asks the person at the first use, and notes the use. Programs that ask for the same while a question is open wait
   * for its one answer.
   *
   * @throws AuthError `access_refused`, `access_unanswered` when the patience is over, or the signal's reason
   */
  assertAllowed(request: AccessRequest, options: AccessOptions): Promise<void>;
  /** Notes a use that needs no question. Never throws. */
  noteUse(request: AccessRequest): void;
  /** Replaces what the person said. Holds at once, whether it can be written or not. */
  decide(entry: AccessEntry, decision: 'always' | 'never'): Promise<void>;
  /**
   * Forgets what the person said, and the last use: the next one asks again.
   *
   * @throws AuthError `storage` when the storage refuses; the entry then stays
   */
  revoke(entry: AccessEntry): Promise<void>;
}
