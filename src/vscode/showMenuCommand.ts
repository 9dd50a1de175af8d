import { commands, type QuickPickItem, QuickPickItemKind, ThemeIcon, window, workspace } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Inventory } from '../core/inventory.ts';
import { quoteUnlessPlain } from '../core/quote.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { needsAttention, needsSignIn } from '../core/session/attention.ts';
import { stateText } from '../core/session/stateText.ts';
import { commandIds, serversViewId } from './commandIds.ts';
import { nextAction } from './nextAction.ts';
import { stateIcon } from './stateIcon.ts';
import { serverNode } from './treeNode.ts';

interface MenuItem extends QuickPickItem {
  readonly run?: () => PromiseLike<unknown>;
}

/** "Show Menu": what needs the person, with what to do about it, and the way to everything else (A5). */
export async function showMenuCommand({
  inventory,
  clock,
}: {
  readonly inventory: Inventory;
  readonly clock: Clock;
}): Promise<void> {
  const servers = inventory.servers;
  const waiting = servers.filter(({ state }) => needsAttention(state));
  const items: readonly MenuItem[] = [
    ...(workspace.isTrusted ? waitingItems(waiting, clock.now()) : [manageTrust()]),
    { label: '', kind: QuickPickItemKind.Separator },
    ...(workspace.isTrusted ? serverItems(servers) : []),
    item('Show Status', 'list-unordered', commandIds.showStatus),
    item('Open Servers View', 'layout-sidebar-left', `${serversViewId}.focus`),
    item('Show Log', 'output', commandIds.showLog),
  ];
  const options = { title: 'MCP Auth', placeHolder: 'What do you want to do?', matchOnDescription: true };
  await (await window.showQuickPick(items, options))?.run?.();
}

function waitingItems(waiting: readonly ServerSnapshot[], now: number): readonly MenuItem[] {
  const head = { label: 'Servers that need you', kind: QuickPickItemKind.Separator };
  const items = waiting.map((server): MenuItem => {
    const { title, command } = nextAction(server.state);
    return {
      // "$(name)" in a name would be drawn as an icon.
      label: `${title}: ${quoteUnlessPlain(server.definition.name).replaceAll('$(', '\\$(')}`,
      description: stateText(server.state, now).short,
      iconPath: stateIcon(server.state),
      run: () => commands.executeCommand(command, serverNode(server)),
    };
  });
  return items.length > 0 ? [head, ...items] : [];
}

/** What acts on several servers, or on one that is still to be chosen, where there is one. */
function serverItems(servers: readonly ServerSnapshot[]): readonly MenuItem[] {
  const toSignIn = servers.filter(({ state }) => needsSignIn(state));
  return [
    ...(toSignIn.length > 1 ? [item('Authenticate All', 'sign-in', commandIds.authenticateAll)] : []),
    ...(servers.some(({ session }) => session)
      ? [item('Test Connection', 'pulse', commandIds.testConnection)]
      : []),
  ];
}

const manageTrust = () => item('Manage Workspace Trust', 'shield', 'workbench.trust.manage');

function item(label: string, icon: string, command: string): MenuItem {
  return { label, iconPath: new ThemeIcon(icon), run: () => commands.executeCommand(command) };
}
