import type { Disposable } from '../core/disposable.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { RunningAuthentication } from '../core/session/runningAuthentication.ts';
import { stepTexts } from '../core/session/stepTexts.ts';
import type { CommandPorts } from './commands.ts';
import { serverNode } from './treeNode.ts';
import { waitingText } from './waitingText.ts';
import type { ReportProgress } from './withProgress.ts';

/** What got lost is shown once more: the page in the browser, the box to paste into, or the code. */
export async function reopen(
  server: ServerSnapshot,
  running: RunningAuthentication,
  { waitingViews }: CommandPorts,
): Promise<void> {
  const { waiting } = running;
  const isInBrowser = waiting?.kind === 'response' && waiting.redirectKind !== 'paste';
  await (isInBrowser ? running.reopenBrowser() : waitingViews.show(server, running));
}

/** Reports the steps of an authentication until it ends, and shows what the person has to do meanwhile. */
export async function follow(
  { server, running }: { readonly server: ServerSnapshot; readonly running: RunningAuthentication },
  { report, signal }: { readonly report: ReportProgress; readonly signal: AbortSignal },
  { waitingViews, inventory }: CommandPorts,
): Promise<void> {
  const cancel = () => running.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const sentence = () => stepTexts[running.step].sentence;
  report(sentence());
  const subscriptions: readonly Disposable[] = [
    running.onDidChangeStep(() => report(sentence())),
    running.onDidWait((waiting) => {
      // VS Code cuts notifications off after 1,000 characters, links included.
      const node = serverNode({ id: inventory.handleOf(server.id) });
      report(`${sentence()} ${waitingText(waiting, node)}`);
      // Whoever was asked before a reload may hold the answer on the clipboard, where the address would go.
      const isResumed = waiting.kind === 'response' && waiting.isResumed;
      void (isResumed || waitingViews.show(server, running));
    }),
  ];
  try {
    await running.result;
  } finally {
    for (const subscription of subscriptions) {
      subscription.dispose();
    }
    signal.removeEventListener('abort', cancel);
  }
}
