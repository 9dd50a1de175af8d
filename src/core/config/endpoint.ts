import { canonicalServerUrl } from '../serverUrl.ts';
import { type Environment, expandForRemote } from './expansion.ts';
import type { RemoteServerDefinition } from './serverDefinition.ts';

/** Where a remote definition leads once its variables are expanded. */
export type Endpoint =
  | {
      readonly kind: 'url';
      /** Expanded, so it may hold secrets: shown and logged only as the definition writes it. */
      readonly url: URL;
      /** The key of everything that is kept for this server. */
      readonly canonicalUrl: string;
    }
  | { readonly kind: 'missingVariable'; readonly names: readonly string[] }
  | { readonly kind: 'invalid'; readonly reason: string };

const protocols: Readonly<Record<RemoteServerDefinition['transport'], readonly string[]>> = {
  http: ['https:', 'http:'],
  sse: ['https:', 'http:'],
  ws: ['wss:', 'ws:'],
};

/** Expands and checks a definition's URL. Contacts nothing. */
export function resolveEndpoint(definition: RemoteServerDefinition, environment: Environment): Endpoint {
  const { text, missing, inputs } = expandForRemote(definition.url, environment, definition.dialect);
  if (missing.length > 0) {
    return { kind: 'missingVariable', names: missing };
  }
  if (inputs.length > 0) {
    return {
      kind: 'invalid',
      reason: `"url" needs ${inputs.map((id) => JSON.stringify(id)).join(', ')}, which only VS Code can ask for.`,
    };
  }
  // The reasons leave the URL out: its expansion may hold a secret.
  if (!URL.canParse(text)) {
    return { kind: 'invalid', reason: '"url" is not a URL: it must start with https://.' };
  }
  const url = new URL(text);
  const allowed = protocols[definition.transport];
  if (!allowed.includes(url.protocol)) {
    return {
      kind: 'invalid',
      reason: `"url" must start with ${allowed.map((one) => `${one}//`).join(' or ')}.`,
    };
  }
  if (url.username !== '' || url.password !== '') {
    return { kind: 'invalid', reason: '"url" contains a user name or password: use "headers" instead.' };
  }
  return { kind: 'url', url, canonicalUrl: canonicalServerUrl(url) };
}
