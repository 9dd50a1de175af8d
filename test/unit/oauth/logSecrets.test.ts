import assert from 'node:assert/strict';
import { diagnose } from '../../../src/core/connection/diagnose.ts';
import { checkToken } from '../../../src/core/credential/checkToken.ts';
import { TokenStore } from '../../../src/core/credential/tokenStore.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import type { Answer, MisbehavingServer, ReceivedRequest } from '../../support/misbehavingServer.ts';
import { json, text, unauthorized } from '../../support/reply.ts';

/**
 * {@link authenticationSuite} searches the log of every test for secrets; here servers do their best to get
 * them in.
 */
describe('log', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;

  beforeEach(async () => {
    server = await suite.server();
    assembly = suite.assemble({ prompt: { askClientSecret: async () => 'the "secret"/of+the client' } });
  });

  /** Signs in as the extension does: what is thrown goes to the log. */
  async function signIn(clientId?: string): Promise<void> {
    try {
      await assembly.signIn(server.mcpUrl, clientId === undefined ? {} : { clientId, askForSecret: true });
    } catch (error) {
      assembly.ports.log.error('Shown to the person', { reason: error });
    }
  }

  function refusal(words: (request: ReceivedRequest) => string): Answer {
    return (request) => json({ error: 'invalid_grant', error_description: words(request) }, { status: 400 });
  }

  it('tells of every request by method, address and status', async () => {
    await signIn();
    for (const path of ['/.well-known/oauth-protected-resource/mcp', '/register', '/token']) {
      assert.ok(
        assembly.lines.some(
          (line) => line.startsWith('debug ') && line.includes(`${server.origin}${path} status=2`),
        ),
        path,
      );
    }
  });

  it('holds no code or verifier that the token endpoint repeats', async () => {
    server.answer(
      'POST /token',
      refusal(({ form }) => `${form.get('code')} for ${form.get('code_verifier')} is unknown`),
    );
    await signIn();
    assert.ok(assembly.lines.some((line) => line.includes('is unknown')));
  });

  it('holds no form that the token endpoint repeats', async () => {
    server.answer(
      'POST /token',
      refusal(({ body }) => body),
    );
    await signIn('desk');
  });

  it('holds no client secret that the token endpoint repeats, as it is or on the wire', async () => {
    server.answer(
      'POST /token',
      refusal(({ headers }) => `the "secret"/of+the client in ${headers.authorization}`),
    );
    await signIn('desk');
  });

  it('holds no refresh token that the token endpoint repeats', async () => {
    await signIn();
    server.answer(
      'POST /token',
      refusal(({ form }) => `Unknown refresh token ${form.get('refresh_token')}`),
    );
    const refreshed = assembly.refresher.refresh(server.mcpUrl);
    await assert.rejects(refreshed, (error) => {
      assembly.ports.log.error('Shown to the person', { reason: error });
      return true;
    });
  });

  it('holds no token of an answer that is not JSON', async () => {
    for (const body of [
      '{x,"access_token":"access-malformed"}',
      '{"access_token":"access-malformed"',
      'access_token=access-malformed&token_type=bearer',
      'access-malformed',
    ]) {
      server.answer('POST /token', text(body, 'application/json'));
      await signIn();
    }
    assert.ok(!assembly.lines.some((line) => line.includes('access-malformed')));
  });

  it('holds no token of an answer that lacks something', async () => {
    server.answer('POST /token', json({ access_token: 'access-without-type', refresh_token: 'refresh-1' }));
    await signIn();
  });

  it('holds no access token that the MCP server repeats', async () => {
    await signIn();
    const { ports, refresher } = assembly;
    const token = assembly.sessions.get(server.mcpUrl)?.tokens.accessToken;
    for (const answer of [
      unauthorized(`Bearer error="invalid_token", error_description="${token}", scope="${token}"`),
      json({ jsonrpc: '2.0', id: 1, error: { code: 1, message: `What is ${token}?` } }),
      text(`${token}`, 'text/plain', { status: 500 }),
    ]) {
      server.answer('POST /mcp', answer);
      const target = { serverUrl: new URL(server.mcpUrl), transport: 'http' } as const;
      const report = diagnose(
        target,
        { kind: 'session' },
        { ...ports, refresher, signal: new AbortController().signal },
      );
      await assert.rejects(report, (error) => {
        ports.log.error('Shown to the person', { reason: error });
        return true;
      });
    }
  });

  it('holds no token that the person has entered and the MCP server repeats, accepted or not', async () => {
    const token = { headerName: 'Authorization', scheme: 'Basic', token: btoa('alice@desk:token-of-alice') };
    const tokens = new TokenStore({ secrets: new FakeSecretStorage(), ...assembly.ports });
    tokens.learn(token);
    const forms = [token.token, 'alice@desk:token-of-alice', 'token-of-alice'];
    for (const form of forms) {
      for (const answer of [
        unauthorized(`Bearer error="invalid_token", error_description="${form}"`),
        unauthorized(`Bearer error="insufficient_scope", scope="${form}"`),
        json({ jsonrpc: '2.0', id: 1, error: { code: 1, message: `What is ${form}?` } }),
        text(form, 'text/plain', { status: 500 }),
      ]) {
        server.answer('POST /mcp', answer);
        const target = { serverUrl: new URL(server.mcpUrl), transport: 'http', token } as const;
        const verdict = await checkToken(target, assembly.ports, new AbortController().signal);
        assert.ok('error' in verdict);
        assembly.ports.log.warn('Shown to the person', { reason: verdict.error });
        assert.ok(!forms.some((one) => verdict.error.message.includes(one)), verdict.error.message);
      }
    }
    assembly.ports.log.info(`told ${forms.join(' and ')}`);
    assert.ok(!assembly.lines.some((line) => forms.some((form) => line.includes(form))));
    tokens.dispose();
  });

  it('forges no line with what a server wrote', async () => {
    server.answer(
      'POST /token',
      refusal(() => 'no\n2030-01-01 info Authenticated\r\u2028done'),
    );
    await signIn();
    assert.ok(assembly.lines.some((line) => line.includes('info Authenticated')));
    for (const line of assembly.lines) {
      assert.doesNotMatch(line, /[\n\r\u2028]/);
    }
  });
});
