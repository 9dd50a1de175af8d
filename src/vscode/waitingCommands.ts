import { env, window } from 'vscode';
import type { Waiting } from '../core/oauth/waiting.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { RunningAuthentication } from '../core/session/runningAuthentication.ts';
import type { CommandPorts } from './commands.ts';
import { pickServer } from './pickServer.ts';
import { runningAt } from './runningAt.ts';

/** How long the status bar says that something was copied, in milliseconds. */
const copiedTime = 5_000;

/** "Paste the Redirect URL": continues the sign-in that waits for a browser. */
export async function pasteRedirectUrlCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const found = await pickWaiting(argument, ports, 'response');
  if (found?.waiting.kind !== 'response') {
    return;
  }
  const { server, running, waiting } = found;
  if (waiting.redirectKind === 'paste' && !waiting.isResumed) {
    await ports.waitingViews.show(server, running);
  } else {
    ports.waitingViews.showPasteBox(server, running, waiting);
  }
}

/** "Copy Device Code": of the sign-in that waits for it to be entered. */
export async function copyUserCodeCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const found = await pickWaiting(argument, ports, 'device');
  if (found?.waiting.kind === 'device') {
    await env.clipboard.writeText(found.waiting.userCode);
    window.setStatusBarMessage('The code is on your clipboard.', copiedTime);
  }
}

/** "Open Device Sign-In Page": where the code is to be entered, in the browser of this machine. */
export async function openVerificationPageCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const found = await pickWaiting(argument, ports, 'device');
  await found?.waiting.open();
}

interface Found {
  readonly server: ServerSnapshot;
  readonly running: RunningAuthentication;
  readonly waiting: Waiting;
}

async function pickWaiting(
  argument: unknown,
  ports: CommandPorts,
  kind: Waiting['kind'],
): Promise<Found | undefined> {
  const find = (server: ServerSnapshot): Found | undefined => {
    const running = runningAt(server, ports);
    return running?.waiting?.kind === kind ? { server, running, waiting: running.waiting } : undefined;
  };
  const choice = {
    placeholder: 'Continue the authentication at which server?',
    accepts: (server: ServerSnapshot) => find(server) !== undefined,
    noneSentence:
      kind === 'device' ? 'No authentication waits for a code.' : 'No authentication waits for a browser.',
    takesOnlyOne: true,
  };
  const server = await pickServer(argument, choice, ports.inventory, ports.clock.now());
  return server && find(server);
}
