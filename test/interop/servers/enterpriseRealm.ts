import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { formEndpoint, jsonEndpoint, queryOf, refuseInJson, refuseWith, sendBack } from './endpoints.ts';
import { guard } from './guard.ts';
import { type Grant, Ledger, Refusal, redirectUrisOf } from './ledger.ts';

/** Where hosts of redirect URIs are checked: Keycloak's policy is one of registration, others' pages check. */
export type RedirectPolicy = 'authorization' | 'registration';

const lifetimeSeconds = 300;
const path = '/realms/mcp';
const endpoints = `${path}/protocol/openid-connect`;

/**
 * Acts like Keycloak and Okta, with the MCP server at another origin: an issuer with a path; OpenID metadata
 * below that path only; `iss` in every response; `resource` compared byte for byte; hosts of redirect URIs that
 * have to be trusted; refresh tokens for `offline_access` only, good for one use each, and one that comes twice
 * ends the session.
 *
 * @see https://github.com/opensearch-project/opensearch-mcp-server-py/pull/227 ("Policy 'Trusted Hosts' rejected
 * request")
 * @see https://github.com/keycloak/keycloak/pull/51798 (Revoke Refresh Token, Refresh Token Max Reuse)
 * @see https://developer.okta.com/docs/guides/refresh-tokens/main/ (reuse detection)
 */
export class EnterpriseRealm {
  readonly mcpUrl: string;
  readonly issuer: string;
  readonly ledger = new Ledger();
  readonly #policy: RedirectPolicy;
  /** The grants of refresh tokens that were used. */
  readonly #spent = new Map<string, string>();
  #isNextDenied = false;

  constructor(
    { resource, authorization }: { readonly resource: Origin; readonly authorization: Origin },
    policy: RedirectPolicy = 'registration',
  ) {
    this.mcpUrl = `${resource.url}/mcp`;
    this.issuer = authorization.url + path;
    this.#policy = policy;
    this.#serveResource(resource);
    const { app, url } = authorization;
    app.get(`${path}/.well-known/openid-configuration`, (_request, response) => {
      response.json(this.#metadata(url));
    });
    app.post(
      `${path}/clients-registrations/openid-connect`,
      jsonEndpoint((metadata, response) => this.#register(metadata, response)),
    );
    app.get(`${endpoints}/auth`, (request, response) => this.#authorize(queryOf(request), response));
    app.post(
      `${endpoints}/token`,
      formEndpoint(authorization, (form, response) => void response.json(this.#answerTokenRequest(form))),
    );
    app.post(
      `${endpoints}/revoke`,
      formEndpoint(authorization, (form, response) => {
        this.#revoke(form);
        response.end();
      }),
    );
    app.use(refuseWith(refuseInJson));
  }

  /** The person says no the next time. */
  denyNext(): void {
    this.#isNextDenied = true;
  }

  #serveResource({ app, url }: Origin): void {
    const metadataPath = '/.well-known/oauth-protected-resource/mcp';
    app.get(metadataPath, (_request, response) => {
      const scopes = ['mcp:read'];
      response.json({
        resource: this.mcpUrl,
        authorization_servers: [this.issuer],
        scopes_supported: scopes,
      });
    });
    const admit = guard({
      grantOf: (token) => this.ledger.accessTokens.get(token),
      challenge: { resource_metadata: url + metadataPath },
      writeScope: 'mcp:write',
    });
    app.use('/mcp', admit, serveMcp);
  }

  #metadata(url: string) {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${url}${endpoints}/auth`,
      token_endpoint: `${url}${endpoints}/token`,
      revocation_endpoint: `${url}${endpoints}/revoke`,
      registration_endpoint: `${this.issuer}/clients-registrations/openid-connect`,
      jwks_uri: `${url}${endpoints}/certs`,
      response_types_supported: ['code', 'none', 'id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'mcp:read', 'mcp:write', 'offline_access'],
      code_challenge_methods_supported: ['plain', 'S256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  #register(metadata: Readonly<Record<string, unknown>>, response: Response): void {
    this.ledger.registrations.push(metadata);
    if (this.#policy === 'registration' && !redirectUrisOf(metadata).every(isTrusted)) {
      throw new Refusal(
        'insufficient_scope',
        "Policy 'Trusted Hosts' rejected request to client-registration service.",
        403,
      );
    }
    response.status(201).json(this.ledger.register(metadata));
  }

  #authorize(query: URLSearchParams, response: Response): void {
    this.ledger.authorizations.push(query);
    const redirectUri = this.ledger.redirectUriOf(query);
    if (redirectUri === undefined || !isTrusted(redirectUri)) {
      response.status(400).type('html');
      response.send('<!doctype html><h1>We are sorry...</h1><p>Invalid parameter: redirect_uri</p>');
      return;
    }
    const answer = { state: query.get('state') ?? '', iss: this.issuer };
    if (this.#isNextDenied) {
      this.#isNextDenied = false;
      sendBack(response, redirectUri, { ...answer, error: 'access_denied' });
    } else if (query.get('resource') !== this.mcpUrl) {
      sendBack(response, redirectUri, { ...answer, error: 'invalid_target' });
    } else {
      const code = this.ledger.issueCode(query);
      sendBack(response, redirectUri, { ...answer, code, session_state: randomUUID() });
    }
  }

  #answerTokenRequest(form: URLSearchParams) {
    this.ledger.tokenRequests.push(form);
    if (form.get('resource') !== this.mcpUrl) {
      throw new Refusal('invalid_target', 'The resource is not one of this realm.');
    }
    return form.get('grant_type') === 'refresh_token'
      ? this.#refresh(form)
      : this.#issue(this.ledger.redeem(form));
  }

  #refresh(form: URLSearchParams) {
    const presented = form.get('refresh_token') ?? '';
    const reused = this.#spent.get(presented);
    if (reused !== undefined) {
      this.ledger.forget(reused);
      throw new Refusal('invalid_grant', 'Maximum allowed refresh token reuse exceeded');
    }
    const grant = this.ledger.refreshTokens.get(presented);
    if (grant?.clientId !== form.get('client_id')) {
      throw new Refusal('invalid_grant', 'Session not active');
    }
    this.#spent.set(presented, grant.id);
    this.ledger.refreshTokens.delete(presented);
    return this.#issue(grant);
  }

  #issue(grant: Grant) {
    const [accessToken, refreshToken] = [`at.${randomUUID()}.sig`, `rt.${randomUUID()}.sig`];
    this.ledger.accessTokens.set(accessToken, grant);
    const isOffline = grant.scope.split(' ').includes('offline_access');
    if (isOffline) {
      this.ledger.refreshTokens.set(refreshToken, grant);
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
  }

  #revoke(form: URLSearchParams): void {
    this.ledger.revocations.push(form);
    const token = form.get('token') ?? '';
    const { refreshTokens, accessTokens } = this.ledger;
    const grant = refreshTokens.get(token) ?? accessTokens.get(token);
    if (grant) {
      this.ledger.forget(grant.id);
    }
  }
}

function isTrusted(uri: string): boolean {
  return new URL(uri).hostname === 'localhost';
}
