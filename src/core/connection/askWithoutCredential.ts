import type { NetworkPorts } from '../oauth/oauthFetch.ts';
import { probeServer } from '../oauth/probe.ts';
import { explainAnswer } from './explainAnswer.ts';
import { explainFailure } from './explainFailure.ts';
import { insecureServerError } from './insecureServer.ts';
import type { ProbeOutcome } from './probeOutcome.ts';
import { recordAnswers } from './recordAnswers.ts';

const timeLimit = 10_000;

/**
 * Asks a server without a credential what it wants, within 10 seconds. A server that answers, but not as an MCP
 * server does, counts as unreachable, as does one on the internet that would be asked in the clear.
 *
 * @throws AuthError `cancelled` only
 */
export async function askWithoutCredential(
  { serverUrl, transport }: { readonly serverUrl: URL; readonly transport: 'http' | 'sse' },
  { proxy, ...ports }: NetworkPorts & { readonly proxy?: URL | undefined },
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const insecure = insecureServerError(serverUrl);
  if (insecure) {
    return { kind: 'unreachable', error: insecure };
  }
  const recorder = recordAnswers(ports.fetch, ports.clock);
  const result = await probeServer(
    { serverUrl, transport, timeLimit },
    { ...ports, fetch: recorder.fetch },
    signal,
  );
  if (result.kind === 'challenged') {
    return { kind: 'challenged' };
  }
  const error = result.kind === 'failed' ? result.error : result.problem;
  if (error === undefined) {
    return { kind: 'open' };
  }
  const answer = recorder.last();
  const isAnswered = answer && error.code !== 'timeout' && error.code !== 'network';
  const explained = isAnswered ? explainAnswer(answer) : explainFailure(error, proxy);
  return { kind: 'unreachable', error: explained ?? error };
}
