import { ConfigurationTarget, workspace } from 'vscode';
import { clientIdUrlProblem } from '../core/oauth/clientMetadataDocument.ts';

/**
 * The client ID metadata document that the user has published, from their own settings: `undefined` where there
 * is none, or none with an https URL that has a path, as the specification wants it.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
 */
export function configuredClientMetadataUrl(): string | undefined {
  const value: unknown = workspace.getConfiguration('mcpAuth').get('clientMetadataUrl');
  return typeof value === 'string' && clientIdUrlProblem(value) === undefined ? value : undefined;
}

/** Makes the document at a URL the one that servers are told of. */
export async function useClientMetadataUrl(url: string): Promise<void> {
  await workspace.getConfiguration('mcpAuth').update('clientMetadataUrl', url, ConfigurationTarget.Global);
}
