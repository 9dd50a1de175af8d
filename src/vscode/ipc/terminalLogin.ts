import { AuthError } from '../../core/errors.ts';
import type { Waiting, WaitingForResponse } from '../../core/oauth/waiting.ts';
import type { ServerSnapshot } from '../../core/serverSnapshot.ts';
import { authenticateAll, type SignInResult } from '../../core/session/authenticateAll.ts';
import type { RunningAuthentication } from '../../core/session/runningAuthentication.ts';
import type { PlacedSignIn } from '../../core/session/signInKeeper.ts';
import { planSignIns } from '../../core/session/signInPlan.ts';
import { signInSentence } from '../../core/session/signInSentence.ts';
import { stepTexts } from '../../core/session/stepTexts.ts';
import type { Terminal } from '../../node/ipc/connectedTerminal.ts';
import type { ServerOutcome, TerminalPrompts } from '../../node/ipc/terminalCalls.ts';
import type { CommandPorts } from '../commands.ts';
import { runningAt } from '../runningAt.ts';
import { startAuthentication } from '../startAuthentication.ts';

/**
 * Authenticates at a server on behalf of a terminal, which shows the steps, and the page or the code where there is no
 * browser here. Joins what is under way, unless that is in a browser and there is to be none.
 *
 * @throws AuthError as an authentication does; `cancelled` when the terminal is gone
 */
export async function logIn(
  server: ServerSnapshot,
  way: 'browser' | 'noBrowser',
  terminal: Terminal,
  ports: CommandPorts,
): Promise<PlacedSignIn> {
  const running = await begin(server, way, ports);
  const cancel = () => running.cancel();
  const { prompts, signal } = terminal;
  signal.addEventListener('abort', cancel, { once: true });
  const report = () => prompts.progress(stepTexts[running.step].sentence);
  const attend = (waiting: Waiting) => void helpWith(waiting, running, prompts);
  const subscriptions = [running.onDidChangeStep(report), running.onDidWait(attend)];
  report();
  if (running.waiting) {
    attend(running.waiting);
  }
  try {
    await running.result;
    return await running.placed;
  } finally {
    for (const subscription of subscriptions) {
      subscription.dispose();
    }
    signal.removeEventListener('abort', cancel);
  }
}

/** Authenticates at all servers that need it: one outcome for each. Never throws. */
export async function logInAtAll(terminal: Terminal, ports: CommandPorts): Promise<readonly ServerOutcome[]> {
  const { toSignIn } = planSignIns(ports.inventory.servers);
  const results = await authenticateAll(
    toSignIn,
    {
      signIn: async (server, report, signal) => {
        const prompts: TerminalPrompts = { ...terminal.prompts, progress: report };
        return (await logIn(server, 'browser', { prompts, signal }, ports)).outcome;
      },
      onProgress: ({ number, total, server, message }) =>
        terminal.prompts.progress(
          `${number} of ${total} · ${JSON.stringify(server.definition.name)}: ${message}`,
        ),
    },
    terminal.signal,
  );
  return results.map(toOutcome);
}

function toOutcome({ server, end }: SignInResult<ServerSnapshot>): ServerOutcome {
  const { name } = server.definition;
  const subject = JSON.stringify(name);
  switch (end.kind) {
    case 'authenticated':
      return { server: name, ok: true, sentence: loggedInSentence(server, end.outcome) };
    case 'notNeeded':
      return { server: name, ok: true, sentence: `${subject} needs no authentication.` };
    case 'cancelled':
      return { server: name, ok: false, sentence: `The authentication at ${subject} was cancelled.` };
    case 'elsewhere':
      return { server: name, ok: false, sentence: `The authentication at ${subject} goes on elsewhere.` };
    case 'failed': {
      const reason = end.error instanceof AuthError ? end.error.message : 'An unexpected error, see the log.';
      return { server: name, ok: false, sentence: `${subject}: ${reason}` };
    }
  }
}

/** How a sign-in ended. What an account is called is personal, and a terminal may be recorded: it is not said. */
export function loggedInSentence(server: ServerSnapshot, outcome: PlacedSignIn['outcome']): string {
  return signInSentence(outcome, server.definition.name, 'An account');
}

async function begin(
  server: ServerSnapshot,
  way: 'browser' | 'noBrowser',
  ports: CommandPorts,
): Promise<RunningAuthentication> {
  if (way === 'browser') {
    return startAuthentication(server, {}, ports);
  }
  const earlier = runningAt(server, ports);
  earlier?.cancel();
  await earlier?.result.catch(() => undefined);
  return startAuthentication(server, { redirectKind: 'paste', account: earlier?.account }, ports);
}

async function helpWith(
  waiting: Waiting,
  running: RunningAuthentication,
  prompts: TerminalPrompts,
): Promise<void> {
  if (waiting.kind === 'device') {
    prompts.show(
      `Open ${waiting.verificationUri.href} on any device, and enter the code ${waiting.userCode}`,
    );
  } else if (waiting.redirectKind === 'paste') {
    prompts.show(
      `Open this address in any browser, on any machine, and sign in there:\n\n${waiting.url.href}\n`,
    );
    await askForAnswer(waiting, running, prompts);
  }
}

/** Asks until there is an answer of use, or the person gives up. */
async function askForAnswer(
  waiting: WaitingForResponse,
  running: RunningAuthentication,
  prompts: TerminalPrompts,
): Promise<void> {
  let text = 'Paste the address that the browser ended at:';
  while (running.waiting === waiting) {
    const answer = await prompts.ask({ text, isSecret: false }).catch(() => undefined);
    if (answer === undefined) {
      running.cancel();
      return;
    }
    const problem = waiting.paste(answer);
    if (problem === undefined) {
      return;
    }
    text = `${problem} Paste the address that the browser ended at:`;
  }
}
