/**
 * Whether a pattern of an organization's policy means a URL. It is compared with where a request goes, so that no
 * pattern can mean another host than `fetch` does.
 */
export function matchesUrlPattern(pattern: string, url: URL): boolean {
  const destination = destinationOf(url);
  if (!pattern.includes('*')) {
    const wanted = URL.canParse(pattern) ? destinationOf(new URL(pattern)) : undefined;
    return wanted?.toLowerCase() === destination.toLowerCase();
  }
  const expression = patternExpression(pattern);
  return expression !== undefined && new RegExp(`^${expression}$`, 'i').test(destination);
}

function destinationOf({ protocol, origin, pathname, search, href }: URL): string {
  return /^https?:$/.test(protocol) ? `${origin}${pathname}${search}` : href;
}

const parts = /^(?:(?<scheme>[\s\S]*?):\/\/)?(?<authority>[^/\\?#]*)(?<rest>[\s\S]*)$/;

/** A `*` stays within the host, or the port, that it stands in; behind them it stands for anything. */
function patternExpression(pattern: string): string | undefined {
  const { scheme, authority = '', rest = '' } = parts.exec(pattern)?.groups ?? {};
  if (scheme === undefined) {
    return `${authorityExpression(authority)}${restExpression(rest)}`;
  }
  const isWeb = /^https?$/i.test(scheme);
  const host = isWeb ? withoutDefaultPort(authority, scheme) : authority;
  if (host === undefined) {
    return undefined;
  }
  const path = isWeb ? normalRest(rest) : rest;
  return `${authorityExpression(`${scheme}://`)}${authorityExpression(host)}${restExpression(path)}`;
}

/** As `URL` would write it: without user name, password, and the port that goes without saying. */
function withoutDefaultPort(authority: string, scheme: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const shown = host.endsWith(port) ? host.slice(0, -port.length) : host;
  const isBroken = shown === '' || (shown.startsWith('[') && !/^\[[^\]]*\](?::.*)?$/.test(shown));
  return isBroken ? undefined : shown;
}

function normalRest(rest: string): string {
  const path = rest.replaceAll('\\', '/').replace(/#.*$/s, '');
  return path.startsWith('/') ? path : `/${path}`;
}

const withinAuthority = '[^/@\\\\?#]*';

function authorityExpression(text: string): string {
  return text
    .split(':*')
    .map((stretch) => stretch.split('*').map(literal).join(withinAuthority))
    .join(`(?::${withinAuthority})?`);
}

function restExpression(text: string): string {
  return text.split('*').map(literal).join('.*');
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
