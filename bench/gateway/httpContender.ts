import http from 'node:http';
import type { Contender, ContenderName } from './contender.ts';
import { type LeanConnection, openLeanConnection } from './leanConnection.ts';
import { stream, toolCall } from './traffic.ts';

/** What is in between, and what a client has to say to it. */
interface Way {
  readonly authorization: string | undefined;
  readonly pid: number | undefined;
  readonly close: () => void;
}

/** A client that speaks HTTP, over as many connections as it has requests at one time. */
export function httpContender(name: ContenderName, url: URL, { authorization, pid, close }: Way): Contender {
  const headers = {
    host: url.host,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': '2025-06-18',
    'mcp-session-id': '3f1c8a52-6d0e-4a54-9f0f-1f6a3d1d2b7e',
    ...(authorization === undefined ? {} : { authorization }),
  };
  const lines = Object.entries(headers).map((header) => `${header.join(': ')}\r\n`);
  const head = `POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}`;
  const idle: LeanConnection[] = [];
  const rest = () => {
    for (const connection of idle.splice(0)) {
      connection.close();
    }
  };
  let id = 0;
  return {
    name,
    pid,
    call: async () => {
      const connection = idle.pop() ?? (await openLeanConnection(url, head));
      await connection.post(toolCall(++id, 'echo'));
      idle.push(connection);
    },
    stream: async () => {
      const size = await sizeOfAnswer(url, { headers, body: toolCall(++id, 'stream') });
      if (size < stream.events * stream.eventSize) {
        throw new Error(`${name}: only ${size} bytes of the stream`);
      }
    },
    rest,
    close: () => {
      rest();
      close();
    },
  };
}

async function sizeOfAnswer(
  url: URL,
  { headers, body }: { readonly headers: http.OutgoingHttpHeaders; readonly body: string },
): Promise<number> {
  return await new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent: false, headers }, (answer) => {
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
      });
      answer.once('end', () => resolve(size)).once('error', reject);
    });
    request.on('error', reject).end(body);
  });
}
