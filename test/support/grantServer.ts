import { randomUUID } from 'node:crypto';
import type { Answer, Honest, Routes } from './misbehavingServer.ts';
import { json } from './reply.ts';

/** How an authorization server that has no page to sign in at differs from the usual one. */
export interface GrantServerOptions {
  /** `grant_types_supported`. */
  readonly grants?: readonly string[];
  /** `token_endpoint_auth_methods_supported`. */
  readonly methods?: readonly string[];
  readonly token?: Answer;
}

/** Routes of an authorization server for machines. */
export function grantServer({ grants, methods = ['none'], token = freshAccess }: GrantServerOptions = {}) {
  return ({ metadata }: Honest): Routes => {
    const { authorization_endpoint: _page, registration_endpoint: _registration, ...rest } = metadata;
    return {
      'GET /.well-known/oauth-authorization-server': json({
        ...rest,
        token_endpoint_auth_methods_supported: methods,
        ...(grants ? { grant_types_supported: grants } : {}),
      }),
      'POST /token': token,
    };
  };
}

/** An access token for an hour, and no refresh token. */
export function freshAccess() {
  return json({ access_token: `access-${randomUUID()}`, token_type: 'Bearer', expires_in: 3600 });
}
