import type { Disposable } from '../disposable.ts';

/** How the browser brings the authorization response back. */
export type ReturningRedirectKind = 'loopback' | 'uriHandler';

/** The same, or `paste`: the person brings it, from a browser that cannot reach this editor. */
export type RedirectKind = ReturningRedirectKind | 'paste';

/** A redirect URI that is listened at. What arrives is handed to `PendingAuthorizations`. */
export interface OpenRedirect extends Disposable {
  /** The URI to use, exactly as it is; it may differ from attempt to attempt. */
  readonly redirectUri: string;
  /** The port of this machine behind it, where there is one. */
  readonly localPort?: number | undefined;
}

/** A redirect URI of a window that is gone. */
export type FormerRedirect = Pick<OpenRedirect, 'localPort' | 'redirectUri'>;

/** Opens redirect URIs of one kind. */
export interface RedirectReceiver {
  /**
   * @param port.fixed the only port that will do; @param port.preferred one that would be good to have;
   * @param port.isPublished whether a URI is wanted that is the same in every window, as far as there is one
   * @throws AuthError `redirect_unavailable`
   */
  open(port: {
    readonly fixed?: number | undefined;
    readonly preferred?: number | undefined;
    readonly isPublished?: boolean | undefined;
  }): Promise<OpenRedirect>;
  /**
   * Listens once more at a redirect URI. Absent where that takes nothing.
   *
   * @throws whatever keeps it from being listened at
   */
  reopen?(former: FormerRedirect): Promise<Disposable>;
}

/** What each kind can do, in the order of preference. */
const redirectKinds: readonly {
  readonly kind: RedirectKind;
  readonly canFixPort: boolean;
  /** Whether the browser is opened from here, and comes back by itself. */
  readonly returns: boolean;
}[] = [
  // Needs no port, and reaches the window that asked from wherever the browser is.
  { kind: 'uriHandler', canFixPort: false, returns: true },
  // What servers accept that know http addresses only (RFC 8252, section 7.3).
  { kind: 'loopback', canFixPort: true, returns: true },
  // The same address, since servers accept it. Nobody has to listen there.
  { kind: 'paste', canFixPort: true, returns: false },
];

/** What the choice of redirects depends on. */
export interface RedirectContext {
  /** `oauth.callbackPort`: the client was registered for this port and nothing else. */
  readonly callbackPort?: number | undefined;
  /** What has worked at this issuer before. */
  readonly remembered?: ReturningRedirectKind | undefined;
  /** What the person asked for. */
  readonly wanted?: RedirectKind | undefined;
}

/**
 * The kinds to try in turn (B5): the next one when a server refuses to register the one before. Whoever wants no
 * browser to be opened gets none, and nobody else has to paste.
 */
export function selectRedirects({
  callbackPort,
  remembered,
  wanted,
}: RedirectContext): readonly RedirectKind[] {
  const able = redirectKinds.filter(
    ({ canFixPort, returns }) =>
      (callbackPort === undefined || canFixPort) && returns === (wanted !== 'paste'),
  );
  const first = wanted ?? remembered;
  const kinds = able.map(({ kind }) => kind);
  return [...kinds.filter((kind) => kind === first), ...kinds.filter((kind) => kind !== first)];
}

/** What a sign-in has shown to work, and may be remembered: never that the person had to help. */
export function provenKind(kind: RedirectKind, isPasted: boolean): ReturningRedirectKind | undefined {
  return kind === 'paste' || isPasted ? undefined : kind;
}
