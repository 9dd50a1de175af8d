import assert from 'node:assert/strict';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { Honest, MisbehavingServer, Routes } from '../../support/misbehavingServer.ts';
import { ecKey, verifiedJwt } from '../../support/privateKeys.ts';
import { json } from '../../support/reply.ts';

const { signal } = new AbortController();
const key = ecKey();

/** An authorization server that clients prove themselves to by a key, and by nothing else. */
function keysOnly(algorithms?: readonly string[]) {
  return ({ metadata }: Honest): Routes => ({
    'GET /.well-known/oauth-authorization-server': json({
      ...metadata,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      ...(algorithms ? { token_endpoint_auth_signing_alg_values_supported: algorithms } : {}),
    }),
  });
}

function assertSigned({ form }: { readonly form: URLSearchParams }, { origin }: MisbehavingServer): string {
  assert.equal(form.get('client_assertion_type'), 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  const [header, { iss, sub, aud, exp, iat, jti }] = verifiedJwt(form.get('client_assertion') ?? '', key);
  assert.deepEqual([header.alg, iss, sub, aud], ['ES256', 'the-client', 'the-client', origin]);
  assert.equal(Number(exp) - Number(iat), 60);
  assert.equal(form.get('client_secret'), null);
  return String(jti);
}

describe('private_key_jwt', () => {
  const suite = authenticationSuite();

  async function signedIn(pem = key.pem) {
    const server = await suite.server(keysOnly(['ES256', 'RS256']));
    const assembly = suite.assemble({ prompt: { askPrivateKey: async () => pem } });
    const session = await assembly.signIn(server.mcpUrl, { clientId: 'the-client' });
    return { server, session, ...assembly };
  }

  it('signs the exchange of the code, the refresh and the revocation, each time anew', async () => {
    const { server, refresher, ports, sessions } = await signedIn();
    await refresher.refresh(server.mcpUrl);
    assert.equal(await signOut({ serverUrl: server.mcpUrl }, { ...ports, sessions }, signal), 'revoked');
    const signed = server.requests.filter(({ route }) => route === 'POST /token' || route === 'POST /revoke');
    const identifiers = signed.map((request) => assertSigned(request, server));
    assert.deepEqual(
      [signed.map(({ form }) => form.get('grant_type')), new Set(identifiers).size],
      [['authorization_code', 'refresh_token', null, null], 4],
    );
  });

  it('names the key by the key ID of its JWK', async () => {
    const { server } = await signedIn(JSON.stringify({ ...key.jwk, kid: 'key-7' }));
    const jwt = server.requests.at(-1)?.form.get('client_assertion') ?? '';
    assert.equal(verifiedJwt(jwt, key)[0].kid, 'key-7');
  });

  it('is refreshed after a reload, without asking for the key again', async () => {
    const { server, secrets, ports } = await signedIn();
    const sessions = new SessionStore({ ...ports, secrets });
    await sessions.reload();
    await new SessionRefresher({ ...ports, sessions }).refresh(server.mcpUrl);
    assertSigned(server.requests.at(-1) ?? assert.fail(), server);
  });

  it('goes on signing by an algorithm that the server takes, which the session remembers', async () => {
    const { session } = await signedIn();
    const { authorizationServer } = session;
    assert.deepEqual(authorizationServer.token_endpoint_auth_signing_alg_values_supported, [
      'ES256',
      'RS256',
    ]);
  });

  it('keeps the key out of the log, also where somebody logs it', async () => {
    const { ports, lines } = await signedIn();
    const body = key.pem.replace(/-----[^-]+-----|\n/g, '');
    ports.log.info('The key', { text: key.pem, body, inside: `{"pem":${JSON.stringify(key.pem)}}` });
    const last = lines.at(-1) ?? '';
    assert.match(last, /The key/);
    assert.ok(!last.includes(body.slice(0, 32)) && !last.includes(body.slice(70, 100)), last);
  });

  it('asks for another key when the server rejects the one it has', async () => {
    const server = await suite.server(keysOnly());
    const answers = [ecKey().pem, key.pem];
    const { signIn } = suite.assemble({ prompt: { askPrivateKey: async () => answers.shift() } });
    const honest = server.requests;
    server.answer('POST /token', json({ error: 'invalid_client' }, { status: 401 }));
    const target = { clientId: 'the-client' };
    await assert.rejects(signIn(server.mcpUrl, target), { code: 'client_rejected', remedy: 'enterClient' });
    server.answer('POST /token', json({ access_token: 'access-token-1', token_type: 'Bearer' }));
    await signIn(server.mcpUrl, { ...target, askForSecret: true });
    const [first, second] = honest.filter(({ route }) => route === 'POST /token');
    assert.throws(() => verifiedJwt(first?.form.get('client_assertion') ?? '', key));
    assert.doesNotThrow(() => verifiedJwt(second?.form.get('client_assertion') ?? '', key));
  });
});
