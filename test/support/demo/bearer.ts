import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { RequestHandler } from 'express';
import type { AuthorizationServer } from './authorizationServer.ts';

/**
 * Lets requests pass that carry a valid access token, and tells the MCP SDK whose it is (`extra.subject`). Answers
 * others with a 401 that points to the protected resource metadata.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3 and RFC 9728 section 5.1
 */
export function requireBearer(
  authorizationServer: Pick<AuthorizationServer, 'checkAccessToken'>,
  metadataUrl: string,
): RequestHandler {
  return async (request, response, next) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    if (token === undefined) {
      response.status(401).set('WWW-Authenticate', `Bearer resource_metadata="${metadataUrl}"`);
      response.json({ error: 'unauthorized', error_description: 'An access token is needed.' });
      return;
    }
    const grant = await authorizationServer.checkAccessToken(token);
    if (grant === undefined) {
      const error = 'invalid_token';
      const description = 'The access token is unknown, expired, revoked, or meant for another server.';
      response
        .status(401)
        .set(
          'WWW-Authenticate',
          `Bearer error="${error}", error_description="${description}", resource_metadata="${metadataUrl}"`,
        );
      response.json({ error, error_description: description });
      return;
    }
    const { subject, clientId, scopes, expiresAt } = grant;
    const auth: AuthInfo = { token, clientId, scopes: [...scopes], expiresAt, extra: { subject } };
    Object.assign(request, { auth });
    next();
  };
}
