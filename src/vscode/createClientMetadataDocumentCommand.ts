import { type InputBoxValidationMessage, InputBoxValidationSeverity, window, workspace } from 'vscode';
import {
  clientIdUrlAdvice,
  clientIdUrlProblem,
  createClientMetadataDocument,
} from '../core/oauth/clientMetadataDocument.ts';
import { configuredClientMetadataUrl, useClientMetadataUrl } from './clientMetadataUrl.ts';
import type { CommandPorts } from './commands.ts';

/**
 * "Create Client Metadata Document": asks for the address at which the document will be published, and opens it
 * for saving. Whether servers are told of it is up to the user, who publishes it.
 */
export async function createClientMetadataDocumentCommand({
  publishedRedirectUri,
}: CommandPorts): Promise<void> {
  const configured = configuredClientMetadataUrl();
  const url = await window.showInputBox({
    title: 'Create Client Metadata Document',
    prompt: 'The https address at which you will publish it. It becomes the client ID of this editor.',
    placeHolder: 'https://example.com/mcp-auth.json',
    value: configured ?? '',
    ignoreFocusOut: true,
    validateInput: validate,
  });
  if (url === undefined) {
    return;
  }
  const content = `${JSON.stringify(createClientMetadataDocument(url, publishedRedirectUri), null, 2)}\n`;
  await window.showTextDocument(await workspace.openTextDocument({ language: 'json', content }));
  const use = 'Use This Address';
  const buttons = url === configured ? [] : [use];
  if ((await window.showInformationMessage(advice(url), ...buttons)) === use) {
    await useClientMetadataUrl(url);
    void window.showInformationMessage(
      'Authorization servers that support such documents now know this editor by that address.',
    );
  }
}

function validate(text: string): string | InputBoxValidationMessage | undefined {
  const message = clientIdUrlAdvice(text);
  return clientIdUrlProblem(text) ?? (message && { message, severity: InputBoxValidationSeverity.Warning });
}

function advice(url: string): string {
  return `Publish this document at ${url}, byte for byte, as application/json and without a redirect. Servers compare its redirect URIs letter by letter; only the port of localhost may differ. Where a server compares that too, add the URI with your "oauth.callbackPort".`;
}
