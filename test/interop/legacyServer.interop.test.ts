import assert from 'node:assert/strict';
import type { Assembly } from '../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../support/authenticationSuite.ts';
import { endpointName } from './mcpEndpoint.ts';
import { openOrigin } from './origin.ts';
import { createPageReader } from './pageReader.ts';
import { type LegacyOptions, LegacyServer } from './servers/legacyServer.ts';
import { Traveller } from './traveller.ts';

const twoHours = 2 * 60 * 60 * 1000;

describe('A server from before protected resource metadata', () => {
  const suite = authenticationSuite();
  const open = async (options: Partial<LegacyOptions> = {}) =>
    new LegacyServer(suite.started(await openOrigin()), {
      hasMetadata: true,
      noticesAt: 'token',
      ...options,
    });
  let server: LegacyServer;
  let assembly: Assembly;
  let traveller: Traveller;
  beforeEach(async () => {
    server = await open();
    // The default redirect URI is one of 127.0.0.1.
    assembly = suite.assemble();
    traveller = new Traveller(assembly, server.mcpUrl);
  });

  for (const hasMetadata of [true, false]) {
    const where = hasMetadata ? 'with metadata at its origin' : 'without any metadata';
    it(`${where} is signed in to through localhost, for the scope in its challenge`, async () => {
      server = await open({ hasMetadata });
      traveller = new Traveller(assembly, server.mcpUrl);
      const { authorizationServer, tokens } = await traveller.signIn();
      const { origin } = new URL(server.mcpUrl);
      assert.equal(authorizationServer.issuer, origin);
      assert.equal(tokens.expiresAt, undefined);
      assert.deepEqual(
        server.ledger.registrations.map(({ redirect_uris: uris }) => uris),
        [['http://127.0.0.1:4711/callback'], ['http://localhost:4712/callback']],
      );
      assert.equal(server.ledger.authorizations[0]?.get('scope'), 'read write');
      const { serverName, toolCount } = await traveller.connect();
      assert.deepEqual([serverName, toolCount], [endpointName, 2]);
    });
  }

  it('is signed in to and connected with by an event stream', async () => {
    traveller = new Traveller(assembly, server.sseUrl, { transport: 'sse' });
    await traveller.signIn();
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], [endpointName, 2]);
  });

  it('refreshes three times, each when it rejects a token of which nobody knew that it had expired', async () => {
    await traveller.signIn();
    for (let refreshes = 1; refreshes <= 3; refreshes++) {
      server.ledger.expireAccessTokens();
      await traveller.connect();
      assert.equal(server.ledger.refreshes.length, refreshes);
    }
    assert.equal(new Set(server.ledger.refreshes.map((form) => form.get('refresh_token'))).size, 3);
  });

  for (const [status, code] of [
    [403, 'invalid_response'],
    [503, 'server_error'],
  ] as const) {
    it(`keeps its session when a refresh is answered by a page with status ${status}`, async () => {
      const { tokens } = await traveller.signIn();
      server.ledger.expireAccessTokens();
      server.failNextTokenRequest(status);
      await assert.rejects(traveller.connect(), { code });
      assert.equal(traveller.session.tokens.refreshToken, tokens.refreshToken);
      assert.equal(traveller.session.refreshRejectedAt, undefined);
      await traveller.connect();
    });
  }

  it('is signed out of although nothing can be revoked, and signed in to again as the same client', async () => {
    await traveller.signInTwice();
    assert.equal(server.ledger.registrations.length, 2);
    assert.equal(await traveller.signOut(), 'notOffered');
  });

  it('is introduced to anew when its token endpoint has forgotten the registration', async () => {
    const first = await traveller.signIn();
    server.advance(twoHours);
    const second = await traveller.signIn();
    assert.notEqual(second.client.clientId, first.client.clientId);
    assert.equal(server.ledger.registrations.length, 3);
    await traveller.connect();
  });

  it('ends the session of a registration that it has forgotten, and is signed in to again', async () => {
    await traveller.signIn();
    server.advance(twoHours);
    server.ledger.expireAccessTokens();
    await assert.rejects(traveller.connect(), { code: 'session_expired', remedy: 'authenticate' });
    await traveller.signIn();
    await traveller.connect();
    assert.equal(server.ledger.registrations.length, 3);
  });

  it('is introduced to anew after a page that said that the registration is forgotten', async () => {
    server = await open({ noticesAt: 'page' });
    const { browser, pages } = createPageReader();
    assembly = suite.assemble({ browser });
    traveller = new Traveller(assembly, server.mcpUrl);
    const first = await traveller.signIn();
    server.advance(twoHours);
    const attempt = assembly.authenticator.start({ serverUrl: new URL(server.mcpUrl), transport: 'http' });
    await until(() => attempt.step === 'waitingForBrowser', 'the page was not shown');
    attempt.cancel();
    await assert.rejects(attempt.result, { code: 'cancelled' });
    assert.match(pages[0] ?? '', /Unrecognized client_id/);
    const second = await traveller.signIn();
    assert.notEqual(second.client.clientId, first.client.clientId);
    assert.equal(pages.length, 1);
    await traveller.connect();
  });

  it('is refused when its metadata names another issuer, before anything is registered', async () => {
    server = await open({ issuer: 'https://cf.mcp.example' });
    traveller = new Traveller(assembly, server.mcpUrl);
    await assert.rejects(traveller.signIn(), { code: 'issuer_mismatch' });
    assert.equal(server.ledger.registrations.length, 0);
  });
});
