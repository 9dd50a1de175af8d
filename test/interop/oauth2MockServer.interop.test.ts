import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  Events,
  type MutableResponse,
  type MutableToken,
  OAuth2Issuer,
  OAuth2Service,
} from 'oauth2-mock-server';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { createResourceServer, mcpUrlOn } from '../support/demo/resourceServer.ts';
import { type Origin, openOrigin } from './origin.ts';
import { Traveller } from './traveller.ts';

const clientId = 'registered-by-hand';
const clientSecret = 'secret-from-the-portal';

describe('oauth2-mock-server', () => {
  const suite = authenticationSuite();
  let origin: Origin;
  let mcpUrl: string;
  beforeEach(async () => {
    origin = suite.started(await openOrigin());
    const resourceOrigin = suite.started(await openOrigin());
    const { service, accessTokens } = await createService(origin.url);
    origin.app.use(service.requestHandler);
    const resourceServer = createResourceServer({
      origin: resourceOrigin.url,
      issuer: origin.url,
      authorizationServer: {
        checkAccessToken: async (token) =>
          accessTokens.has(token)
            ? { subject: 'johndoe', clientId, scopes: [], expiresAt: Date.now() / 1000 + 60 }
            : undefined,
      },
    });
    resourceOrigin.app.use(resourceServer.handler);
    suite.started({ secrets: new Set(), close: () => resourceServer.close() });
    mcpUrl = mcpUrlOn(resourceOrigin.url);
  });

  it('signs in by OpenID metadata with oauth.clientId, and the MCP server answers that session', async () => {
    const traveller = new Traveller(suite.assemble(), mcpUrl, { clientId });
    const { client } = await traveller.signIn();
    assert.deepEqual([client.origin, client.clientId], ['preRegistered', clientId]);
    assert.deepEqual(
      origin.journal.requests.slice(0, 2).map(({ url, status }) => [url, status]),
      [
        ['/.well-known/oauth-authorization-server', 404],
        ['/.well-known/openid-configuration', 200],
      ],
    );
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], ['mcp-auth-demo', 2]);
  });

  it('asks for the client ID where the configuration has none', async () => {
    const askClientId = async () => clientId;
    const traveller = new Traveller(suite.assemble({ prompt: { askClientId } }), mcpUrl);
    const { client } = await traveller.signIn();
    assert.equal(client.clientId, clientId);
    await traveller.connect();
  });

  it('signs in and refreshes with the secret that was asked for', async () => {
    const askClientSecret = async () => clientSecret;
    const assembly = suite.assemble({ prompt: { askClientSecret } });
    const traveller = new Traveller(assembly, mcpUrl, { clientId, askForSecret: true });
    const { client } = await traveller.signIn();
    assert.equal(client.clientSecret, clientSecret);
    await traveller.connectAfterExpiry();
    assert.ok(origin.journal.secrets.has(clientSecret), 'the secret was not sent');
  });

  it('refreshes three times, with another refresh token each time', async () => {
    const traveller = new Traveller(suite.assemble(), mcpUrl, { clientId });
    await traveller.signIn();
    assert.equal(new Set(await traveller.refreshThreeTimes()).size, 4);
  });

  it('signs out by its revocation endpoint, which revokes nothing but answers', async () => {
    const traveller = new Traveller(suite.assemble(), mcpUrl, { clientId });
    await traveller.signIn();
    assert.equal(await traveller.signOut(), 'revoked');
    const revocations = origin.journal.requests.filter(({ url }) => url === '/revoke');
    assert.deepEqual(
      revocations.map(({ status }) => status),
      [200, 200],
    );
  });

  it('signs in again as the same client', async () => {
    await new Traveller(suite.assemble(), mcpUrl, { clientId }).signInTwice();
  });
});

/** The service, and the access tokens that it has issued: it forgets them itself. */
async function createService(url: string) {
  const issuer = new OAuth2Issuer();
  issuer.url = url;
  await issuer.keys.generate('RS256');
  const service = new OAuth2Service(issuer);
  const accessTokens = new Set<unknown>();
  // Else the tokens of one second are the same.
  service.on(Events.BeforeTokenSigning, ({ payload }: MutableToken) => {
    payload.jti = randomUUID();
  });
  service.on(Events.BeforeResponse, ({ body }: MutableResponse) => {
    accessTokens.add(body === '' ? undefined : body.access_token);
  });
  return { service, accessTokens };
}
