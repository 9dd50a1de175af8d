import assert from 'node:assert/strict';
import type { Session } from '../../../src/core/session/session.ts';
import type { AssemblyOptions } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import {
  freshTokens,
  type MisbehavingServer,
  type ReceivedRequest,
} from '../../support/misbehavingServer.ts';
import { json, page, type Reply, redirect } from '../../support/reply.ts';
import { onlyAccount } from '../../support/sampleSession.ts';

describe('a client that its authorization server does not know', () => {
  const suite = authenticationSuite();

  /** Where a server says that it does not know a client. */
  interface Refusal {
    readonly route: string;
    readonly reply: (request: ReceivedRequest, server: MisbehavingServer) => Reply;
  }

  const atTokenEndpoint = (reply: Reply): Refusal => ({ route: 'POST /token', reply: () => reply });
  const atSignInPage = (error: string): Refusal => ({
    route: 'GET /authorize',
    reply: ({ query }, { origin }) => {
      const back = new URL(query.get('redirect_uri') ?? '');
      for (const [name, value] of Object.entries({ error, state: query.get('state') ?? '', iss: origin })) {
        back.searchParams.set(name, value);
      }
      return redirect(back.href);
    },
  });

  const refusals: readonly [string, Refusal][] = [
    ['invalid_client, HTTP 400', atTokenEndpoint(json({ error: 'invalid_client' }, { status: 400 }))],
    ['invalid_client, HTTP 401', atTokenEndpoint(json({ error: 'invalid_client' }, { status: 401 }))],
    [
      'unauthorized_client, HTTP 400',
      atTokenEndpoint(json({ error: 'unauthorized_client' }, { status: 400 })),
    ],
    [
      'unauthorized_client, HTTP 401',
      atTokenEndpoint(json({ error: 'unauthorized_client' }, { status: 401 })),
    ],
    [
      'HTTP 401 with a challenge and no words',
      atTokenEndpoint({
        kind: 'complete',
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="token"' },
        body: '',
      }),
    ],
    ['invalid_client on the sign-in page', atSignInPage('invalid_client')],
    ['unauthorized_client on the sign-in page', atSignInPage('unauthorized_client')],
  ];

  /** Signs in, then makes the server forget everybody who has registered so far, or everybody. */
  async function forgotten({ route, reply }: Refusal, whom: 'all' | 'registered', options?: AssemblyOptions) {
    const server = await suite.server();
    const assembly = suite.assemble(options);
    const first = await assembly.signIn(server.mcpUrl);
    const honest = await suite.server();
    const isForgotten = (clientId: string | null) => whom === 'all' || clientId === first.client.clientId;
    server.answer(route, (request) => {
      const { form, query } = request;
      if (isForgotten(form.get('client_id') ?? query.get('client_id'))) {
        return reply(request, server);
      }
      const back = new URL(query.get('redirect_uri') ?? honest.origin);
      const answer = { code: 'code-of-new-client', state: query.get('state') ?? '', iss: server.origin };
      back.search = new URLSearchParams(answer).toString();
      return route === 'POST /token' ? json(freshTokens()) : redirect(back.href);
    });
    if (route !== 'POST /token') {
      server.answer('POST /token', () => json(freshTokens()));
    }
    const registrations = () => server.asked.filter((asked) => asked === 'POST /register').length;
    return { server, assembly, first, registrations };
  }

  for (const [what, refusal] of refusals) {
    it(`is registered anew, once and by itself, after ${what}`, async () => {
      const { server, assembly, first, registrations } = await forgotten(refusal, 'registered');
      const second: Session = await assembly.signIn(server.mcpUrl);
      assert.notEqual(second.client.clientId, first.client.clientId);
      assert.equal(registrations(), 2);
      const third = await assembly.signIn(server.mcpUrl);
      assert.equal(third.client.clientId, second.client.clientId);
      assert.equal(registrations(), 2);
    });

    it(`ends the sign-in when the new one is unknown too, by ${what}`, async () => {
      const { server, assembly, registrations } = await forgotten(refusal, 'all');
      await assert.rejects(assembly.signIn(server.mcpUrl), {
        code: 'client_rejected',
        remedy: 'enterClient',
      });
      assert.equal(registrations(), 2);
      assert.equal(assembly.opened.length, 3);
    });
  }

  it('is dropped unread when the answer is of another issuer', async () => {
    const { server, assembly, registrations } = await forgotten(
      {
        route: 'GET /authorize',
        reply: ({ query }) => {
          const answer = {
            error: 'invalid_client',
            state: query.get('state') ?? '',
            iss: 'https://evil.example',
          };
          return redirect(`${query.get('redirect_uri')}?${new URLSearchParams(answer)}`);
        },
      },
      'all',
    );
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'issuer_mismatch' });
    assert.equal(registrations(), 1);
  });

  it('was registered by hand, and is the person’s to correct', async () => {
    const server = await suite.server(() => ({
      'GET /authorize': ({ query }) =>
        redirect(`${query.get('redirect_uri')}?error=unauthorized_client&state=${query.get('state')}`),
    }));
    server.answer(
      'GET /.well-known/oauth-authorization-server',
      json({ ...server.metadata, authorization_response_iss_parameter_supported: false }),
    );
    const assembly = suite.assemble();
    await assert.rejects(assembly.signIn(server.mcpUrl, { clientId: 'by-hand' }), {
      code: 'client_rejected',
      remedy: 'enterClient',
      message: /unauthorized_client/,
    });
    assert.ok(!server.asked.includes('POST /register'));
    assert.equal(assembly.opened.length, 1);
  });

  it('is registered anew before anybody is asked when its secret has expired', async () => {
    const server = await suite.server();
    const assembly = suite.assemble();
    const seconds = assembly.clock.now() / 1000 + 3600;
    server.answer('POST /register', () =>
      json(
        {
          client_id: `client-${server.asked.length}`,
          client_secret: 'short-lived',
          client_secret_expires_at: seconds,
        },
        { status: 201 },
      ),
    );
    const first = await assembly.signIn(server.mcpUrl);
    assert.equal(first.client.secretExpiresAt, seconds * 1000);
    assert.equal((await assembly.signIn(server.mcpUrl)).client.clientId, first.client.clientId);
    assembly.clock.advance(3600_000);
    const third = await assembly.signIn(server.mcpUrl);
    assert.notEqual(third.client.clientId, first.client.clientId);
    assert.equal(assembly.opened.length, 3);
  });

  it('was never issued by this server, but kept from another time, and is registered anew', async () => {
    const server = await suite.server();
    const secrets = new FakeSecretStorage();
    const before = suite.assemble({ secrets });
    const first = await before.signIn(server.mcpUrl);
    await before.sessions.delete(onlyAccount(server.mcpUrl));
    server.answer('POST /token', ({ form }) =>
      form.get('client_id') === first.client.clientId
        ? json({ error: 'invalid_client' }, { status: 401 })
        : json(freshTokens()),
    );
    const second = await suite.assemble({ secrets }).signIn(server.mcpUrl);
    assert.notEqual(second.client.clientId, first.client.clientId);
  });

  it('is not brought up again after a refresh that was refused because of it', async () => {
    const server = await suite.server();
    const assembly = suite.assemble();
    const first = await assembly.signIn(server.mcpUrl);
    server.answer('POST /token', ({ form }) =>
      form.get('client_id') === first.client.clientId
        ? json({ error: 'invalid_client' }, { status: 401 })
        : json(freshTokens()),
    );
    await assert.rejects(assembly.refresher.refresh(server.mcpUrl), { code: 'session_expired' });
    assert.deepEqual(assembly.sessions.get(server.mcpUrl)?.tokens.refreshToken, first.tokens.refreshToken);
    await assembly.signIn(server.mcpUrl);
    // The sign-in page of many servers says so itself, and nobody ever comes back from there.
    const asked = assembly.opened.map(({ searchParams }) => searchParams.get('client_id'));
    assert.equal(asked.filter((clientId) => clientId === first.client.clientId).length, 1);
    assert.equal(assembly.opened.length, 2);
  });

  it('keeps its session when the server does not answer at all', async () => {
    const server = await suite.server();
    const assembly = suite.assemble();
    const first = await assembly.signIn(server.mcpUrl);
    server.answer('POST /token', page(401));
    await assert.rejects(assembly.signIn(server.mcpUrl), { name: 'AuthError' });
    assert.equal(assembly.sessions.get(server.mcpUrl)?.client.clientId, first.client.clientId);
  });
});
