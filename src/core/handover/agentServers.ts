import { appliedCredential } from '../credential/credentialChain.ts';
import type { SourceSnapshot } from '../serverSnapshot.ts';
import { agentLabels } from './agentLabels.ts';
import { type ContactableServer, isContactable } from './contactableServer.ts';
import type { PolicySubject } from './mcpPolicy.ts';
import { sendsByItself } from './sendsByItself.ts';

/** A server that VS Code's agent mode is offered, in this extension's name. */
export interface AgentServer {
  readonly server: ContactableServer;
  /** What it is called there: unlike anything that VS Code finds by itself. Attacker-controlled in part. */
  readonly label: string;
  /** Changes with what is behind it, and with nothing else. Without secrets. */
  readonly version: string;
  /** Why it is offered, as a sentence. */
  readonly reason: string;
}

/** What decides which servers are offered. */
export interface AgentServerRules {
  /** Whether the person wants a server there, by its name. */
  readonly isWanted: (name: string) => boolean;
  /** Whether the organization lets VS Code use a server. */
  readonly isPermitted: (subject: PolicySubject) => boolean;
  /** A digest that tells nothing of what it is of: URLs may hold secrets, and VS Code keeps versions on disk. */
  readonly digest: (text: string) => string;
}

/**
 * The servers that VS Code's agent mode is offered (D2): those to which it could not send the credential that applies.
 * One whose session has expired stays, because taking it away would stop it, and signing in again is all that it needs.
 */
export function agentServers(
  sources: readonly SourceSnapshot[],
  { isWanted, isPermitted, digest }: AgentServerRules,
): readonly AgentServer[] {
  const candidates = sources.flatMap((source) =>
    source.servers.filter(isContactable).flatMap((server) => {
      const { name } = server.definition;
      const reason = reasonFor(server, source);
      const isOffered =
        reason !== undefined && isWanted(name) && isPermitted({ name, url: server.endpoint.url });
      return isOffered ? [{ server, reason }] : [];
    }),
  );
  const seen = new Set<string>();
  const distinct = candidates.filter(({ server }) => {
    const identity = JSON.stringify([server.endpoint.canonicalUrl, server.definition.headers]);
    const isNew = !seen.has(identity);
    seen.add(identity);
    return isNew;
  });
  const labels = agentLabels(
    distinct.map(({ server }) => server),
    sources.flatMap(({ servers }) => servers.map(({ definition }) => definition.name)),
  );
  return distinct.map(({ server, reason }, index) => ({
    server,
    label: labels[index] ?? server.definition.name,
    version: digest(describe(server)).slice(0, 16),
    reason,
  }));
}

function reasonFor(server: ContactableServer, source: SourceSnapshot): string | undefined {
  const { state, session, credentials } = server;
  if (state.kind === 'shadowed') {
    return undefined;
  }
  switch (credentials && appliedCredential(credentials)) {
    case 'session':
      return 'Your session is sent.';
    case 'savedToken':
      return 'The token that you have saved is sent.';
    case 'headersHelper':
      return state.kind === 'headersHelper' && state.run === 'notAllowed'
        ? undefined
        : 'What the helper prints is sent.';
    case 'authorizationHeader':
    case 'otherHeader':
      return sendsByItself(server.definition, source) && session === undefined
        ? undefined
        : 'Its headers are sent, with their variables expanded.';
    default:
      // A helper that fails may do so for once, and is allowed to run all the same.
      return session !== undefined || state.kind === 'helperFailed'
        ? 'Its credential is sent as soon as it can be used again.'
        : undefined;
  }
}

/** What VS Code has to begin anew for: another place, other headers, somebody else. */
function describe({ definition, endpoint, accounts }: ContactableServer): string {
  const headerNames = Object.keys(definition.headers).map((name) => name.toLowerCase());
  return JSON.stringify([
    endpoint.url.href,
    definition.transport,
    headerNames.sort(),
    definition.headersHelper,
    accounts.find(({ isUsed }) => isUsed)?.accountId,
  ]);
}
