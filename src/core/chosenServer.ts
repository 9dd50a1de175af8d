import { AuthError } from './errors.ts';
import { quote } from './quote.ts';
import type { ServerSnapshot } from './serverSnapshot.ts';
import { canonicalServerUrl } from './serverUrl.ts';

/** Which server somebody means who cannot click on it: by its name, its URL, or both. */
export interface NamedServer {
  /** The name of its entry; also its URL, where no entry has such a name. */
  readonly server?: string | undefined;
  readonly url?: string | undefined;
}

/**
 * The server that a person means, who wants to see it or do something to it: of several entries of one name the one that
 * takes the place of the others, else the first; also one that has no URL. What a program gets a credential for is found
 * by `matchServers`, which guesses nothing.
 *
 * @throws AuthError `unknown_server`
 */
export function chosenServer(
  { server: name, url }: NamedServer,
  servers: readonly ServerSnapshot[],
): ServerSnapshot {
  const named = servers.filter(({ definition }) => name === undefined || definition.name === name);
  const address = url ?? (named.length === 0 ? name : undefined);
  const candidates = url === undefined && named.length === 0 ? servers : named;
  const meant = candidates.filter((server) => address === undefined || isAt(server, address));
  const chosen = meant.find(({ state }) => state.kind !== 'shadowed') ?? meant[0];
  if (chosen === undefined || (name === undefined && url === undefined)) {
    const said = [name, url].flatMap((part) => (part === undefined ? [] : quote(part.slice(0, 200))));
    throw new AuthError('unknown_server', `No server ${said.join(' at ')} is configured here.`);
  }
  return chosen;
}

function isAt({ endpoint }: ServerSnapshot, address: string): boolean {
  return (
    endpoint?.kind === 'url' &&
    URL.canParse(address) &&
    canonicalServerUrl(new URL(address)) === endpoint.canonicalUrl
  );
}
