import assert from 'node:assert/strict';
import { createHeaderFetch } from '../../../src/core/connection/headerFetch.ts';
import { InsufficientScopeError } from '../../../src/core/errors.ts';
import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, page, redirect, reset, silence, text, unauthorized } from '../../support/reply.ts';

const secret = 'secret-of-the-header';
const post: RequestInit = { method: 'POST', headers: { 'x-kept': 'yes' }, body: '{}' };

describe('createHeaderFetch', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let fetch: Fetch;

  beforeEach(async () => {
    server = await suite.server();
    const headers = { Authorization: `Token token=${secret}`, 'X-Team': 'seven' };
    fetch = createHeaderFetch(new URL(server.mcpUrl), headers, globalThis.fetch);
  });

  it('sends its headers beside those of the request', async () => {
    server.answer('POST /mcp', json({ ok: true }));
    assert.deepEqual(await (await fetch(server.mcpUrl, post)).json(), { ok: true });
    const { headers } = server.requests.at(-1) ?? {};
    assert.equal(headers?.authorization, `Token token=${secret}`);
    assert.equal(headers?.['x-team'], 'seven');
    assert.equal(headers?.['x-kept'], 'yes');
  });

  it('wins over a header of the same name in the request', async () => {
    server.answer('POST /mcp', json({}));
    await fetch(server.mcpUrl, { ...post, headers: { authorization: 'Bearer other' } });
    assert.equal(server.requests.at(-1)?.headers.authorization, `Token token=${secret}`);
  });

  it('sends nothing to another origin', async () => {
    const other = await suite.server();
    await assert.rejects(fetch(other.mcpUrl, post), { code: 'insecure_url' });
    assert.deepEqual(other.asked, []);
  });

  it('sends nothing over plain http to another machine', async () => {
    const unexpected: Fetch = () => assert.fail('sent');
    const insecure = createHeaderFetch(new URL('http://mcp.example/mcp'), { a: secret }, unexpected);
    await assert.rejects(insecure('http://mcp.example/mcp', post), { code: 'insecure_url' });
  });

  it('does not follow a redirect', async () => {
    const other = await suite.server();
    server.answer('POST /mcp', redirect(other.mcpUrl));
    assert.equal((await fetch(server.mcpUrl, post)).status, 302);
    assert.deepEqual(other.asked, []);
  });

  it('says that the server does not accept the credential', async () => {
    server.answer('POST /mcp', unauthorized(`Bearer error_description="${secret}"`));
    await assert.rejects(fetch(server.mcpUrl, post), {
      code: 'token_rejected',
      message: `${new URL(server.origin).host} does not accept the credential that was sent to it.`,
    });
  });

  it('tells which scopes are missing', async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="files:write"';
    const headers = { 'www-authenticate': challenge };
    server.answer('POST /mcp', text('', 'text/plain', { status: 403, headers }));
    await assert.rejects(fetch(server.mcpUrl, post), (error) => {
      assert.ok(error instanceof InsufficientScopeError);
      assert.equal(error.scope, 'files:write');
      assert.match(error.message, /wants more permissions than this credential has \("files:write"\)\.$/);
      return true;
    });
  });

  for (const status of [403, 404, 500]) {
    it(`gives a ${status} to the caller`, async () => {
      server.answer('POST /mcp', page(status));
      assert.equal((await fetch(server.mcpUrl, post)).status, status);
    });
  }

  it('says that the connection was reset', async () => {
    server.answer('POST /mcp', reset);
    await assert.rejects(fetch(server.mcpUrl, post), { code: 'network' });
  });

  it('ends as its signal does', async () => {
    server.answer('POST /mcp', silence);
    const controller = new AbortController();
    const received = server.next('POST /mcp');
    const sent = fetch(server.mcpUrl, { ...post, signal: controller.signal });
    await received;
    const reason = new Error('the reason');
    controller.abort(reason);
    await assert.rejects(sent, reason);
  });

  for (const [what, name, value] of [
    ['a value with a line break', 'Authorization', `Bearer a\r\nx: ${secret}`],
    ['a value outside Latin-1', 'Authorization', `Bearer ${secret}–`],
    ['a name with a space', 'My Header', secret],
    ['an empty name', '', secret],
  ] as const) {
    it(`sends nothing with ${what}, and does not repeat the value`, async () => {
      const broken = createHeaderFetch(new URL(server.mcpUrl), { [name]: value }, globalThis.fetch);
      await assert.rejects(broken(server.mcpUrl, post), (error: Error) => {
        assert.equal('code' in error && error.code, 'invalid_definition');
        assert.ok(!error.message.includes(secret));
        assert.equal(error.cause, undefined);
        return true;
      });
      assert.deepEqual(server.asked, []);
    });
  }
});
