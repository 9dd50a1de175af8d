import http, { type IncomingMessage } from 'node:http';
import type { Contender, ContenderName } from './contender.ts';
import { stream, toolCall } from './traffic.ts';

/** A client that speaks HTTP, over connections that it keeps. */
export function httpContender(
  name: ContenderName,
  url: URL,
  { authorization, close }: { readonly authorization: string | undefined; readonly close: () => void },
): Contender {
  const agent = new http.Agent({ keepAlive: true });
  const { hostname, port, pathname: path } = url;
  let id = 0;
  const post = (tool: 'echo' | 'stream') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const body = toolCall(++id, tool);
      const headers = {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'mcp-protocol-version': '2025-06-18',
        'mcp-session-id': '3f1c8a52-6d0e-4a54-9f0f-1f6a3d1d2b7e',
        ...(authorization === undefined ? {} : { authorization }),
      };
      const request = http.request({ hostname, port, path, method: 'POST', agent, headers }, resolve);
      request.on('error', reject).end(body);
    });
  const receive = async (tool: 'echo' | 'stream', least: number) => {
    const answer = await post(tool);
    const size = await sizeOf(answer);
    if (answer.statusCode !== 200 || size < least) {
      throw new Error(`${name}: HTTP ${answer.statusCode}, ${size} bytes`);
    }
  };
  return {
    name,
    call: () => receive('echo', 400),
    stream: () => receive('stream', stream.events * stream.eventSize),
    close: () => {
      agent.destroy();
      close();
    },
  };
}

async function sizeOf(message: IncomingMessage): Promise<number> {
  return await new Promise((resolve, reject) => {
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
    });
    message.once('end', () => resolve(size)).once('error', reject);
  });
}
