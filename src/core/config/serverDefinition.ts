import type { TokenEndpointAuthMethod } from '../oauth/clientRegistration.ts';
import type { Bridge } from './bridge.ts';
import type { Dialect } from './dialect.ts';

/** A stretch of a configuration file's text, in UTF-16 code units, as `jsonc-parser` counts them. */
export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

/** `grant_type` of RFC 6749, section 4, and RFC 7523, section 2.1: how access tokens are obtained. */
export type GrantType =
  | 'authorization_code'
  | 'client_credentials'
  | 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The `oauth` object of a remote entry: the keys Claude Code defines, and ours, which other clients ignore. */
export interface OAuthConfiguration {
  /** A client registered with the authorization server beforehand. Its secret is never in the file. */
  readonly clientId?: string | undefined;
  /** Port of the loopback redirect URI that the client was registered with. */
  readonly callbackPort?: number | undefined;
  /** https URL of the authorization server's metadata document, in place of discovery. */
  readonly authServerMetadataUrl?: string | undefined;
  /** Space-separated scopes, as in RFC 6749, section 3.3. */
  readonly scopes?: string | undefined;
  /** Enterprise-managed authorization: tokens by way of the user's identity provider. */
  readonly xaa?: boolean | undefined;
  /** Ours. Absent means `authorization_code`, or what `xaa` says. */
  readonly grantType?: GrantType | undefined;
  /** Ours. How `clientId` proves itself; absent leaves it to the authorization server's metadata. */
  readonly tokenEndpointAuthMethod?: TokenEndpointAuthMethod | undefined;
  /** Asks for tokens that are bound to a key (DPoP). A key of ours: other clients ignore it. */
  readonly dpop?: boolean | undefined;
}

interface Entry {
  /** The entry's key. Attacker-controlled: quote it where it is logged. */
  readonly name: string;
  /** The whole entry, key included. */
  readonly range: TextRange;
  /** How variables are written in it; absent means as in a `.mcp.json`. */
  readonly dialect?: Dialect | undefined;
}

/** A server reached over the network. `url` and header values are as written: `${VAR}` is not expanded. */
export interface RemoteServerDefinition extends Entry {
  readonly kind: 'remote';
  readonly transport: 'http' | 'sse' | 'ws';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly headersHelper?: string | undefined;
  readonly oauth?: OAuthConfiguration | undefined;
  /** Sentences on what the entry says and MCP Auth makes no use of. */
  readonly notes?: readonly string[] | undefined;
}

/** A server started as a process: its credentials come from its environment, never by OAuth. All is as written. */
export interface StdioServerDefinition extends Entry {
  readonly kind: 'stdio';
  readonly command: string;
  readonly args: readonly string[];
  /** What is added to the process's environment. May hold secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Set where the process does nothing but lead on to a remote server. */
  readonly bridge?: Bridge | undefined;
}

/** An entry that no client would load, and why: a sentence that names the key. */
export interface InvalidServerDefinition extends Entry {
  readonly kind: 'invalid';
  readonly reason: string;
}

/** One entry of a configuration file. */
export type ServerDefinition = InvalidServerDefinition | RemoteServerDefinition | StdioServerDefinition;
