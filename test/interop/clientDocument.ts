import { createClientMetadataDocument } from '../../src/core/oauth/clientMetadataDocument.ts';

/** Where the document would be published. */
export const clientMetadataUrl = 'https://me.example/mcp-auth.json';

const callback = 'vscode://mcp-auth.mcp-auth/callback';

/** What MCP Auth makes for a desktop editor, as servers get to see it. */
export const clientDocument = createClientMetadataDocument(clientMetadataUrl, callback);

/** Redirect URIs, and how a client that uses one is known to a server that supports both ways. */
export const documentRedirects = [
  [callback, 'metadataDocument'],
  // Any port will do.
  ['http://localhost:41234/callback', 'metadataDocument'],
  ['http://127.0.0.1:41235/callback', 'metadataDocument'],
  // Differs from window to window: no document names it.
  [`${callback}?windowId=2`, 'dynamic'],
] as const;
