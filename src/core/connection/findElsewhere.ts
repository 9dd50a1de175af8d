import type { Clock } from '../clock.ts';
import { AuthError } from '../errors.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';
import { quote } from '../quote.ts';
import type { ConnectionTarget } from './greeting.ts';
import { shownPath } from './shownPath.ts';
import { withoutCredential } from './withoutCredential.ts';

/** Where MCP servers are, apart from where they are said to be. */
const usualPaths = ['/mcp', '/mcp/', '/sse', '/v1/mcp', '/'];

/** Milliseconds for each of them: this server answers, or nobody would look. */
const timeLimit = 5000;

/**
 * Looks, without a credential, for an MCP server where one was not found: by the other transport, then at the usual
 * paths of the same origin.
 *
 * @returns what to change in the definition; `undefined` where nothing was found
 * @throws AuthError `cancelled` only
 */
export async function findElsewhere(
  target: ConnectionTarget,
  ports: { readonly fetch: Fetch; readonly clock: Clock },
  signal: AbortSignal,
): Promise<AuthError | undefined> {
  for (const candidate of candidates(target)) {
    const answer = await withoutCredential(candidate, { ...ports, timeLimit }, signal);
    // Many web sites have a path that wants a password: only a challenge of OAuth tells that it is MCP.
    if (answer === 'welcomed' || answer === 'challenged') {
      return suggestion(target, candidate);
    }
  }
  return undefined;
}

function candidates({ serverUrl, transport }: ConnectionTarget): readonly ConnectionTarget[] {
  const elsewhere = usualPaths
    .filter((path) => path !== serverUrl.pathname)
    .map((path): ConnectionTarget => {
      const url = new URL(serverUrl);
      url.pathname = path;
      return { serverUrl: url, transport: path === '/sse' ? 'sse' : 'http' };
    });
  return [byOtherTransport({ serverUrl, transport }), ...elsewhere];
}

/** The same address by the other transport. */
export function byOtherTransport({ serverUrl, transport }: ConnectionTarget): ConnectionTarget {
  return { serverUrl, transport: transport === 'http' ? 'sse' : 'http' };
}

/** A server that speaks another transport than the definition says. */
export function wrongTransport({ serverUrl, transport }: ConnectionTarget): AuthError {
  const spoken = transport === 'sse' ? 'the older transport (SSE)' : 'Streamable HTTP';
  return new AuthError(
    'invalid_definition',
    `${serverUrl.host} speaks ${spoken} here: change the definition to "type": "${transport}".`,
  );
}

function suggestion(from: ConnectionTarget, to: ConnectionTarget): AuthError {
  if (to.serverUrl.href === from.serverUrl.href) {
    return wrongTransport(to);
  }
  const { host } = from.serverUrl;
  const path = quote(shownPath(from.serverUrl));
  const url = `${to.serverUrl.origin}${to.serverUrl.pathname}`;
  const also = to.transport === from.transport ? '' : ` and the definition to "type": "${to.transport}"`;
  return new AuthError(
    'invalid_definition',
    `${host} has no MCP server at ${path}, but ${url} answers: change the URL to that${also}.`,
  );
}
