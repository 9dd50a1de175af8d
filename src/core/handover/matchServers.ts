import { AuthError } from '../errors.ts';
import { quote } from '../quote.ts';
import type { ServerSnapshot } from '../serverSnapshot.ts';
import type { ServerQuery } from './credentialHandover.ts';
import { queriedUrl } from './queriedUrl.ts';

/** A server of the inventory, by what its credential is kept under. */
export interface MatchedServer {
  readonly server: ServerSnapshot;
  readonly canonicalUrl: string;
}

/**
 * The servers that a program means which wants their credential; the ones in use first, else in the order of the
 * inventory: all under this name at this URL. A name alone means the entry that is used where there are several, never
 * one that it takes the place of, unless that leads to the same URL.
 *
 * Stricter than `chosenServer`, by which a person means what there is to see or to do: a repository may have
 * written the query. A name is no URL, a URL is one by the rules of all parsers, and what has none has no credential.
 *
 * @returns one at least
 * @throws AuthError `unknown_server`, which repeats no URL: it may hold a secret
 */
export function matchServers(
  servers: readonly ServerSnapshot[],
  query: ServerQuery,
): readonly [MatchedServer, ...MatchedServer[]] {
  const { name, url } = query;
  if (name === undefined && url === undefined) {
    throw unknown(query);
  }
  const named = servers
    .flatMap((server) => {
      const { definition, endpoint } = server;
      const isMeant = name === undefined || definition.name === name;
      return isMeant && endpoint?.kind === 'url' ? [{ server, canonicalUrl: endpoint.canonicalUrl }] : [];
    })
    .sort((one, other) => Number(isShadowed(one.server)) - Number(isShadowed(other.server)));
  const used = named.find(({ server }) => !isShadowed(server));
  const wanted = url === undefined ? used?.canonicalUrl : queriedUrl(url);
  const [first, ...others] = named.filter(({ canonicalUrl }) => canonicalUrl === wanted);
  if (first === undefined) {
    throw unknown(query);
  }
  return [first, ...others];
}

function isShadowed({ state }: ServerSnapshot): boolean {
  return state.kind === 'shadowed';
}

function unknown({ name, url }: ServerQuery): AuthError {
  const named = name === undefined ? '' : ` named ${quote(name.slice(0, 64))}`;
  const where = url === undefined ? '' : ' with this URL';
  return new AuthError('unknown_server', `No server${named}${where} is configured in this window.`);
}
