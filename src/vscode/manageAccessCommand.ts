import { type QuickInputButton, type QuickPickItem, ThemeIcon, window } from 'vscode';
import type { AccessControl, AccessEntry } from '../core/access/accessControl.ts';
import { type AccessAction, type AccessRow, accessRow } from '../core/access/accessRow.ts';
import type { Clock } from '../core/clock.ts';
import { anyEvent } from '../core/event.ts';
import { type AgentAccessPorts, changeWish, openAgentModeSetting, wishOf } from './agentModeAccess.ts';
import { onDidChangeAgentModeSettings } from './agentModeSettings.ts';
import { showError } from './showError.ts';

/** What managing access takes. */
export interface ManageAccessPorts extends AgentAccessPorts {
  readonly access: AccessControl;
  readonly clock: Clock;
}

interface AccessButton extends QuickInputButton {
  readonly action: AccessAction;
}

interface AccessItem extends QuickPickItem {
  readonly entry: AccessEntry;
  readonly buttons: readonly AccessButton[];
}

const looks: Readonly<Record<AccessAction, { readonly icon: string; readonly label: string }>> = {
  always: { icon: 'check', label: 'Change to Always' },
  never: { icon: 'circle-slash', label: 'Change to Never' },
  revoke: { icon: 'trash', label: 'Revoke: Ask Again' },
  forget: { icon: 'trash', label: 'Forget This Use' },
  openSetting: { icon: 'gear', label: 'Open the Setting' },
};

/** "Manage Access": which program may use which server's credential, and when it last did (D7). */
export async function manageAccessCommand(ports: ManageAccessPorts): Promise<void> {
  const { access } = ports;
  if (access.entries.length === 0) {
    const none =
      'No program has used a session of yours yet. The first time one wants to, you are asked, and it is listed here.';
    void window.showInformationMessage(none);
    return;
  }
  const chosen = await pickEntry(ports);
  const action = chosen && (await pickAction(chosen, ports));
  if (chosen && action) {
    await apply(chosen, action, ports);
    // The list would hide the settings.
    const isDone = action === 'openSetting' || access.entries.length === 0;
    await (isDone ? undefined : manageAccessCommand(ports));
  }
}

/** Shows all entries, with what can be done to each as buttons, until the person chooses one or is done. */
async function pickEntry(ports: ManageAccessPorts): Promise<AccessEntry | undefined> {
  const { access, log } = ports;
  const list = window.createQuickPick<AccessItem>();
  list.title = 'Who May Use What';
  list.placeholder = 'Choose a program to change what it may use';
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  const refresh = () => {
    list.keepScrollPosition = true;
    list.items = access.entries.map((entry) => toItem(entry, ports));
  };
  refresh();
  const subscriptions = [
    anyEvent(access.onDidChange, onDidChangeAgentModeSettings)(refresh),
    list.onDidTriggerItemButton(async ({ item, button }) => {
      try {
        const action = item.buttons.find(({ tooltip }) => tooltip === button.tooltip)?.action;
        await (action && apply(item.entry, action, ports));
      } catch (error) {
        showError(error, {}, log);
      }
    }),
  ];
  try {
    return await new Promise((resolve) => {
      list.onDidAccept(() => resolve(list.selectedItems[0]?.entry));
      list.onDidHide(() => resolve(undefined));
      list.show();
    });
  } finally {
    for (const subscription of subscriptions) {
      subscription.dispose();
    }
    list.dispose();
  }
}

/** The same for whoever works by keyboard: buttons of a row cannot be reached by it. */
async function pickAction(entry: AccessEntry, ports: ManageAccessPorts): Promise<AccessAction | undefined> {
  const { program, server, actions } = toRow(entry, ports);
  const items = actions.map((action) => ({ label: looks[action].label, action }));
  const placeHolder = `What may ${program} do at ${server}?`;
  return (await window.showQuickPick(items, { placeHolder }))?.action;
}

async function apply(entry: AccessEntry, action: AccessAction, ports: ManageAccessPorts): Promise<void> {
  switch (action) {
    case 'always':
    case 'never':
      return await (entry.program.kind === 'agentMode'
        ? changeWish(entry, action === 'always' ? 'wanted' : 'unwanted', ports)
        : ports.access.decide(entry, action));
    case 'forget':
    case 'revoke':
      return await ports.access.revoke(entry);
    case 'openSetting':
      return await openAgentModeSetting();
  }
}

function toRow(entry: AccessEntry, ports: ManageAccessPorts): AccessRow {
  return accessRow(entry, ports.clock.now(), wishOf(entry, ports));
}

function toItem(entry: AccessEntry, ports: ManageAccessPorts): AccessItem {
  const { program, server, detail, actions } = toRow(entry, ports);
  return {
    // "$(name)" in a name would be drawn as an icon.
    label: program.replaceAll('$(', '\\$('),
    description: server.replaceAll('$(', '\\$('),
    detail,
    buttons: actions.map(toButton),
    entry,
  };
}

function toButton(action: AccessAction): AccessButton {
  const { icon, label } = looks[action];
  return { action, iconPath: new ThemeIcon(icon), tooltip: label };
}
