import { AuthError } from './errors.ts';
import { isLoopbackHost } from './network.ts';

/**
 * The key under which everything about a server is kept (G1): scheme and host in lower case, no default
 * port, no fragment, no trailing slashes; the query stays, because servers use it to tell tenants apart.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (canonical server URI)
 * @see RFC 8707, section 2
 */
export function canonicalServerUrl(url: URL): string {
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (isWeb && url.username === '' && url.password === '') {
    // The same as below, without parsing: this is done for every request.
    return `${url.origin}${withoutTrailingSlashes(url.pathname)}${url.search}`;
  }
  const canonical = new URL(url);
  canonical.hash = '';
  // Setting an empty query also drops a lone "?".
  canonical.search = url.search;
  canonical.pathname = withoutTrailingSlashes(canonical.pathname);
  // WHATWG URLs write an empty path as "/"; the canonical form of an origin has none.
  return canonical.pathname === '/' ? `${canonical.origin}${canonical.search}` : canonical.href;
}

/** A loop, because the regular expression takes quadratic time on a path of slashes. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') {
    end--;
  }
  return path.slice(0, end);
}

/**
 * Refuses a URL that a token, code or secret could leak through: anything but https, or http to this
 * machine.
 *
 * @param what the subject of the sentence, for example "The token endpoint of https://as.example"
 * @throws AuthError `insecure_url`
 * @see RFC 9700, section 2.6
 */
export function assertSecureUrl(url: URL, what: string): void {
  const error = insecureUrlError(url, what);
  if (error) {
    throw error;
  }
}

/** What {@link assertSecureUrl} throws, if it does. */
export function insecureUrlError(url: URL, what: string): AuthError | undefined {
  if (url.username !== '' || url.password !== '') {
    return new AuthError(
      'insecure_url',
      `${what} contains a user name or password, which MCP Auth never sends.`,
    );
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url))) {
    return undefined;
  }
  return new AuthError(
    'insecure_url',
    url.protocol === 'http:'
      ? `${what} is plain http: credentials are only sent over https, or to this machine.`
      : `${what} is not an https address.`,
  );
}
