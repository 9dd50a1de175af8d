import { randomUUID } from 'node:crypto';
import type { Answer, Honest, ReceivedRequest, Routes } from './misbehavingServer.ts';
import { jwtOf } from './privateKeys.ts';
import { json, redirect } from './reply.ts';

/** How an identity provider differs from the usual one. */
export interface IdentityProviderOptions {
  /** Claims of its ID tokens beyond, or in place of, the usual ones. */
  readonly claims?: (request: ReceivedRequest) => Readonly<Record<string, unknown>>;
  /** What a refresh answers beyond the access token; by default nothing can be refreshed. */
  readonly refresh?: (request: ReceivedRequest) => Readonly<Record<string, unknown>>;
  /** What the token exchange answers, instead of an ID-JAG. */
  readonly exchange?: Answer;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export const idpClientId = 'the-editor';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/** A time that has not come, whether by the machine's clock or by a `FakeClock`: in seconds. */
export const idTokenExpiry = Date.UTC(2030, 0, 1) / 1000 + 3600;

/** Routes of an OpenID provider that exchanges its ID tokens for ID-JAGs. */
export function identityProvider(options: IdentityProviderOptions = {}) {
  return ({ origin, metadata }: Honest): Routes => {
    const nonces = new Map<string, string>();
    const idToken = (request: ReceivedRequest, nonce?: string) =>
      jwtOf({
        iss: origin,
        sub: 'the-person',
        aud: idpClientId,
        iat: 1,
        exp: idTokenExpiry,
        jti: randomUUID(),
        ...(nonce === undefined ? {} : { nonce }),
        ...options.claims?.(request),
      });
    const grant = (request: ReceivedRequest): Readonly<Record<string, unknown>> => {
      const { form } = request;
      const tokens = { access_token: `access-${randomUUID()}`, token_type: 'Bearer', expires_in: 3600 };
      if (form.get('grant_type') === 'refresh_token') {
        return { ...tokens, ...options.refresh?.(request) };
      }
      const refresh = options.refresh ? { refresh_token: `refresh-${randomUUID()}` } : {};
      return { ...tokens, ...refresh, id_token: idToken(request, nonces.get(form.get('code') ?? '')) };
    };
    return {
      'GET /.well-known/oauth-authorization-server': json({ error: 'not here' }, { status: 404 }),
      'GET /.well-known/openid-configuration': json({
        ...metadata,
        token_endpoint_auth_methods_supported: ['none'],
        id_token_signing_alg_values_supported: ['ES256'],
        ...options.metadata,
      }),
      'GET /authorize': ({ query }) => {
        const code = `code-${randomUUID()}`;
        nonces.set(code, query.get('nonce') ?? '');
        const target = new URL(query.get('redirect_uri') ?? '');
        target.searchParams.set('code', code);
        target.searchParams.set('state', query.get('state') ?? '');
        target.searchParams.set('iss', origin);
        return redirect(target.href);
      },
      'POST /token': (request) => {
        if (!request.form.get('grant_type')?.endsWith(':token-exchange')) {
          return json(grant(request));
        }
        const { exchange = assertion } = options;
        return typeof exchange === 'function' ? exchange(request) : exchange;
      },
    };
  };
}

/** An ID-JAG for whoever it was asked for. */
export function assertion({ form }: ReceivedRequest) {
  const claims = { aud: form.get('audience'), resource: form.get('resource'), jti: randomUUID() };
  const token = jwtOf(claims, { alg: 'ES256', typ: 'oauth-id-jag+jwt' });
  return json({ access_token: token, issued_token_type: idJag, token_type: 'N_A', expires_in: 300 });
}
