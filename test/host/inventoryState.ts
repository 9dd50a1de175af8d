import type { Inventory } from '../../src/core/inventory.ts';
import type { ServerSnapshot } from '../../src/core/serverSnapshot.ts';

/** Waits until the inventory satisfies a condition; the suite's time limit ends a wait in vain. */
export async function until<T>(inventory: Inventory, find: () => T | undefined): Promise<T> {
  const found = find();
  if (found !== undefined) {
    return found;
  }
  return await new Promise((resolve) => {
    const subscription = inventory.onDidChange(() => {
      const later = find();
      if (later !== undefined) {
        subscription.dispose();
        resolve(later);
      }
    });
  });
}

/** The server of a name in the folder of a name, as it stands. */
export function serverOf(inventory: Inventory, folder: string, name: string): ServerSnapshot | undefined {
  return inventory
    .snapshot()
    .find(({ label }) => label === folder)
    ?.servers.find(({ definition }) => definition.name === name);
}

/** Waits until a server is in a state. */
export async function untilState(
  inventory: Inventory,
  [folder, name]: readonly [string, string],
  kind: ServerSnapshot['state']['kind'],
): Promise<ServerSnapshot> {
  return await until(inventory, () => {
    const server = serverOf(inventory, folder, name);
    return server?.state.kind === kind ? server : undefined;
  });
}
