import { randomBytes, randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { formEndpoint, queryOf, refuseWith, sendBack } from './endpoints.ts';
import { guard } from './guard.ts';
import { type Grant, Ledger, Refusal } from './ledger.ts';

/** What a tenant makes of `resource`: the URL of the MCP server is a name of its API, or it is not. */
export type ResourceRule = 'identifierUri' | 'unknown';

/** Registered by hand, without a secret, for loopback redirect URIs of whatever port. */
export const publicClientId = '11111111-2222-3333-4444-555555555555';

/** The scopes of the API, which name it. */
export const scopes = { read: 'api://6f1d3b7a-mcp/Mcp.Read', write: 'api://6f1d3b7a-mcp/Mcp.Write' };

const tenantPath = '/9e5ab2ef-0d5b-4d2e-8b0b-6c2f0e9a7a11';
const endpoints = `${tenantPath}/oauth2/v2.0`;

/**
 * Acts like Microsoft Entra ID, with the MCP server at another origin: no dynamic registration, no word of PKCE in
 * its metadata (it checks it), an issuer of tenant and `/v2.0` with OpenID metadata only, scopes that name their
 * API and come back without `offline_access`, refresh tokens that stay good, no revocation. `resource` has to name
 * the same API as the scopes do. Descriptions of errors have several lines, with ids in them.
 *
 * @see https://github.com/CyberDrain/CIPP/issues/351 (the server's URL as identifier URI of the app: works),
 * https://github.com/punkpeye/mcp-remote/issues/217 (AADSTS9010010 where it is none)
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow (errors)
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/reply-url (the port of localhost is ignored)
 */
export class EntraTenant {
  readonly mcpUrl: string;
  readonly issuer: string;
  readonly ledger = new Ledger();
  readonly #rule: ResourceRule;

  constructor(
    { resource, authorization }: { readonly resource: Origin; readonly authorization: Origin },
    rule: ResourceRule = 'identifierUri',
  ) {
    this.mcpUrl = `${resource.url}/mcp`;
    this.issuer = `${authorization.url}${tenantPath}/v2.0`;
    this.#rule = rule;
    this.#serveResource(resource);
    const { app, url } = authorization;
    app.get(`${tenantPath}/v2.0/.well-known/openid-configuration`, (_request, response) => {
      response.json(this.#metadata(url));
    });
    app.get(`${endpoints}/authorize`, (request, response) => this.#authorize(queryOf(request), response));
    app.post(
      `${endpoints}/token`,
      formEndpoint(authorization, (form, response) => void response.json(this.#answerTokenRequest(form))),
    );
    app.use(refuseWith(refuseInSeveralLines));
  }

  #serveResource({ app, url }: Origin): void {
    const metadataPath = '/.well-known/oauth-protected-resource/mcp';
    app.get(metadataPath, (_request, response) => {
      response.json({
        resource: this.mcpUrl,
        authorization_servers: [this.issuer],
        scopes_supported: [scopes.read],
      });
    });
    const admit = guard({
      grantOf: (token) => this.ledger.accessTokens.get(token),
      challenge: { resource_metadata: url + metadataPath },
      writeScope: scopes.write,
    });
    app.use('/mcp', admit, serveMcp);
  }

  #metadata(url: string) {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${url}${endpoints}/authorize`,
      token_endpoint: `${url}${endpoints}/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${url}${tenantPath}/discovery/v2.0/keys`,
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }

  #authorize(query: URLSearchParams, response: Response): void {
    this.ledger.authorizations.push(query);
    const redirectUri = query.get('redirect_uri') ?? '';
    const { protocol, hostname } = new URL(redirectUri);
    if (query.get('client_id') !== publicClientId || protocol !== 'http:' || hostname !== 'localhost') {
      response
        .status(400)
        .type('html')
        .send('<!doctype html><p>AADSTS50011: The redirect URI does not match');
      return;
    }
    const state = query.get('state') ?? '';
    if (this.#rule === 'unknown' && query.has('resource')) {
      const error_description = inSeveralLines(
        "AADSTS9010010: The resource parameter provided in the request doesn't match with the requested scopes.",
      );
      sendBack(response, redirectUri, { error: 'invalid_target', error_description, state });
      return;
    }
    const code = this.ledger.issueCode(query, `1.AX${randomBytes(200).toString('base64url')}`);
    sendBack(response, redirectUri, { code, state, session_state: randomUUID() });
  }

  #answerTokenRequest(form: URLSearchParams) {
    this.ledger.tokenRequests.push(form);
    if (form.get('grant_type') !== 'refresh_token') {
      return this.#issue(this.ledger.redeem(form));
    }
    const grant = this.ledger.refreshTokens.get(form.get('refresh_token') ?? '');
    if (!grant) {
      throw new Refusal(
        'invalid_grant',
        'AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2030-01-01T00:00:00.0000000Z and was inactive for 90.00:00:00.',
      );
    }
    return this.#issue(grant);
  }

  #issue(grant: Grant) {
    const accessToken = `eyJ0eXAi.${randomBytes(300).toString('base64url')}.sig`;
    const refreshToken = `1.AXkA${randomBytes(300).toString('base64url')}`;
    this.ledger.accessTokens.set(accessToken, grant);
    this.ledger.refreshTokens.set(refreshToken, grant);
    return {
      token_type: 'Bearer',
      scope: grant.scope.replace(/ ?offline_access/, ''),
      expires_in: 4523,
      ext_expires_in: 4523,
      access_token: accessToken,
      refresh_token: refreshToken,
    };
  }
}

function inSeveralLines(sentence: string): string {
  return `${sentence} Trace ID: ${randomUUID()}\r\nCorrelation ID: ${randomUUID()}\r\nTimestamp: 2030-01-01 00:00:00Z`;
}

function refuseInSeveralLines({ error, message }: Refusal, response: Response): void {
  response.json({
    error,
    error_description: inSeveralLines(message),
    error_codes: [Number(/\d+/.exec(message)?.[0] ?? 0)],
    timestamp: '2030-01-01 00:00:00Z',
    trace_id: randomUUID(),
    correlation_id: randomUUID(),
  });
}
