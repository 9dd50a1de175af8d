import type { AccessControl } from '../core/access/accessControl.ts';
import type { Program } from '../core/access/program.ts';
import type { Awaitable } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import type { AppliedCredential } from '../core/connection/appliedCredential.ts';
import { type ContactPorts, contactCredential, pendingHelper } from '../core/credential/contactCredential.ts';
import { AuthError } from '../core/errors.ts';
import { type ContactableServer, isContactable } from '../core/handover/contactableServer.ts';
import {
  createRequestCredentials,
  type RequestCredentialPorts,
} from '../core/handover/createRequestCredentials.ts';
import type { RequestCredential, Waiting } from '../core/handover/requestCredential.ts';
import type { StepUpQuestions } from '../core/handover/stepUpQuestions.ts';
import { rememberProofs } from '../core/oauth/rememberedProofs.ts';
import { quote } from '../core/quote.ts';
import type { GatewayRoute } from './gateway/gateway.ts';

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
  readonly clock: Pick<Clock, 'now'>;
  /** @throws AuthError `untrusted_workspace` */
  readonly assertTrusted: () => void;
}

/** A server as it stands, and what it is contacted with. */
interface Contact {
  readonly current: ContactableServer;
  readonly credential: AppliedCredential;
  readonly credentialFor: (client: Waiting) => RequestCredential;
}

/** The way from agent mode to a server, with the credential that applies there at the time of each request. */
export function agentRoute(server: ContactableServer, ports: AgentRoutePorts): GatewayRoute {
  const { name, transport } = server.definition;
  const { url, canonicalUrl } = server.endpoint;
  const use = { program: agentMode, serverUrl: canonicalUrl, serverName: name };
  const find = rememberContact(server, ports);
  const credentialOf = ({ current, credential, credentialFor }: Contact, client: Waiting) => {
    if (credential.kind === 'none' && current.session) {
      const sentence = `The session at ${quote(name)} has expired. Authenticate again in the view "MCP Auth".`;
      throw new AuthError('session_expired', sentence);
    }
    ports.access.noteUse(use);
    return credentialFor(client);
  };
  return {
    serverName: name,
    url,
    transport,
    credential(client) {
      ports.assertTrusted();
      const contact = find(client);
      return contact instanceof Promise
        ? contact.then((found) => credentialOf(found, client))
        : credentialOf(contact, client);
    },
  };
}

/**
 * Finds a server and what it is contacted with, and keeps that while nothing changes: to find it takes longer than to
 * forward a request, and an agent sends many.
 */
function rememberContact(
  server: ContactableServer,
  ports: AgentRoutePorts,
): (client: Waiting) => Awaitable<Contact> {
  const proofs = rememberProofs();
  let kept: { readonly contact: Contact; readonly revision: number; readonly until: number } | undefined;
  const find = async ({ signal }: Waiting, revision: number): Promise<Contact> => {
    const current = currentServer(server, ports);
    const credential = await contactCredential(current, ports, signal);
    const credentialFor = createRequestCredentials(server.endpoint.url, credential, {
      ...ports,
      proofs,
      stepUp: (scope, waiting) => ports.stepUps.stepUp(current, scope, waiting),
    });
    const contact = { current, credential, credentialFor };
    // A helper may print something else at any time, or after a failure.
    kept = pendingHelper(current, ports) ? undefined : { contact, revision, until: holdsUntil(contact) };
    return contact;
  };
  return (client) => {
    const { revision } = ports.inventory;
    return kept?.revision === revision && kept.until > ports.clock.now()
      ? kept.contact
      : find(client, revision);
  };
}

/**
 * Until when what was found holds, in milliseconds since the epoch, if nothing changes. Of a session it is found which
 * one is used; whether its token is fresh is looked at for each request.
 */
function holdsUntil({ current: { session }, credential }: Pick<Contact, 'credential' | 'current'>): number {
  switch (credential.kind) {
    case 'session':
      return session?.refreshable
        ? Number.POSITIVE_INFINITY
        : (session?.expiresAt ?? Number.POSITIVE_INFINITY);
    case 'header':
    case 'savedToken':
      return Number.POSITIVE_INFINITY;
    default:
      return 0;
  }
}

/** As it stands now. What another place has become of it since gets no credential sent to the old one. */
function currentServer({ id, endpoint }: ContactableServer, { inventory }: ContactPorts): ContactableServer {
  const current = inventory.find(id);
  if (!current || !isContactable(current) || current.endpoint.url.href !== endpoint.url.href) {
    throw new AuthError('unknown_server', 'This server is no longer configured at this address.');
  }
  return current;
}
