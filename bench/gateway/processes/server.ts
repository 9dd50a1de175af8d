import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { credential, stream } from '../traffic.ts';
import { listening } from './listening.ts';
import { serveProcess } from './serveProcess.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly protocolVersion?: string };
}

const echoed = { content: [{ type: 'text', text: 'x'.repeat(400) }] };
const event = eventOfSize(stream.eventSize);

/** An MCP server that does as little as it can, and lets in nobody without the credential. */
const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url !== '/mcp') {
    response.writeHead(404).end();
  } else if (request.headers.authorization !== credential) {
    response.writeHead(401).end();
  } else if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': quiet from now on\n\n');
  } else {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(request, 'end');
    await answerMessage(JSON.parse(Buffer.concat(chunks).toString() || '{}'), response);
  }
}

async function answerMessage({ id, method, params }: Message, response: ServerResponse): Promise<void> {
  if (id === undefined) {
    response.writeHead(202).end();
  } else if (method === 'initialize') {
    const { protocolVersion } = params ?? {};
    const serverInfo = { name: 'bench', version: '1.0.0' };
    sendJson(response, id, { protocolVersion, capabilities: { tools: {}, logging: {} }, serverInfo });
  } else if (params?.name === 'stream') {
    await sendStream(response, id);
  } else {
    sendJson(response, id, echoed);
  }
}

function sendJson(response: ServerResponse, id: number, result: unknown): void {
  const body = JSON.stringify({ jsonrpc: '2.0', id, result });
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}

async function sendStream(response: ServerResponse, id: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let sent = 0; sent < stream.events; sent++) {
    if (!response.write(event)) {
      await once(response, 'drain');
    }
  }
  response.end(asEvent({ jsonrpc: '2.0', id, result: echoed }));
}

function asEvent(message: unknown): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

function eventOfSize(size: number): Buffer {
  const withData = (data: string) =>
    Buffer.from(
      asEvent({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } }),
    );
  return withData('x'.repeat(size - withData('').byteLength));
}

// Longer than the bench takes: a connection that waits for its turn is to be there then.
server.keepAliveTimeout = 3_600_000;
serveProcess(() => listening(server));
