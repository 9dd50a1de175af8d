import type { ExtensionContext } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { SessionRefresher } from '../core/session/refresh.ts';
import { ScopeDemands } from '../core/session/scopeDemands.ts';
import { createInventory, type InventoryParts, type InventorySurroundings } from './createInventory.ts';
import { openStorage, type Storage } from './openStorage.ts';
import { createSignInParts, type SignInParts, type SignInSurroundings } from './signInParts.ts';

/** What the core of a window is put together from. */
export type CoreSurroundings = Pick<SignInSurroundings, 'browser' | 'clock' | 'fetch' | 'log' | 'redactor'> &
  Pick<InventorySurroundings, 'claude' | 'codexConfig' | 'shimPath'>;

/** What MCP Auth knows in a window: what is stored, how sessions come and stay, and where every server stands. */
export interface Core extends Storage, SignInParts, InventoryParts {
  readonly refresher: SessionRefresher;
  /** Which scopes servers have asked for. */
  readonly demands: ScopeDemands;
}

/** Puts together all of the core that has no view and tells no other program anything. Reads nothing yet. */
export function createCore(context: ExtensionContext, surroundings: CoreSurroundings): Core {
  const storage = openStorage(context, {
    ...surroundings,
    deliver: async (query) => signIn.responses.accept(query),
  });
  const demands = new ScopeDemands();
  const extensionId = context.extension.id;
  const signIn = createSignInParts({ ...surroundings, ...storage, extensionId });
  const refresher = new SessionRefresher({ ...surroundings, ...storage, ...signIn });
  const known = createInventory(context, { ...surroundings, ...storage, ...signIn, refresher, demands });
  const { environment, helpers, verdicts, probes, inventory, codex } = known;
  const { authenticator, resumption } = signIn;
  const access: readonly Disposable[] = [authenticator, resumption, demands];
  const servers: readonly Disposable[] = [environment, helpers, verdicts, probes, inventory, codex];
  const dispose = () => {
    for (const part of [storage, ...access, ...servers]) {
      part.dispose();
    }
  };
  return { ...storage, ...signIn, ...known, refresher, demands, dispose };
}
