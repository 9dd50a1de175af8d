import { createDeadline } from '../clock.ts';
import { openConversation } from '../connection/mcpConversation.ts';
import { openEventStream } from '../connection/openEventStream.ts';
import { AuthError, abortError, isCancelled } from '../errors.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import { type Fetch, type NetworkPorts, networkError } from './oauthFetch.ts';

/** What a server says to a request without a credential. */
export type ProbeResult =
  | { readonly kind: 'challenged'; readonly challenge: Challenge | undefined }
  /** `problem` is why its answer is none that an MCP server gives, where that is so. */
  | { readonly kind: 'open'; readonly problem?: AuthError | undefined }
  | { readonly kind: 'failed'; readonly error: AuthError };

/** The server to ask. */
export interface ProbeRequest {
  readonly serverUrl: URL;
  readonly transport: 'http' | 'sse';
  /** Milliseconds in all; 30 seconds by default. */
  readonly timeLimit?: number | undefined;
}

/**
 * Talks MCP to a server without a credential until it is challenged: most do that on the first request, some
 * only when they are asked for their tools.
 *
 * @throws AuthError `cancelled` only; other failures are results
 */
export async function probeServer(
  { serverUrl, transport, timeLimit = 30_000 }: ProbeRequest,
  { fetch, clock, log }: NetworkPorts,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const deadline = createDeadline(clock, timeLimit, {
    signal,
    sentence: `${serverUrl.host} did not answer within ${timeLimit / 1000} seconds.`,
  });
  let isAnswered = false;
  let isGreeted = false;
  const onGreeted = () => {
    isGreeted = true;
  };
  const send: Fetch = async (url, init) => {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: deadline.signal });
    log.debug('Asked the server without a credential', { origin: serverUrl.origin, status: response.status });
    isAnswered ||= response.ok;
    return await throwIfChallenged(response);
  };
  try {
    await (transport === 'sse' ? openEventStream(serverUrl, send) : askForTools(serverUrl, send, onGreeted));
    return { kind: 'open' };
  } catch (error) {
    if (error instanceof Challenged) {
      return { kind: 'challenged', challenge: error.challenge };
    }
    const failure = toFailure(error, serverUrl, deadline.signal);
    if (!isAnswered) {
      return { kind: 'failed', error: failure };
    }
    // Who answers, whatever the answer says, has not asked for a credential.
    return isGreeted ? { kind: 'open' } : { kind: 'open', problem: failure };
  } finally {
    deadline.dispose();
  }
}

function toFailure(error: unknown, serverUrl: URL, signal: AbortSignal): AuthError {
  const reason = signal.aborted ? abortError(signal) : error;
  if (isCancelled(reason)) {
    throw reason;
  }
  return reason instanceof AuthError ? reason : networkError(serverUrl, reason);
}

async function askForTools(serverUrl: URL, send: Fetch, onGreeted: () => void): Promise<void> {
  const conversation = await openConversation(serverUrl, send);
  onGreeted();
  try {
    if (conversation.hasTools) {
      await conversation.request('tools/list');
    }
  } finally {
    await conversation.close();
  }
}

/** Unwinds a conversation at the point where the server asks for a credential. */
class Challenged extends Error {
  readonly challenge: Challenge | undefined;

  constructor(challenge: Challenge | undefined) {
    super('challenged');
    this.challenge = challenge;
  }
}

async function throwIfChallenged(response: Response): Promise<Response> {
  if (response.status !== 401 && response.status !== 403) {
    return response;
  }
  const challenge = await parseChallenge(response);
  void response.body?.cancel().catch(() => undefined);
  // A 403 without a challenge is no request for a credential.
  if (response.status === 401 || challenge) {
    throw new Challenged(challenge);
  }
  return response;
}
