import { workspace } from 'vscode';
import type { Clock } from '../core/clock.ts';
import { ServerProbes } from '../core/connection/serverProbes.ts';
import type { Disposable } from '../core/disposable.ts';
import { anyEvent, type Event } from '../core/event.ts';
import type { Inventory } from '../core/inventory.ts';
import type { NetworkPorts } from '../core/oauth/oauthFetch.ts';
import { probeUnknown } from '../core/probeUnknown.ts';
import { isOnline } from '../node/network.ts';
import { configuredProxy } from './configuredProxy.ts';

const setting = 'mcpAuth.probeServers';

/** Asks servers without a credential only in a trusted workspace, and where the user has not switched that off. */
export function createServerProbes(ports: NetworkPorts): ServerProbes {
  const isAllowed = () => workspace.isTrusted && workspace.getConfiguration().get(setting) !== false;
  return new ServerProbes({ ...ports, isAllowed, proxy: configuredProxy });
}

/** Keeps the probes asking for the servers of a window. */
export function probeServers(inventory: Inventory, probes: ServerProbes, clock: Clock): Disposable {
  const onDidChangePermission = anyEvent(workspace.onDidGrantWorkspaceTrust, onDidChangeSetting);
  return probeUnknown({ inventory, probes, clock, isOnline, onDidChangePermission });
}

const onDidChangeSetting: Event<void> = (listener) =>
  workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(setting)) {
      listener();
    }
  });
