import assert from 'node:assert/strict';
import { createAuthorizedFetch } from '../../../src/core/connection/authorizedFetch.ts';
import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import type { Session } from '../../../src/core/session/session.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { type Answer, freshTokens, type MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, page, redirect, reset, text, unauthorized } from '../../support/reply.ts';

const post: RequestInit = { method: 'POST', headers: { 'x-kept': 'yes' }, body: '{"a":1}' };
const rejected = unauthorized('Bearer error="invalid_token"');

describe('createAuthorizedFetch', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;
  let session: Session;
  let fetch: Fetch;

  beforeEach(async () => {
    server = await suite.server();
    assembly = suite.assemble();
    session = await assembly.signIn(server.mcpUrl);
    const { ports, refresher } = assembly;
    fetch = createAuthorizedFetch(new URL(server.mcpUrl), { ...ports, refresher });
  });

  /** The credentials that the MCP server got since the sign-in. */
  function credentials(): readonly (string | undefined)[] {
    return server.requests
      .filter(({ route, headers }) => route === 'POST /mcp' && headers['x-kept'] === 'yes')
      .map(({ headers }) => headers.authorization);
  }

  /** The MCP server takes every access token but this one. */
  function reject(token: string, answer: Answer = rejected): void {
    server.answer('POST /mcp', (request) => {
      const isRejected = request.headers.authorization === `Bearer ${token}`;
      return !isRejected ? json({}) : typeof answer === 'function' ? answer(request) : answer;
    });
  }

  it('sends the access token with the request as it is', async () => {
    server.answer('POST /mcp', ({ body }) => json({ body }));
    const response = await fetch(server.mcpUrl, post);
    assert.deepEqual(await response.json(), { body: '{"a":1}' });
    assert.deepEqual(credentials(), [`Bearer ${session.tokens.accessToken}`]);
  });

  it('refreshes once after a 401, and sends the same again', async () => {
    reject(session.tokens.accessToken);
    const response = await fetch(server.mcpUrl, post);
    assert.equal(response.status, 200);
    const renewed = assembly.sessions.get(server.mcpUrl)?.tokens.accessToken;
    assert.deepEqual(credentials(), [`Bearer ${session.tokens.accessToken}`, `Bearer ${renewed}`]);
    assert.equal(server.requests.at(-1)?.body, '{"a":1}');
  });

  it('refreshes before it sends when the token has expired', async () => {
    assembly.clock.advance(3600_000);
    reject(session.tokens.accessToken);
    await fetch(server.mcpUrl, post);
    assert.equal(credentials().length, 1);
  });

  it('does not refresh a second time', async () => {
    server.answer('POST /mcp', rejected);
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'token_rejected', remedy: 'authenticate' });
    assert.equal(credentials().length, 2);
    assert.ok(assembly.sessions.get(server.mcpUrl));
  });

  it('does not refresh what has no refresh token', async () => {
    await assembly.sessions.put({ ...session, tokens: { ...session.tokens, refreshToken: undefined } });
    server.answer('POST /mcp', rejected);
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'token_rejected' });
    assert.equal(credentials().length, 1);
  });

  it('says that the session has expired when the refresh token is rejected, and keeps the record', async () => {
    server.answer('POST /mcp', rejected);
    server.answer('POST /token', json({ error: 'invalid_grant' }, { status: 400 }));
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'session_expired' });
    const kept = assembly.sessions.get(server.mcpUrl);
    assert.equal(kept?.tokens.accessToken, session.tokens.accessToken);
    assert.ok(kept?.refreshRejectedAt);
  });

  it('keeps the session as it was when the refresh fails otherwise', async () => {
    server.answer('POST /mcp', rejected);
    server.answer('POST /token', page(503));
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'server_error' });
    assert.equal(assembly.sessions.get(server.mcpUrl)?.refreshRejectedAt, undefined);
  });

  it('sends again with the token of a refresh that came in between, without another', async () => {
    reject(session.tokens.accessToken);
    await Promise.all([fetch(server.mcpUrl, post), fetch(server.mcpUrl, post), fetch(server.mcpUrl, post)]);
    const refreshes = server.requests.filter(({ form }) => form.get('grant_type') === 'refresh_token');
    assert.equal(refreshes.length, 1);
  });

  it('tells which scopes are missing, quoted', async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="files:write admin"';
    server.answer(
      'POST /mcp',
      text('', 'text/plain', { status: 403, headers: { 'www-authenticate': challenge } }),
    );
    await assert.rejects(fetch(server.mcpUrl, post), {
      code: 'insufficient_scope',
      message: /more permissions than this session has \("files:write admin"\)/,
    });
  });

  for (const [what, answer] of [
    ['a 403 without a challenge', page(403)],
    ['a 500', page(500)],
    ['a redirect, which is not followed', redirect('/elsewhere')],
  ] as const) {
    it(`gives ${what} to the caller`, async () => {
      server.answer('POST /mcp', answer);
      assert.equal((await fetch(server.mcpUrl, post)).status, answer.kind === 'complete' ? answer.status : 0);
      assert.equal(credentials().length, 1);
    });
  }

  it('says that the connection was reset', async () => {
    server.answer('POST /mcp', reset);
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'network' });
  });

  it('sends a credential to its own origin only', async () => {
    const other = await suite.server();
    await assert.rejects(fetch(other.mcpUrl, post), { code: 'insecure_url' });
    assert.deepEqual(other.asked, []);
  });

  it('sends no credential over plain http to another machine', async () => {
    const serverUrl = new URL('http://mcp.example/mcp');
    const { ports, refresher } = assembly;
    const insecure = createAuthorizedFetch(serverUrl, { ...ports, refresher });
    await assert.rejects(insecure(serverUrl.href, post), { code: 'insecure_url' });
  });

  it('needs a session', async () => {
    const { ports, refresher } = assembly;
    const other = createAuthorizedFetch(new URL('/other', server.origin), { ...ports, refresher });
    await assert.rejects(other(`${server.origin}/other`, post), { code: 'not_authenticated' });
  });

  it('uses the tokens of a new sign-in at once', async () => {
    server.answer('POST /token', () => json({ ...freshTokens(), access_token: 'access-of-the-second' }));
    await assembly.signIn(server.mcpUrl);
    server.answer('POST /mcp', json({}));
    await fetch(server.mcpUrl, post);
    assert.deepEqual(credentials(), ['Bearer access-of-the-second']);
  });
});
