import assert from 'node:assert/strict';
import type { AssemblyOptions } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { freshTokens } from '../../support/misbehavingServer.ts';
import { json } from '../../support/reply.ts';

describe('a client that a person registered by hand', () => {
  const suite = authenticationSuite();

  /** A server without registration that wants a secret, and knows the right one. */
  async function prepare(prompt: AssemblyOptions['prompt'] & object) {
    const server = await suite.server(({ metadata }) => {
      const { registration_endpoint: _endpoint, ...rest } = metadata;
      const methods = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
      return {
        'GET /.well-known/oauth-authorization-server': json({ ...rest, ...methods }),
        'POST /token': ({ form }) =>
          form.get('client_id') === 'mine' && form.get('client_secret') === 'right-secret'
            ? json(freshTokens())
            : json({ error: 'invalid_client' }, { status: 401 }),
      };
    });
    const assembly = suite.assemble({ prompt });
    return { server, assembly };
  }

  it('is asked for once, ID and secret', async () => {
    const asked: string[] = [];
    const { server, assembly } = await prepare({
      async askClientId() {
        asked.push('ID');
        return 'mine';
      },
      async askClientSecret() {
        asked.push('secret');
        return 'right-secret';
      },
    });
    await assembly.signIn(server.mcpUrl);
    await assembly.signIn(server.mcpUrl);
    assert.deepEqual(asked, ['ID', 'secret']);
    await assembly.ports.registrations.clear(server.origin);
    await assembly.signIn(server.mcpUrl);
    assert.deepEqual(asked, ['ID', 'secret', 'ID', 'secret']);
  });

  it('is asked for anew after it was rejected, with the ID as it was entered and without the secret', async () => {
    const previous: unknown[] = [];
    const ids = ['typo', 'mine', 'mine'];
    const secrets = ['right-secret', 'wrong-secret', 'right-secret'];
    const { server, assembly } = await prepare({
      async askClientId(question) {
        previous.push(question.previous);
        return ids.shift();
      },
      askClientSecret: async () => secrets.shift(),
    });
    const rejected = { code: 'client_rejected', remedy: 'enterClient' };
    await assert.rejects(assembly.signIn(server.mcpUrl), rejected);
    await assert.rejects(assembly.signIn(server.mcpUrl), rejected);
    assert.equal((await assembly.signIn(server.mcpUrl)).client.clientSecret, 'right-secret');
    assert.deepEqual(previous, [undefined, 'typo', 'mine']);
    assert.deepEqual([ids, secrets], [[], []]);
  });

  it('is asked for anew once it is rejected after it had worked', async () => {
    const previous: unknown[] = [];
    const secrets = ['right-secret', 'right-secret'];
    const { server, assembly } = await prepare({
      async askClientId(question) {
        previous.push(question.previous);
        return 'mine';
      },
      askClientSecret: async () => secrets.shift(),
    });
    await assembly.signIn(server.mcpUrl);
    server.answer('POST /token', json({ error: 'invalid_client' }, { status: 401 }));
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'client_rejected' });
    server.answer('POST /token', json(freshTokens()));
    await assembly.signIn(server.mcpUrl);
    assert.deepEqual(previous, [undefined, 'mine']);
    assert.deepEqual(secrets, []);
  });

  it('leaves no secret behind that has not led to a session', async () => {
    const { server, assembly } = await prepare({ askClientSecret: async () => 'wrong-secret' });
    await assert.rejects(assembly.signIn(server.mcpUrl, { clientId: 'mine' }), { code: 'client_rejected' });
    assert.doesNotMatch([...assembly.secrets.values.values()].join('\n'), /wrong-secret/);
  });

  it('signs in although it cannot be kept', async () => {
    const secrets = new FakeSecretStorage();
    const { server } = await prepare({});
    const { signIn, sessions, lines } = suite.assemble({
      secrets,
      prompt: { askClientId: async () => 'mine', askClientSecret: async () => 'right-secret' },
    });
    secrets.refuse('store');
    // What is reported is that the session itself lasts as long as the window.
    await assert.rejects(signIn(server.mcpUrl), { code: 'storage', message: /session/ });
    assert.equal(sessions.get(server.mcpUrl)?.client.clientId, 'mine');
    assert.ok(lines.some((line) => line.startsWith('warn The client registration could not be saved')));
  });

  it('is not shown to another authorization server that its MCP server names all of a sudden', async () => {
    const evil = await suite.server();
    const { server, assembly } = await prepare({ askClientSecret: async () => 'right-secret' });
    await assembly.signIn(server.mcpUrl, { clientId: 'mine' });
    server.answer(
      'GET /.well-known/oauth-protected-resource/mcp',
      json({ ...server.resource, authorization_servers: [evil.origin] }),
    );
    const { opened, sessions } = assembly;
    const token = sessions.get(server.mcpUrl)?.tokens.accessToken;
    await assert.rejects(assembly.signIn(server.mcpUrl, { clientId: 'mine' }), { code: 'issuer_changed' });
    assert.ok(opened.every(({ origin }) => origin === server.origin));
    assert.deepEqual(evil.asked, ['GET /.well-known/oauth-authorization-server']);
    assert.equal(sessions.get(server.mcpUrl)?.tokens.accessToken, token);
  });
});

describe('a sign-in', () => {
  const suite = authenticationSuite();

  it('reads what is known of the issuer once before the browser opens', async () => {
    const server = await suite.server();
    const secrets = new CountingStorage();
    const before: number[] = [];
    const { signIn } = suite.assemble({
      secrets,
      async browser(url) {
        before.push(secrets.reads);
        secrets.reads = 0;
        const response = await fetch(url, { redirect: 'manual' });
        return new URL(response.headers.get('location') ?? '');
      },
    });
    await signIn(server.mcpUrl);
    secrets.reads = 0;
    await signIn(server.mcpUrl);
    assert.deepEqual(before, [1, 1]);
  });
});

class CountingStorage extends FakeSecretStorage {
  reads = 0;

  override async get(key: string): Promise<string | undefined> {
    this.reads += key.startsWith('client') ? 1 : 0;
    return await super.get(key);
  }
}
