import { randomUUID } from 'node:crypto';
import type { OAuthRegisteredClientsStore } from '@modelcontextprotocol/sdk/server/auth/clients.js';
import { InvalidGrantError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type {
  AuthorizationParams,
  OAuthServerProvider,
} from '@modelcontextprotocol/sdk/server/auth/provider.js';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type {
  OAuthClientInformationFull,
  OAuthTokenRevocationRequest,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import type { Response } from 'express';

const lifetimeSeconds = 3600;

interface Grant {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resource: URL | undefined;
}

/** A provider for the SDK's router that asks nobody, rotates refresh tokens, and revokes. */
export class RotatingProvider implements OAuthServerProvider {
  readonly #clients = new Map<string, OAuthClientInformationFull>();
  readonly #codes = new Map<string, Grant & { readonly challenge: string }>();
  readonly #accessTokens = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, Grant>();

  readonly clientsStore: OAuthRegisteredClientsStore = {
    getClient: (clientId) => this.#clients.get(clientId),
    registerClient: (metadata) => {
      // The router has put the id in already, whatever the interface says.
      const client = metadata as OAuthClientInformationFull;
      this.#clients.set(client.client_id, client);
      return client;
    },
  };

  async authorize(
    client: OAuthClientInformationFull,
    params: AuthorizationParams,
    response: Response,
  ): Promise<void> {
    const code = randomUUID();
    const { scopes = [], resource, codeChallenge: challenge } = params;
    this.#codes.set(code, { clientId: client.client_id, scopes, resource, challenge });
    const target = new URL(params.redirectUri);
    target.searchParams.set('code', code);
    target.searchParams.set('state', params.state ?? '');
    response.redirect(target.href);
  }

  async challengeForAuthorizationCode(_client: OAuthClientInformationFull, code: string): Promise<string> {
    const found = this.#codes.get(code);
    if (!found) {
      throw new InvalidGrantError('unknown code');
    }
    return found.challenge;
  }

  async exchangeAuthorizationCode(client: OAuthClientInformationFull, code: string): Promise<OAuthTokens> {
    return this.#exchange(this.#codes, client, code);
  }

  async exchangeRefreshToken(client: OAuthClientInformationFull, refreshToken: string): Promise<OAuthTokens> {
    return this.#exchange(this.#refreshTokens, client, refreshToken);
  }

  async verifyAccessToken(token: string): Promise<AuthInfo> {
    const grant = this.#accessTokens.get(token);
    if (!grant) {
      throw new InvalidTokenError('unknown token');
    }
    const { clientId, scopes, resource } = grant;
    const expiresAt = Math.floor(Date.now() / 1000) + lifetimeSeconds;
    return {
      token,
      clientId,
      scopes: [...scopes],
      expiresAt,
      ...(resource === undefined ? {} : { resource }),
    };
  }

  async revokeToken(
    _client: OAuthClientInformationFull,
    { token }: OAuthTokenRevocationRequest,
  ): Promise<void> {
    this.#accessTokens.delete(token);
    this.#refreshTokens.delete(token);
  }

  /** Codes and refresh tokens alike are good for one use. */
  #exchange(from: Map<string, Grant>, client: OAuthClientInformationFull, spent: string): OAuthTokens {
    const grant = from.get(spent);
    if (grant?.clientId !== client.client_id) {
      throw new InvalidGrantError('unknown or used before');
    }
    from.delete(spent);
    const [accessToken, refreshToken] = [randomUUID(), randomUUID()];
    this.#accessTokens.set(accessToken, grant);
    this.#refreshTokens.set(refreshToken, grant);
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: lifetimeSeconds,
      refresh_token: refreshToken,
    };
  }
}
