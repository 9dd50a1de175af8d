/** How a token travels. */
export interface TokenWay {
  /** The header that carries it, `Authorization` for most. */
  readonly headerName: string;
  /** What precedes it in the header, for example `Bearer`; absent where nothing does. */
  readonly scheme?: string | undefined;
}

/** A token that the person has entered for a server, kept in secret storage (C3). */
export interface SavedToken extends TokenWay {
  /** Canonical: the only server that it is sent to. */
  readonly serverUrl: string;
  /** A secret. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
}

/** The header that carries a token. Its value is a secret. */
export function tokenHeader({
  headerName,
  scheme,
  token,
}: Pick<SavedToken, 'headerName' | 'scheme' | 'token'>): readonly [name: string, value: string] {
  return [headerName, scheme === undefined ? token : `${scheme}${separator(scheme)}${token}`];
}

/** How a header is written, with `…` in the place of the token. */
export function wayText({ headerName, scheme }: TokenWay): string {
  return `${headerName}: ${scheme === undefined ? '' : scheme + separator(scheme)}…`;
}

/** PagerDuty's `Token token=` ends where the token begins. */
function separator(scheme: string): string {
  return scheme.endsWith('=') ? '' : ' ';
}

/** The parts of a token that are secrets by themselves: itself, and that behind the name in NAME:SECRET, encoded or not. */
export function tokenSecrets({ scheme, token }: Pick<SavedToken, 'scheme' | 'token'>): readonly string[] {
  const pair = (scheme === 'Basic' ? decodeBasic(token) : undefined) ?? token;
  return [...new Set([token, pair, pair.slice(pair.lastIndexOf(':') + 1)])];
}

/** What lies behind a Basic credential (RFC 7617); `undefined` if that is not base64. */
export function decodeBasic(token: string): string | undefined {
  try {
    return atob(token);
  } catch {
    return undefined;
  }
}
