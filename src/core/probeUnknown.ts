import type { Clock } from './clock.ts';
import type { ProbeTarget } from './connection/serverProbes.ts';
import type { Disposable } from './disposable.ts';
import type { Event } from './event.ts';
import { isContactable } from './handover/contactableServer.ts';
import type { Inventory } from './inventory.ts';
import type { ServerSnapshot } from './serverSnapshot.ts';

/** What is told which servers there are to ask. */
export interface Probing {
  setTargets(targets: readonly ProbeTarget[]): void;
  backOnline(): void;
}

/** What having servers asked takes. */
export interface ProbeUnknownPorts {
  readonly inventory: Inventory;
  readonly probes: Probing;
  readonly clock: Clock;
  /** Whether this machine has a network at all. */
  readonly isOnline: () => boolean;
  /** Fires when something else than the inventory has changed that says whether servers may be asked. */
  readonly onDidChangePermission: Event<unknown>;
}

/** How often, in milliseconds, it is looked whether a server that could not be reached is to be asked again. */
const interval = 30_000;

/**
 * Has every server asked what it wants for which there is no credential, whenever the inventory changes, and from time
 * to time those that could not be reached.
 */
export function probeUnknown(ports: ProbeUnknownPorts): Disposable {
  const { inventory, probes, clock, isOnline, onDidChangePermission } = ports;
  let wasOnline = true;
  let timer: Disposable | undefined;
  const update = () => {
    const servers = inventory.servers;
    probes.setTargets(servers.flatMap(toTarget));
    const isAnyUnreachable = servers.some(({ state }) => state.kind === 'unreachable');
    timer ??= isAnyUnreachable ? clock.setTimer(interval, look) : undefined;
  };
  const look = () => {
    timer = undefined;
    const isBack = isOnline() && !wasOnline;
    wasOnline = isOnline();
    update();
    if (isBack) {
      probes.backOnline();
    }
  };
  const subscriptions = [inventory.onDidChange(update), onDidChangePermission(update)];
  return {
    dispose() {
      timer?.dispose();
      for (const subscription of subscriptions) {
        subscription.dispose();
      }
    },
  };
}

function toTarget(server: ServerSnapshot): readonly ProbeTarget[] {
  if (!isContactable(server)) {
    return [];
  }
  switch (server.state.kind) {
    case 'needsAuthentication':
    case 'noAuthenticationNeeded':
    case 'unknown':
    case 'unreachable': {
      const { url: serverUrl, canonicalUrl } = server.endpoint;
      return [{ serverUrl, canonicalUrl, transport: server.definition.transport }];
    }
    default:
      return [];
  }
}
