import type { ClientDocuments, StaticClient } from './authorizationConfiguration.ts';
import { createAuthorizationServer } from './authorizationServer.ts';
import { Journal } from './journal.ts';
import { listen } from './listener.ts';
import { createResourceServer, mcpUrlOn } from './resourceServer.ts';

/** All optional: by default a fresh demo on free ports. */
export interface DemoOptions {
  readonly host?: string;
  /** Port of the MCP server; the authorization server takes the next one. Default: two free ports. */
  readonly port?: number;
  /** Default 3600. */
  readonly accessTokenTtlSeconds?: number;
  readonly staticClients?: readonly StaticClient[];
  /** Offers device codes (RFC 8628). Default: false. */
  readonly deviceFlow?: boolean;
  /** Tells who signed in, by an ID token with user name and email address. Default: false. */
  readonly openId?: boolean;
  /** Client ID metadata documents, by the URL they would be published at. Default: none are supported. */
  readonly clientDocuments?: ClientDocuments;
}

/** A running OAuth-protected MCP server and its authorization server. */
export interface Demo {
  readonly mcpUrl: string;
  readonly issuer: string;
  readonly journal: Journal;
  /** Lifetime of access tokens issued from now on; a positive whole number. */
  setAccessTokenTtl(seconds: number): void;
  /** Every access token issued so far is refused from now on; refresh tokens still work. */
  expireAccessTokens(): void;
  /** Every token, code and consent given so far is void. Client registrations stay. */
  revokeEverything(): void;
  /** Cuts all connections. Nothing of the demo keeps the process alive afterwards. */
  close(): Promise<void>;
}

/** Starts the MCP server and its authorization server on two ports of one host. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const {
    host = '127.0.0.1',
    port = 0,
    accessTokenTtlSeconds = 3600,
    staticClients = [],
    clientDocuments,
    deviceFlow = false,
    openId = false,
  } = options;
  const resourceListener = await listen(host, port);
  const authorizationListener = await listen(host, port === 0 ? 0 : port + 1).catch(async (error) => {
    await resourceListener.close();
    throw error;
  });
  const journal = new Journal();
  journal.watch(resourceListener.server, 'resource');
  journal.watch(authorizationListener.server, 'authorization');

  const issuer = authorizationListener.origin;
  const mcpUrl = mcpUrlOn(resourceListener.origin);
  const authorizationServer = createAuthorizationServer({
    issuer,
    resource: mcpUrl,
    accessTokenTtlSeconds,
    staticClients,
    deviceFlow,
    openId,
    clientDocuments,
    journal,
  });
  authorizationListener.server.on('request', authorizationServer.handler);
  const resourceServer = createResourceServer({
    origin: resourceListener.origin,
    issuer,
    openId,
    authorizationServer,
  });
  resourceListener.server.on('request', resourceServer.handler);

  return {
    mcpUrl,
    issuer,
    journal,
    setAccessTokenTtl: authorizationServer.setAccessTokenTtl,
    expireAccessTokens: authorizationServer.expireAccessTokens,
    revokeEverything: authorizationServer.revokeEverything,
    close: async () => {
      await resourceServer.close();
      await Promise.all([resourceListener.close(), authorizationListener.close()]);
    },
  };
}
