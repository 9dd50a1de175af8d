import { type QuickPickItem, window } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Inventory } from '../core/inventory.ts';
import type { AccountSnapshot, ServerSnapshot } from '../core/serverSnapshot.ts';
import type { AccountWish } from '../core/session/account.ts';
import { stateText } from '../core/session/stateText.ts';
import { stateIcon } from './stateIcon.ts';
import { isTreeNode } from './treeNode.ts';

/** What choosing an account looks at. */
export interface AccountPorts {
  readonly inventory: Inventory;
  readonly clock: Clock;
}

/** The account that a command was called on, if it was. */
export function accountOf(
  argument: unknown,
  { inventory }: Pick<AccountPorts, 'inventory'>,
): AccountSnapshot | undefined {
  return isTreeNode(argument) && argument.kind === 'account'
    ? inventory.findAccount(argument.id)?.account
    : undefined;
}

/** What an authentication is told to renew. */
export function existing({ accountId }: AccountSnapshot): AccountWish {
  return { kind: 'existing', id: accountId };
}

/**
 * The account that a command is about: the row it was called on, else the only one of its server, else the user's
 * choice. `undefined` when they gave up, or nobody is signed in there any more.
 */
export async function pickAccount(
  argument: unknown,
  { server, placeholder }: { readonly server: ServerSnapshot; readonly placeholder: string },
  { inventory, clock }: AccountPorts,
): Promise<AccountSnapshot | undefined> {
  const [only, ...more] = server.accounts;
  const called = accountOf(argument, { inventory });
  if (called || more.length === 0) {
    return called ?? only;
  }
  const items = server.accounts.map((account) => toPickItem(account, clock.now()));
  return (await window.showQuickPick(items, { placeHolder: placeholder, matchOnDescription: true }))?.account;
}

function toPickItem(
  account: AccountSnapshot,
  now: number,
): QuickPickItem & { readonly account: AccountSnapshot } {
  const { name, isUsed, state } = account;
  const { short } = stateText(state, now);
  return {
    label: isUsed ? `$(check) ${name}` : `$(blank) ${name}`,
    description: isUsed ? `used here · ${short}` : short,
    iconPath: stateIcon(state),
    account,
  };
}
