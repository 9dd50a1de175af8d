import assert from 'node:assert/strict';
import type { Assembly } from '../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../support/authenticationSuite.ts';
import { endpointName } from './mcpEndpoint.ts';
import { openOrigin } from './origin.ts';
import { createPageReader } from './pageReader.ts';
import { EnterpriseRealm, type RedirectPolicy } from './servers/enterpriseRealm.ts';
import { Traveller } from './traveller.ts';

const redirectUri = 'vscode://mcp-auth.mcp-auth/callback';
const scope = 'mcp:read offline_access';

describe('A realm like those of Keycloak and Okta', () => {
  const suite = authenticationSuite();
  const open = async (policy?: RedirectPolicy) =>
    new EnterpriseRealm(
      { resource: suite.started(await openOrigin()), authorization: suite.started(await openOrigin()) },
      policy,
    );
  let realm: EnterpriseRealm;
  let assembly: Assembly;
  let traveller: Traveller;
  beforeEach(async () => {
    realm = await open();
    assembly = suite.assemble({ redirectUri });
    traveller = new Traveller(assembly, realm.mcpUrl);
  });

  it('is signed in to by its OpenID metadata, through a host that it trusts, and answers that session', async () => {
    const { authorizationServer, tokens } = await traveller.signIn();
    assert.equal(authorizationServer.issuer, realm.issuer);
    assert.equal(tokens.scope, scope);
    assert.deepEqual(
      realm.ledger.registrations.map(({ redirect_uris: uris }) => uris),
      [[redirectUri], ['http://localhost:4712/callback']],
    );
    assert.ok(assembly.lines.some((line) => line.includes("Policy 'Trusted Hosts' rejected request")));
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], [endpointName, 2]);
  });

  it('is asked for offline access with consent, and for nothing but its resource', async () => {
    await traveller.signIn();
    await traveller.connectAfterExpiry();
    const { authorizations, tokenRequests } = realm.ledger;
    assert.deepEqual(
      authorizations.map((query) => [query.get('scope'), query.get('prompt')]),
      [[scope, 'consent']],
    );
    assert.deepEqual(
      [...authorizations, ...tokenRequests].map((parameters) => parameters.getAll('resource')),
      [[realm.mcpUrl], [realm.mcpUrl], [realm.mcpUrl]],
    );
  });

  it('refreshes three times, each with the token of the time before', async () => {
    await traveller.signIn();
    const refreshTokens = await traveller.refreshThreeTimes();
    assert.deepEqual(
      realm.ledger.refreshes.map((form) => form.get('refresh_token')),
      refreshTokens.slice(0, 3),
    );
  });

  it('sees one refresh, however many need it', async () => {
    const { tokens } = await traveller.signIn();
    assembly.clock.advance((tokens.expiresAt ?? 0) - assembly.clock.now());
    await Promise.all([traveller.connect(), traveller.connect(), traveller.connect()]);
    assert.equal(realm.ledger.refreshes.length, 1);
  });

  it('ends the session when a refresh token comes twice, and is signed in to again', async () => {
    const { tokens, client } = await traveller.signIn();
    await traveller.connectAfterExpiry();
    // Somebody else has had the first token.
    const { token_endpoint: endpoint = '' } = traveller.session.authorizationServer;
    const stolen = await fetch(endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: tokens.refreshToken ?? '',
        client_id: client.clientId,
        resource: realm.mcpUrl,
      }),
    });
    await stolen.body?.cancel();
    assert.equal(stolen.status, 400);
    await assert.rejects(traveller.connect(), { code: 'session_expired' });
    assert.notEqual(traveller.session.refreshRejectedAt, undefined);
    await traveller.signIn();
    await traveller.connect();
  });

  it('gives the scope for a tool that takes more, and keeps offline access', async () => {
    const { tokens } = await traveller.stepUp(scope, `${scope} mcp:write`);
    assert.equal(tokens.scope, `${scope} mcp:write`);
    assert.notEqual(tokens.refreshToken, undefined);
  });

  it('says that access was denied, with its issuer, and keeps no session', async () => {
    realm.denyNext();
    await assert.rejects(traveller.signIn(), { code: 'access_denied' });
    assert.equal(assembly.sessions.get(realm.mcpUrl), undefined);
  });

  it('revokes both tokens when signing out', async () => {
    const session = await traveller.signIn();
    assert.equal(await traveller.signOut(), 'revoked');
    await traveller.assertRevoked(session);
  });

  it('is signed in to again without another registration', async () => {
    await traveller.signInTwice();
    assert.equal(realm.ledger.registrations.length, 2);
  });

  it('that refuses the custom scheme on its page only is signed in to through localhost', async () => {
    realm = await open('authorization');
    const { browser, pages } = createPageReader();
    assembly = suite.assemble({ redirectUri, browser });
    const attempt = assembly.authenticator.start({ serverUrl: new URL(realm.mcpUrl), transport: 'http' });
    await until(() => attempt.step === 'waitingForBrowser', 'the page was not shown');
    attempt.cancel();
    await assert.rejects(attempt.result, { code: 'cancelled' });
    assert.match(pages[0] ?? '', /Invalid parameter: redirect_uri/);
    await assembly.signIn(realm.mcpUrl, { redirectKind: 'loopback' });
    // From now on without being told.
    traveller = new Traveller(assembly, realm.mcpUrl);
    await traveller.signIn();
    await traveller.connect();
    assert.deepEqual(
      realm.ledger.authorizations.map((query) => new URL(query.get('redirect_uri') ?? '').protocol),
      ['vscode:', 'http:', 'http:'],
    );
  });
});
