import { randomUUID } from 'node:crypto';

/** A code, and what it is bound to. */
export interface IssuedCode {
  readonly challenge: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/** Everything that an authorization server has given out. */
export class Issued {
  readonly #clients = new Map<string, readonly string[]>();
  readonly #codes = new Map<string, IssuedCode>();
  readonly #accessTokens = new Set<string>();
  readonly #refreshTokens = new Set<string>();
  readonly #secrets = new Set<string>();

  /** Every code and token, also those that are no good any more. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets;
  }

  registerClient(redirectUris: readonly string[]): string {
    const clientId = `client-${randomUUID()}`;
    this.#clients.set(clientId, redirectUris);
    return clientId;
  }

  /** A client that was registered with this redirect URI, or one that is known by its metadata document. */
  knowsClient(clientId: string, redirectUri: string): boolean {
    return clientId.startsWith('https://') || this.#clients.get(clientId)?.includes(redirectUri) === true;
  }

  giveCode(bound: IssuedCode): string {
    const code = `code-${randomUUID()}`;
    this.#codes.set(code, bound);
    this.#secrets.add(code);
    return code;
  }

  /** What a code is bound to, once. */
  takeCode(code: string): IssuedCode | undefined {
    const bound = this.#codes.get(code);
    this.#codes.delete(code);
    return bound;
  }

  /** Uses a refresh token up. */
  takeRefreshToken(token: string): boolean {
    return this.#refreshTokens.delete(token);
  }

  giveTokens(): Readonly<Record<string, unknown>> {
    const tokens = { access_token: `access-${randomUUID()}`, refresh_token: `refresh-${randomUUID()}` };
    this.#accessTokens.add(tokens.access_token);
    this.#refreshTokens.add(tokens.refresh_token);
    this.#secrets.add(tokens.access_token).add(tokens.refresh_token);
    return { ...tokens, token_type: 'Bearer', expires_in: 3600, scope: 'mcp:tools' };
  }

  accepts(accessToken: string): boolean {
    return this.#accessTokens.has(accessToken);
  }

  revokeEverything(): void {
    this.#codes.clear();
    this.#accessTokens.clear();
    this.#refreshTokens.clear();
  }
}
