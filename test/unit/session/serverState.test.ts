import assert from 'node:assert/strict';
import type { Endpoint } from '../../../src/core/config/endpoint.ts';
import type { RemoteServerDefinition, ServerDefinition } from '../../../src/core/config/serverDefinition.ts';
import { AuthError } from '../../../src/core/errors.ts';
import { type Attempt, type ServerState, serverState } from '../../../src/core/session/serverState.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';

const entry = { name: 'srv', range: { offset: 0, length: 0 } };
const canonicalUrl = 'https://mcp.example/mcp';
const reachable: Endpoint = { kind: 'url', url: new URL(canonicalUrl), canonicalUrl };
const expiresAt = sampleTime + 3_600_000;
const session = sampleSession();
const notRefreshable = sampleSession({ tokens: { refreshToken: undefined } });
const rejected = sampleSession({ refreshRejectedAt: sampleTime });
const endless = sampleSession({ tokens: { refreshToken: undefined, expiresAt: undefined } });
const denied: Attempt = { kind: 'failed', error: new AuthError('access_denied', 'Denied.') };
const open: Attempt = { kind: 'failed', error: new AuthError('no_authentication_needed', 'Open.') };
const running: Attempt = { kind: 'authenticating', step: 'waitingForBrowser' };
const refreshing: Attempt = { kind: 'refreshing' };

function remote(changes: Partial<RemoteServerDefinition> = {}): ServerDefinition {
  return { kind: 'remote', ...entry, transport: 'http', url: canonicalUrl, headers: {}, ...changes };
}

interface Row {
  readonly what: string;
  readonly definition?: ServerDefinition;
  readonly endpoint?: Endpoint | undefined;
  readonly session?: Session;
  readonly attempt?: Attempt;
  readonly demand?: { readonly scope: string | undefined };
  readonly now?: number;
  readonly state: ServerState;
}

const invalidUrl: Endpoint = { kind: 'invalid', reason: 'No URL.' };
const missing: Endpoint = { kind: 'missingVariable', names: ['A', 'B'] };
const authenticated: ServerState = { kind: 'authenticated', expiresAt, refreshable: true };

const rows: readonly Row[] = [
  {
    what: 'an invalid entry',
    definition: { kind: 'invalid', ...entry, reason: 'Wrong.' },
    endpoint: undefined,
    state: { kind: 'invalid', reason: 'Wrong.' },
  },
  {
    what: 'a process',
    definition: { kind: 'stdio', ...entry, command: 'npx', args: [], env: {} },
    endpoint: undefined,
    state: { kind: 'stdio' },
  },
  { what: 'an invalid URL', endpoint: invalidUrl, session, state: { kind: 'invalid', reason: 'No URL.' } },
  { what: 'missing variables', endpoint: missing, state: { kind: 'missingVariable', names: ['A', 'B'] } },
  {
    what: 'an Authorization header, in any case, even empty, before a helper and a session',
    definition: remote({ headers: { 'X-A': '1', aUTHORIZATION: '' }, headersHelper: 'x' }),
    session,
    attempt: running,
    state: { kind: 'staticHeader' },
  },
  {
    what: 'missing variables before an Authorization header',
    definition: remote({ headers: { Authorization: 'x' } }),
    endpoint: missing,
    state: { kind: 'missingVariable', names: ['A', 'B'] },
  },
  {
    what: 'a headers helper, before a session',
    definition: remote({ headers: { 'X-Authorization': 'x' }, headersHelper: 'x' }),
    session,
    state: { kind: 'headersHelper' },
  },
  { what: 'a WebSocket', definition: remote({ transport: 'ws' }), session, state: { kind: 'headersOnly' } },
  {
    what: 'a WebSocket with a header',
    definition: remote({ transport: 'ws', headers: { authorization: 'x' } }),
    state: { kind: 'staticHeader' },
  },
  { what: 'a running sign-in, before a session', session, attempt: running, state: running },
  { what: 'a running refresh', session, attempt: refreshing, state: { kind: 'refreshing' } },
  { what: 'a fresh session', session, state: authenticated },
  { what: 'a fresh session, after a failed sign-in', session, attempt: denied, state: authenticated },
  {
    what: 'a session that its server wants more of',
    session,
    demand: { scope: 'files:write' },
    state: { kind: 'needsScopes', scope: 'files:write' },
  },
  {
    what: 'a session that its server wanted more of, and that has expired since',
    session: rejected,
    demand: { scope: 'files:write' },
    state: { kind: 'expired' },
  },
  {
    what: 'a sign-in that runs because its server wants more',
    session,
    demand: { scope: 'files:write' },
    attempt: running,
    state: running,
  },
  {
    what: 'a fresh session over SSE',
    definition: remote({ transport: 'sse' }),
    session,
    state: authenticated,
  },
  {
    what: 'a session that expires with the next millisecond',
    session,
    now: expiresAt - 1,
    state: authenticated,
  },
  { what: 'an expired session that can be refreshed', session, now: expiresAt, state: authenticated },
  {
    what: 'a fresh session that cannot be refreshed',
    session: notRefreshable,
    state: { kind: 'authenticated', expiresAt, refreshable: false },
  },
  {
    what: 'a session whose refresh token was rejected, fresh as its access token may be',
    session: rejected,
    state: { kind: 'expired' },
  },
  {
    what: 'a session without an end',
    session: endless,
    now: Number.MAX_SAFE_INTEGER,
    state: { kind: 'authenticated', expiresAt: undefined, refreshable: false },
  },
  {
    what: 'an expired session that cannot be refreshed',
    session: notRefreshable,
    now: expiresAt,
    state: { kind: 'expired' },
  },
  {
    what: 'an expired session whose refresh token was rejected',
    session: rejected,
    now: expiresAt,
    state: { kind: 'expired' },
  },
  { what: 'nothing', state: { kind: 'needsAuthentication', failure: undefined } },
  {
    what: 'a failed sign-in',
    attempt: denied,
    state: { kind: 'needsAuthentication', failure: denied.error },
  },
  { what: 'a server that asks for nothing', attempt: open, state: { kind: 'noAuthenticationNeeded' } },
];

describe('serverState', () => {
  for (const row of rows) {
    it(`is ${row.state.kind} with ${row.what}`, () => {
      const facts = { definition: remote(), endpoint: reachable, now: sampleTime, ...row };
      assert.deepEqual(serverState(facts), row.state);
    });
  }

  it('knows of every kind of state in this table', () => {
    const kinds: Readonly<Record<ServerState['kind'], true>> = {
      invalid: true,
      stdio: true,
      missingVariable: true,
      staticHeader: true,
      headersHelper: true,
      headersOnly: true,
      authenticating: true,
      refreshing: true,
      authenticated: true,
      needsScopes: true,
      expired: true,
      needsAuthentication: true,
      noAuthenticationNeeded: true,
    };
    assert.deepEqual(new Set(rows.map(({ state }) => state.kind)), new Set(Object.keys(kinds)));
  });
});
