import { type ConfigurationChangeEvent, workspace } from 'vscode';
import type { McpPolicy } from '../core/handover/mcpPolicy.ts';
import { matchesPatterns } from '../core/handover/namePatterns.ts';

const servers = 'mcpAuth.agentMode.servers';
const policySection = 'chat.mcp';

/** Whether a change may have changed what this file tells. */
export function affectsAgentMode(change: ConfigurationChangeEvent): boolean {
  return change.affectsConfiguration(servers) || change.affectsConfiguration(policySection);
}

/** Whether the person wants a server in agent mode, by the settings as they stand now. */
export function isWantedInAgentMode(name: string): boolean {
  const patterns = workspace.getConfiguration().get<unknown>(servers);
  return Array.isArray(patterns)
    ? matchesPatterns(
        name,
        patterns.filter((pattern) => typeof pattern === 'string'),
      )
    : true;
}

/** What the organization, or the person, says of MCP servers in VS Code; read as VS Code 1.139 does. */
export function mcpPolicy(): McpPolicy {
  const configuration = workspace.getConfiguration(policySection);
  const access = configuration.get<unknown>('access');
  if (configuration.get<unknown>('allowManagedServersOnly') !== true) {
    return {
      access,
      allowedServers: configuration.get<unknown>('allowedServers'),
      deniedServers: configuration.get<unknown>('deniedServers'),
    };
  }
  // Then only the organization may allow, and everybody may deny. What it says is the default that extensions see.
  return {
    access,
    allowedServers: configuration.inspect<unknown>('allowedServers')?.defaultValue ?? [],
    deniedServers: allValues(configuration.inspect<unknown>('deniedServers')),
  };
}

type Inspected = ReturnType<ReturnType<typeof workspace.getConfiguration>['inspect']>;

function allValues(inspected: Inspected): readonly unknown[] {
  const { defaultValue, globalValue, workspaceValue, workspaceFolderValue } = inspected ?? {};
  return [defaultValue, globalValue, workspaceValue, workspaceFolderValue].flatMap((value) =>
    Array.isArray(value) ? value : [],
  );
}
