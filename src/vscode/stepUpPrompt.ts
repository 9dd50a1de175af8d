import { window } from 'vscode';
import type { ContactableServer } from '../core/handover/contactableServer.ts';
import { StepUpQuestions } from '../core/handover/stepUpQuestions.ts';
import { stepUpSentence } from '../core/handover/stepUpSentence.ts';
import { authenticateServer } from './authenticateCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { runningAt } from './runningAt.ts';

const authenticateButton = 'Authenticate';

/** Asks for more scopes by notifications, which block nothing, and gets them by signing in as Authenticate does. */
export function createStepUpQuestions(ports: CommandPorts): StepUpQuestions {
  return new StepUpQuestions({ ...ports, ask, authenticate: (server) => authenticate(server, ports) });
}

async function ask({ definition }: ContactableServer, scope: string | undefined): Promise<boolean> {
  const question = withoutLinks(stepUpSentence(definition.name, scope));
  const pressed = await window.showInformationMessage(question, authenticateButton, 'Not Now');
  return pressed === authenticateButton;
}

async function authenticate(server: ContactableServer, ports: CommandPorts): Promise<boolean> {
  const running = runningAt(server, ports);
  if (running) {
    // Whether it has asked for all that is wanted, the next request tells.
    return await running.result.then(
      () => true,
      () => false,
    );
  }
  return await authenticateServer(server, ports, {});
}
