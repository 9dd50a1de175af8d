import { addressClass } from '../addressClass.ts';
import type { AuthError } from '../errors.ts';
import type { NetworkPorts } from '../oauth/oauthFetch.ts';
import { probeServer } from '../oauth/probe.ts';
import { insecureUrlError } from '../serverUrl.ts';
import type { ProbeOutcome } from './probeOutcome.ts';

const timeLimit = 10_000;

/**
 * Asks a server without a credential what it wants, within 10 seconds. A server that answers, but not as an MCP
 * server does, counts as unreachable, as does one on the internet that would be asked in the clear.
 *
 * @throws AuthError `cancelled` only
 */
export async function askWithoutCredential(
  { serverUrl, transport }: { readonly serverUrl: URL; readonly transport: 'http' | 'sse' },
  ports: NetworkPorts,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const insecure = insecurity(serverUrl);
  if (insecure) {
    return { kind: 'unreachable', error: insecure };
  }
  const result = await probeServer({ serverUrl, transport, timeLimit }, ports, signal);
  switch (result.kind) {
    case 'challenged':
      return { kind: 'challenged' };
    case 'open':
      return result.problem ? { kind: 'unreachable', error: result.problem } : { kind: 'open' };
    case 'failed':
      return { kind: 'unreachable', error: result.error };
  }
}

/** Nothing secret is sent, so plain http is refused only where everybody may listen. */
function insecurity(serverUrl: URL): AuthError | undefined {
  const isPrivateHttp = serverUrl.protocol === 'http:' && addressClass(serverUrl) !== 'public';
  const asIfSecure = new URL(serverUrl);
  if (isPrivateHttp) {
    asIfSecure.protocol = 'https:';
  }
  return insecureUrlError(asIfSecure, `The server ${serverUrl.host}`);
}
