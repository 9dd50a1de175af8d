import * as v from 'valibot';
import { type Clock, createDeadline } from '../clock.ts';
import { abortError } from '../errors.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';
import { type AuthorizedFetchPorts, createAuthorizedFetch } from './authorizedFetch.ts';
import { openConversation } from './mcpConversation.ts';
import { openEventStream } from './openEventStream.ts';

/** What a server that accepted the session said of itself. All of it is attacker-controlled. */
export interface ConnectionReport {
  readonly serverName?: string | undefined;
  readonly protocolVersion?: string | undefined;
  /** Tools on the first page of the list; absent when the server has none to list. */
  readonly toolCount?: number | undefined;
}

const timeLimit = 30_000;

const tools = v.object({ tools: v.array(v.unknown()) });

/**
 * Asks a server, with the stored session, what every client asks first: to begin, then for its tools, because
 * some servers challenge no earlier than there. The MCP session is closed again.
 *
 * @throws AuthError `token_rejected`, `insufficient_scope`, `session_expired`, `server_error`, `network`…
 */
export async function testConnection(
  { serverUrl, transport }: { readonly serverUrl: URL; readonly transport: 'http' | 'sse' },
  ports: AuthorizedFetchPorts & { readonly clock: Clock },
  signal: AbortSignal,
): Promise<ConnectionReport> {
  const deadline = createDeadline(ports.clock, timeLimit, {
    signal,
    sentence: `${serverUrl.host} did not answer within ${timeLimit / 1000} seconds.`,
  });
  const authorizedFetch = createAuthorizedFetch(serverUrl, ports);
  const send: Fetch = (url, init) => authorizedFetch(url, { ...init, signal: deadline.signal });
  try {
    if (transport === 'sse') {
      await openEventStream(serverUrl, send);
      return {};
    }
    return await greet(serverUrl, send);
  } catch (error) {
    throw deadline.signal.aborted ? abortError(deadline.signal) : error;
  } finally {
    deadline.dispose();
  }
}

async function greet(serverUrl: URL, send: Fetch): Promise<ConnectionReport> {
  const conversation = await openConversation(serverUrl, send);
  const { serverName, protocolVersion, hasTools } = conversation;
  try {
    const list = hasTools ? v.safeParse(tools, await conversation.request('tools/list')) : undefined;
    return { serverName, protocolVersion, toolCount: list?.success ? list.output.tools.length : undefined };
  } finally {
    await conversation.close();
  }
}
