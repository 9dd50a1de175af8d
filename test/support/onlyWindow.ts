import { lonelyLocks } from '../../src/core/session/lonelyLocks.ts';
import { PendingStore, type PendingStorePorts } from '../../src/core/session/pendingStore.ts';

/** The pending sign-ins of a window that has no others. */
export function recordsOfOnlyWindow(ports: Omit<PendingStorePorts, 'locks' | 'window'>): PendingStore {
  const window = { id: 'the-only-window', workspace: () => undefined };
  return new PendingStore({ ...ports, locks: lonelyLocks(), window });
}
