import type { ProbeTarget } from './connection/serverProbes.ts';
import type { Disposable } from './disposable.ts';
import type { Event } from './event.ts';
import type { Inventory, ServerSnapshot } from './inventory.ts';

/** What is told which servers there are to ask. */
export interface Probing {
  setTargets(targets: readonly ProbeTarget[]): void;
}

/**
 * Has every server asked what it wants for which there is no credential, whenever the inventory changes, or
 * something else about whether it may be asked.
 */
export function probeUnknown(
  inventory: Inventory,
  probes: Probing,
  onDidChangePermission: Event<unknown>,
): Disposable {
  const update = () =>
    probes.setTargets(
      inventory
        .snapshot()
        .flatMap(({ servers }) => servers)
        .flatMap(toTarget),
    );
  const subscriptions = [inventory.onDidChange(update), onDidChangePermission(update)];
  return {
    dispose() {
      for (const subscription of subscriptions) {
        subscription.dispose();
      }
    },
  };
}

function toTarget({ definition, endpoint, state }: ServerSnapshot): readonly ProbeTarget[] {
  if (definition.kind !== 'remote' || definition.transport === 'ws' || endpoint?.kind !== 'url') {
    return [];
  }
  switch (state.kind) {
    case 'needsAuthentication':
    case 'noAuthenticationNeeded':
    case 'unknown':
    case 'unreachable': {
      const { url: serverUrl, canonicalUrl } = endpoint;
      return [{ serverUrl, canonicalUrl, transport: definition.transport }];
    }
    default:
      return [];
  }
}
