import assert from 'node:assert/strict';
import { type Session, serializeSession } from '../../../src/core/session/session.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { onlyAccount, sampleSession } from '../../support/sampleSession.ts';
import { refused, startTokenEndpoint, type TokenEndpoint } from '../../support/tokenEndpoint.ts';

describe('signOut', () => {
  let endpoint: TokenEndpoint;
  let secrets: FakeSecretStorage;
  let recorded: ReturnType<typeof recordLog>;
  let sessions: SessionStore;
  let session: Session;
  beforeEach(async () => {
    endpoint = await startTokenEndpoint();
    secrets = new FakeSecretStorage();
    recorded = recordLog();
    sessions = new SessionStore({ secrets, ...recorded });
    session = sampleSession({ authorizationServer: endpoint.authorizationServer });
    await sessions.put(session);
  });
  afterEach(() => endpoint.close());

  const run = (signal = new AbortController().signal) =>
    signOut(
      { serverUrl: session.serverUrl },
      { fetch, clock: new FakeClock(), log: recorded.log, sessions, locks: new WindowLocks() },
      signal,
    );

  function assertForgotten(): void {
    assert.equal(sessions.get(session.serverUrl), undefined);
    assert.equal(secrets.values.size, 0);
  }

  it('revokes the refresh token, then the access token, and forgets the session', async () => {
    endpoint.script(() => ({ status: 200, body: '' }));
    assert.equal(await run(), 'revoked');
    assert.deepEqual(
      endpoint.requests.map(({ path, form }) => [path, form.get('token_type_hint'), form.get('token')]),
      [
        ['/revoke', 'refresh_token', 'refresh-token-1'],
        ['/revoke', 'access_token', 'access-token-1'],
      ],
    );
    assertForgotten();
  });

  it('forgets the session where the server offers no revocation', async () => {
    const { revocation_endpoint: _none, ...authorizationServer } = endpoint.authorizationServer;
    session = sampleSession({ authorizationServer });
    await sessions.put(session);
    assert.equal(await run(), 'notOffered');
    assert.deepEqual(endpoint.requests, []);
    assertForgotten();
  });

  for (const [unsupported, outcome] of [
    [['access_token'], 'revoked'],
    [['refresh_token', 'access_token'], 'notOffered'],
  ] as const) {
    it(`says ${outcome} where the server does not revoke tokens of the kind ${unsupported.join(' and ')}`, async () => {
      endpoint.script(({ form }) =>
        unsupported.some((kind) => kind === form.get('token_type_hint'))
          ? refused('unsupported_token_type', 400)
          : { status: 200, body: '' },
      );
      assert.equal(await run(), outcome);
      assert.equal(endpoint.requests.length, 2);
      assertForgotten();
      assert.doesNotMatch(recorded.lines.join('\n'), /warn/);
    });
  }

  for (const [what, answer] of [
    ['the server refuses', refused('invalid_client', 401)],
    ['the server has a problem', { status: 503, body: '' }],
    ['the connection breaks', 'reset'],
  ] as const) {
    it(`forgets the session although ${what}, and says so`, async () => {
      endpoint.script(() => answer);
      assert.equal(await run(), 'failed');
      assert.equal(endpoint.requests.length, 2);
      assertForgotten();
      assert.match(recorded.lines.join('\n'), /warn The tokens could not be revoked reason=AuthError/);
      assert.doesNotMatch(recorded.lines.join('\n'), /-token-1|client-secret-1/);
    });
  }

  it('waits 30 seconds for a server that never answers, and asks it nothing else', async () => {
    const clock = new FakeClock();
    endpoint.script(() => new Promise(() => undefined));
    const outcome = signOut(
      { serverUrl: session.serverUrl },
      { fetch, clock, log: recorded.log, sessions, locks: new WindowLocks() },
      new AbortController().signal,
    );
    await until(() => endpoint.requests.length === 1, 'nothing is revoked');
    clock.advance(30_000);
    assert.equal(await outcome, 'failed');
    assert.equal(endpoint.requests.length, 1);
    assertForgotten();
  });

  it('forgets nothing when it is cancelled while revoking', async () => {
    const controller = new AbortController();
    endpoint.script(() => {
      controller.abort();
      return { status: 200, body: '' };
    });
    await assert.rejects(run(controller.signal), { name: 'AuthError', code: 'cancelled' });
    assert.equal(sessions.get(session.serverUrl), session);
    assert.deepEqual([...secrets.values.values()], [serializeSession(session)]);
  });

  it('keeps the session when the storage refuses to delete it', async () => {
    endpoint.script(() => ({ status: 200, body: '' }));
    secrets.refuse('delete');
    await assert.rejects(run(), { name: 'AuthError', code: 'storage' });
    assert.equal(sessions.get(session.serverUrl), session);
  });

  it('says so when there is no session', async () => {
    await sessions.delete(onlyAccount(session.serverUrl));
    await assert.rejects(run(), { name: 'AuthError', code: 'not_authenticated' });
    assert.deepEqual(endpoint.requests, []);
  });
});
