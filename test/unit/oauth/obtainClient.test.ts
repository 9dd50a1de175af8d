import assert from 'node:assert/strict';
import { type ClientPrompt, obtainClient } from '../../../src/core/oauth/obtainClient.ts';
import { redirectUri } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';

const issuer = 'https://as.example';
const everyMethod = ['none', 'client_secret_basic', 'client_secret_post'];
const registration = { origin: 'dynamic', clientId: 'known', tokenEndpointAuthMethod: 'none' } as const;

describe('obtainClient', () => {
  const suite = authenticationSuite();
  const { signal } = new AbortController();

  function prepare(prompt: Partial<ClientPrompt> = {}) {
    const { ports, secrets, clock, sent } = suite.assemble({ prompt });
    const request = { redirectUri, scope: undefined, clientId: undefined, signal };
    return { ports, secrets, clock, sent, request };
  }

  it('takes the configured client before everything else', async () => {
    const { ports, request, sent } = prepare();
    await ports.registrations.keep({ issuer, redirectUri, redirectKind: 'uriHandler' }, registration);
    const server = {
      issuer,
      registration_endpoint: `${issuer}/register`,
      token_endpoint_auth_methods_supported: everyMethod,
    };
    assert.deepEqual(await obtainClient({ ...request, server, clientId: 'configured' }, ports), {
      origin: 'preRegistered',
      clientId: 'configured',
      clientSecret: undefined,
      tokenEndpointAuthMethod: 'none',
    });
    assert.deepEqual(sent, []);
  });

  const metadataUrl = 'https://me.example/client.json';

  it('is known by its metadata document, before any registration, where the server supports that', async () => {
    const { ports, request, sent } = prepare();
    await ports.registrations.keep({ issuer, redirectUri, redirectKind: 'uriHandler' }, registration);
    const server = {
      issuer,
      registration_endpoint: `${issuer}/register`,
      client_id_metadata_document_supported: true,
    };
    const client = await obtainClient(
      { ...request, server },
      { ...ports, clientMetadataUrl: () => metadataUrl },
    );
    assert.deepEqual(client, {
      origin: 'metadataDocument',
      clientId: metadataUrl,
      tokenEndpointAuthMethod: 'none',
    });
    assert.deepEqual(sent, []);
  });

  it('keeps its metadata document from a server that does not support such documents', async () => {
    const { ports, request } = prepare();
    await ports.registrations.keep({ issuer, redirectUri, redirectKind: 'uriHandler' }, registration);
    const server = { issuer, registration_endpoint: `${issuer}/register` };
    const client = await obtainClient(
      { ...request, server },
      { ...ports, clientMetadataUrl: () => metadataUrl },
    );
    assert.deepEqual(client, registration);
  });

  it('takes an earlier registration for the same redirect URI, without a request', async () => {
    const { ports, request, sent } = prepare();
    await ports.registrations.keep({ issuer, redirectUri, redirectKind: 'uriHandler' }, registration);
    const server = { issuer, registration_endpoint: `${issuer}/register` };
    assert.deepEqual(await obtainClient({ ...request, server }, ports), registration);
    assert.deepEqual(sent, []);
  });

  const scoped = { ...registration, registeredScope: 'files:read mail:read' };

  it('takes an earlier registration for scopes that it was made for', async () => {
    const { ports, request, sent } = prepare();
    await ports.registrations.keep({ issuer, redirectUri, redirectKind: 'uriHandler' }, scoped);
    const server = { issuer, registration_endpoint: `${issuer}/register` };
    assert.deepEqual(await obtainClient({ ...request, server, scope: 'mail:read' }, ports), scoped);
    assert.deepEqual(sent, []);
  });

  it('registers anew for other scopes, and for those of before', async () => {
    const { ports, request } = prepare();
    const { origin, requests } = await suite.server();
    const server = { issuer: origin, registration_endpoint: `${origin}/register` };
    await ports.registrations.keep({ issuer: origin, redirectUri, redirectKind: 'uriHandler' }, scoped);
    const client = await obtainClient({ ...request, server, scope: 'mail:read files:write' }, ports);
    const all = 'files:read mail:read files:write';
    assert.equal(JSON.parse(requests[0]?.body ?? '').scope, all);
    assert.equal(client.registeredScope, all);
  });

  it('takes an earlier registration for other scopes where there is no way to make another', async () => {
    const { ports, request } = prepare();
    await ports.registrations.keep({ issuer, redirectUri, redirectKind: 'uriHandler' }, scoped);
    const server = { issuer };
    assert.deepEqual(await obtainClient({ ...request, server, scope: 'files:write' }, ports), scoped);
  });

  for (const [what, key] of [
    ['redirect URI', { issuer, redirectUri: `${redirectUri}/other` }],
    ['issuer', { issuer: 'https://other.example', redirectUri }],
  ] as const) {
    it(`registers anew for another ${what}`, async () => {
      const server = await suite.server();
      const { ports, request } = prepare();
      await ports.registrations.keep({ ...key, redirectKind: 'uriHandler' }, registration);
      const metadata = { issuer, registration_endpoint: `${server.origin}/register` };
      const client = await obtainClient({ ...request, server: metadata }, ports);
      assert.notEqual(client.clientId, 'known');
      assert.deepEqual(server.asked, ['POST /register']);
    });
  }

  it('registers anew when the secret of the earlier registration has expired', async () => {
    const server = await suite.server();
    const { ports, request, clock } = prepare();
    const secretExpiresAt = clock.now() + 1000;
    await ports.registrations.keep(
      { issuer, redirectUri, redirectKind: 'uriHandler' },
      { ...registration, secretExpiresAt },
    );
    const metadata = { issuer, registration_endpoint: `${server.origin}/register` };
    assert.equal((await obtainClient({ ...request, server: metadata }, ports)).clientId, 'known');
    clock.advance(1000);
    assert.notEqual((await obtainClient({ ...request, server: metadata }, ports)).clientId, 'known');
  });

  it('registers anew when the storage cannot be read', async () => {
    const server = await suite.server();
    const { ports, request, secrets } = prepare();
    secrets.refuse('get');
    const metadata = { issuer, registration_endpoint: `${server.origin}/register` };
    assert.equal((await obtainClient({ ...request, server: metadata }, ports)).origin, 'dynamic');
  });

  it('asks the person for a client ID where nothing else is left, and shows the redirect URI', async () => {
    const asked: object[] = [];
    const { ports, request } = prepare({
      async askClientId(question) {
        asked.push(question);
        return 'entered';
      },
    });
    const server = { issuer, token_endpoint_auth_methods_supported: ['none'] };
    assert.equal((await obtainClient({ ...request, server }, ports)).clientId, 'entered');
    assert.deepEqual(asked, [{ issuer, redirectUri }]);
  });

  it('needs a client when the person enters none', async () => {
    const { ports, request } = prepare({ askClientId: async () => undefined });
    await assert.rejects(obtainClient({ ...request, server: { issuer } }, ports), {
      code: 'client_required',
      remedy: 'enterClient',
      message: /as\.example only knows clients that were registered by hand/,
    });
  });

  it('asks once for the secret of a client where one is needed, and remembers it', async () => {
    let questions = 0;
    const { ports, request } = prepare({
      async askClientSecret(question) {
        questions++;
        assert.deepEqual(question, { issuer, clientId: 'configured' });
        return 'the-secret';
      },
    });
    const server = { issuer, token_endpoint_auth_methods_supported: ['client_secret_post'] };
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(await obtainClient({ ...request, server, clientId: 'configured' }, ports), {
        origin: 'preRegistered',
        clientId: 'configured',
        clientSecret: 'the-secret',
        tokenEndpointAuthMethod: 'client_secret_post',
      });
    }
    assert.equal(questions, 1);
  });

  it('remembers that a client has no secret', async () => {
    let questions = 0;
    const { ports, request } = prepare({
      async askClientSecret() {
        questions++;
        return '';
      },
    });
    for (let time = 0; time < 2; time++) {
      const client = await obtainClient({ ...request, server: { issuer }, clientId: 'configured' }, ports);
      assert.equal(client.tokenEndpointAuthMethod, 'none');
    }
    assert.equal(questions, 1);
  });

  it('asks again for a secret that was rejected, and replaces it', async () => {
    const { ports, request } = prepare({ askClientSecret: async () => 'the-new-secret' });
    await ports.registrations.keepSecret({ issuer, clientId: 'configured' }, 'the-old-secret');
    const target = { ...request, server: { issuer }, clientId: 'configured' };
    const client = await obtainClient({ ...target, askForSecret: true }, ports);
    assert.equal(client.clientSecret, 'the-new-secret');
    assert.equal((await obtainClient(target, ports)).clientSecret, 'the-new-secret');
  });

  it('is cancelled when the person enters no secret, and remembers nothing', async () => {
    const { ports, request, secrets } = prepare({ askClientSecret: async () => undefined });
    await assert.rejects(obtainClient({ ...request, server: { issuer }, clientId: 'configured' }, ports), {
      code: 'cancelled',
    });
    assert.equal(secrets.values.size, 0);
  });

  it('does not use a secret that was entered after the end', async () => {
    const controller = new AbortController();
    const { ports, request, secrets } = prepare({
      async askClientSecret() {
        controller.abort();
        return 'too-late';
      },
    });
    const target = { ...request, server: { issuer }, clientId: 'configured', signal: controller.signal };
    await assert.rejects(obtainClient(target, ports), { code: 'cancelled' });
    assert.equal(secrets.values.size, 0);
  });
});
