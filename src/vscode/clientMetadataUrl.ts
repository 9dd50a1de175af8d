import { workspace } from 'vscode';

/**
 * The client ID metadata document that the user has published, from their own settings: `undefined` where there
 * is none, or none with an https URL that has a path, as the specification wants it.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
 */
export function configuredClientMetadataUrl(): string | undefined {
  const value: unknown = workspace.getConfiguration('mcpAuth').get('clientMetadataUrl');
  if (typeof value !== 'string' || !URL.canParse(value)) {
    return undefined;
  }
  const { protocol, pathname } = new URL(value);
  return protocol === 'https:' && pathname !== '/' ? value : undefined;
}
