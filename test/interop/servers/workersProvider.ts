import { randomBytes, randomUUID } from 'node:crypto';
import { serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { formEndpoint, jsonEndpoint, queryOf, refuseInJson, refuseWith, sendBack } from './endpoints.ts';
import { guard } from './guard.ts';
import { type Grant, Ledger, Refusal, redirectUrisOf } from './ledger.ts';

/** An authorization server and its MCP server, on one origin. */
export interface WorkersProvider {
  readonly mcpUrl: string;
  readonly ledger: Ledger;
  /** Cuts the connection in place of the answer to the next refresh, which has happened by then. */
  loseNextRefresh(): void;
}

/** The refresh tokens of a grant that are good at this moment. */
interface Rotation {
  readonly current: string;
  readonly previous?: string | undefined;
}

const lifetimeSeconds = 3600;

/**
 * Acts like the MCP servers on Cloudflare's `workers-oauth-provider` (Sentry, Linear and many more):
 * an issuer without a path; clients by dynamic registration only, for https and loopback redirect URIs that
 * are on a list; opaque tokens `user:grant:secret`; revocation at the token endpoint; no `scope` in its answers.
 * A refresh token stays good until the one that took its place is first used.
 *
 * @see https://github.com/cloudflare/workers-oauth-provider docs/authorization-server.md ("Refresh tokens rotate
 * on use. The immediately previous token remains valid until its replacement is first used", "Redirect URIs must
 * use https, or http on a loopback host"), and `revocation_endpoint: tokenEndpoint` in its source
 * @see https://github.com/calcom/companion/issues/175 (allowlist of redirect hosts at registration)
 */
export function serveWorkersProvider(origin: Origin): WorkersProvider {
  const { url, app } = origin;
  const mcpUrl = `${url}/mcp`;
  const resourceMetadata = `${url}/.well-known/oauth-protected-resource/mcp`;
  const ledger = new Ledger();
  const rotations = new Map<string, Rotation>();
  let isNextLost = false;

  app.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
    response.json({ resource: mcpUrl, authorization_servers: [url], scopes_supported: ['read'] });
  });
  app.get('/.well-known/oauth-authorization-server', (_request, response) => {
    response.json({
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      revocation_endpoint: `${url}/token`,
      scopes_supported: ['read', 'write'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['S256'],
    });
  });

  app.post(
    '/register',
    jsonEndpoint((metadata, response) => {
      ledger.registrations.push(metadata);
      for (const uri of redirectUrisOf(metadata)) {
        const { protocol, hostname } = new URL(uri);
        if (protocol !== 'http:' || hostname !== 'localhost') {
          throw new Refusal('invalid_redirect_uri', `${protocol} addresses are not on the list`);
        }
      }
      response.status(201).json(ledger.register(metadata));
    }),
  );

  app.get('/authorize', (request, response) => {
    const query = queryOf(request);
    ledger.authorizations.push(query);
    const redirectUri = ledger.redirectUriOf(query);
    if (redirectUri === undefined) {
      throw new Refusal('invalid_client', 'Unknown client or redirect URI.');
    }
    const code = ledger.issueCode(query, `user1:${randomUUID()}:${randomBytes(24).toString('base64url')}`);
    sendBack(response, redirectUri, { code, state: query.get('state') ?? '' });
  });

  /** Tokens as this kind of server writes them: whose, by which grant, and something that only they know. */
  const issue = (grant: Grant, previous?: string) => {
    const secret = () => `user1:${grant.id}:${randomBytes(24).toString('base64url')}`;
    const [accessToken, refreshToken] = [secret(), secret()];
    ledger.accessTokens.set(accessToken, grant);
    const before = rotations.get(grant.id);
    for (const spent of [before?.current, before?.previous].filter((token) => token !== previous)) {
      ledger.refreshTokens.delete(spent ?? '');
    }
    ledger.refreshTokens.set(refreshToken, grant);
    rotations.set(grant.id, { current: refreshToken, previous });
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: lifetimeSeconds,
      refresh_token: refreshToken,
    };
  };

  const revoke = (form: URLSearchParams) => {
    ledger.revocations.push(form);
    const [, grantId] = (form.get('token') ?? '').split(':');
    if (form.get('token_type_hint') === 'refresh_token') {
      ledger.forget(grantId ?? '');
    } else {
      ledger.accessTokens.delete(form.get('token') ?? '');
    }
    return {};
  };

  const refresh = (form: URLSearchParams) => {
    const presented = form.get('refresh_token') ?? '';
    const grant = ledger.refreshTokens.get(presented);
    if (grant?.clientId !== form.get('client_id')) {
      throw new Refusal('invalid_grant', 'Invalid refresh token');
    }
    return issue(grant, presented);
  };

  app.post(
    '/token',
    formEndpoint(origin, (form, response, request) => {
      if (!form.has('grant_type') && form.has('token')) {
        response.json(revoke(form));
        return;
      }
      ledger.tokenRequests.push(form);
      if (form.get('grant_type') !== 'refresh_token') {
        response.json(issue(ledger.redeem(form)));
        return;
      }
      const tokens = refresh(form);
      if (isNextLost) {
        isNextLost = false;
        request.socket.destroy();
      } else {
        response.json(tokens);
      }
    }),
  );

  app.use(
    '/mcp',
    guard({
      grantOf: (token) => ledger.accessTokens.get(token),
      challenge: { realm: 'OAuth', resource_metadata: resourceMetadata },
      writeScope: 'write',
    }),
    serveMcp,
  );
  app.use(refuseWith(refuseInJson));
  return {
    mcpUrl,
    ledger,
    loseNextRefresh: () => {
      isNextLost = true;
    },
  };
}
