import type { Endpoint } from '../config/endpoint.ts';
import type { RemoteServerDefinition } from '../config/serverDefinition.ts';
import type { ServerSnapshot } from '../serverSnapshot.ts';

/** A server of which it is known where it is, and that answers by HTTP. */
export interface ContactableServer extends ServerSnapshot {
  readonly definition: RemoteServerDefinition & { readonly transport: 'http' | 'sse' };
  readonly endpoint: Endpoint & { readonly kind: 'url' };
}

/** @see ContactableServer */
export function isContactable(server: ServerSnapshot): server is ContactableServer {
  const { definition, endpoint } = server;
  return definition.kind === 'remote' && definition.transport !== 'ws' && endpoint?.kind === 'url';
}
