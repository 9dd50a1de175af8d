import assert from 'node:assert/strict';
import type { AppliedCredential } from '../../../src/core/connection/appliedCredential.ts';
import { CredentialVerdicts } from '../../../src/core/credential/credentialVerdicts.ts';
import {
  createRequestCredentials,
  type RequestCredentialPorts,
} from '../../../src/core/handover/createRequestCredentials.ts';
import type { RequestCredential } from '../../../src/core/handover/requestCredential.ts';
import { type RememberedProofs, rememberProofs } from '../../../src/core/oauth/rememberedProofs.ts';
import { ScopeDemands } from '../../../src/core/session/scopeDemands.ts';
import { refOf, type Session } from '../../../src/core/session/session.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { BoundServer } from '../../support/boundServer.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, page, redirect, text, unauthorized } from '../../support/reply.ts';

const session: AppliedCredential = { kind: 'session' };
const waiting = new AbortController();

describe('createRequestCredentials', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;
  let proofs: RememberedProofs;

  async function prepare(bound?: BoundServer): Promise<Session> {
    server = await suite.server(bound?.routes);
    assembly = suite.assemble();
    proofs = rememberProofs();
    return await assembly.signIn(server.mcpUrl);
  }

  function credentialOf(
    credential: AppliedCredential,
    ports: Partial<RequestCredentialPorts> = {},
  ): RequestCredential {
    const { refresher } = assembly;
    const all = createRequestCredentials(new URL(server.mcpUrl), credential, { refresher, proofs, ...ports });
    return all(waiting);
  }

  /** Sends a request as a gateway does; gives the statuses of its tries. */
  async function send(credential: RequestCredential): Promise<readonly number[]> {
    const url = new URL(server.mcpUrl);
    const statuses: number[] = [];
    for (let again = true; again; ) {
      const given = await credential.headers({ method: 'POST', url });
      const { status, headers } = await fetch(url, {
        method: 'POST',
        headers: { ...given, 'x-sent': 'yes' },
        redirect: 'manual',
      });
      statuses.push(status);
      again = await credential.renew({ method: 'POST', url, status, headers });
    }
    return statuses;
  }

  /** The values of a header in what was sent. */
  function sent(name = 'authorization'): readonly unknown[] {
    return server.requests.filter(({ headers }) => headers['x-sent']).map(({ headers }) => headers[name]);
  }

  /** How often tokens were refreshed. */
  function refreshes(): number {
    return server.requests.filter(({ form }) => form.get('grant_type') === 'refresh_token').length;
  }

  describe('of a session', () => {
    it('is the access token, beside the headers of the definition', async () => {
      const { tokens } = await prepare();
      server.answer('POST /mcp', json({}));
      assert.deepEqual(await send(credentialOf({ ...session, headers: { 'X-Tenant': 'a' } })), [200]);
      assert.deepEqual(sent(), [`Bearer ${tokens.accessToken}`]);
      assert.deepEqual(sent('x-tenant'), ['a']);
    });

    it('is refreshed once after a 401', async () => {
      const { tokens } = await prepare();
      server.answer('POST /mcp', ({ headers }) =>
        headers.authorization === `Bearer ${tokens.accessToken}` ? unauthorized('Bearer') : json({}),
      );
      assert.deepEqual(await send(credentialOf(session)), [401, 200]);
      assert.equal(sent()[1], `Bearer ${assembly.sessions.get(server.mcpUrl)?.tokens.accessToken}`);
      assert.equal(refreshes(), 1);
    });

    it('is refreshed once after a 401, beside the headers of the definition', async () => {
      const { tokens } = await prepare();
      server.answer('POST /mcp', ({ headers }) =>
        headers.authorization === `Bearer ${tokens.accessToken}` ? unauthorized('Bearer') : json({}),
      );
      assert.deepEqual(await send(credentialOf({ ...session, headers: { 'X-Tenant': 'a' } })), [401, 200]);
      assert.deepEqual(sent('x-tenant'), ['a', 'a']);
      assert.equal(refreshes(), 1);
    });

    it('is sent as it has become meanwhile, when what was sent is refused', async () => {
      const { tokens } = await prepare();
      const [credential, url] = [credentialOf(session), new URL(server.mcpUrl)];
      const request = { method: 'POST', url };
      assert.equal((await credential.headers(request)).authorization, `Bearer ${tokens.accessToken}`);
      const renewed = await assembly.refresher.refresh(server.mcpUrl);
      const refused = { ...request, status: 401, headers: new Headers({ 'www-authenticate': 'Bearer' }) };
      assert.equal(await credential.renew(refused), true);
      const second = await credential.headers(request);
      assert.equal(second.authorization, `Bearer ${renewed.tokens.accessToken}`);
      assert.equal(await credential.renew({ ...request, status: 200, headers: undefined }), false);
      assert.equal(refreshes(), 1);
    });

    it('fails where the person has signed out meanwhile, when what was sent is refused', async () => {
      const signedIn = await prepare();
      const [credential, url] = [credentialOf(session), new URL(server.mcpUrl)];
      await credential.headers({ method: 'POST', url });
      await assembly.sessions.delete(refOf(signedIn));
      const refused = { method: 'POST', url, status: 401, headers: undefined };
      await assert.rejects(async () => credential.renew(refused), { code: 'not_authenticated' });
      assert.equal(refreshes(), 0);
    });

    it('is not refreshed a second time', async () => {
      await prepare();
      server.answer('POST /mcp', unauthorized('Bearer'));
      await assert.rejects(send(credentialOf(session)), { code: 'token_rejected', remedy: 'authenticate' });
      assert.equal(sent().length, 2);
      assert.equal(refreshes(), 1);
    });

    it('is refreshed before it is sent where it has expired', async () => {
      await prepare();
      assembly.clock.advance(3600_000);
      server.answer('POST /mcp', json({}));
      assert.deepEqual(await send(credentialOf(session)), [200]);
      assert.equal(refreshes(), 1);
    });

    it('fails before anything is sent where there is none', async () => {
      await prepare();
      const other = new URL('/other', server.origin);
      const { refresher } = assembly;
      const credential = createRequestCredentials(other, session, { refresher, proofs })(waiting);
      await assert.rejects(async () => credential.headers({ method: 'POST', url: other }), {
        code: 'not_authenticated',
      });
    });

    it('is not made for another origin', async () => {
      await prepare();
      const url = new URL('https://elsewhere.example/mcp');
      await assert.rejects(async () => credentialOf(session).headers({ method: 'POST', url }), {
        code: 'insecure_url',
      });
    });

    for (const [what, reply] of [
      ['a 403 without a challenge', page(403)],
      ['a 500', page(500)],
      ['a redirect', redirect('/elsewhere')],
    ] as const) {
      it(`says nothing to ${what}`, async () => {
        await prepare();
        server.answer('POST /mcp', reply);
        assert.equal((await send(credentialOf(session))).length, 1);
      });
    }

    it('says nothing to a status that there is not', async () => {
      await prepare();
      const credential = credentialOf(session);
      const request = { method: 'POST', url: new URL(server.mcpUrl) };
      await credential.headers(request);
      assert.equal(await credential.renew({ ...request, status: 999, headers: new Headers() }), false);
    });
  });

  describe('of a session that lacks scopes', () => {
    const challenge = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="files:write"' };
    const lacking = text('', 'text/plain', { status: 403, headers: challenge });

    it('is sent again with the session that the person has got for it', async () => {
      const { tokens } = await prepare();
      server.answer('POST /mcp', ({ headers }) =>
        headers.authorization === `Bearer ${tokens.accessToken}` ? lacking : json({}),
      );
      const asked: unknown[] = [];
      const demands = new ScopeDemands();
      const stepUp = async (scope: string | undefined) => {
        asked.push(scope);
        assembly.clock.advance(1000);
        await assembly.signIn(server.mcpUrl, { additionalScope: scope });
        return true;
      };
      assert.deepEqual(await send(credentialOf(session, { demands, stepUp })), [403, 200]);
      assert.deepEqual(asked, ['files:write']);
      assert.equal(demands.of(assembly.sessions.get(server.mcpUrl) ?? assert.fail()), undefined);
    });

    it('fails when the person does not want to, and the demand is noted', async () => {
      const signedIn = await prepare();
      server.answer('POST /mcp', lacking);
      const demands = new ScopeDemands();
      const credential = credentialOf(session, { demands, stepUp: async () => false });
      await assert.rejects(send(credential), { code: 'insufficient_scope', scope: 'files:write' });
      assert.deepEqual(demands.of(signedIn), { scope: 'files:write' });
    });

    it('fails at once where nobody can be asked', async () => {
      await prepare();
      server.answer('POST /mcp', lacking);
      await assert.rejects(send(credentialOf(session)), { code: 'insufficient_scope' });
      assert.equal(sent().length, 1);
    });

    it('ends after two questions at a server that is never content', async () => {
      await prepare();
      server.answer('POST /mcp', lacking);
      let asked = 0;
      const stepUp = async () => ++asked > 0;
      await assert.rejects(send(credentialOf(session, { stepUp })), { code: 'insufficient_scope' });
      assert.equal(asked, 2);
      assert.equal(sent().length, 3);
    });
  });

  describe('of a bound session', () => {
    let bound: BoundServer;
    beforeEach(() => {
      bound = new BoundServer();
    });

    const statuses = () =>
      bound.requests.filter(({ side }) => side === 'resource').map(({ status }) => status);

    it('goes with a proof of its own for every request', async () => {
      const { tokens } = await prepare(bound);
      assert.deepEqual(await send(credentialOf(session)), [200]);
      assert.deepEqual(await send(credentialOf(session)), [200]);
      assert.deepEqual(sent(), [`DPoP ${tokens.accessToken}`, `DPoP ${tokens.accessToken}`]);
      assert.equal(new Set(sent('dpop')).size, 2);
    });

    it('gives the nonce that is asked for, and from then on with every request', async () => {
      await prepare(bound);
      bound.nonces.resource = 'nonce-1';
      assert.deepEqual(await send(credentialOf(session)), [401, 200]);
      assert.deepEqual(await send(credentialOf(session)), [200]);
      bound.nextNonces.resource = 'nonce-2';
      assert.deepEqual(await send(credentialOf(session)), [200]);
      bound.nonces.resource = 'nonce-2';
      assert.deepEqual(await send(credentialOf(session)), [200]);
      assert.equal(refreshes(), 0);
    });

    it('takes the time of the server, once for all requests', async () => {
      await prepare(bound);
      bound.ahead = 3600;
      assert.deepEqual(await send(credentialOf(session)), [401, 200]);
      assert.deepEqual(await send(credentialOf(session)), [200]);
      assert.equal(refreshes(), 0);
    });

    it('is refreshed after a nonce was given where the token itself is rejected', async () => {
      const { tokens } = await prepare(bound);
      bound.nonces.resource = 'nonce-1';
      bound.expired.add(tokens.accessToken);
      assert.deepEqual(await send(credentialOf(session)), [401, 401, 200]);
      assert.equal(refreshes(), 1);
      assert.deepEqual(statuses(), [401, 401, 200]);
    });
  });

  describe('of headers', () => {
    const headers = { Authorization: 'Bearer fixed-credential' };

    for (const [kind, code] of [
      ['header', 'header_rejected'],
      ['savedToken', 'saved_token_rejected'],
      ['helper', 'header_rejected'],
    ] as const) {
      it(`is those headers, and ${code} when the server refuses them (${kind})`, async () => {
        await prepare();
        server.answer('POST /mcp', json({}));
        assert.deepEqual(await send(credentialOf({ kind, headers })), [200]);
        assert.deepEqual(sent(), [headers.Authorization]);
        server.answer('POST /mcp', unauthorized('Bearer'));
        await assert.rejects(send(credentialOf({ kind, headers })), { code });
        assert.equal(sent().length, 2);
      });
    }

    it('is what the helper prints the second time, where the first is refused', async () => {
      await prepare();
      server.answer('POST /mcp', (request) =>
        request.headers.authorization === 'Bearer second-credential' ? json({}) : unauthorized('Bearer'),
      );
      let runs = 0;
      const renew = async () => {
        runs++;
        return { Authorization: 'Bearer second-credential' };
      };
      const verdicts = new CredentialVerdicts();
      assert.deepEqual(
        await send(credentialOf({ kind: 'helper', headers, renew }, { verdicts })),
        [401, 200],
      );
      assert.equal(runs, 1);
    });

    it('leaves the verdict of the server behind', async () => {
      await prepare();
      const credential = { kind: 'header', headers } as const;
      const verdicts = new CredentialVerdicts();
      server.answer('POST /mcp', unauthorized());
      await assert.rejects(send(credentialOf(credential, { verdicts })), { code: 'header_rejected' });
      assert.ok(verdicts.isRejected(server.mcpUrl, credential));
      server.answer('POST /mcp', json({}));
      await send(credentialOf(credential, { verdicts }));
      assert.ok(!verdicts.isRejected(server.mcpUrl, credential));
    });

    it('says which permissions they lack', async () => {
      await prepare();
      const challenge = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="all"' };
      server.answer('POST /mcp', text('', 'text/plain', { status: 403, headers: challenge }));
      await assert.rejects(send(credentialOf({ kind: 'header', headers })), {
        code: 'insufficient_scope',
        message: /more permissions than the header "Authorization" of the definition has \("all"\)/,
      });
    });

    it('is not sent in the clear', async () => {
      await prepare();
      const url = new URL('http://mcp.example/mcp');
      const { refresher } = assembly;
      const fixed: AppliedCredential = { kind: 'header', headers };
      const credential = createRequestCredentials(url, fixed, { refresher, proofs })(waiting);
      await assert.rejects(async () => credential.headers({ method: 'POST', url }), { code: 'insecure_url' });
    });
  });

  it('of nothing is nothing, and not authenticated where the server wants something', async () => {
    await prepare();
    assert.deepEqual(
      await credentialOf({ kind: 'none' }).headers({ method: 'GET', url: new URL(server.mcpUrl) }),
      {},
    );
    server.answer('POST /mcp', unauthorized('Bearer'));
    await assert.rejects(send(credentialOf({ kind: 'none' })), { code: 'not_authenticated' });
    assert.deepEqual(sent(), [undefined]);
  });
});
