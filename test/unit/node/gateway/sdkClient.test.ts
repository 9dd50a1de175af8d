import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { until } from '../../../support/authenticationSuite.ts';
import { gatewaySuite, headerCredential, upstreamSecret } from '../../../support/gatewaySuite.ts';
import { type SdkSseServer, startSdkSseServer } from '../../../support/sdkSseServer.ts';
import { type SdkStreamableServer, startSdkStreamableServer } from '../../../support/sdkStreamableServer.ts';

/** The client finds the tools of a server of 2024-11-05 and leaves, by these requests, all with the credential. */
async function assertServed(
  client: Client,
  server: SdkSseServer,
  expected: readonly string[],
): Promise<void> {
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['one', 'two'],
  );
  for (const { headers } of server.requests) {
    assert.equal(headers.authorization, `Bearer ${upstreamSecret}`);
  }
  assert.deepEqual(
    server.requests.map(({ route }) => route),
    expected,
  );
  await client.close();
  await until(() => server.openStreams() === 0, 'the stream is still open');
}

describe('the client of the official SDK, through the gateway', () => {
  const suite = gatewaySuite();

  describe('by Streamable HTTP', () => {
    let server: SdkStreamableServer;
    let transport: StreamableHTTPClientTransport;
    let client: Client;

    beforeEach(async () => {
      server = await startSdkStreamableServer(`Bearer ${upstreamSecret}`);
      suite.defer(server.close);
      transport = new StreamableHTTPClientTransport(await suite.open(server.url));
      client = new Client({ name: 'a client', version: '1.0.0' });
      suite.defer(() => client.close());
      // The SDK is not written for exactOptionalPropertyTypes.
      await client.connect(transport as Transport);
    });

    it('finds the tools, and hears of their progress while they run', async () => {
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name }) => name),
        ['count'],
      );
      const heard: number[] = [];
      const onprogress = ({ progress }: { readonly progress: number }) => heard.push(progress);
      const result = await client.callTool({ name: 'count', arguments: { to: 3 } }, undefined, {
        onprogress,
      });
      assert.deepEqual(result.content, [{ type: 'text', text: 'counted to 3' }]);
      assert.deepEqual(heard, [1, 2, 3]);
    });

    it('hears what the server says by itself, also after its stream has broken and was resumed', async () => {
      let changes = 0;
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changes++;
      });
      const streams = () => server.requests.filter(({ method }) => method === 'GET');
      await until(() => streams().length === 1, 'the client does not listen');
      // The answer to this proves that the server has seen the stream that was opened before.
      await client.ping();
      server.announce();
      await until(() => changes === 1, 'the first notification has not come');
      server.cutStream();
      server.announce();
      await until(() => changes === 2, 'the second notification has not come');
      assert.equal(streams().length, 2);
      assert.match(streams()[1]?.headers['last-event-id'] as string, /^_GET_stream:\d+$/);
    });

    it('ends its session', async () => {
      const sessionId = transport.sessionId;
      await transport.terminateSession();
      assert.ok(server.isEnded);
      const { method, headers } = server.requests.at(-1) ?? assert.fail('no request');
      assert.equal(method, 'DELETE');
      assert.equal(headers['mcp-session-id'], sessionId);
      assert.equal(headers['mcp-protocol-version'], transport.protocolVersion);
    });

    it('sends the credential nowhere, and the server sees no other than ours', async () => {
      await client.listTools();
      for (const { headers } of server.requests) {
        assert.equal(headers.authorization, `Bearer ${upstreamSecret}`);
        assert.equal(headers.host, new URL(server.url).host);
      }
    });
  });

  describe('by the transport of 2024-11-05', () => {
    it('finds the tools, with both of its addresses at the gateway, and leaves', async () => {
      const server = await startSdkSseServer();
      suite.defer(server.close);
      const endpoint = await suite.open(server.sseUrl, { transport: 'sse' });
      const client = new Client({ name: 'a client', version: '1.0.0' });
      suite.defer(() => client.close());
      await client.connect(new SSEClientTransport(endpoint));
      await assertServed(client, server, ['GET /sse', 'POST /messages', 'POST /messages', 'POST /messages']);
    });
  });

  it('falls back to the transport of 2024-11-05 where the server knows no other, at the same address', async () => {
    const server = await startSdkSseServer();
    suite.defer(server.close);
    const endpoint = await suite.open(server.sseUrl);
    const connect = async (transport: Transport) => {
      const client = new Client({ name: 'a client', version: '1.0.0' });
      suite.defer(() => client.close());
      await client.connect(transport);
      return client;
    };
    const first = connect(new StreamableHTTPClientTransport(endpoint) as Transport);
    await assert.rejects(first, { code: 404 });
    const client = await connect(new SSEClientTransport(endpoint));
    const messages = ['POST /messages', 'POST /messages', 'POST /messages'];
    await assertServed(client, server, ['POST /sse', 'GET /sse', ...messages]);
  });

  it('is told in a sentence why it cannot connect', async () => {
    const server = await suite.server((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://x.example"' }).end();
    });
    const endpoint = await suite.open(`${server.origin}/mcp`);
    const client = new Client({ name: 'a client', version: '1.0.0' });
    await assert.rejects(client.connect(new StreamableHTTPClientTransport(endpoint) as Transport), {
      message: /does not accept the header "Authorization" of the definition \(HTTP 401\)\. Change it/,
    });
  });

  it('listens again after a failure that has passed, where it has left off', async () => {
    let isDown = false;
    let streams = 0;
    const server = await suite.server((request, response) => {
      if (request.method === 'GET') {
        streams++;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('id: 7\nretry: 1\ndata:\n\n');
        return;
      }
      response.writeHead(202).end();
    });
    const endpoint = await suite.open(`${server.origin}/mcp`, {
      credential: (client) => {
        if (isDown) {
          throw new Error('this is down');
        }
        return headerCredential(new URL(server.origin), client);
      },
    });
    isDown = true;
    const response = await fetch(endpoint, { headers: { 'last-event-id': '7' } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(await response.text(), 'id: 7\nretry: 15000\ndata:\n\n');
    isDown = false;
    assert.equal((await fetch(endpoint)).status, 200);
    assert.equal(streams, 1);
  });
});
