import assert from 'node:assert/strict';
import dns from 'node:dns';
import { writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Server as ProxyServer } from 'proxy-chain';
import { createCleanup } from '../support/cleanup.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import {
  type Certificate,
  createAuthority,
  createCertificate,
  startTlsServer,
} from '../support/tlsServer.ts';
import { privateNetwork } from './privateNetworkNames.ts';

/** A network that is reached by a proxy only, and whose certificates a private authority issues. */
export interface PrivateNetwork {
  /** For the extension host: it has to trust the authority, and the tests have to know the addresses. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const host = 'mcp.private.invalid';

/** Starts proxy and servers in this process, which is not that of the extension host. */
export async function startPrivateNetwork(): Promise<PrivateNetwork> {
  const cleanup = createCleanup();
  const folder = await createTemporaryFolder('mcp-auth-network-');
  cleanup.defer(folder.remove);
  const [system, extra] = [
    await createAuthority('Of the system'),
    await createAuthority('Of the environment'),
  ];
  const [systemFile, extraFile] = [join(folder.path, 'system.pem'), join(folder.path, 'extra.pem')];
  await writeFile(systemFile, system.cert);
  await writeFile(extraFile, extra.cert);
  const stranger = await createAuthority('Authority that nobody knows');
  const connects: string[] = [];
  const start = async (authority: Certificate) => {
    const server = await startTlsServer(await createCertificate({ authority, host }), answer(connects));
    cleanup.defer(server.close);
    return `https://${host}:${server.port}/mcp`;
  };
  const proxy = await startProxy(connects);
  cleanup.defer(proxy.close);
  return {
    env: {
      NODE_EXTRA_CA_CERTS: extraFile,
      // What OpenSSL takes for the certificates of the system, on Linux.
      SSL_CERT_FILE: systemFile,
      [privateNetwork.systemUrl]: await start(system),
      [privateNetwork.extraUrl]: await start(extra),
      [privateNetwork.untrustedUrl]: await start(stranger),
      [privateNetwork.proxy]: proxy.url,
    },
    close: cleanup.run,
  };
}

/** Whatever is asked for, the proxy finds it on this machine. */
async function startProxy(connects: string[]) {
  const proxy = new ProxyServer({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction({ hostname, port }) {
      connects.push(`${hostname}:${port}`);
      return { dnsLookup: lookup };
    },
  });
  await proxy.listen();
  return { url: `http://127.0.0.1:${proxy.port}`, close: () => proxy.close(true) };
}

/** Finds every name on this machine. */
const lookup: typeof dns.lookup = Object.assign(
  (_name: string, options: unknown, callback?: unknown) => {
    assert.ok(typeof callback === 'function', 'who asks for an address waits for it');
    const isForAll = typeof options === 'object' && options !== null && 'all' in options && options.all;
    const found = { address: '127.0.0.1', family: 4 };
    callback(null, ...(isForAll ? [[found]] : [found.address, found.family]));
  },
  { __promisify__: dns.lookup.__promisify__ },
);

/** An MCP server whose tool, like `/connects`, tells whom the proxy has connected, and which key it was shown. */
function answer(connects: readonly string[]): RequestListener {
  return async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/connects') {
      response.end(JSON.stringify(connects));
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    const { id, method } = JSON.parse(await text(request));
    const result = resultOf(method, JSON.stringify({ connects, key: request.headers['x-key'] }));
    response.statusCode = id === undefined ? 202 : 200;
    response.end(id === undefined ? '' : JSON.stringify({ jsonrpc: '2.0', id, result }));
  };
}

function resultOf(method: unknown, told: string) {
  switch (method) {
    case 'tools/list':
      return { tools: [{ name: 'connects', inputSchema: { type: 'object' }, annotations }] };
    case 'tools/call':
      return { content: [{ type: 'text', text: told }] };
    default: {
      const serverInfo = { name: 'private', version: '1.0.0' };
      return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
    }
  }
}

/** Else VS Code asks a person before it calls the tool. */
const annotations = { readOnlyHint: true, openWorldHint: false };
