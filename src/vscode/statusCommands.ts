import { env, window, workspace } from 'vscode';
import { onlyRow } from '../core/status/onlyRow.ts';
import { createStatusReport } from '../core/status/statusReport.ts';
import type { CommandPorts } from './commands.ts';
import { isTreeNode } from './treeNode.ts';

/** "Show Status": of all servers, or of the row, in an editor that follows what happens (A6). */
export async function showStatusCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const id = rowId(argument);
  const name = id === undefined ? undefined : nameOf(id, ports);
  await ports.statusDocuments.show(id === undefined || name === undefined ? undefined : { id, name });
}

/** "Copy Status as JSON": as `schemas/status.schema.json` describes it. */
export async function copyStatusAsJsonCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const id = rowId(argument);
  const all = ports.inventory.snapshot();
  const context = { now: ports.clock.now(), workspaceTrusted: workspace.isTrusted };
  const report = createStatusReport(id === undefined ? all : onlyRow(all, id), context);
  await env.clipboard.writeText(JSON.stringify(report, null, 2));
  const what = report.servers.length === 1 ? '1 server' : `${report.servers.length} servers`;
  void window.showInformationMessage(`Copied the status of ${what}, without secrets and account names.`);
}

function rowId(argument: unknown): string | undefined {
  return isTreeNode(argument) ? argument.id : undefined;
}

function nameOf(id: string, { inventory }: CommandPorts): string | undefined {
  const [source] = onlyRow(inventory.snapshot(), id);
  return source?.id === id ? source.label : source?.servers[0]?.definition.name;
}
