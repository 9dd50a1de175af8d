import { workspace } from 'vscode';
import { anyEvent } from '../core/event.ts';
import type { Inventory } from '../core/inventory.ts';
import { type BackgroundPorts, BackgroundRefresher } from '../core/session/backgroundRefresher.ts';
import type { WindowGroup } from '../core/windows/windowGroup.ts';
import { isOnline } from '../node/network.ts';

/** What refreshing the sessions of a window's servers takes. */
export interface RefreshingPorts extends Pick<BackgroundPorts, 'clock' | 'log' | 'refresher' | 'sessions'> {
  readonly inventory: Inventory;
  readonly windows: WindowGroup;
}

/** Refreshes the sessions of the servers of this window, if its workspace is trusted, ahead of their expiry. */
export function refreshInBackground({ inventory, windows, ...ports }: RefreshingPorts): BackgroundRefresher {
  return new BackgroundRefresher({
    ...ports,
    isOnline,
    servers: () => (workspace.isTrusted ? inventory.serverUrls : []),
    isHolder: () => windows.isHolder,
    onDidChange: anyEvent(inventory.onDidChange, windows.onDidChange, workspace.onDidGrantWorkspaceTrust),
    random: Math.random,
  });
}
