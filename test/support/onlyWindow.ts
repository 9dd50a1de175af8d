import { PendingStore, type PendingStorePorts } from '../../src/core/session/pendingStore.ts';
import { WindowLocks } from '../../src/core/session/windowLocks.ts';

/** The pending sign-ins of a window that has no others. */
export function recordsOfOnlyWindow(ports: Omit<PendingStorePorts, 'locks' | 'window'>): PendingStore {
  const window = { id: 'the-only-window', workspace: () => undefined };
  return new PendingStore({ ...ports, locks: new WindowLocks(), window });
}
