import * as v from 'valibot';
import { AuthError } from '../errors.ts';

/** What a server says of itself in a handshake. All of it is attacker-controlled. */
export interface InitializeResult {
  readonly serverName?: string | undefined;
  readonly serverVersion?: string | undefined;
  readonly protocolVersion?: string | undefined;
  readonly hasTools: boolean;
}

const schema = v.object({
  protocolVersion: v.optional(v.string()),
  serverInfo: v.optional(v.object({ name: v.string(), version: v.optional(v.string()) })),
  capabilities: v.optional(v.object({ tools: v.optional(v.unknown()) })),
});

/**
 * Reads the result of `initialize`.
 *
 * @throws AuthError `invalid_response`
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle (initialization)
 */
export function parseInitializeResult(result: unknown, host: string): InitializeResult {
  const parsed = v.safeParse(schema, result);
  if (!parsed.success) {
    throw new AuthError('invalid_response', `${host} answered, but not as an MCP server.`);
  }
  const { protocolVersion, serverInfo, capabilities } = parsed.output;
  return {
    serverName: serverInfo?.name,
    serverVersion: serverInfo?.version,
    protocolVersion,
    hasTools: capabilities?.tools !== undefined,
  };
}
