import { type QuickInputButton, type QuickPickItem, ThemeIcon, window } from 'vscode';
import type { AccessControl, AccessEntry } from '../core/access/accessControl.ts';
import { type AccessAction, accessRow } from '../core/access/accessRow.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { showError } from './showError.ts';

/** What managing access takes. */
export interface ManageAccessPorts {
  readonly access: AccessControl;
  readonly clock: Clock;
  readonly log: Log;
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
    await apply(chosen, action, access);
    await (access.entries.length > 0 && manageAccessCommand(ports));
  }
}

/** Shows all entries, with what can be done to each as buttons, until the person chooses one or is done. */
async function pickEntry(ports: ManageAccessPorts): Promise<AccessEntry | undefined> {
  const { access, clock, log } = ports;
  const list = window.createQuickPick<AccessItem>();
  list.title = 'Who May Use What';
  list.placeholder = 'Choose a program to change what it may use';
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  const refresh = () => {
    list.keepScrollPosition = true;
    list.items = access.entries.map((entry) => toItem(entry, clock.now()));
  };
  refresh();
  const subscriptions = [
    access.onDidChange(refresh),
    list.onDidTriggerItemButton(async ({ item, button }) => {
      try {
        const action = item.buttons.find(({ tooltip }) => tooltip === button.tooltip)?.action;
        await (action && apply(item.entry, action, access));
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
async function pickAction(
  entry: AccessEntry,
  { clock }: ManageAccessPorts,
): Promise<AccessAction | undefined> {
  const { program, server, actions } = accessRow(entry, clock.now());
  const items = actions.map((action) => ({ label: looks[action].label, action }));
  const placeHolder = `What may ${program} do at ${server}?`;
  return (await window.showQuickPick(items, { placeHolder }))?.action;
}

async function apply(entry: AccessEntry, action: AccessAction, access: AccessControl): Promise<void> {
  await (action === 'revoke' ? access.revoke(entry) : access.decide(entry, action));
}

function toItem(entry: AccessEntry, now: number): AccessItem {
  const { program, server, detail, actions } = accessRow(entry, now);
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
