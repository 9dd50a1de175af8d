import assert from 'node:assert/strict';
import type { AuthErrorCode } from '../../../src/core/errors.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { type Assembly, followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { Honest, MisbehavingServer, Routes } from '../../support/misbehavingServer.ts';
import { json, missing, page, type Reply, redirect, unauthorized } from '../../support/reply.ts';
import { onlyAccount } from '../../support/sampleSession.ts';

const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';
const metadataRoute = 'GET /.well-known/oauth-authorization-server';
const place = '/somewhere/metadata.json';

describe('oauth.authServerMetadataUrl', () => {
  const suite = authenticationSuite();
  /** Whose document is configured. */
  let authority: MisbehavingServer;
  let server: MisbehavingServer;
  let assembly: Assembly;

  async function start(
    document: (honest: Honest) => Reply = ({ metadata }) => json(metadata),
    overrides: (honest: Honest) => Routes = () => ({}),
  ): Promise<void> {
    authority = await suite.server((honest) => ({ [`GET ${place}`]: document(honest) }));
    server = await suite.server(overrides);
    assembly = suite.assemble();
  }

  function signIn(options: { readonly scopes?: string } = {}): Promise<Session> {
    return assembly.signIn(server.mcpUrl, { ...options, authServerMetadataUrl: authority.origin + place });
  }

  it('takes the place of what the server says of its authorization server', async () => {
    await start();
    const session = await signIn();
    assert.equal(session.authorizationServer.issuer, authority.origin);
    assert.equal(session.resource, server.mcpUrl);
    assert.ok(!server.asked.includes(metadataRoute));
    assert.ok(!authority.asked.includes(metadataRoute));
  });

  const without: readonly [string, (honest: Honest) => Routes][] = [
    ['no metadata', () => ({ 'POST /mcp': unauthorized(), [resourceRoute]: missing })],
    ['metadata that it cannot give', () => ({ [resourceRoute]: page(500) })],
    ['a page for metadata', () => ({ [resourceRoute]: page() })],
  ];
  for (const [what, overrides] of without) {
    it(`helps at a server with ${what}`, async () => {
      await start(undefined, overrides);
      const session = await signIn();
      assert.equal(session.authorizationServer.issuer, authority.origin);
      assert.equal(session.resource, server.mcpUrl);
    });
  }

  it('does not help a server whose metadata is for another one', async () => {
    await start(undefined, ({ origin, resource }) => ({
      [resourceRoute]: json({ ...resource, resource: `${origin}/other` }),
    }));
    await assert.rejects(signIn(), { code: 'resource_mismatch' });
  });

  it('makes nobody sign in at a server that is open', async () => {
    await start(undefined, () => ({
      'POST /mcp': json({ jsonrpc: '2.0', id: 1, result: {} }),
      [resourceRoute]: missing,
    }));
    await assert.rejects(signIn(), { code: 'no_authentication_needed' });
  });

  it('ranks its scopes above those that are challenged, and below the configured ones', async () => {
    const document = ({ metadata }: Honest) =>
      json({ ...metadata, scopes_supported: ['a', 'offline_access'] });
    await start(document, ({ origin }) => ({
      'POST /mcp': unauthorized(`Bearer scope="b", resource_metadata="${origin}${resourceRoute.slice(4)}"`),
    }));
    assert.equal((await signIn()).requestedScope, 'a offline_access');
    await assembly.sessions.delete(onlyAccount(server.mcpUrl));
    assert.equal((await signIn({ scopes: 'c' })).requestedScope, 'c');
  });

  it('leaves the scopes to the challenge where it lists none', async () => {
    await start(undefined, ({ origin }) => ({
      'POST /mcp': unauthorized(`Bearer scope="b", resource_metadata="${origin}${resourceRoute.slice(4)}"`),
    }));
    assert.equal((await signIn()).requestedScope, 'b');
  });

  it('is good for an issuer with a path, at whatever path of the same origin it is', async () => {
    await start(({ origin, metadata }) => json({ ...metadata, issuer: `${origin}/tenant/v2.0` }));
    assembly = suite.assemble({
      browser: async (url) => {
        const answer = await followRedirect(url);
        answer.searchParams.set('iss', `${authority.origin}/tenant/v2.0`);
        return answer;
      },
    });
    assert.equal((await signIn()).authorizationServer.issuer, `${authority.origin}/tenant/v2.0`);
  });

  const refused: readonly [string, (honest: Honest) => Reply, AuthErrorCode][] = [
    [
      'passes for another server, whose secrets it would get',
      ({ metadata }) => json({ ...metadata, issuer: 'https://login.example' }),
      'issuer_mismatch',
    ],
    [
      'names no issuer',
      ({ metadata: { issuer: _issuer, ...metadata } }) => json(metadata),
      'invalid_response',
    ],
    [
      'has no URL for an issuer',
      ({ metadata }) => json({ ...metadata, issuer: 'login' }),
      'invalid_response',
    ],
    ['is a page', () => page(), 'invalid_response'],
    ['does not exist', () => missing, 'discovery_failed'],
    // By a redirect that a server offers to anybody, its origin would vouch for anybody's document.
    [
      'is somewhere else by now',
      () => redirect('/.well-known/oauth-authorization-server'),
      'discovery_failed',
    ],
    [
      'leads to plain http',
      ({ metadata }) => json({ ...metadata, token_endpoint: 'http://plain.example/token' }),
      'insecure_url',
    ],
  ];
  for (const [what, document, code] of refused) {
    it(`is refused when it ${what}`, async () => {
      await start(document);
      await assert.rejects(signIn(), { name: 'AuthError', code });
      assert.deepEqual(assembly.opened, []);
      assert.deepEqual(authority.asked, [`GET ${place}`]);
    });
  }

  it('is refused when it is no URL', async () => {
    await start();
    await assert.rejects(assembly.signIn(server.mcpUrl, { authServerMetadataUrl: 'https://' }), {
      code: 'invalid_definition',
      remedy: 'openDefinition',
    });
  });
});
