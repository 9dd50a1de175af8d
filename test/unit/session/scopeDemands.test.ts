import assert from 'node:assert/strict';
import { createAuthorizedFetch } from '../../../src/core/connection/authorizedFetch.ts';
import { ScopeDemands } from '../../../src/core/session/scopeDemands.ts';
import { stepUpScope } from '../../../src/core/session/session.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { text } from '../../support/reply.ts';
import { sampleSession } from '../../support/sampleSession.ts';

const session = sampleSession();

describe('ScopeDemands', () => {
  let demands: ScopeDemands;
  let changes: number;
  beforeEach(() => {
    demands = new ScopeDemands();
    changes = 0;
    demands.onDidChange(() => {
      changes++;
    });
  });

  it('knows of none at first', () => {
    assert.equal(demands.of(session), undefined);
  });

  it('remembers the last demand on a session, through refreshes', () => {
    demands.note(session, 'a');
    demands.note(session, 'b');
    assert.deepEqual(demands.of(sampleSession({ tokens: { accessToken: 'another' } })), { scope: 'b' });
    assert.equal(changes, 2);
  });

  it('remembers also a demand that names no scope', () => {
    demands.note(session, undefined);
    assert.deepEqual(demands.of(session), { scope: undefined });
  });

  it('demands nothing of the next sign-in, nor of another server', () => {
    demands.note(session, 'a');
    assert.equal(demands.of(sampleSession({ createdAt: session.createdAt + 1 })), undefined);
    assert.equal(demands.of(sampleSession({ serverUrl: 'https://mcp.example/other' })), undefined);
  });

  it('forgets a demand that is settled, and says so once', () => {
    demands.note(session, 'a');
    demands.settle(session);
    demands.settle(session);
    assert.equal(demands.of(session), undefined);
    assert.equal(changes, 2);
  });
});

describe('a server that wants more scopes than a session has', () => {
  const suite = authenticationSuite();

  it('is noted with what it wants; signing in again asks for that and for what was asked before', async () => {
    const server = await suite.server();
    const { signIn, sessions, refresher, ports, clock, opened } = suite.assemble();
    await signIn(server.mcpUrl);
    const challenge = 'Bearer error="insufficient_scope", scope="files:write"';
    server.answer(
      'POST /mcp',
      text('', 'text/plain', { status: 403, headers: { 'www-authenticate': challenge } }),
    );
    const demands = new ScopeDemands();
    const send = createAuthorizedFetch(new URL(server.mcpUrl), { ...ports, refresher, demands });
    const held = sessions.get(server.mcpUrl);
    assert.ok(held);
    for (let time = 0; time < 2; time++) {
      await assert.rejects(send(server.mcpUrl, { method: 'POST', body: '{}' }), {
        code: 'insufficient_scope',
      });
      assert.deepEqual(demands.of(held), { scope: 'files:write' });
    }
    clock.advance(1);
    const additionalScope = stepUpScope(held, demands.of(held)?.scope) ?? '';
    assert.equal(additionalScope, 'files:read files:write');
    server.answer('POST /mcp', text('', 'text/plain', { status: 401 }));
    const again = await signIn(server.mcpUrl, { additionalScope });
    assert.equal(opened.at(-1)?.searchParams.get('scope'), 'files:read files:write');
    assert.equal(demands.of(again), undefined);
  });
});
