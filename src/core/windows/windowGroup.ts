import type { Disposable } from '../disposable.ts';
import type { Event } from '../event.ts';

/** What became of one key of the secret storage. Holds secrets: only ever sent between authenticated windows. */
export interface SecretChange {
  readonly key: string;
  /** Milliseconds since the epoch, and always later than the change before it: of two changes the later one holds. */
  readonly at: number;
  /** `null` for a deletion. */
  readonly value: string | null;
}

/** What a window does for the others. */
export interface WindowHandlers {
  /** The latest change of every key that this window knows of, deletions among them. */
  snapshot(): Promise<readonly SecretChange[]>;
  /** Takes changes over; resolves when they are written in this window's storage, too. */
  apply(changes: readonly SecretChange[]): Promise<void>;
  /**
   * Offers an authorization response that arrived in another window.
   *
   * @param query as it arrived, form-encoded
   * @returns whether this window waited for it, and has it now
   */
  deliver(query: string): Promise<boolean>;
}

/** A window of this machine, as the others see it. */
export interface WindowIdentity {
  /** Unguessable and unique. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * The windows of this machine that share this window's secret storage: all of them connected with each other.
 * The one that has been there longest is the holder; when it ends, the next one is.
 */
export interface WindowGroup extends Disposable {
  /** Resolves when every window that was there at the start has exchanged its state with this one. Never rejects. */
  readonly joined: Promise<void>;
  readonly self: WindowIdentity;
  /** The other windows that are there now. */
  readonly others: readonly WindowIdentity[];
  /** Whether this window is the one that does what only one should do. True for a window alone. */
  readonly isHolder: boolean;
  /** Fires after {@link others} or {@link isHolder} changed. */
  readonly onDidChange: Event<void>;
  /**
   * Tells every other window of changes. Resolves when each has written them, is gone, or has not answered for
   * two seconds. Never rejects.
   */
  announce(changes: readonly SecretChange[]): Promise<void>;
  /** Offers an authorization response to the other windows. @returns whether one of them waited for it */
  deliver(query: string): Promise<boolean>;
}

/** A window that knows of no others: where there is no place to meet. */
export function lonelyWindow(self: WindowIdentity): WindowGroup {
  return {
    joined: Promise.resolve(),
    self,
    others: [],
    isHolder: true,
    onDidChange: () => ({ dispose: () => undefined }),
    announce: async () => undefined,
    deliver: async () => false,
    dispose: () => undefined,
  };
}
