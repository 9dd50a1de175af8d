import type { Disposable } from '../disposable.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { WindowGroup } from '../windows/windowGroup.ts';
import type { Authenticator } from './authenticator.ts';
import type { PendingStore } from './pendingStore.ts';

/** What resuming takes. */
export interface ResumptionPorts {
  readonly records: PendingStore;
  readonly windows: Pick<WindowGroup, 'joined' | 'onDidChange' | 'others' | 'self'>;
  readonly authenticator: Authenticator;
  /** What this window has open, as its own records have it. */
  readonly workspace: () => string | undefined;
}

/**
 * Takes up the sign-ins that a window with the same workspace has left behind, in general this one before it was
 * reloaded: at the start, and whenever a window turns out to be gone.
 */
export class SignInResumption implements Disposable {
  readonly #ports: ResumptionPorts;
  readonly #subscription: Disposable;

  constructor(ports: ResumptionPorts) {
    this.#ports = ports;
    this.#subscription = ports.windows.onDidChange(() => void this.resume());
  }

  /** Looks for such sign-ins. Never throws. */
  async resume(): Promise<void> {
    const { records, windows, authenticator } = this.#ports;
    const workspace = this.#ports.workspace();
    if (workspace === undefined) {
      return;
    }
    await windows.joined;
    const found = await records.list();
    const alive = new Set([windows.self, ...windows.others].map(({ id }) => id));
    for (const record of found) {
      const isLeft = record.workspace === workspace && !alive.has(record.windowId);
      if (isLeft && !authenticator.running(canonicalServerUrl(record.serverUrl))) {
        authenticator.resume(record);
      }
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
