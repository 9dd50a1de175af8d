import type { Dialect } from './dialect.ts';
import type { RemoteServerDefinition } from './serverDefinition.ts';

/** How an entry is reached, or why it is not. */
export type Transport =
  | { readonly kind: 'stdio' }
  | { readonly kind: RemoteServerDefinition['transport'] }
  | { readonly kind: 'invalid'; readonly reason: string };

const claudeTypes = new Map<unknown, RemoteServerDefinition['transport']>([
  ['http', 'http'],
  ['streamable-http', 'http'],
  ['sse', 'sse'],
  ['ws', 'ws'],
]);

const editorTypes = new Map<unknown, RemoteServerDefinition['transport']>([
  ['http', 'http'],
  ['streamable-http', 'http'],
  ['streamableHttp', 'http'],
  ['sse', 'sse'],
]);

/**
 * Tells an entry's transport by `type`, `command` and `url`. Claude Code wants a `type` beside `url`; VS Code
 * and Cursor take `url` without one for streamable HTTP (mcp-json-facts §1.1, §2).
 */
export function transportOf(entry: object, dialect: Dialect): Transport {
  const { type, command, url } = entry as { type?: unknown; command?: unknown; url?: unknown };
  if (type === 'stdio' || (type === undefined && command !== undefined)) {
    return { kind: 'stdio' };
  }
  if (type === undefined && url === undefined) {
    return { kind: 'invalid', reason: 'Neither "command" nor "url" is set.' };
  }
  return dialect.kind === 'claude' ? claudeTransport(type) : editorTransport(type);
}

function claudeTransport(type: unknown): Transport {
  if (type === undefined) {
    return { kind: 'invalid', reason: '"url" without "type": add "type": "http" (or "sse").' };
  }
  if (type === 'streamableHttp') {
    const reason = '"type" must be "http" (or "streamable-http"), not "streamableHttp".';
    return { kind: 'invalid', reason };
  }
  const kind = claudeTypes.get(type);
  return kind ? { kind } : unknownType(type, '"http", "sse", "ws" or "stdio"');
}

function editorTransport(type: unknown): Transport {
  const kind = type === undefined ? 'http' : editorTypes.get(type);
  return kind ? { kind } : unknownType(type, '"http", "sse" or "stdio"');
}

function unknownType(type: unknown, known: string): Transport {
  return { kind: 'invalid', reason: `"type" ${JSON.stringify(type)} is unknown: use ${known}.` };
}
