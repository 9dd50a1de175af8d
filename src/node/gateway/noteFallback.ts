import type { IncomingMessage } from 'node:http';
import type { Destination } from './endpoints.ts';

/**
 * Remembers whether a server refuses what every client of Streamable HTTP begins with. Then a client asks it for a
 * stream of 2024-11-05 with its next GET, and waits for the first event of that without end: where it is to learn that
 * there is none, it has to be by the status.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility
 */
export function noteFallback(
  { endpoint, isOldTransport }: Destination,
  { method, headers }: IncomingMessage,
  { statusCode = 0 }: IncomingMessage,
): void {
  if (method === 'POST' && !isOldTransport && headers['mcp-session-id'] === undefined) {
    endpoint.isFallingBack = statusCode >= 400 && statusCode < 500;
  }
}
