import { env, version, window } from 'vscode';
import { createSupportReport } from '../core/session/supportReport.ts';
import type { CommandPorts } from './commands.ts';

/** "Copy Support Information": what is stored, without secrets, for a bug report. */
export async function copySupportInformationCommand(ports: CommandPorts): Promise<void> {
  const report = {
    extension: ports.extensionVersion,
    editor: `${env.appName} ${version}`,
    remote: env.remoteName,
    ...createSupportReport(ports, ports.clock.now()),
  };
  await env.clipboard.writeText(JSON.stringify(report, null, 2));
  void window.showInformationMessage('Copied what MCP Auth has stored, without any secret.');
}
