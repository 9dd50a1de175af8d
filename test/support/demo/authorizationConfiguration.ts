import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  type AdapterFactory,
  type ClientMetadata,
  type Configuration,
  errors,
  interactionPolicy,
} from 'oidc-provider';
import { interactionPath } from './consentRoutes.ts';
import { deviceFlow } from './deviceFlow.ts';
import { renderErrorPage } from './loginPage.ts';
import { PAGE_HEADERS } from './page.ts';

/** What a client gets that asks for no scope. */
export const DEFAULT_SCOPE = 'mcp:tools';

/** A client registered by hand: confidential with a secret, public without. */
export interface StaticClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly name?: string;
  /** Compared as strings; only a loopback `http` URI may come with another port. */
  readonly redirectUris: readonly string[];
  /** How a secret must be sent. */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post';
}

/** Client ID metadata documents, by URL; nothing is fetched for them. */
export type ClientDocuments = Readonly<Record<string, unknown>>;

/** What differs from one demo to the next. */
export interface ConfigurationOptions {
  readonly issuer: string;
  readonly resource: string;
  readonly staticClients: readonly StaticClient[];
  /** Whether device codes are offered (RFC 8628). */
  readonly deviceFlow?: boolean;
  /** Whether ID tokens say what people are called. */
  readonly openId?: boolean;
  readonly clientDocuments?: ClientDocuments | undefined;
  readonly adapter: AdapterFactory;
  /** Asked once per token, in seconds. */
  readonly accessTokenTtl: () => number;
}

const FORTNIGHT = 14 * 24 * 60 * 60;
const HOUR = 60 * 60;

/** Settings for oidc-provider. Several only repeat its defaults, which would each announce themselves on the console. */
export function createConfiguration(options: ConfigurationOptions): Configuration {
  const { issuer, resource, staticClients, clientDocuments, adapter, accessTokenTtl } = options;
  const { port } = new URL(issuer);
  return {
    adapter,
    clients: staticClients.map(toClientMetadata),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    jwks: { keys: [createSigningKey()] },
    cookies: {
      keys: [randomBytes(32)],
      // Ports do not separate cookies: two demos in one browser must not take each other's.
      names: { session: `demo_${port}`, interaction: `demo_${port}_login`, resume: `demo_${port}_resume` },
    },
    scopes: ['openid', 'offline_access', 'mcp:tools'],
    ...(options.openId && { claims: { openid: ['sub', 'preferred_username'] } }),
    // The access token is for the MCP server, so that nobody could ask for the claims with it.
    conformIdTokenClaims: !options.openId,
    pkce: { required: () => true },
    ...(clientDocuments && { fetch: async (url) => Response.json(clientDocuments[String(url)]) }),
    features: {
      ...(clientDocuments && { clientIdMetadataDocument: { enabled: true, ack: 'draft-02' } }),
      devInteractions: { enabled: false },
      deviceFlow: options.deviceFlow ? deviceFlow : { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, indicator) => {
          if (indicator !== resource) throw new errors.InvalidTarget('unknown resource');
          return { scope: 'mcp:tools', audience: resource, accessTokenFormat: 'opaque' };
        },
      },
    },
    interactions: { url: (_ctx, interaction) => interactionPath(interaction.uid), policy: askEveryTime() },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, preferred_username: `${sub}@example.com` }),
    }),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: () => accessTokenTtl(),
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: FORTNIGHT,
      IdToken: HOUR,
      Interaction: HOUR,
      RefreshToken: FORTNIGHT,
      Session: FORTNIGHT,
    },
    renderError: (ctx, out) => {
      ctx.set(PAGE_HEADERS);
      ctx.body = renderErrorPage(out.error, out.error_description ?? 'The request was not valid.');
    },
  };
}

/** Login and consent are one page, and it is shown for each authorization request, session or not. */
function askEveryTime(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const { Check } = interactionPolicy;
  const everyTime = new Check(
    'every_time',
    'the person decides on each request',
    ({ oidc }) => oidc.result?.login === undefined,
  );
  policy.get('login')?.checks.add(everyTime);
  return policy;
}

function toClientMetadata(client: StaticClient): ClientMetadata {
  const { clientId, clientSecret, name, redirectUris, authMethod = 'client_secret_basic' } = client;
  return {
    client_id: clientId,
    client_name: name ?? clientId,
    redirect_uris: redirectUris,
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    ...(clientSecret === undefined
      ? { token_endpoint_auth_method: 'none' as const }
      : { client_secret: clientSecret, token_endpoint_auth_method: authMethod }),
  };
}

function createSigningKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' };
}
