/** A token that the person has entered for a server, kept in secret storage (C3). */
export interface SavedToken {
  /** Canonical: the only server that it is sent to. */
  readonly serverUrl: string;
  /** The header that carries it, `Authorization` for most. */
  readonly headerName: string;
  /** What precedes it in the header, for example `Bearer`; absent where nothing does. */
  readonly scheme?: string | undefined;
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
}: SavedToken): readonly [name: string, value: string] {
  return [headerName, scheme === undefined ? token : `${scheme} ${token}`];
}
