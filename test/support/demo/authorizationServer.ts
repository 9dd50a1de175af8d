import type { RequestListener } from 'node:http';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import {
  type ClientDocuments,
  createConfiguration,
  DEFAULT_SCOPE,
  type StaticClient,
} from './authorizationConfiguration.ts';
import { createConsentRoutes } from './consentRoutes.ts';
import type { Journal } from './journal.ts';
import { createMemoryStore } from './memoryStore.ts';
import { createTokenTap } from './tokenTap.ts';

/** Who an access token speaks for, and until when. */
export interface AccessGrant {
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** The authorization server, and what only its own process may ask of it. */
export interface AuthorizationServer {
  readonly handler: RequestListener;
  /** The grant behind a token that is active, not expired, and meant for this demo's MCP server. */
  checkAccessToken(token: string): Promise<AccessGrant | undefined>;
  /** Takes effect for tokens issued from now on. */
  setAccessTokenTtl(seconds: number): void;
  /** Forgets the access tokens issued so far. */
  expireAccessTokens(): void;
  /** Forgets the tokens, codes and grants issued so far, but no client. */
  revokeEverything(): void;
}

/** What the authorization server must know of the rest of the demo. */
export interface AuthorizationServerOptions {
  readonly issuer: string;
  /** URL of the MCP server: the only resource, hence the only audience. */
  readonly resource: string;
  readonly accessTokenTtlSeconds: number;
  readonly staticClients: readonly StaticClient[];
  /** Whether device codes are offered (RFC 8628). */
  readonly deviceFlow: boolean;
  /** Whether it tells who signed in (OpenID Connect). */
  readonly openId: boolean;
  readonly clientDocuments?: ClientDocuments | undefined;
  readonly journal: Journal;
}

/** oidc-provider as an open, strict OAuth 2.1 authorization server that keeps everything in memory. */
export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const { issuer, resource, staticClients, clientDocuments, deviceFlow, openId, journal } = options;
  let accessTokenTtl = options.accessTokenTtlSeconds;
  const store = createMemoryStore();
  const configuration = createConfiguration({
    issuer,
    resource,
    staticClients,
    deviceFlow,
    openId,
    clientDocuments,
    adapter: store.adapter,
    accessTokenTtl: () => accessTokenTtl,
  });
  journal.addSecrets(staticClients.flatMap(({ clientSecret }) => clientSecret ?? []));

  const provider = new Provider(issuer, configuration);
  provider.use(createTokenTap(journal));
  provider.use(askForDefaultScope);
  provider.use(createConsentRoutes(provider));
  const handle = provider.callback();

  return {
    handler: (request, response) => void handle(request, response),
    checkAccessToken: async (token) => {
      const found = await provider.AccessToken.find(token);
      if (found?.aud !== resource || found.clientId === undefined || found.exp === undefined)
        return undefined;
      return {
        subject: found.accountId,
        clientId: found.clientId,
        scopes: [...found.scopes],
        expiresAt: found.exp,
      };
    },
    setAccessTokenTtl: (seconds) => {
      accessTokenTtl = seconds;
    },
    expireAccessTokens: () => store.forget('AccessToken'),
    revokeEverything: () => store.forget('AccessToken', 'AuthorizationCode', 'Grant', 'RefreshToken'),
  };
}

/** Without a requested scope oidc-provider refuses the login; RFC 6749 section 3.3 lets the server have a default. */
async function askForDefaultScope(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  if (ctx.path === '/auth' && ctx.query.scope === undefined)
    ctx.query = { ...ctx.query, scope: DEFAULT_SCOPE };
  await next();
}
