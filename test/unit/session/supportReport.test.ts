import assert from 'node:assert/strict';
import { TokenStore } from '../../../src/core/credential/tokenStore.ts';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { createSupportReport } from '../../../src/core/session/supportReport.ts';
import { lonelyWindow } from '../../../src/core/windows/windowGroup.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';

const windows = lonelyWindow({ id: 'window-1', startedAt: sampleTime });

describe('the report for support', () => {
  let secrets: FakeSecretStorage;
  let sessions: SessionStore;
  let tokens: TokenStore;
  beforeEach(() => {
    secrets = new FakeSecretStorage();
    sessions = new SessionStore({ secrets, ...recordLog() });
    tokens = new TokenStore({ secrets, ...recordLog() });
  });
  afterEach(() => {
    sessions.dispose();
    tokens.dispose();
  });

  const report = () => createSupportReport({ sessions, tokens, windows }, sampleTime);

  it('says of each session what matters to who has to find a fault', async () => {
    const serverUrl = 'https://mcp.example/t/path-secret?key=query-secret';
    await sessions.put(sampleSession({ serverUrl, resource: serverUrl, refreshRejectedAt: sampleTime + 1 }));
    assert.deepEqual(report(), {
      version: 1,
      at: '2030-01-01T00:00:00.000Z',
      sessions: [
        {
          serverHost: 'mcp.example',
          issuer: 'https://as.example',
          clientOrigin: 'dynamic',
          tokenEndpointAuthMethod: 'client_secret_post',
          grant: 'authorizationCode',
          scopes: 'mcp:tools',
          isBound: false,
          isRefreshable: false,
          createdAt: '2030-01-01T00:00:00.000Z',
          receivedAt: '2030-01-01T00:00:00.000Z',
          expiresAt: '2030-01-01T01:00:00.000Z',
          refreshRejectedAt: '2030-01-01T00:00:00.001Z',
          account: 1,
          isUnsaved: false,
        },
      ],
      tokens: [],
      unreadable: [],
      windows: { others: 0, isHolder: true, since: '2030-01-01T00:00:00.000Z' },
    });
  });

  it('counts tokens by their header, and says nothing else of them', async () => {
    const token = {
      headerName: 'Authorization',
      scheme: 'Bearer',
      token: 'token-secret',
      savedAt: sampleTime,
    };
    await tokens.save({ ...token, serverUrl: 'https://one.example/path-secret' });
    await tokens.save({ ...token, serverUrl: 'https://two.example' });
    await tokens.save({
      serverUrl: 'https://three.example',
      headerName: 'X-Own-Name',
      token: 't-3',
      savedAt: 1,
    });
    assert.deepEqual(report().tokens, [
      { headerName: 'Authorization', count: 2 },
      { headerName: 'other', count: 1 },
    ]);
    assert.doesNotMatch(JSON.stringify(report()), /secret|example|X-Own-Name|t-3/);
  });

  it('names tokens that cannot be read', async () => {
    const key = await hashedKey('token:', 'https://mcp.example');
    await secrets.store(key, '{"version":2,"token":"token-secret"}');
    await tokens.reload();
    assert.deepEqual(report().unreadable, [{ key, reason: 'It is not a token of this version.' }]);
  });

  it('holds no secret, name, path or query of anything', async () => {
    const serverUrl = 'https://mcp.example/t/path-secret?key=query-secret';
    const account = { id: 'a', addedAt: 1, name: 'alice@example.com', subject: 'subject-1' };
    await sessions.put(sampleSession({ serverUrl, resource: serverUrl, account }));
    assert.doesNotMatch(
      JSON.stringify(report()),
      /path-secret|query-secret|alice|subject-1|(access|refresh)-token|client-secret|client-1|window-1/,
    );
  });

  it('names records that cannot be read by key and reason', async () => {
    const key = await hashedKey('session:', 'https://mcp.example/mcp');
    await secrets.store(key, '{"version":9,"tokens":"access-token-1"}');
    await sessions.reload();
    assert.deepEqual(report().unreadable, [
      { key, reason: 'A stored session could not be read (at version).' },
    ]);
  });

  it('says which sessions could not be written, and survives times that are none', async () => {
    secrets.refuse('store');
    const tokens = { receivedAt: 1e300, expiresAt: -1e300 };
    await assert.rejects(sessions.put(sampleSession({ tokens })));
    const [session] = report().sessions;
    assert.deepEqual(
      [session?.isUnsaved, session?.receivedAt, session?.expiresAt],
      [true, '1e+300', '-1e+300'],
    );
  });
});
