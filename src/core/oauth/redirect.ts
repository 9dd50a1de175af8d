import type { Disposable } from '../disposable.ts';

/** How the browser brings the authorization response back. */
export type RedirectKind = 'loopback' | 'uriHandler';

/** A redirect URI that is listened at. What arrives is handed to `PendingAuthorizations`. */
export interface OpenRedirect extends Disposable {
  /** The URI to use, exactly as it is; it may differ from attempt to attempt. */
  readonly redirectUri: string;
}

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
}

/** What each kind can do, in the order of preference. */
const redirectKinds: readonly { readonly kind: RedirectKind; readonly canFixPort: boolean }[] = [
  // Needs no port, and reaches the window that asked from wherever the browser is.
  { kind: 'uriHandler', canFixPort: false },
  // What servers accept that know http addresses only (RFC 8252, section 7.3).
  { kind: 'loopback', canFixPort: true },
];

/** What the choice of redirects depends on. */
export interface RedirectContext {
  /** `oauth.callbackPort`: the client was registered for this port and nothing else. */
  readonly callbackPort?: number | undefined;
  /** What has worked at this issuer before. */
  readonly remembered?: RedirectKind | undefined;
}

/** The kinds to try in turn (B5): the next one when a server refuses to register the one before. */
export function selectRedirects({ callbackPort, remembered }: RedirectContext): readonly RedirectKind[] {
  const able = redirectKinds.filter(({ canFixPort }) => callbackPort === undefined || canFixPort);
  const kinds = able.map(({ kind }) => kind);
  return [...kinds.filter((kind) => kind === remembered), ...kinds.filter((kind) => kind !== remembered)];
}
