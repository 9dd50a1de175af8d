import { type QuickPickItem, window } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Inventory } from '../core/inventory.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { stateText } from '../core/session/stateText.ts';
import { stateIcon } from './stateIcon.ts';
import { isTreeNode } from './treeNode.ts';

/** How to choose a server when a command was not called on a row. */
export interface ServerChoice {
  readonly placeholder: string;
  /** Which servers the command makes sense for. */
  readonly accepts: (server: ServerSnapshot) => boolean;
  /** Shown when it makes sense for none. */
  readonly noneSentence: string;
  /** Whether the only one is taken without asking: where it can only be that which the user has just begun. */
  readonly takesOnlyOne?: boolean;
}

/**
 * The server that a command is about: the row it was called on, or the one above that, as it stands right now, else the user's
 * choice. `undefined` when there is none to choose from (the user was told) or the user gave up.
 */
export async function pickServer(
  argument: unknown,
  choice: ServerChoice,
  inventory: Inventory,
  now: number,
): Promise<ServerSnapshot | undefined> {
  if (isTreeNode(argument) && argument.kind === 'server') {
    return inventory.find(argument.id);
  }
  if (isTreeNode(argument) && argument.kind === 'account') {
    return inventory.findAccount(argument.id)?.server;
  }
  const sources = inventory.snapshot();
  const items = sources
    .flatMap(({ servers }) => servers)
    .filter(choice.accepts)
    .map((server) => toPickItem(server, { now, withSource: sources.length > 1 }));
  if (items.length === 0) {
    void window.showInformationMessage(choice.noneSentence);
    return undefined;
  }
  if (choice.takesOnlyOne && items.length === 1) {
    return items[0]?.server;
  }
  return (await window.showQuickPick(items, { placeHolder: choice.placeholder, matchOnDescription: true }))
    ?.server;
}

/** The server that a command about sessions is about: {@link pickServer} among those that have one. */
export async function pickSessionServer(
  argument: unknown,
  placeholder: string,
  { inventory, clock }: { readonly inventory: Inventory; readonly clock: Clock },
): Promise<ServerSnapshot | undefined> {
  const choice: ServerChoice = {
    placeholder,
    accepts: ({ session }) => session !== undefined,
    noneSentence: 'You are not authenticated at any server of this workspace.',
  };
  return await pickServer(argument, choice, inventory, clock.now());
}

function toPickItem(
  server: ServerSnapshot,
  { now, withSource }: { readonly now: number; readonly withSource: boolean },
): QuickPickItem & { readonly server: ServerSnapshot } {
  return {
    label: server.definition.name,
    description: stateText(server.state, now).short,
    iconPath: stateIcon(server.state),
    ...(withSource ? { detail: server.sourceLabel } : {}),
    server,
  };
}
