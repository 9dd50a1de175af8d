import type { AccessOptions } from '../access/accessControl.ts';
import type { Program } from '../access/program.ts';
import type { ServerSnapshot } from '../serverSnapshot.ts';

/** Which server a program means. Attacker-controlled: a repository can name any server, and any URL. */
export interface ServerQuery {
  /** The name of its entry in a configuration. */
  readonly name?: string | undefined;
  /** Its URL, expanded. */
  readonly url?: string | undefined;
}

/** A credential that a program gets. */
export interface HandedOver {
  readonly server: ServerSnapshot;
  /** Secrets, to be sent to this server's URL only. */
  readonly headers: Readonly<Record<string, string>>;
  /** When they stop to be good, in milliseconds since the epoch, where that is known. */
  readonly expiresAt?: number | undefined;
}

/** The one way by which a credential leaves this extension as a value (D3, D4, D6). */
export interface CredentialHandover {
  /**
   * The credential headers that apply to a server right now, refreshed if need be. Only for a server that this window
   * has under this very name (if the query has one) and this very canonical URL (if it has one); one of both is needed.
   * Opens no browser and runs no helper.
   *
   * @throws AuthError `unknown_server`, `access_refused`, `access_unanswered`, `untrusted_workspace`,
   * `credential_bound` (DPoP: no header alone will do), `not_authenticated`, `session_expired`, `network`…
   */
  headers(query: ServerQuery, program: Program, options: AccessOptions): Promise<HandedOver>;
}
