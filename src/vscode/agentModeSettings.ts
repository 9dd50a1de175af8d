import { type ConfigurationChangeEvent, ConfigurationTarget, workspace } from 'vscode';
import type { Event } from '../core/event.ts';
import type { McpPolicy } from '../core/handover/mcpPolicy.ts';
import { matchesPatterns } from '../core/handover/namePatterns.ts';

/** The setting that says which servers agent mode is offered, by their names. */
export const agentModeSetting = 'mcpAuth.agentMode.servers';

const policySection = 'chat.mcp';

/** Fires when what this file tells may have changed. */
export const onDidChangeAgentModeSettings: Event<ConfigurationChangeEvent> = (listener) =>
  workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(agentModeSetting) || change.affectsConfiguration(policySection)) {
      listener(change);
    }
  });

/** Whether the person wants a server in agent mode, by the settings as they stand now. */
export function isWantedInAgentMode(name: string): boolean {
  return matchesPatterns(name, agentModePatterns());
}

/** The setting as it stands now, by which the last pattern that matches a name decides. */
export function agentModePatterns(): readonly string[] {
  const patterns = workspace.getConfiguration().get<unknown>(agentModeSetting);
  return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : ['*'];
}

/**
 * Replaces the setting where it is in force: in the workspace, if that has one of its own, else for the user, from
 * whose settings it disappears when it says no more than the default does. Rejects as VS Code does.
 *
 * @returns where it is now
 */
export async function writeAgentModePatterns(patterns: readonly string[]): Promise<'user' | 'workspace'> {
  const configuration = workspace.getConfiguration();
  const { defaultValue, workspaceValue } = configuration.inspect<unknown>(agentModeSetting) ?? {};
  if (workspaceValue !== undefined) {
    await configuration.update(agentModeSetting, patterns, ConfigurationTarget.Workspace);
    return 'workspace';
  }
  const isDefault = JSON.stringify(patterns) === JSON.stringify(defaultValue);
  await configuration.update(agentModeSetting, isDefault ? undefined : patterns, ConfigurationTarget.Global);
  return 'user';
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
