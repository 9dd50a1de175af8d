import type { Event } from 'vscode';

/**
 * What MCP Auth offers to other extensions of the same window: the `exports` of the extension `mcp-auth.mcp-auth`.
 *
 * ```ts
 * const mcpAuth = extensions.getExtension<McpAuthApi>('mcp-auth.mcp-auth');
 * const api = await mcpAuth?.activate();
 * const headers = await api?.getAuthorizationHeaders('https://mcp.example.com/mcp');
 * ```
 *
 * Copy this file into your extension, for its types. All URLs mean servers that a configuration file of this window
 * names; of others nothing is told. Call from code of your own extension, not through another one and not as a bare
 * callback: who asks is found by the files on the call stack, and is asked about by that extension's name.
 */
export interface McpAuthApi {
  /** Counts changes that break callers. */
  readonly version: 1;

  /**
   * The headers to send to a server with your next request, fresh: ask for each one anew, and keep none. The person is
   * asked at the first use whether your extension may use this server's credential.
   *
   * @param serverUrl the URL of the server, as its definition has it once variables are expanded
   * @param options `signal` ends the waiting, above all for the person; without it, it has no limit
   * @throws McpAuthError with the code `access_refused`, `access_unanswered`, `unknown_caller`, `unknown_server`,
   * `untrusted_workspace`, `not_authenticated`, `session_expired`, `credential_bound`, `network`…
   */
  getAuthorizationHeaders(
    serverUrl: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Readonly<Record<string, string>>>;

  /**
   * What is known of the session at a server, without its tokens, and without asking anybody.
   *
   * @returns nothing where nobody is signed in there, or the workspace is not trusted
   * @throws McpAuthError with the code `unknown_caller`
   */
  getSession(serverUrl: string): Promise<McpAuthSession | undefined>;

  /**
   * Has the person sign in at a server, in their browser. They are asked first whether they want to, unless they have
   * always allowed your extension to use this server.
   *
   * @returns the session, once there is one
   * @throws McpAuthError with the code `cancelled`, `access_refused`, `unknown_caller`, `unknown_server`,
   * `untrusted_workspace`, `invalid_definition`…
   */
  authenticate(serverUrl: string): Promise<McpAuthSession>;

  /** Fires when what {@link getSession} answers may have changed, for any server. */
  readonly onDidChangeSessions: Event<void>;
}

/** A session at a server. */
export interface McpAuthSession {
  /** The authorization server that issued its tokens. */
  readonly issuer: string;
  /** What was granted, as far as the server told. Strings of the server. */
  readonly scopes: readonly string[];
  /** When the access token expires, in milliseconds since the epoch, where that is known. Most are refreshed then. */
  readonly expiresAt?: number | undefined;
  /** Whether the person has to sign in again. */
  readonly isExpired: boolean;
  /** What the account is called; only for an extension that the person has always allowed to use this server. */
  readonly accountName?: string | undefined;
}

/** What the functions reject with. */
export interface McpAuthError extends Error {
  readonly name: 'McpAuthError';
  /** Stable; `message` is a sentence for the person, and free of secrets. */
  readonly code: string;
}
