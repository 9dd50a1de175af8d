import { randomBytes, randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { formEndpoint, jsonEndpoint, queryOf, refuseInJson, refuseWith, sendBack } from './endpoints.ts';
import { guard } from './guard.ts';
import { type Grant, Ledger, Refusal, redirectUrisOf } from './ledger.ts';

/** The refresh tokens of a grant that are good at this moment. */
interface Rotation {
  readonly current: string;
  readonly previous?: string | undefined;
}

const lifetimeSeconds = 3600;

/**
 * Acts like the MCP servers on Cloudflare's `workers-oauth-provider`, on one origin: an issuer without a path;
 * clients by dynamic registration only, for redirect URIs that are on a list; opaque tokens `user:grant:secret`;
 * revocation at the token endpoint; no `iss`, and no `scope` in its answers. A refresh token stays good until the
 * one that took its place is first used.
 *
 * @see https://github.com/cloudflare/workers-oauth-provider docs/authorization-server.md ("The immediately previous
 * token remains valid until its replacement is first used"; "Redirect URIs must use https, or http on a loopback
 * host"), and `revocation_endpoint: tokenEndpoint` in its source
 * @see https://github.com/calcom/companion/issues/175 (list of redirect hosts at registration)
 */
export class WorkersProvider {
  readonly mcpUrl: string;
  readonly ledger = new Ledger();
  readonly #url: string;
  readonly #rotations = new Map<string, Rotation>();
  #isNextLost = false;

  constructor(origin: Origin) {
    const { url, app } = origin;
    this.#url = url;
    this.mcpUrl = `${url}/mcp`;
    app.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
      response.json({ resource: this.mcpUrl, authorization_servers: [url], scopes_supported: ['read'] });
    });
    app.get('/.well-known/oauth-authorization-server', (_request, response) => {
      response.json(this.#metadata());
    });
    app.post(
      '/register',
      jsonEndpoint((metadata, response) => this.#register(metadata, response)),
    );
    app.get('/authorize', (request, response) => this.#authorize(queryOf(request), response));
    app.post(
      '/token',
      formEndpoint(origin, (form, response, request) => this.#answerTokenRequest(form, response, request)),
    );
    app.use('/mcp', this.#guard(), serveMcp);
    app.use(refuseWith(refuseInJson));
  }

  /** Cuts the connection in place of the answer to the next refresh, which has happened by then. */
  loseNextRefresh(): void {
    this.#isNextLost = true;
  }

  #guard() {
    const resourceMetadata = `${this.#url}/.well-known/oauth-protected-resource/mcp`;
    return guard({
      grantOf: (token) => this.ledger.accessTokens.get(token),
      challenge: { realm: 'OAuth', resource_metadata: resourceMetadata },
      writeScope: 'write',
    });
  }

  #metadata() {
    return {
      issuer: this.#url,
      authorization_endpoint: `${this.#url}/authorize`,
      token_endpoint: `${this.#url}/token`,
      registration_endpoint: `${this.#url}/register`,
      revocation_endpoint: `${this.#url}/token`,
      scopes_supported: ['read', 'write'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  #register(metadata: Readonly<Record<string, unknown>>, response: Response): void {
    this.ledger.registrations.push(metadata);
    for (const uri of redirectUrisOf(metadata)) {
      const { protocol, hostname } = new URL(uri);
      if (protocol !== 'http:' || hostname !== 'localhost') {
        throw new Refusal('invalid_redirect_uri', `${protocol} addresses are not on the list`);
      }
    }
    response.status(201).json(this.ledger.register(metadata));
  }

  #authorize(query: URLSearchParams, response: Response): void {
    this.ledger.authorizations.push(query);
    const redirectUri = this.ledger.redirectUriOf(query);
    if (redirectUri === undefined) {
      throw new Refusal('invalid_client', 'Unknown client or redirect URI.');
    }
    const code = this.ledger.issueCode(query, opaque(randomUUID()));
    sendBack(response, redirectUri, { code, state: query.get('state') ?? '' });
  }

  #answerTokenRequest(form: URLSearchParams, response: Response, request: Request): void {
    if (!form.has('grant_type') && form.has('token')) {
      this.#revoke(form);
      response.json({});
      return;
    }
    this.ledger.tokenRequests.push(form);
    if (form.get('grant_type') !== 'refresh_token') {
      response.json(this.#issue(this.ledger.redeem(form)));
      return;
    }
    const tokens = this.#refresh(form);
    if (this.#isNextLost) {
      this.#isNextLost = false;
      request.socket.destroy();
    } else {
      response.json(tokens);
    }
  }

  #refresh(form: URLSearchParams) {
    const presented = form.get('refresh_token') ?? '';
    const grant = this.ledger.refreshTokens.get(presented);
    if (grant?.clientId !== form.get('client_id')) {
      throw new Refusal('invalid_grant', 'Invalid refresh token');
    }
    return this.#issue(grant, presented);
  }

  /** @param previous the refresh token that was presented, and is kept beside the new one */
  #issue(grant: Grant, previous?: string) {
    const { accessTokens, refreshTokens } = this.ledger;
    const [accessToken, refreshToken] = [opaque(grant.id), opaque(grant.id)];
    accessTokens.set(accessToken, grant);
    const before = this.#rotations.get(grant.id);
    for (const token of [before?.current, before?.previous]) {
      if (token !== undefined && token !== previous) {
        refreshTokens.delete(token);
      }
    }
    refreshTokens.set(refreshToken, grant);
    this.#rotations.set(grant.id, { current: refreshToken, previous });
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: lifetimeSeconds,
      refresh_token: refreshToken,
    };
  }

  #revoke(form: URLSearchParams): void {
    this.ledger.revocations.push(form);
    const token = form.get('token') ?? '';
    const grant = this.ledger.refreshTokens.get(token);
    if (grant) {
      this.ledger.forget(grant.id);
    } else {
      this.ledger.accessTokens.delete(token);
    }
  }
}

/** A token or code as this kind of server writes it: whose, by which grant, and something that is nowhere else. */
function opaque(grantId: string): string {
  return `user1:${grantId}:${randomBytes(24).toString('base64url')}`;
}
