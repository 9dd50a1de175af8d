import type { IncomingHttpHeaders } from 'node:http';

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

/** Names and values in turn, as `node:http` takes them: cheaper than an object, and safe with any name. */
export type HeaderList = string[];

/**
 * The headers that a request goes on with: those of the client, without its own credentials and what is for the gateway
 * alone, and those of the credential. Names are in lower case.
 */
export function requestHeaders(
  received: IncomingHttpHeaders,
  credential: Readonly<Record<string, string>>,
): HeaderList {
  const named = namedInConnection(received.connection);
  const decided = new Map<string, string>();
  for (const given in credential) {
    const name = given.toLowerCase();
    const isOfClient = ofTheProtocol.test(name) && received[name] !== undefined && !named?.has(name);
    if (!notFromCredential.has(name) && !isOfClient) {
      decided.set(name, credential[given] ?? '');
    }
  }
  // Said in words because VS Code's agents, which come between, would else have the connection closed every time.
  const list: HeaderList = ['connection', 'keep-alive'];
  for (const [name, value] of decided) {
    list.push(name, value);
  }
  for (const name in received) {
    if (!notFromClient.has(name) && !decided.has(name) && !named?.has(name)) {
      add(list, name, received[name]);
    }
  }
  return list;
}

/** The headers that an answer goes back with. */
export function responseHeaders(answered: IncomingHttpHeaders): HeaderList {
  const named = namedInConnection(answered.connection);
  const list: HeaderList = [];
  for (const name in answered) {
    if (!notFromServer.has(name) && !name.startsWith('access-control-') && !named?.has(name)) {
      add(list, name, answered[name]);
    }
  }
  return list;
}

function add(list: HeaderList, name: string, value: string | readonly string[] | undefined): void {
  if (typeof value === 'string') {
    list.push(name, value);
    return;
  }
  for (const one of value ?? []) {
    list.push(name, one);
  }
}

/** RFC 9110, section 7.6.1: what `Connection` names is for one connection, too. */
function namedInConnection(connection: string | undefined): ReadonlySet<string> | undefined {
  return connection === undefined || connection === 'keep-alive' || connection === 'close'
    ? undefined
    : new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
