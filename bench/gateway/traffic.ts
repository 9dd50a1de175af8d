/** What the server of this part wants to see, and everybody has to send. */
export const credential = `Bearer ${'a'.repeat(800)}`;

/** A stream of this many events of this many bytes each: 100 MB. */
export const stream = { events: 1600, eventSize: 62_500 } as const;

/** A call of a tool, as JSON-RPC. `stream` is answered with the stream, `echo` with half a kilobyte. */
export function toolCall(id: number, name: 'echo' | 'stream'): string {
  const params = { name, arguments: { query: 'issues of this week', limit: 20 } };
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
}

/** What a client says first. */
export const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  },
});

/** What a client says when that was answered. */
export const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
