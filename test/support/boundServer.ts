import { type DpopProof, hashOf, readProof } from './dpopProof.ts';
import { freshTokens, type Honest, type ReceivedRequest, type Routes } from './misbehavingServer.ts';
import { json, type Reply, text, unauthorized } from './reply.ts';

/** Which of the two servers got a proof. */
type Side = 'authorization' | 'resource';

/** A request with a proof, in the order in which they came. */
export interface ProvenRequest extends DpopProof {
  readonly side: Side;
  readonly grantType: string | null;
  readonly status: number;
}

/**
 * The behaviour of a server that takes bound tokens only and checks every proof. What can be set can be changed
 * while it runs.
 */
export class BoundServer {
  readonly requests: ProvenRequest[] = [];
  /** Members of the protected resource metadata. */
  resource: Readonly<Record<string, unknown>> = { dpop_bound_access_tokens_required: true };
  /** Members of the authorization server's metadata. */
  metadata: Readonly<Record<string, unknown>> = { dpop_signing_alg_values_supported: ['ES256'] };
  /** The challenge to a request without a token. */
  challenge = 'Bearer';
  tokenType = 'DPoP';
  /** The nonce that each side wants to see; by default none. */
  readonly nonces: Partial<Record<Side, string>> = {};
  /** The nonce to give with an answer that wants no other. */
  readonly nextNonces: Partial<Record<Side, string>> = {};
  /** Seconds that the server's clock is ahead. */
  ahead = 0;
  /** Whether answers carry the server's time. */
  tellsTime = true;
  /** Access tokens that are not accepted any more. */
  readonly expired = new Set<string>();
  /** The thumbprint of the key that each token is bound to. */
  readonly #bound = new Map<string, string>();

  readonly routes = (honest: Honest): Routes => ({
    'GET /.well-known/oauth-protected-resource/mcp': () => json({ ...honest.resource, ...this.resource }),
    'GET /.well-known/oauth-authorization-server': () => json({ ...honest.metadata, ...this.metadata }),
    'POST /token': (request) => this.#judge('authorization', request, honest),
    'POST /mcp': (request) =>
      request.headers.authorization === undefined
        ? unauthorized(this.challenge)
        : this.#judge('resource', request, honest),
  });

  #judge(side: Side, request: ReceivedRequest, { origin }: Honest): Reply {
    const proof = readProof(request.headers.dpop);
    const url = `${origin}${request.route.replace('POST ', '')}`;
    const error = this.#fault(side, proof, { request, url });
    const reply =
      error === undefined
        ? this.#accept(side, proof, request)
        : side === 'resource'
          ? unauthorized(`DPoP error="${error}"`)
          : json({ error }, { status: 400 });
    const status = reply.kind === 'complete' ? reply.status : 0;
    this.requests.push({ ...proof, side, grantType: request.form.get('grant_type'), status });
    return this.#withHeaders(side, reply);
  }

  /** RFC 9449, section 4.3. */
  #fault(
    side: Side,
    { claims, thumbprint }: DpopProof,
    { request, url }: { readonly request: ReceivedRequest; readonly url: string },
  ): string | undefined {
    const [, token] = /^DPoP (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const isReplayed = this.requests.some((earlier) => earlier.claims.jti === claims.jti);
    const age = Date.now() / 1000 + this.ahead - Number(claims.iat);
    const isRight =
      typeof claims.jti === 'string' &&
      claims.htm === 'POST' &&
      claims.htu === url &&
      claims.ath === (token === undefined ? undefined : hashOf(token)) &&
      Math.abs(age) < 60;
    if (!isRight || isReplayed) {
      return 'invalid_dpop_proof';
    }
    if (claims.nonce !== this.nonces[side]) {
      return 'use_dpop_nonce';
    }
    const refreshToken = request.form.get('refresh_token');
    if (side === 'authorization') {
      return refreshToken === null || this.#bound.get(refreshToken) === thumbprint
        ? undefined
        : 'invalid_grant';
    }
    const isGood = token !== undefined && !this.expired.has(token) && this.#bound.get(token) === thumbprint;
    return isGood ? undefined : 'invalid_token';
  }

  #accept(side: Side, { thumbprint }: DpopProof, request: ReceivedRequest): Reply {
    if (side === 'resource') {
      return json({ body: request.body });
    }
    const tokens: Readonly<Record<string, unknown>> = { ...freshTokens(), token_type: this.tokenType };
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      this.#bound.set(String(token), thumbprint);
    }
    return json(tokens);
  }

  #withHeaders(side: Side, reply: Reply): Reply {
    const nonce = this.nextNonces[side] ?? this.nonces[side];
    const time = new Date(Date.now() + this.ahead * 1000).toUTCString();
    return reply.kind !== 'complete'
      ? reply
      : text(reply.body, reply.headers['content-type'] ?? '', {
          status: reply.status,
          headers: {
            ...reply.headers,
            date: this.tellsTime ? time : '',
            ...(nonce === undefined ? {} : { 'dpop-nonce': nonce }),
          },
        });
  }
}
