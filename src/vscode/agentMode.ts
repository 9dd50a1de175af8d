import { Disposable, lm, McpHttpServerDefinition, Uri, version, workspace } from 'vscode';
import { anyEvent } from '../core/event.ts';
import { agentServers } from '../core/handover/agentServers.ts';
import { isPermitted } from '../core/handover/mcpPolicy.ts';
import { readByVsCode } from '../core/handover/readByVsCode.ts';
import type { Log } from '../core/log.ts';
import { type AgentDefinition, AgentOffer } from '../node/agentOffer.ts';
import { type AgentRoutePorts, agentRoute } from '../node/agentRoute.ts';
import type { Gateway } from '../node/gateway/gateway.ts';
import { sha256 } from '../node/sha256.ts';
import { isWantedInAgentMode, mcpPolicy, onDidChangeAgentModeSettings } from './agentModeSettings.ts';
import { assertTrusted } from './assertTrusted.ts';
import { serversProviderId } from './commandIds.ts';

/** What offering servers to agent mode takes. */
export interface AgentModePorts extends Omit<AgentRoutePorts, 'assertTrusted'> {
  readonly gateway: Gateway;
  readonly log: Log;
}

/**
 * Offers the servers that the person is signed in to, to VS Code's agent mode (D2): at addresses of the gateway, so
 * that no token reaches it. Where an editor has no such thing nothing happens.
 */
export function offerInAgentMode(ports: AgentModePorts): Disposable {
  // Forks and older versions lack some of it, whatever the types say.
  if (typeof lm?.registerMcpServerDefinitionProvider !== 'function') {
    return new Disposable(() => undefined);
  }
  const { inventory, gateway, log } = ports;
  const offer = new AgentOffer({
    gateway,
    log,
    servers: () => (workspace.isTrusted ? offeredServers(ports) : []),
    onDidChange: anyEvent(
      inventory.onDidChange,
      onDidChangeAgentModeSettings,
      workspace.onDidGrantWorkspaceTrust,
    ),
    route: (server) => agentRoute(server, { ...ports, assertTrusted }),
  });
  try {
    const registration = lm.registerMcpServerDefinitionProvider(serversProviderId, {
      onDidChangeMcpServerDefinitions: offer.onDidChange,
      provideMcpServerDefinitions: async () => (await offer.definitions()).map(toDefinition),
    });
    return Disposable.from(registration, offer);
  } catch (reason) {
    log.warn('This editor takes no servers for its agent mode', { reason });
    return offer;
  }
}

function offeredServers({ inventory }: AgentModePorts) {
  const policy = mcpPolicy();
  return agentServers(inventory.snapshot(), {
    isWanted: isWantedInAgentMode,
    isPermitted: (subject) => isPermitted(policy, subject),
    digest: sha256,
    read: readByVsCode(version),
  });
}

function toDefinition({ label, url, version }: AgentDefinition): McpHttpServerDefinition {
  return new McpHttpServerDefinition(label, Uri.parse(url.href), {}, version);
}
