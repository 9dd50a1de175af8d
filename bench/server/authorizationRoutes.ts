import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { json, type Reply, redirect } from '../../test/support/reply.ts';
import type { Issued } from './issued.ts';

/** What a route is told of a request. */
export interface BenchRequest {
  readonly body: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What a route makes of a request. */
export type Answer = (request: BenchRequest) => Reply;

/** What the authorization server is made of. */
export interface AuthorizationOptions {
  readonly issuer: string;
  readonly resource: string;
  readonly issued: Issued;
}

/**
 * A strict authorization server whose person says yes at once: metadata, dynamic registration, client ID
 * metadata documents (which it does not fetch: that would be after the browser opens, and cost all the same),
 * PKCE, `resource`, `iss`, and refresh tokens that are used once.
 */
export function authorizationRoutes({ issuer, resource, issued }: AuthorizationOptions) {
  return new Map<string, Answer | Reply>([
    ['GET /.well-known/oauth-authorization-server', json(metadata(issuer))],
    [
      'POST /register',
      ({ body }) => {
        const client: { readonly redirect_uris: readonly string[] } = JSON.parse(body);
        const clientId = issued.registerClient(client.redirect_uris);
        const known = { ...client, client_id: clientId, token_endpoint_auth_method: 'none' };
        return json(known, { status: 201 });
      },
    ],
    ['GET /authorize', ({ query }) => authorize(query, { issuer, resource, issued })],
    ['POST /token', ({ body }) => redeem(new URLSearchParams(body), { issuer, resource, issued })],
  ]);
}

function metadata(issuer: string): unknown {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    scopes_supported: ['mcp:tools'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
  };
}

function authorize(query: URLSearchParams, { issuer, resource, issued }: AuthorizationOptions): Reply {
  const field = (name: string) => query.get(name) ?? '';
  const [clientId, redirectUri] = [field('client_id'), field('redirect_uri')];
  const isFine =
    issued.knowsClient(clientId, redirectUri) &&
    field('code_challenge_method') === 'S256' &&
    field('resource') === resource;
  if (!isFine) {
    return json({ error: 'invalid_request' }, { status: 400 });
  }
  const target = new URL(redirectUri);
  const code = issued.giveCode({ challenge: field('code_challenge'), clientId, redirectUri });
  for (const [name, value] of Object.entries({ code, state: field('state'), iss: issuer })) {
    target.searchParams.set(name, value);
  }
  return redirect(target.href);
}

function redeem(form: URLSearchParams, { issued }: AuthorizationOptions): Reply {
  const field = (name: string) => form.get(name) ?? '';
  const invalid = json({ error: 'invalid_grant' }, { status: 400 });
  if (field('grant_type') === 'refresh_token') {
    return issued.takeRefreshToken(field('refresh_token')) ? json(issued.giveTokens()) : invalid;
  }
  const code = issued.takeCode(field('code'));
  const isFine =
    code?.challenge === createHash('sha256').update(field('code_verifier')).digest('base64url') &&
    code.clientId === field('client_id') &&
    code.redirectUri === field('redirect_uri');
  return isFine ? json(issued.giveTokens()) : invalid;
}
