import assert from 'node:assert/strict';
import {
  type ClientPorts,
  type ClientPrompt,
  type ClientRequest,
  obtainClient,
} from '../../../src/core/oauth/obtainClient.ts';
import type { KnownIssuer, ProvenSignIn } from '../../../src/core/session/knownIssuer.ts';
import { redirectUri } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';

const issuer = 'https://as.example';
const everyMethod = ['none', 'client_secret_basic', 'client_secret_post'];
const serverUrl = 'https://mcp.example/mcp';
const proven: ProvenSignIn = { issuer, redirectUri, redirectKind: 'uriHandler', serverUrl };
const registration = { origin: 'dynamic', clientId: 'known', tokenEndpointAuthMethod: 'none' } as const;

/** What a sign-in does: one read of what is known, then the client. */
async function obtain(request: Omit<ClientRequest, 'known'>, ports: ClientPorts) {
  const known: KnownIssuer = await ports.registrations.open(request.server.issuer);
  return await obtainClient({ ...request, known }, ports);
}

describe('obtainClient', () => {
  const suite = authenticationSuite();
  const { signal } = new AbortController();

  function prepare(prompt: Partial<ClientPrompt> = {}) {
    const { ports, secrets, clock, sent } = suite.assemble({ prompt });
    const scopes = { requested: undefined, registered: undefined };
    const request = { serverUrl, redirectUri, scopes, clientId: undefined, signal };
    return { ports, secrets, clock, sent, request };
  }

  it('takes the configured client before everything else', async () => {
    const { ports, request, sent } = prepare();
    await ports.registrations.keep(proven, registration);
    const server = {
      issuer,
      registration_endpoint: `${issuer}/register`,
      token_endpoint_auth_methods_supported: everyMethod,
    };
    assert.deepEqual(await obtain({ ...request, server, clientId: 'configured' }, ports), {
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
    await ports.registrations.keep(proven, registration);
    const server = {
      issuer,
      registration_endpoint: `${issuer}/register`,
      client_id_metadata_document_supported: true,
    };
    const client = await obtain({ ...request, server }, { ...ports, clientMetadataUrl: () => metadataUrl });
    assert.deepEqual(client, {
      origin: 'metadataDocument',
      clientId: metadataUrl,
      tokenEndpointAuthMethod: 'none',
    });
    assert.deepEqual(sent, []);
  });

  it('keeps its metadata document from a server that does not support such documents', async () => {
    const { ports, request } = prepare();
    await ports.registrations.keep(proven, registration);
    const server = { issuer, registration_endpoint: `${issuer}/register` };
    const client = await obtain({ ...request, server }, { ...ports, clientMetadataUrl: () => metadataUrl });
    assert.deepEqual(client, registration);
  });

  it('does not go by its metadata document with a redirect URI that differs from window to window', async () => {
    const { ports, request } = prepare();
    const withDocument = { ...ports, clientMetadataUrl: () => metadataUrl };
    const perWindow = 'vscode://mcp-auth.mcp-auth/callback?windowId=1';
    await ports.registrations.keep({ ...proven, redirectUri: perWindow }, registration);
    const server = {
      issuer,
      registration_endpoint: `${issuer}/register`,
      client_id_metadata_document_supported: true,
    };
    const take = async (uri: string, changes = {}) =>
      (await obtain({ ...request, redirectUri: uri, server: { ...server, ...changes } }, withDocument))
        .origin;
    assert.equal(await take(perWindow), 'dynamic');
    assert.equal(await take('vscode://mcp-auth.mcp-auth/callback'), 'metadataDocument');
    assert.equal(await take(perWindow, { registration_endpoint: undefined }), 'metadataDocument');
  });

  it('takes an earlier registration for the same redirect URI, without a request', async () => {
    const { ports, request, sent } = prepare();
    await ports.registrations.keep(proven, registration);
    const server = { issuer, registration_endpoint: `${issuer}/register` };
    assert.deepEqual(await obtain({ ...request, server }, ports), registration);
    assert.deepEqual(sent, []);
  });

  const scoped = { ...proven, scope: 'files:read mail:read' };
  const asking = (requested: string) => ({ scopes: { requested, registered: requested } });

  it('takes an earlier registration for scopes that it was made for', async () => {
    const { ports, request, sent } = prepare();
    await ports.registrations.keep(scoped, registration);
    const server = { issuer, registration_endpoint: `${issuer}/register` };
    const client = await obtain({ ...request, server, ...asking('mail:read') }, ports);
    assert.deepEqual(client, registration);
    assert.deepEqual(sent, []);
  });

  it('registers anew for other scopes, and for those of before', async () => {
    const { ports, request } = prepare();
    const { origin, requests } = await suite.server();
    const server = { issuer: origin, registration_endpoint: `${origin}/register` };
    await ports.registrations.keep({ ...scoped, issuer: origin }, registration);
    await obtain({ ...request, server, ...asking('mail:read files:write') }, ports);
    assert.equal(JSON.parse(requests[0]?.body ?? '').scope, 'files:read mail:read files:write');
  });

  it('takes an earlier registration for other scopes where there is no way to make another', async () => {
    const { ports, request } = prepare();
    await ports.registrations.keep(scoped, registration);
    const client = await obtain({ ...request, server: { issuer }, ...asking('files:write') }, ports);
    assert.deepEqual(client, registration);
  });

  for (const [what, key] of [
    ['redirect URI', { issuer, redirectUri: `${redirectUri}/other` }],
    ['issuer', { issuer: 'https://other.example', redirectUri }],
  ] as const) {
    it(`registers anew for another ${what}`, async () => {
      const server = await suite.server();
      const { ports, request } = prepare();
      await ports.registrations.keep({ ...proven, ...key }, registration);
      const metadata = { issuer, registration_endpoint: `${server.origin}/register` };
      const client = await obtain({ ...request, server: metadata }, ports);
      assert.notEqual(client.clientId, 'known');
      assert.deepEqual(server.asked, ['POST /register']);
    });
  }

  it('registers anew when the secret of the earlier registration has expired', async () => {
    const server = await suite.server();
    const { ports, request, clock } = prepare();
    const secretExpiresAt = clock.now() + 1000;
    await ports.registrations.keep(proven, { ...registration, secretExpiresAt });
    const metadata = { issuer, registration_endpoint: `${server.origin}/register` };
    assert.equal((await obtain({ ...request, server: metadata }, ports)).clientId, 'known');
    clock.advance(1000);
    assert.notEqual((await obtain({ ...request, server: metadata }, ports)).clientId, 'known');
  });

  it('registers anew when the storage cannot be read', async () => {
    const server = await suite.server();
    const { ports, request, secrets } = prepare();
    secrets.refuse('get');
    const metadata = { issuer, registration_endpoint: `${server.origin}/register` };
    assert.equal((await obtain({ ...request, server: metadata }, ports)).origin, 'dynamic');
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
    assert.equal((await obtain({ ...request, server }, ports)).clientId, 'entered');
    assert.deepEqual(asked, [{ issuer, redirectUri }]);
  });

  it('needs a client when the person enters none', async () => {
    const { ports, request } = prepare({ askClientId: async () => undefined });
    await assert.rejects(obtain({ ...request, server: { issuer } }, ports), {
      code: 'client_required',
      remedy: 'enterClient',
      message: /as\.example only knows clients that were registered by hand/,
    });
  });

  it('asks for the secret of a client where one is needed, and leaves it to the caller to keep it', async () => {
    const asked: object[] = [];
    const { ports, request, secrets } = prepare({
      async askClientSecret(question) {
        asked.push(question);
        return 'the-secret';
      },
    });
    const server = { issuer, token_endpoint_auth_methods_supported: ['client_secret_post'] };
    const client = await obtain({ ...request, server, clientId: 'configured' }, ports);
    assert.deepEqual(client, {
      origin: 'preRegistered',
      clientId: 'configured',
      clientSecret: 'the-secret',
      tokenEndpointAuthMethod: 'client_secret_post',
    });
    assert.equal(secrets.values.size, 0);
    await ports.registrations.keep(proven, client);
    assert.deepEqual(await obtain({ ...request, server, clientId: 'configured' }, ports), client);
    assert.deepEqual(asked, [{ issuer, clientId: 'configured' }]);
  });

  it('does not ask again for the secret of a client that has none', async () => {
    let questions = 0;
    const { ports, request } = prepare({
      async askClientSecret() {
        questions++;
        return '';
      },
    });
    for (let time = 0; time < 2; time++) {
      const client = await obtain({ ...request, server: { issuer }, clientId: 'configured' }, ports);
      assert.equal(client.tokenEndpointAuthMethod, 'none');
      await ports.registrations.keep(proven, client);
    }
    assert.equal(questions, 1);
  });

  const mine = { origin: 'preRegistered', clientId: 'configured', tokenEndpointAuthMethod: 'none' } as const;

  it('asks again for a secret that was rejected', async () => {
    const { ports, request } = prepare({ askClientSecret: async () => 'the-new-secret' });
    await ports.registrations.keep(proven, { ...mine, clientSecret: 'the-old-secret' });
    const target = { ...request, server: { issuer }, clientId: 'configured' };
    assert.equal((await obtain(target, ports)).clientSecret, 'the-old-secret');
    assert.equal((await obtain({ ...target, askForSecret: true }, ports)).clientSecret, 'the-new-secret');
  });

  it('gives the secret of a client to the issuer that it was entered for, and to no other', async () => {
    const asked: string[] = [];
    const { ports, request } = prepare({
      async askClientSecret(question) {
        asked.push(question.issuer);
        return '';
      },
    });
    const elsewhere = { ...proven, serverUrl: 'https://other.example/mcp' };
    await ports.registrations.keep(elsewhere, { ...mine, clientSecret: 'the-secret' });
    const evil = 'https://evil.example';
    const client = await obtain({ ...request, server: { issuer: evil }, clientId: 'configured' }, ports);
    assert.equal(client.clientSecret, undefined);
    assert.deepEqual(asked, [evil]);
  });

  it('refuses to take a client that was registered by hand to another issuer than before', async () => {
    const { ports, request } = prepare();
    await ports.registrations.keep(proven, { ...mine, clientSecret: 'the-secret' });
    const target = { ...request, server: { issuer: 'https://evil.example' }, clientId: 'configured' };
    await assert.rejects(obtain(target, ports), {
      code: 'issuer_changed',
      remedy: 'clearRegistration',
      message: /"https:\/\/evil\.example".*belongs to "https:\/\/as\.example"/,
    });
    await ports.registrations.clear(issuer);
    assert.equal(
      (
        await obtain(
          {
            ...target,
            askForSecret: undefined,
            server: { ...target.server, token_endpoint_auth_methods_supported: ['none'] },
          },
          ports,
        )
      ).clientId,
      'configured',
    );
  });

  it('asks for an entered client ID anew, with what was entered, until it has led to a session', async () => {
    const asked: unknown[] = [];
    const { ports, request } = prepare({
      async askClientId({ previous }) {
        asked.push(previous);
        return 'entered';
      },
    });
    const server = { issuer, token_endpoint_auth_methods_supported: ['none'] };
    await obtain({ ...request, server }, ports);
    const client = await obtain({ ...request, server }, ports);
    await ports.registrations.keep(proven, client);
    assert.equal((await obtain({ ...request, server }, ports)).clientId, 'entered');
    assert.deepEqual(asked, [undefined, 'entered']);
    await ports.registrations.doubtEntered(issuer, 'entered');
    await obtain({ ...request, server }, ports);
    assert.deepEqual(asked, [undefined, 'entered', 'entered']);
  });

  it('goes on with an entered client ID that cannot be saved', async () => {
    const { ports, request, secrets } = prepare({ askClientId: async () => 'entered' });
    secrets.refuse('store');
    const server = { issuer, token_endpoint_auth_methods_supported: ['none'] };
    assert.equal((await obtain({ ...request, server }, ports)).clientId, 'entered');
  });

  it('registers anew where more scopes are wanted than a client was registered for', async () => {
    const server = await suite.server();
    const { ports, request } = prepare();
    const metadata = { issuer, registration_endpoint: `${server.origin}/register` };
    await ports.registrations.keep({ ...proven, scope: 'a b' }, registration);
    const take = async (requested: string | undefined) =>
      (await obtain({ ...request, server: metadata, scopes: { requested, registered: 'a b c' } }, ports))
        .clientId;
    assert.equal(await take('b'), 'known');
    assert.equal(await take(undefined), 'known');
    assert.notEqual(await take('b c'), 'known');
    assert.equal(JSON.parse(server.requests[0]?.body ?? '{}').scope, 'a b c');
  });

  it('is cancelled when the person enters no secret, and remembers nothing', async () => {
    const { ports, request, secrets } = prepare({ askClientSecret: async () => undefined });
    await assert.rejects(obtain({ ...request, server: { issuer }, clientId: 'configured' }, ports), {
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
    await assert.rejects(obtain(target, ports), { code: 'cancelled' });
    assert.equal(secrets.values.size, 0);
  });
});
