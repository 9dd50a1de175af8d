import assert from 'node:assert/strict';
import { createOAuthFetch } from '../../../src/core/oauth/oauthFetch.ts';
import {
  fetchProtectedResource,
  type ProtectedResource,
  wellKnownResourceUrls,
} from '../../../src/core/oauth/protectedResource.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { json, page, type Reply, text } from '../../support/reply.ts';

describe('wellKnownResourceUrls', () => {
  const root = 'https://mcp.example/.well-known/oauth-protected-resource';
  const cases: readonly [string, readonly string[]][] = [
    ['https://mcp.example', [root]],
    ['https://mcp.example/', [root]],
    ['https://mcp.example/mcp', [`${root}/mcp`, root]],
    ['https://mcp.example/mcp/', [`${root}/mcp`, root]],
    ['https://mcp.example/a/b?tenant=7', [`${root}/a/b?tenant=7`, root]],
  ];
  for (const [server, expected] of cases) {
    it(`looks for the metadata of ${server} at ${expected.length} place(s)`, () => {
      assert.deepEqual(
        wellKnownResourceUrls(new URL(server)).map(({ href }) => href),
        expected,
      );
    });
  }
});

describe('fetchProtectedResource', () => {
  const suite = authenticationSuite();
  const as = 'https://as.example';

  async function fetched(reply: Reply, path = '/mcp'): Promise<ProtectedResource | undefined> {
    const { origin } = await suite.server(() => ({ 'GET /metadata': reply }));
    return await read(origin, path);
  }

  async function read(origin: string, path: string): Promise<ProtectedResource | undefined> {
    const fetch = createOAuthFetch(suite.assemble().ports, new AbortController().signal);
    return await fetchProtectedResource(new URL('/metadata', origin), new URL(path, origin), fetch);
  }

  /** Metadata whose `resource` lies at a path of the server's own origin. */
  async function fetchedFor(resource: string, path: string): Promise<ProtectedResource | undefined> {
    const { origin } = await suite.server((honest) => ({
      'GET /metadata': json({ resource: honest.origin + resource, authorization_servers: [as] }),
    }));
    return await read(origin, path);
  }

  for (const [resource, server] of [
    ['/mcp', '/mcp'],
    ['/mcp/', '/mcp'],
    ['/mcp', '/mcp/'],
    ['', '/mcp'],
    ['/', '/mcp'],
    ['/api', '/api/v1/mcp'],
    ['/mcp?tenant=7', '/mcp?tenant=7'],
    ['/mcp', '/mcp?tenant=7'],
  ] as const) {
    it(`accepts the resource "${resource}" for the server "${server}", and keeps it byte for byte`, async () => {
      const found = await fetchedFor(resource, server);
      assert.ok(found?.resource.endsWith(resource));
      assert.deepEqual(found?.authorizationServers, [as]);
    });
  }

  for (const [resource, server] of [
    ['/other', '/mcp'],
    ['/mc', '/mcp'],
    ['/mcp/v1', '/mcp'],
    ['/mcp?tenant=8', '/mcp?tenant=7'],
    ['/MCP', '/mcp'],
  ] as const) {
    it(`refuses the resource "${resource}" for the server "${server}"`, async () => {
      await assert.rejects(fetchedFor(resource, server), { code: 'resource_mismatch' });
    });
  }

  it('refuses the resource of another origin, and quotes it', async () => {
    await assert.rejects(
      fetched(json({ resource: 'https://evil.example/mcp', authorization_servers: [as] })),
      { code: 'resource_mismatch', message: /another server \("https:\/\/evil\.example"\)/ },
    );
  });

  it('finds nothing where the answer is not 200', async () => {
    assert.equal(await fetched(page(404)), undefined);
    assert.equal(await fetched(page(403)), undefined);
  });

  for (const status of [429, 500, 503]) {
    it(`says that the server has a problem after HTTP ${status}`, async () => {
      await assert.rejects(fetched(page(status)), {
        code: 'server_error',
        message: new RegExp(`HTTP ${status}`),
      });
    });
  }

  it('refuses an authorization server on plain http', async () => {
    const { origin } = await suite.server((honest) => ({
      'GET /metadata': json({ resource: honest.mcpUrl, authorization_servers: ['http://as.example'] }),
    }));
    await assert.rejects(read(origin, '/mcp'), {
      code: 'insecure_url',
      message: /"http:\/\/as\.example" is plain http/,
    });
  });

  const malformed: readonly [string, (mcpUrl: string) => Reply][] = [
    ['a page with HTTP 200', () => page()],
    ['an array', () => json([])],
    ['null', () => json(null)],
    ['truncated JSON', (url) => text(`{"resource":"${url}","authoriz`, 'application/json')],
    ['no resource', () => json({ authorization_servers: [as] })],
    ['a resource that is not a URL', () => json({ resource: 'mcp', authorization_servers: [as] })],
    ['no authorization server', (url) => json({ resource: url })],
    ['an empty list of authorization servers', (url) => json({ resource: url, authorization_servers: [] })],
    [
      'an authorization server that is not a URL',
      (url) => json({ resource: url, authorization_servers: ['as'] }),
    ],
    ['authorization servers that are no list', (url) => json({ resource: url, authorization_servers: as })],
    [
      'a scope that is not text',
      (url) => json({ resource: url, authorization_servers: [as], scopes_supported: [1] }),
    ],
  ];
  for (const [what, reply] of malformed) {
    it(`calls ${what} an invalid response`, async () => {
      const { origin } = await suite.server(({ mcpUrl }) => ({ 'GET /metadata': reply(mcpUrl) }));
      await assert.rejects(read(origin, '/mcp'), { code: 'invalid_response' });
    });
  }
});
