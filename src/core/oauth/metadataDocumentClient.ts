import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import type { KnownIssuer } from '../session/knownIssuer.ts';
import type { AuthorizationServer } from './authorizationServer.ts';

/**
 * The URL of the user's client ID metadata document, where it is of use: the server supports such documents,
 * and has not refused this one while it also offers registration.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (client ID metadata documents)
 */
export function usableMetadataDocument(
  server: AuthorizationServer,
  { metadataDocument }: KnownIssuer,
  url: string | undefined,
): string | undefined {
  if (url === undefined || server.client_id_metadata_document_supported !== true) {
    return undefined;
  }
  const isRefused = metadataDocument?.url === url && metadataDocument.outcome === 'refused';
  return isRefused && server.registration_endpoint !== undefined ? undefined : url;
}

/** What servers answer that could not read, or do not like, a document or its redirect URIs. */
const refusals = new Set([
  'invalid_client',
  'invalid_client_metadata',
  'invalid_redirect_uri',
  'invalid_request',
  'unauthorized_client',
]);

/** Whether an authorization server has said, at either endpoint, that it does not accept the client. */
export function isClientRefusal(error: unknown): boolean {
  if (!(error instanceof AuthError)) {
    return false;
  }
  const { code, cause } = error;
  const isRefusal =
    (cause instanceof oauth.AuthorizationResponseError || cause instanceof oauth.ResponseBodyError) &&
    refusals.has(cause.error);
  return code === 'client_rejected' || (code === 'authorization_refused' && isRefusal);
}
