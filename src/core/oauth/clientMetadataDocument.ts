import { clientName } from './registration.ts';

/**
 * A client ID metadata document: what an authorization server reads at the URL that a client goes by.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-02, section 4
 */
export interface ClientMetadataDocument {
  readonly client_id: string;
  readonly client_name: string;
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly response_types: readonly string[];
  readonly token_endpoint_auth_method: 'none';
  readonly application_type: 'native';
}

// Servers ignore the port of these (RFC 8252, section 7.3), so that they are published without one.
const loopbackRedirects = ['http://localhost/callback', 'http://127.0.0.1/callback'];

/**
 * The document for this editor.
 *
 * @param clientId the URL at which it will be published, byte for byte
 * @param callback the redirect URI of the editor's URI handler; absent where it differs from window to window
 */
export function createClientMetadataDocument(
  clientId: string,
  callback: string | undefined,
): ClientMetadataDocument {
  return {
    client_id: clientId,
    client_name: clientName,
    redirect_uris: [...(callback === undefined ? [] : [callback]), ...loopbackRedirects],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  };
}

/**
 * Whether a published document can name a redirect URI: servers compare it letter by letter, but for the port
 * of a loopback address. What browser-hosted windows use differs from window to window.
 */
export function isPublishable(redirectUri: string): boolean {
  const { protocol, search } = new URL(redirectUri);
  return protocol !== 'https:' && search === '';
}

/**
 * Why a URL cannot be a client's ID, as a sentence; `undefined` if it can. Judged as it is written, because
 * servers compare it so and a parser would tidy it up.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-02, section 3
 */
export function clientIdUrlProblem(text: string): string | undefined {
  if (!/^https:\/\/[^/?#]/.test(text) || /[\s\\]/.test(text) || !URL.canParse(text)) {
    return 'Enter an https address.';
  }
  const [authority = '', ...segments] = (text.slice('https://'.length).split(/[?#]/, 1)[0] ?? '').split('/');
  if (segments.join('/') === '') {
    return 'The address needs a path, for example /mcp-auth.json.';
  }
  if (segments.some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) {
    return 'The path must not contain "." or "..".';
  }
  if (text.includes('#')) {
    return 'The address must not have a fragment (#…).';
  }
  return authority.includes('@') ? 'The address must not contain a user name or password.' : undefined;
}

/** What speaks against a URL that can be a client's ID, as a sentence. @see {@link clientIdUrlProblem} */
export function clientIdUrlAdvice(text: string): string | undefined {
  return text.includes('?') ? 'Better without a query (?…): not every server takes one.' : undefined;
}
