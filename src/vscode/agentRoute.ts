import type { AccessControl } from '../core/access/accessControl.ts';
import type { Program } from '../core/access/program.ts';
import { AuthError } from '../core/errors.ts';
import { type ContactableServer, isContactable } from '../core/handover/contactableServer.ts';
import {
  createRequestCredential,
  type RequestCredentialPorts,
} from '../core/handover/createRequestCredential.ts';
import type { StepUpQuestions } from '../core/handover/stepUpQuestions.ts';
import { rememberProofs } from '../core/oauth/rememberedProofs.ts';
import { quote } from '../core/quote.ts';
import type { GatewayRoute } from '../node/gateway/gateway.ts';
import { assertTrusted } from './assertTrusted.ts';
import { type ContactPorts, contactCredential } from './contactCredential.ts';

/** What uses credentials by way of the definitions that VS Code is given. */
export const agentMode: Program = {
  kind: 'agentMode',
  id: 'vscode.agentMode',
  label: 'VS Code agent mode',
};

/** What the credentials of agent mode's requests are made of. */
export interface AgentRoutePorts
  extends ContactPorts,
    Pick<RequestCredentialPorts, 'demands' | 'refresher' | 'verdicts'> {
  readonly stepUps: Pick<StepUpQuestions, 'stepUp'>;
  /** Whoever offers a server to agent mode has said so: nobody is asked. */
  readonly access: Pick<AccessControl, 'noteUse'>;
}

/** The way from agent mode to a server, with the credential that applies there at the time of each request. */
export function agentRoute(server: ContactableServer, ports: AgentRoutePorts): GatewayRoute {
  const { name, transport } = server.definition;
  const { url, canonicalUrl } = server.endpoint;
  const proofs = rememberProofs();
  return {
    serverName: name,
    url,
    transport,
    async credential(signal) {
      const current = currentServer(server, ports);
      const credential = await contactCredential(current, ports, signal);
      if (credential.kind === 'none' && current.session) {
        const sentence = `The session at ${quote(name)} has expired. Authenticate again in the view "MCP Auth".`;
        throw new AuthError('session_expired', sentence);
      }
      ports.access.noteUse({ program: agentMode, serverUrl: canonicalUrl, serverName: name });
      return createRequestCredential(url, credential, {
        ...ports,
        proofs,
        signal,
        stepUp: (scope, waiting) => ports.stepUps.stepUp(current, scope, waiting),
      });
    },
  };
}

/** As it stands now. What another place has become of it since gets no credential sent to the old one. */
function currentServer({ id, endpoint }: ContactableServer, { inventory }: ContactPorts): ContactableServer {
  assertTrusted();
  const current = inventory.find(id);
  if (!current || !isContactable(current) || current.endpoint.url.href !== endpoint.url.href) {
    throw new AuthError('unknown_server', 'This server is no longer configured at this address.');
  }
  return current;
}
