/** A stretch of a configuration file's text, in UTF-16 code units, as `jsonc-parser` counts them. */
export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

/** The `oauth` object of a remote entry, with the keys Claude Code defines. */
export interface OAuthConfiguration {
  /** A client registered with the authorization server beforehand. Its secret is never in the file. */
  readonly clientId?: string | undefined;
  /** Port of the loopback redirect URI that the client was registered with. */
  readonly callbackPort?: number | undefined;
  /** https URL of the authorization server's metadata document, in place of discovery. */
  readonly authServerMetadataUrl?: string | undefined;
  /** Space-separated scopes, as in RFC 6749, section 3.3. */
  readonly scopes?: string | undefined;
  /** Enterprise-managed authorization. */
  readonly xaa?: boolean | undefined;
  /** Asks for tokens that are bound to a key (DPoP). A key of ours: other clients ignore it. */
  readonly dpop?: boolean | undefined;
}

interface Entry {
  /** The entry's key. Attacker-controlled: quote it where it is logged. */
  readonly name: string;
  /** The whole entry, key included. */
  readonly range: TextRange;
}

/** A server reached over the network. `url` and header values are as written: `${VAR}` is not expanded. */
export interface RemoteServerDefinition extends Entry {
  readonly kind: 'remote';
  readonly transport: 'http' | 'sse' | 'ws';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly headersHelper?: string | undefined;
  readonly oauth?: OAuthConfiguration | undefined;
}

/** A server started as a process: its credentials come from its environment, never by OAuth. */
export interface StdioServerDefinition extends Entry {
  readonly kind: 'stdio';
  readonly command: string;
  readonly args: readonly string[];
}

/** An entry that no client would load, and why: a sentence that names the key. */
export interface InvalidServerDefinition extends Entry {
  readonly kind: 'invalid';
  readonly reason: string;
}

/** One entry of a `.mcp.json`. */
export type ServerDefinition = InvalidServerDefinition | RemoteServerDefinition | StdioServerDefinition;
