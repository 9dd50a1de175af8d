import type { ServerSnapshot } from '../core/serverSnapshot.ts';

/** Whether MCP Auth can talk to a server, by whatever credential. */
export function isRemote({ definition, endpoint }: ServerSnapshot): boolean {
  return definition.kind === 'remote' && definition.transport !== 'ws' && endpoint?.kind === 'url';
}
