import assert from 'node:assert/strict';
import { type Discovered, discover } from '../../../src/core/oauth/discovery.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { listen } from '../../support/demo/listener.ts';
import type { Honest, MisbehavingServer, Routes } from '../../support/misbehavingServer.ts';
import { json, missing, page, redirect, reset, silence, text, unauthorized } from '../../support/reply.ts';

const prmRoute = 'GET /.well-known/oauth-protected-resource/mcp';
const rootPrmRoute = 'GET /.well-known/oauth-protected-resource';
const asRoute = 'GET /.well-known/oauth-authorization-server';
const openidRoute = 'GET /.well-known/openid-configuration';

/** `initialize` is answered without a credential. */
const open = json({ jsonrpc: '2.0', id: 1, result: {} });

describe('discover', () => {
  const suite = authenticationSuite();

  async function discovered(
    overrides: (honest: Honest) => Routes,
    previousIssuer?: string,
  ): Promise<{
    readonly server: MisbehavingServer;
    readonly result: Promise<Discovered>;
    readonly sent: readonly string[];
  }> {
    const server = await suite.server(overrides);
    const { ports, sent } = suite.assemble();
    const target = { serverUrl: new URL(server.mcpUrl), transport: 'http' } as const;
    const previous =
      previousIssuer === undefined ? undefined : { authorizationServer: { issuer: previousIssuer } };
    const result = discover({ ...target, previous }, ports, new AbortController().signal);
    await result.catch(() => undefined);
    return { server, result, sent };
  }

  it('asks server and well-known metadata side by side, then the authorization server', async () => {
    const { server, result } = await discovered(() => ({}));
    const { authorizationServer, protectedResource } = await result;
    assert.equal(authorizationServer.issuer, server.origin);
    assert.equal(protectedResource?.resource, server.mcpUrl);
    assert.deepEqual([...server.asked].sort(), [asRoute, prmRoute, 'POST /mcp']);
    assert.equal(server.asked.at(-1), asRoute);
  });

  it('goes by the metadata that the 401 names, also when the well-known place has other', async () => {
    const { server, result } = await discovered(({ origin, mcpUrl }) => ({
      'POST /mcp': unauthorized(`Bearer scope="files:write", resource_metadata="${origin}/somewhere/else"`),
      'GET /somewhere/else': json({ resource: mcpUrl, authorization_servers: [origin] }),
      [prmRoute]: json({ resource: mcpUrl, authorization_servers: ['https://wrong.example'] }),
    }));
    const { authorizationServer, challenge } = await result;
    assert.equal(authorizationServer.issuer, server.origin);
    assert.equal(challenge?.scope, 'files:write');
  });

  it('stops waiting for the well-known place when the 401 names another', async () => {
    const { server, result } = await discovered(({ origin, resource }) => ({
      'POST /mcp': unauthorized(`Bearer resource_metadata="${origin}/somewhere/else"`),
      'GET /somewhere/else': json(resource),
      [prmRoute]: silence,
    }));
    assert.equal((await result).authorizationServer.issuer, server.origin);
  });

  it('refuses metadata that is named for another server', async () => {
    const { result } = await discovered(({ origin, resource }) => ({
      'POST /mcp': unauthorized(`Bearer resource_metadata="${origin}/somewhere/else"`),
      'GET /somewhere/else': json({ ...resource, resource: `${origin}/other` }),
    }));
    await assert.rejects(result, { code: 'resource_mismatch' });
  });

  it('refuses to fetch named metadata over plain http, and sends nothing there', async () => {
    const { result, sent } = await discovered(() => ({
      'POST /mcp': unauthorized('Bearer resource_metadata="http://plain.example/prm"'),
    }));
    await assert.rejects(result, { code: 'insecure_url' });
    assert.ok(!sent.some((url) => url.includes('plain.example')));
  });

  it('does not take a page for named metadata', async () => {
    const { result } = await discovered(({ origin }) => ({
      'POST /mcp': unauthorized(`Bearer resource_metadata="${origin}/somewhere/else"`),
      'GET /somewhere/else': page(),
    }));
    await assert.rejects(result, { code: 'invalid_response' });
  });

  const elsewhere: readonly [string, Routes][] = [
    ['nothing', { [prmRoute]: missing }],
    ['a page with HTTP 200', { [prmRoute]: page() }],
    ['a redirect loop', { [prmRoute]: redirect('/.well-known/oauth-protected-resource/mcp') }],
    ['more than 1 MB', { [prmRoute]: text('x'.repeat(1_000_001), 'application/json') }],
  ];
  for (const [what, routes] of elsewhere) {
    it(`looks at the root when there is ${what} below the path`, async () => {
      const { server, result } = await discovered(({ resource }) => ({
        'POST /mcp': unauthorized('Bearer'),
        ...routes,
        [rootPrmRoute]: json(resource),
      }));
      assert.equal((await result).protectedResource?.resource, server.mcpUrl);
    });
  }

  it('finds the metadata of a server that challenges later than at initialize', async () => {
    const { server, result } = await discovered(() => ({ 'POST /mcp': open }));
    const { protectedResource, challenge } = await result;
    assert.equal(protectedResource?.resource, server.mcpUrl);
    assert.equal(challenge, undefined);
  });

  it('finds the metadata of a server that does not know initialize', async () => {
    const { server, result } = await discovered(() => ({ 'POST /mcp': page(404) }));
    assert.equal((await result).protectedResource?.resource, server.mcpUrl);
  });

  it('says that a server without metadata that answers needs no authentication', async () => {
    const { result } = await discovered(() => ({ 'POST /mcp': open, [prmRoute]: missing }));
    await assert.rejects(result, { code: 'no_authentication_needed', remedy: 'none' });
  });

  it('does not take a page for a server that needs no authentication', async () => {
    const { result } = await discovered(() => ({ 'POST /mcp': page(), [prmRoute]: missing }));
    await assert.rejects(result, { code: 'invalid_response', message: /answered, but not with an MCP/ });
  });

  it('reports how the server failed when it has no metadata either', async () => {
    const { result } = await discovered(() => ({ 'POST /mcp': page(502), [prmRoute]: missing }));
    await assert.rejects(result, { code: 'server_error', message: /has a problem \(HTTP 502\)/ });
  });

  for (const [what, failing] of [
    ['fails', page(503)],
    ['breaks the connection', reset],
  ] as const) {
    it(`looks at the root when the place below the path ${what}`, async () => {
      const { server, result } = await discovered(({ resource }) => ({
        'POST /mcp': unauthorized('Bearer'),
        [prmRoute]: failing,
        [rootPrmRoute]: json(resource),
      }));
      assert.equal((await result).protectedResource?.resource, server.mcpUrl);
    });

    it(`takes the origin for the issuer when every place that was guessed ${what}`, async () => {
      const { server, result } = await discovered(() => ({
        'POST /mcp': unauthorized('Bearer'),
        [prmRoute]: failing,
        [rootPrmRoute]: failing,
      }));
      assert.equal((await result).authorizationServer.issuer, server.origin);
    });
  }

  it('fails when the metadata cannot be read right now, rather than to guess endpoints too', async () => {
    const { result } = await discovered(() => ({
      'POST /mcp': unauthorized('Bearer'),
      [prmRoute]: page(503),
      [asRoute]: missing,
    }));
    await assert.rejects(result, { code: 'server_error', remedy: 'retry', message: /HTTP 503/ });
  });

  it('fails when metadata cannot be read at the moment that was there when somebody signed in before', async () => {
    const { result } = await discovered(
      () => ({ 'POST /mcp': unauthorized('Bearer'), [prmRoute]: page(503) }),
      'https://as.example',
    );
    await assert.rejects(result, { code: 'server_error', message: /HTTP 503/ });
  });

  it('fails when named metadata cannot be read right now, also at the well-known place', async () => {
    const { result } = await discovered(() => ({ [prmRoute]: page(503) }));
    await assert.rejects(result, { code: 'server_error', remedy: 'retry' });
  });

  it('says that the metadata of a server that answers cannot be read right now', async () => {
    const { result } = await discovered(() => ({ 'POST /mcp': open, [prmRoute]: page(500) }));
    await assert.rejects(result, { code: 'server_error', message: /HTTP 500/ });
  });

  it('leaves the metadata at the root alone where it is for another resource', async () => {
    const { server, result } = await discovered(({ origin, resource }) => ({
      'POST /mcp': unauthorized('Bearer'),
      [prmRoute]: missing,
      [rootPrmRoute]: json({ ...resource, resource: `${origin}/other` }),
    }));
    const { authorizationServer, protectedResource } = await result;
    assert.equal(authorizationServer.issuer, server.origin);
    assert.equal(protectedResource, undefined);
  });

  for (const place of [prmRoute, rootPrmRoute]) {
    it(`asks nobody to sign in for what ${place} says of another resource`, async () => {
      const { result } = await discovered(({ origin, resource }) => ({
        'POST /mcp': open,
        [prmRoute]: missing,
        [place]: json({ ...resource, resource: `${origin}/other` }),
      }));
      await assert.rejects(result, { code: 'no_authentication_needed' });
    });
  }

  it('refuses metadata below the path that is for another resource, although nothing names it', async () => {
    const { result } = await discovered(({ origin, resource }) => ({
      'POST /mcp': unauthorized('Bearer'),
      [prmRoute]: json({ ...resource, resource: `${origin}/other` }),
    }));
    await assert.rejects(result, { code: 'resource_mismatch' });
  });

  it('takes the origin of a 2025-03-26 server for its issuer', async () => {
    const { server, result } = await discovered(() => ({ 'POST /mcp': unauthorized(), [prmRoute]: missing }));
    const { authorizationServer, protectedResource } = await result;
    assert.equal(authorizationServer.token_endpoint, `${server.origin}/token`);
    assert.equal(authorizationServer.revocation_endpoint, `${server.origin}/revoke`);
    assert.equal(protectedResource, undefined);
  });

  it('uses the default endpoints of a 2025-03-26 server without any metadata', async () => {
    const { server, result } = await discovered(() => ({
      'POST /mcp': unauthorized(),
      [prmRoute]: missing,
      [asRoute]: missing,
    }));
    assert.deepEqual((await result).authorizationServer, {
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      registration_endpoint: `${server.origin}/register`,
      code_challenge_methods_supported: ['S256'],
    });
    assert.deepEqual(server.asked.slice(2), [rootPrmRoute, asRoute, openidRoute]);
  });

  it('goes on to the next authorization server when the first is down', async () => {
    const down = await listen('127.0.0.1', 0);
    await down.close();
    const { server, result } = await discovered(({ resource, origin }) => ({
      [prmRoute]: json({ ...resource, authorization_servers: [down.origin, origin] }),
    }));
    assert.equal((await result).authorizationServer.issuer, server.origin);
  });

  it('says why the first authorization server failed when all are down', async () => {
    const { result } = await discovered(() => ({ [asRoute]: reset }));
    await assert.rejects(result, { code: 'network', message: /the connection was reset/ });
  });

  it('says that no authorization server publishes metadata', async () => {
    const { result, server } = await discovered(() => ({ [asRoute]: missing }));
    await assert.rejects(result, {
      code: 'discovery_failed',
      message: `The authorization server ${server.origin} publishes no metadata.`,
    });
  });

  it('says that nothing listens where the server should be', async () => {
    const down = await listen('127.0.0.1', 0);
    await down.close();
    const serverUrl = new URL('/mcp', down.origin);
    const { ports } = suite.assemble();
    await assert.rejects(discover({ serverUrl, transport: 'http' }, ports, new AbortController().signal), {
      code: 'network',
      message: /connection refused/,
    });
  });
});
