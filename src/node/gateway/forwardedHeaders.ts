import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** RFC 9110, section 7.6.1, and what belongs to one connection by custom. */
const hopByHop = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const;

/** What a client sends for the gateway, or for a server of its own choice. */
const notFromClient = new Set<string>([
  ...hopByHop,
  'authorization',
  'content-length',
  'cookie',
  'dpop',
  'host',
  'proxy-authorization',
]);

/** What a definition does not decide. */
const notFromCredential = new Set<string>([...hopByHop, 'content-length', 'host']);

/** What the protocol needs, and a definition decides only where the client says nothing. */
const ofTheProtocol = /^(?:accept|content-type|last-event-id|mcp-.*)$/;

/** What a server says to whoever has the credential, or to a browser about its own origin. */
const notFromServer = new Set<string>([
  ...hopByHop,
  'alt-svc',
  'authentication-info',
  'clear-site-data',
  'dpop-nonce',
  'location',
  'proxy-authenticate',
  'proxy-authentication-info',
  'refresh',
  'set-cookie',
  'strict-transport-security',
  'www-authenticate',
]);

/**
 * The headers that a request goes on with: those of the client, without its own credentials and what is for the gateway
 * alone, and those of the credential.
 */
export function requestHeaders(
  received: IncomingHttpHeaders,
  credential: Readonly<Record<string, string>>,
): OutgoingHttpHeaders {
  const headers = withoutDropped(received, (name) => notFromClient.has(name));
  for (const [given, value] of Object.entries(credential)) {
    const name = given.toLowerCase();
    const isDecided = ofTheProtocol.test(name) && headers[name] !== undefined;
    if (!notFromCredential.has(name) && !isDecided) {
      headers[name] = value;
    }
  }
  // Said in words because VS Code's agents, which come between, would else have the connection closed every time.
  headers.connection = 'keep-alive';
  return headers;
}

/** The headers that an answer goes back with. */
export function responseHeaders(answered: IncomingHttpHeaders): OutgoingHttpHeaders {
  return withoutDropped(answered, (name) => notFromServer.has(name) || name.startsWith('access-control-'));
}

function withoutDropped(
  given: IncomingHttpHeaders,
  isDropped: (name: string) => boolean,
): OutgoingHttpHeaders {
  const named = namedInConnection(given.connection);
  // Without a prototype, because a name may be that of one of its members.
  const kept: OutgoingHttpHeaders = Object.create(null);
  for (const name in given) {
    const value = given[name];
    if (value !== undefined && !isDropped(name) && !named?.has(name)) {
      kept[name] = value;
    }
  }
  return kept;
}

/** RFC 9110, section 7.6.1: what `Connection` names is for one connection, too. */
function namedInConnection(connection: string | undefined): ReadonlySet<string> | undefined {
  return connection === undefined || connection === 'keep-alive' || connection === 'close'
    ? undefined
    : new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
