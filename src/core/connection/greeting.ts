import * as v from 'valibot';
import { AuthError } from '../errors.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';
import { quote } from '../quote.ts';
import { type McpConversation, openConversation } from './mcpConversation.ts';
import { statelessProtocolVersion } from './mcpRequest.ts';
import { openSseConversation } from './sseConversation.ts';

/** Where a server is, and how it is talked to. */
export interface ConnectionTarget {
  readonly serverUrl: URL;
  readonly transport: 'http' | 'sse';
}

/** What a server said of itself. All of it is attacker-controlled. */
export interface Greeting {
  readonly serverName?: string | undefined;
  readonly serverVersion?: string | undefined;
  readonly protocolVersion?: string | undefined;
  /** Tools on the first page of the list; absent when the server has none to list. */
  readonly toolCount?: number | undefined;
}

/** Every published revision of MCP. */
const protocolVersions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', statelessProtocolVersion];

const tools = v.object({ tools: v.array(v.unknown()) });

/**
 * Asks a server what every client asks first: to begin, then for its tools, because some servers challenge no earlier
 * than there. The MCP session is closed again.
 *
 * @param send adds credentials and a time limit, and throws when the server refuses them
 * @throws AuthError `server_error`, `invalid_response`, `network`, or what `send` throws
 */
export async function greet({ serverUrl, transport }: ConnectionTarget, send: Fetch): Promise<Greeting> {
  const open = transport === 'sse' ? openSseConversation : openConversation;
  const conversation = await open(serverUrl, send);
  try {
    return await ask(conversation, serverUrl);
  } finally {
    await conversation.close();
  }
}

async function ask(conversation: McpConversation, { host }: URL): Promise<Greeting> {
  const { serverName, serverVersion, protocolVersion, hasTools } = conversation;
  if (protocolVersion !== undefined && !protocolVersions.includes(protocolVersion)) {
    const version = quote(protocolVersion.slice(0, 40));
    throw new AuthError(
      'invalid_response',
      `${host} speaks revision ${version} of MCP, which is not known here.`,
    );
  }
  const list = hasTools ? v.safeParse(tools, await conversation.request('tools/list')) : undefined;
  const toolCount = list?.success ? list.output.tools.length : undefined;
  return { serverName, serverVersion, protocolVersion, toolCount };
}
