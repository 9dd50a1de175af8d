import type { SourceKind } from '../config/configurationSource.ts';
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
}

/** What decides which servers are offered. */
export interface AgentServerRules {
  /** Whether the person wants a server there, by its name. */
  readonly isWanted: (name: string) => boolean;
  /** Whether the organization lets VS Code use a server. */
  readonly isPermitted: (subject: PolicySubject) => boolean;
  /** A digest that tells nothing of what it is of: URLs may hold secrets, and VS Code keeps versions on disk. */
  readonly digest: (text: string) => string;
  /** The files that this VS Code reads itself. */
  readonly read: ReadonlySet<SourceKind>;
}

/**
 * The servers that VS Code's agent mode is offered (D2): those to which it could not send the credential that applies.
 * One whose session has expired stays, because taking it away would stop it, and signing in again is all that it needs.
 */
export function agentServers(
  sources: readonly SourceSnapshot[],
  { isWanted, isPermitted, digest, read }: AgentServerRules,
): readonly AgentServer[] {
  const candidates = sources.flatMap((source) =>
    source.servers.filter(isContactable).filter((server) => {
      const { name } = server.definition;
      return (
        needsUs(server, source, read) && isWanted(name) && isPermitted({ name, url: server.endpoint.url })
      );
    }),
  );
  const seen = new Set<string>();
  const distinct = candidates.filter(({ endpoint, definition }) => {
    const identity = JSON.stringify([endpoint.canonicalUrl, definition.headers]);
    const isNew = !seen.has(identity);
    seen.add(identity);
    return isNew;
  });
  const labels = agentLabels(
    distinct,
    sources.flatMap(({ servers }) => servers.map(({ definition }) => definition.name)),
  );
  return distinct.map((server, index) => ({
    server,
    label: labels[index] ?? server.definition.name,
    version: digest(describe(server)).slice(0, 16),
  }));
}

/** Whether a credential applies, or will as soon as it can be used again, that VS Code could not send. */
function needsUs(
  { definition, state, session, credentials }: ContactableServer,
  source: SourceSnapshot,
  read: ReadonlySet<SourceKind>,
): boolean {
  if (state.kind === 'shadowed') {
    return false;
  }
  switch (credentials && appliedCredential(credentials)) {
    case 'session':
    case 'savedToken':
      return true;
    case 'headersHelper':
      return state.kind !== 'headersHelper' || state.run !== 'notAllowed';
    case 'authorizationHeader':
    case 'otherHeader':
      return session !== undefined || !sendsByItself(definition, source, read);
    default:
      // A helper that fails may do so for once, and is allowed to run all the same.
      return session !== undefined || state.kind === 'helperFailed';
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
