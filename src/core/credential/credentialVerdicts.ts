import type { AppliedCredential } from '../connection/appliedCredential.ts';
import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';

/**
 * Which credentials servers have refused, sessions aside: in memory, until another credential applies or the
 * same one is accepted.
 */
export class CredentialVerdicts implements Disposable {
  readonly #rejected = new Map<string, string>();
  readonly #changed = new Emitter<void>();

  readonly onDidChange = this.#changed.event;

  /** Notes what a server said to a credential. `serverUrl` is canonical. */
  note(serverUrl: string, credential: AppliedCredential, verdict: 'accepted' | 'rejected'): void {
    const wasRejected = this.isRejected(serverUrl, credential);
    if (verdict === 'rejected') {
      this.#rejected.set(serverUrl, fingerprint(credential));
    } else if (wasRejected) {
      this.#rejected.delete(serverUrl);
    }
    if (wasRejected !== (verdict === 'rejected')) {
      this.#changed.fire();
    }
  }

  /** Whether the server's last word on exactly this credential was that it refuses it. */
  isRejected(serverUrl: string, credential: AppliedCredential): boolean {
    const rejected = this.#rejected.get(serverUrl);
    return rejected !== undefined && rejected === fingerprint(credential);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** In memory only: it holds the secrets. */
function fingerprint({ kind, headers }: AppliedCredential): string {
  return JSON.stringify([kind, Object.entries(headers ?? {}).sort()]);
}
