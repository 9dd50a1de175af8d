import { AuthError } from '../errors.ts';
import { type AuthorizationServer, readAuthorizationServer } from './authorizationServer.ts';
import type { Fetch } from './oauthFetch.ts';
import { isUnavailable, serverError } from './serverError.ts';

/**
 * Fetches the metadata document that the configuration names in place of discovery
 * (`oauth.authServerMetadataUrl`). The issuer is the document's own, and must be of the origin that the document
 * was asked at, without a redirect on the way: a repository could else have its own server pass for one whose
 * client secret is stored here. Not bound to the well-known path, since large providers serve an issuer's
 * document at several (Entra ID: at the tenant's domain name, for an issuer with the tenant's number).
 *
 * @throws AuthError `invalid_definition`, `discovery_failed`, `server_error`, `issuer_mismatch`, and as discovery does
 * @see RFC 8414, section 3.3
 */
export async function fetchConfiguredServer(metadataUrl: string, fetch: Fetch): Promise<AuthorizationServer> {
  if (!URL.canParse(metadataUrl)) {
    throw new AuthError('invalid_definition', '"oauth.authServerMetadataUrl" is not a URL.');
  }
  const url = new URL(metadataUrl);
  const response = await fetch(url.href, {
    method: 'GET',
    headers: { accept: 'application/json' },
    redirect: 'manual',
  });
  const who = `The document at ${url.host} that "oauth.authServerMetadataUrl" names`;
  if (isUnavailable(response.status)) {
    throw serverError(`The authorization server ${url.host}`, response);
  }
  if (response.status !== 200) {
    throw new AuthError('discovery_failed', `${who} cannot be read (HTTP ${response.status}).`);
  }
  const issuer = await issuerOf(response);
  if (!issuer) {
    throw new AuthError('invalid_response', `${who} is no metadata: it has no issuer.`);
  }
  const { origin } = new URL(issuer);
  if (origin !== url.origin) {
    throw new AuthError(
      'issuer_mismatch',
      `${who} is about another server (${JSON.stringify(origin)}): it has to come from the authorization server itself.`,
    );
  }
  return await readAuthorizationServer(response, issuer);
}

async function issuerOf(response: Response): Promise<string | undefined> {
  try {
    const { issuer } = (await response.clone().json()) as { readonly issuer?: unknown };
    return typeof issuer === 'string' && URL.canParse(issuer) ? issuer : undefined;
  } catch {
    return undefined;
  }
}
