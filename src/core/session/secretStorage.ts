import type { Event } from '../event.ts';

/** Where secrets are kept, as a port; structurally VS Code's `SecretStorage`. */
export interface SecretStorage {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  keys(): PromiseLike<readonly string[]>;
  /**
   * What was last heard of a key, for when it cannot be read: `null` for its deletion, `undefined` for nothing.
   * Where others write unheard, it may be old.
   */
  lastHeard?(key: string): string | null | undefined;
  /** Fires for changes of every window that shares the storage, this one included. */
  readonly onDidChange: Event<{ readonly key: string }>;
}

/**
 * A storage key that reveals nothing: keys, unlike values, lie in the clear, and a server's URL may hold a
 * secret.
 */
export async function hashedKey(prefix: string, ...parts: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return prefix + hex;
}
