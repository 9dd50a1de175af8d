import { randomUUID } from 'node:crypto';
import { serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { formEndpoint, jsonEndpoint, queryOf, refuseInJson, refuseWith, sendBack } from './endpoints.ts';
import { guard } from './guard.ts';
import { type Grant, Ledger, Refusal, redirectUrisOf } from './ledger.ts';

/** An authorization server and, at another origin, an MCP server that trusts it. */
export interface EnterpriseRealm {
  readonly mcpUrl: string;
  readonly issuer: string;
  readonly ledger: Ledger;
  /** The person says no the next time. */
  denyNext(): void;
}

/** Where the policy about redirect URIs is enforced: Keycloak has it at registration, Okta's is at the page. */
export type RedirectPolicy = 'authorization' | 'registration';

const lifetimeSeconds = 300;

/**
 * Acts like Keycloak and Okta: an issuer with a path; OpenID metadata below that path only; `iss` in every
 * response; `resource` compared byte for byte; hosts of redirect URIs have to be trusted; refresh tokens for
 * `offline_access` only, good for one use each, and one that comes twice ends the whole session.
 *
 * @see https://github.com/opensearch-project/opensearch-mcp-server-py/pull/227 ("Policy 'Trusted Hosts' rejected
 * request to client-registration service", answered with HTTP 403)
 * @see https://www.keycloak.org/docs/latest/server_admin/ (Revoke Refresh Token, Offline access)
 * @see https://developer.okta.com/docs/guides/refresh-tokens/main/ (reuse detection)
 */
export function serveEnterpriseRealm(
  { resource, authorization }: { readonly resource: Origin; readonly authorization: Origin },
  policy: RedirectPolicy = 'registration',
): EnterpriseRealm {
  const mcpUrl = `${resource.url}/mcp`;
  const path = '/realms/mcp';
  const issuer = authorization.url + path;
  const endpoints = `${path}/protocol/openid-connect`;
  const ledger = new Ledger();
  const spent = new Map<string, string>();
  let isDenied = false;
  const { app } = authorization;

  resource.app.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
    response.json({ resource: mcpUrl, authorization_servers: [issuer], scopes_supported: ['mcp:read'] });
  });
  resource.app.use(
    '/mcp',
    guard({
      grantOf: (token) => ledger.accessTokens.get(token),
      challenge: { resource_metadata: `${resource.url}/.well-known/oauth-protected-resource/mcp` },
      writeScope: 'mcp:write',
    }),
    serveMcp,
  );

  app.get(`${path}/.well-known/openid-configuration`, (_request, response) => {
    response.json({
      issuer,
      authorization_endpoint: `${authorization.url}${endpoints}/auth`,
      token_endpoint: `${authorization.url}${endpoints}/token`,
      revocation_endpoint: `${authorization.url}${endpoints}/revoke`,
      registration_endpoint: `${authorization.url}${path}/clients-registrations/openid-connect`,
      jwks_uri: `${authorization.url}${endpoints}/certs`,
      response_types_supported: ['code', 'none', 'id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'mcp:read', 'mcp:write', 'offline_access'],
      code_challenge_methods_supported: ['plain', 'S256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
    });
  });

  app.post(
    `${path}/clients-registrations/openid-connect`,
    jsonEndpoint((metadata, response) => {
      ledger.registrations.push(metadata);
      if (policy === 'registration' && !redirectUrisOf(metadata).every(isTrusted)) {
        throw new Refusal(
          'insufficient_scope',
          "Policy 'Trusted Hosts' rejected request to client-registration service. Details: URI doesn't match any trusted host or domain",
          403,
        );
      }
      response.status(201).json(ledger.register(metadata));
    }),
  );

  app.get(`${endpoints}/auth`, (request, response) => {
    const query = queryOf(request);
    ledger.authorizations.push(query);
    const redirectUri = ledger.redirectUriOf(query);
    if (redirectUri === undefined || !isTrusted(redirectUri)) {
      response.status(400).type('html');
      response.send('<!doctype html><h1>We are sorry...</h1><p>Invalid parameter: redirect_uri</p>');
      return;
    }
    const answer = { state: query.get('state') ?? '', iss: issuer };
    if (isDenied) {
      isDenied = false;
      sendBack(response, redirectUri, { ...answer, error: 'access_denied' });
    } else if (query.get('resource') !== mcpUrl) {
      sendBack(response, redirectUri, { ...answer, error: 'invalid_target' });
    } else {
      sendBack(response, redirectUri, {
        ...answer,
        code: ledger.issueCode(query),
        session_state: randomUUID(),
      });
    }
  });

  const issue = (grant: Grant) => {
    const [accessToken, refreshToken] = [`at.${randomUUID()}.sig`, `rt.${randomUUID()}.sig`];
    ledger.accessTokens.set(accessToken, grant);
    const isOffline = grant.scope.split(' ').includes('offline_access');
    if (isOffline) {
      ledger.refreshTokens.set(refreshToken, grant);
    }
    return {
      access_token: accessToken,
      expires_in: lifetimeSeconds,
      refresh_expires_in: 0,
      ...(isOffline ? { refresh_token: refreshToken } : {}),
      token_type: 'Bearer',
      'not-before-policy': 0,
      scope: grant.scope,
    };
  };

  const refresh = (form: URLSearchParams) => {
    const presented = form.get('refresh_token') ?? '';
    const reused = spent.get(presented);
    if (reused !== undefined) {
      ledger.forget(reused);
      throw new Refusal('invalid_grant', 'Maximum allowed refresh token reuse exceeded');
    }
    const grant = ledger.refreshTokens.get(presented);
    if (grant?.clientId !== form.get('client_id')) {
      throw new Refusal('invalid_grant', 'Session not active');
    }
    spent.set(presented, grant.id);
    ledger.refreshTokens.delete(presented);
    return issue(grant);
  };

  app.post(
    `${endpoints}/token`,
    formEndpoint(authorization, (form, response) => {
      ledger.tokenRequests.push(form);
      if (form.get('resource') !== mcpUrl) {
        throw new Refusal('invalid_target', 'The resource is not one of this realm.');
      }
      const isRefresh = form.get('grant_type') === 'refresh_token';
      response.json(isRefresh ? refresh(form) : issue(ledger.redeem(form)));
    }),
  );
  app.post(
    `${endpoints}/revoke`,
    formEndpoint(authorization, (form, response) => {
      ledger.revocations.push(form);
      const token = form.get('token') ?? '';
      ledger.forget((ledger.refreshTokens.get(token) ?? ledger.accessTokens.get(token))?.id ?? '');
      response.end();
    }),
  );
  app.use(refuseWith(refuseInJson));
  return {
    mcpUrl,
    issuer,
    ledger,
    denyNext: () => {
      isDenied = true;
    },
  };
}

function isTrusted(uri: string): boolean {
  return new URL(uri).hostname === 'localhost';
}
