import assert from 'node:assert/strict';
import { AuthError } from '../../src/core/errors.ts';
import type { Assembly } from '../support/authenticationPorts.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { endpointName } from './mcpEndpoint.ts';
import { openOrigin } from './origin.ts';
import { EntraTenant, publicClientId, type ResourceRule, scopes } from './servers/entraTenant.ts';
import { Traveller } from './traveller.ts';

describe('A tenant like those of Entra ID', () => {
  const suite = authenticationSuite();
  const open = async (rule?: ResourceRule) =>
    new EntraTenant(
      { resource: suite.started(await openOrigin()), authorization: suite.started(await openOrigin()) },
      rule,
    );
  /** What somebody does who was given the client ID of a public client, and trusts the tenant. */
  const travel = ({ mcpUrl }: EntraTenant) => {
    const asked: string[] = [];
    const assembly = suite.assemble({
      redirectUri: 'vscode://mcp-auth.mcp-auth/callback',
      prompt: {
        askWaivePkce: async (issuer) => {
          asked.push(issuer);
          return true;
        },
        askClientSecret: async () => '',
      },
    });
    const options = { clientId: publicClientId, callbackPort: 4321 };
    return { assembly, asked, traveller: new Traveller(assembly, mcpUrl, options) };
  };
  let tenant: EntraTenant;
  let assembly: Assembly;
  let traveller: Traveller;
  let asked: readonly string[];
  beforeEach(async () => {
    tenant = await open();
    ({ assembly, traveller, asked } = travel(tenant));
  });

  it('is signed in to with oauth.clientId and oauth.callbackPort, and answers that session', async () => {
    const { client, authorizationServer, tokens, requestedScope } = await traveller.signIn();
    assert.deepEqual([client.origin, client.tokenEndpointAuthMethod], ['preRegistered', 'none']);
    assert.match(authorizationServer.issuer, /\/v2\.0$/);
    assert.deepEqual([tokens.scope, requestedScope], [scopes.read, `${scopes.read} offline_access`]);
    assert.equal(tenant.ledger.authorizations[0]?.get('redirect_uri'), 'http://localhost:4321/callback');
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], [endpointName, 2]);
  });

  it('asks once whether to go on although it says nothing of PKCE, which it gets', async () => {
    await traveller.signIn();
    await traveller.signIn();
    assert.deepEqual(asked, [tenant.issuer]);
    assert.deepEqual(
      tenant.ledger.authorizations.map((query) => query.get('code_challenge_method')),
      ['S256', 'S256'],
    );
  });

  it('refreshes three times', async () => {
    await traveller.signIn();
    assert.equal(new Set(await traveller.refreshThreeTimes()).size, 4);
  });

  it('gives the scope for a tool that takes more, and keeps offline access', async () => {
    const { read, write } = scopes;
    const { tokens } = await traveller.stepUp(`${read} offline_access`, `${read} offline_access ${write}`);
    assert.equal(tokens.scope, `${read} ${write}`);
  });

  it('ends a session in several lines, of which the log makes one', async () => {
    await traveller.signIn();
    tenant.ledger.refreshTokens.clear();
    await assert.rejects(traveller.connectAfterExpiry(), (error: unknown) => {
      assert.ok(error instanceof AuthError && error.code === 'session_expired');
      assert.match(error.message, /"invalid_grant": "AADSTS700082: The refresh token has expired/);
      assert.doesNotMatch(error.message, /[\r\n]/);
      return true;
    });
    assert.deepEqual(
      assembly.lines.filter((line) => /Trace ID[^\n]*\n/.test(line)),
      [],
    );
    await traveller.signIn();
    await traveller.connect();
  });

  it('is signed out of although nothing can be revoked, and signed in to again', async () => {
    await traveller.signInTwice();
    assert.equal(await traveller.signOut(), 'notOffered');
  });

  it('that knows the API by another name than its URL says why it refuses the resource', async () => {
    tenant = await open('unknown');
    await assert.rejects(travel(tenant).traveller.signIn(), (error: unknown) => {
      assert.ok(error instanceof AuthError && error.code === 'authorization_refused');
      assert.match(error.message, /"invalid_target": "AADSTS9010010: The resource parameter/);
      assert.doesNotMatch(error.message, /[\r\n]/);
      return true;
    });
  });
});
