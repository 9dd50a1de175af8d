import type { Waiting } from '../core/oauth/waiting.ts';
import { commandIds } from './commandIds.ts';
import { commandLink } from './commandLink.ts';
import type { TreeNode } from './treeNode.ts';

/**
 * What else the person can do while they are waited for, as links in the progress notification: the browser may
 * never come back, and a progress notification has no buttons but Cancel.
 */
export function waitingText(waiting: Waiting, node: TreeNode): string {
  if (waiting.kind === 'device') {
    return commandLink('Show the code', commandIds.authenticateDevice, node);
  }
  const paste = commandLink('Paste the redirect URL', commandIds.pasteRedirectUrl, node);
  const open = commandLink('Open the page again', commandIds.authenticate, node);
  const localhost = commandLink('Use localhost instead', commandIds.authenticateThroughLocalhost, node);
  switch (waiting.redirectKind) {
    case 'uriHandler':
      return `If it does not come back: ${localhost} · ${paste} · ${open}`;
    case 'loopback':
      return `If it does not come back: ${paste} · ${open}`;
    case 'paste':
      return paste;
  }
}
