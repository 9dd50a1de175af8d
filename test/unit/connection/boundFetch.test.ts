import assert from 'node:assert/strict';
import { createAuthorizedFetch } from '../../../src/core/connection/authorizedFetch.ts';
import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import { parseSession, type Session, serializeSession } from '../../../src/core/session/session.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { BoundServer } from '../../support/boundServer.ts';
import { hashOf, readProof } from '../../support/dpopProof.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, redirect, reset, unauthorized } from '../../support/reply.ts';

const post: RequestInit = { method: 'POST', headers: { 'x-kept': 'yes' }, body: '{"a":1}' };

describe('createAuthorizedFetch with a bound token', () => {
  const suite = authenticationSuite();
  let bound: BoundServer;
  let server: MisbehavingServer;
  let assembly: Assembly;
  let session: Session;
  let fetch: Fetch;

  beforeEach(async () => {
    bound = new BoundServer();
    server = await suite.server(bound.routes);
    assembly = suite.assemble();
    session = await assembly.signIn(server.mcpUrl);
    fetch = fetchOf(assembly);
  });

  function fetchOf({ ports, refresher }: Assembly): Fetch {
    return createAuthorizedFetch(new URL(server.mcpUrl), { ...ports, refresher });
  }

  function statuses(side: 'authorization' | 'resource'): readonly number[] {
    return bound.requests.filter((request) => request.side === side).map(({ status }) => status);
  }

  function assertUnchanged(): void {
    const stored = assembly.sessions.get(server.mcpUrl) ?? assert.fail('there is no session');
    assert.deepEqual(parseSession(serializeSession(stored)), parseSession(serializeSession(session)));
  }

  it('sends the token by the scheme DPoP, with a proof for it and this request', async () => {
    const response = await fetch(`${server.mcpUrl}?a=b#c`, post);
    assert.deepEqual(await response.json(), { body: '{"a":1}' });
    const { headers } = server.requests.at(-1) ?? assert.fail('no request');
    assert.equal(headers.authorization, `DPoP ${session.tokens.accessToken}`);
    assert.equal(headers['x-kept'], 'yes');
    assert.partialDeepStrictEqual(readProof(headers.dpop).claims, {
      htm: 'POST',
      htu: server.mcpUrl,
      ath: hashOf(session.tokens.accessToken),
    });
  });

  it('makes another proof for every request, by the one key', async () => {
    for (let count = 0; count < 3; count++) {
      await fetch(server.mcpUrl, post);
    }
    assert.equal(new Set(bound.requests.map(({ claims }) => claims.jti)).size, 4);
    assert.equal(new Set(bound.requests.map(({ thumbprint }) => thumbprint)).size, 1);
  });

  it('replaces credentials and proofs of the caller', async () => {
    const headers = { authorization: 'Bearer of-another', dpop: 'not-a-proof' };
    assert.equal((await fetch(server.mcpUrl, { ...post, headers })).status, 200);
  });

  it('sends the nonce that the server asks for, without a refresh, and then with every request', async () => {
    bound.nonces.resource = 'nonce-1';
    assert.equal((await fetch(server.mcpUrl, post)).status, 200);
    await fetch(server.mcpUrl, post);
    assert.deepEqual(statuses('resource'), [401, 200, 200]);
    assert.deepEqual(statuses('authorization'), [200]);
    assertUnchanged();
  });

  it('sends the nonce that the last answer gave', async () => {
    bound.nonces.resource = 'nonce-1';
    bound.nextNonces.resource = 'nonce-2';
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'invalid_response' });
    delete bound.nextNonces.resource;
    bound.nonces.resource = 'nonce-2';
    await fetch(server.mcpUrl, post);
    bound.nextNonces.resource = 'nonce-3';
    await fetch(server.mcpUrl, post);
    bound.nonces.resource = 'nonce-3';
    await fetch(server.mcpUrl, post);
    assert.deepEqual(statuses('resource'), [401, 401, 200, 200, 200]);
  });

  it('ends after one more attempt when the server asks for nonces without end, and keeps the session', async () => {
    let nonce = 0;
    server.answer('POST /mcp', () => {
      const challenge = unauthorized('DPoP error="use_dpop_nonce"');
      return challenge.kind === 'complete'
        ? { ...challenge, headers: { ...challenge.headers, 'dpop-nonce': `nonce-${nonce++}` } }
        : challenge;
    });
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'invalid_response', message: /nonce/ });
    assert.equal(nonce, 2);
    assert.deepEqual(statuses('authorization'), [200]);
    assertUnchanged();
  });

  it('refreshes once after invalid_token, with the same key, and sends again', async () => {
    bound.expired.add(session.tokens.accessToken);
    assert.equal((await fetch(server.mcpUrl, post)).status, 200);
    assert.deepEqual(statuses('resource'), [401, 200]);
    assert.deepEqual(statuses('authorization'), [200, 200]);
    const renewed = assembly.sessions.get(server.mcpUrl);
    assert.notEqual(renewed?.tokens.accessToken, session.tokens.accessToken);
    assert.deepEqual(renewed?.dpop, session.dpop);
  });

  it('refreshes with a nonce where the authorization server asks for one', async () => {
    bound.nonces.authorization = 'nonce-1';
    bound.nonces.resource = 'nonce-2';
    bound.expired.add(session.tokens.accessToken);
    assert.equal((await fetch(server.mcpUrl, post)).status, 200);
    assert.deepEqual(statuses('authorization'), [200, 400, 200]);
    assert.deepEqual(statuses('resource'), [401, 401, 200]);
  });

  it('refuses to refresh to a Bearer token, and keeps the session', async () => {
    bound.tokenType = 'Bearer';
    await assert.rejects(assembly.refresher.refresh(server.mcpUrl), { code: 'dpop_not_supported' });
    assertUnchanged();
  });

  it('says that the token is rejected when a refresh does not help', async () => {
    server.answer('POST /mcp', unauthorized('DPoP error="invalid_dpop_proof"'));
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'token_rejected' });
    assert.deepEqual(statuses('authorization'), [200, 200]);
  });

  for (const ahead of [3600, -3600]) {
    it(`takes the server's time where that is ${ahead} s ahead, once for all requests`, async () => {
      bound.ahead = ahead;
      await fetch(server.mcpUrl, post);
      await fetch(server.mcpUrl, post);
      assert.deepEqual(statuses('resource'), [401, 200, 200]);
      assert.deepEqual(statuses('authorization'), [200]);
    });
  }

  it('does not take the time of a server that does not tell it', async () => {
    bound.ahead = 3600;
    bound.tellsTime = false;
    await assert.rejects(fetch(server.mcpUrl, post), { name: 'AuthError' });
    assert.deepEqual(statuses('resource'), [401]);
  });

  it('is used after a reload with the key that was stored', async () => {
    const reloaded = suite.assemble({ secrets: assembly.secrets });
    await reloaded.sessions.reload();
    assert.equal((await fetchOf(reloaded)(server.mcpUrl, post)).status, 200);
    reloaded.clock.advance(3600_000);
    assert.equal((await fetchOf(reloaded)(server.mcpUrl, post)).status, 200);
    assert.deepEqual(statuses('authorization'), [200, 200]);
    assert.equal(new Set(bound.requests.map(({ thumbprint }) => thumbprint)).size, 1);
  });

  it('proves the key of a new sign-in at once', async () => {
    await fetch(server.mcpUrl, post);
    const { tokens } = await assembly.signIn(server.mcpUrl);
    assert.equal((await fetch(server.mcpUrl, post)).status, 200);
    assert.equal(server.requests.at(-1)?.headers.authorization, `DPoP ${tokens.accessToken}`);
    assert.equal(new Set(bound.requests.map(({ thumbprint }) => thumbprint)).size, 2);
  });

  it('carries token and proof to no other place', async () => {
    const other = await suite.server();
    server.answer('POST /mcp', redirect(other.mcpUrl, 307));
    assert.equal((await fetch(server.mcpUrl, post)).status, 307);
    await assert.rejects(fetch(other.mcpUrl, post), { code: 'insecure_url' });
    assert.deepEqual(other.asked, []);
  });

  it('says that the connection was reset', async () => {
    server.answer('POST /mcp', reset);
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'network' });
  });

  it('gives every other answer to the caller, its body unread', async () => {
    server.answer(
      'POST /mcp',
      json({ error: 'no' }, { status: 403, headers: { 'www-authenticate': 'DPoP' } }),
    );
    const response = await fetch(server.mcpUrl, post);
    assert.deepEqual([response.status, await response.json()], [403, { error: 'no' }]);
  });

  it('stops when the caller does', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(fetch(server.mcpUrl, { ...post, signal }), { message: 'enough' });
  });
});
