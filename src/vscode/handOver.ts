import { type ExtensionContext, workspace } from 'vscode';
import type { McpAuthApi } from '../../api/mcp-auth.d.ts';
import type { Disposable } from '../core/disposable.ts';
import { MatchedHandover } from '../core/handover/matchedHandover.ts';
import { createGateway } from '../node/gateway/createGateway.ts';
import { offerInAgentMode } from './agentMode.ts';
import { authenticateForExtension } from './authenticateForExtension.ts';
import { callerOfApi } from './callerOfApi.ts';
import type { CommandPorts } from './commands.ts';
import { createExtensionApi } from './extensionApi.ts';
import { createTerminalCalls } from './ipc/terminalRequests.ts';
import { createStepUpQuestions } from './stepUpPrompt.ts';
import { TerminalCommand } from './terminalCommand.ts';

/** The ways by which credentials reach other programs (D1 to D6). */
export interface HandOver extends Disposable {
  readonly api: McpAuthApi;
  readonly terminalCommand: TerminalCommand;
  /** Offers servers to VS Code's agent mode; called once, when they are known. */
  offerToAgents(): void;
}

/** Opens all ways by which programs get at credentials: agent mode, the terminal command, other extensions. */
export function handOver(context: ExtensionContext, ports: CommandPorts): HandOver {
  const isTrusted = () => workspace.isTrusted;
  const handover = new MatchedHandover({ ...ports, isTrusted });
  const api = createExtensionApi(
    {
      ...ports,
      handover,
      isTrusted,
      caller: () => callerOfApi(context.extension.id),
      authenticate: (server, request) => authenticateForExtension(server, request, ports),
    },
    () => ports.clock.now(),
  );
  const terminalCommand = new TerminalCommand(context, {
    ...ports,
    calls: (terminal) => createTerminalCalls(terminal, { ...ports, handover }),
  });
  const gateway = createGateway(ports);
  const stepUps = createStepUpQuestions(ports);
  const parts: Disposable[] = [terminalCommand, stepUps, gateway];
  return {
    api,
    terminalCommand,
    offerToAgents: () => {
      // Before what it uses.
      parts.unshift(offerInAgentMode({ ...ports, gateway, stepUps }));
    },
    dispose: () => {
      for (const part of parts) {
        part.dispose();
      }
    },
  };
}
