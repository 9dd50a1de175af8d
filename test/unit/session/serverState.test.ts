import assert from 'node:assert/strict';
import type { Endpoint } from '../../../src/core/config/endpoint.ts';
import { resolveHeaders } from '../../../src/core/config/resolveHeaders.ts';
import type { RemoteServerDefinition, ServerDefinition } from '../../../src/core/config/serverDefinition.ts';
import type { ProbeOutcome } from '../../../src/core/connection/probeOutcome.ts';
import { credentialChain } from '../../../src/core/credential/credentialChain.ts';
import type { HelperOutcome } from '../../../src/core/credential/helperCall.ts';
import type { SavedToken } from '../../../src/core/credential/savedToken.ts';
import { AuthError } from '../../../src/core/errors.ts';
import {
  type Attempt,
  isUsable,
  type ServerState,
  serverState,
} from '../../../src/core/session/serverState.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';
import { stateKinds } from '../../support/sampleStates.ts';

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
  readonly shadowedBy?: string;
  readonly missing?: readonly string[];
  readonly helper?: HelperOutcome;
  readonly token?: SavedToken;
  readonly probe?: ProbeOutcome;
  readonly isProbing?: boolean;
  readonly isRejected?: boolean;
  readonly inputs?: readonly string[];
  readonly session?: Session;
  readonly attempt?: Attempt;
  readonly demand?: { readonly scope: string | undefined };
  readonly now?: number;
  readonly state: ServerState;
}

const process: ServerDefinition = { kind: 'stdio', ...entry, command: 'npx', args: [], env: {} };
const staticHeader = { kind: 'staticHeader', fileName: '.mcp.json', isRejected: false } as const;
const token: SavedToken = {
  serverUrl: canonicalUrl,
  headerName: 'X-Key',
  token: 'secret',
  savedAt: sampleTime,
};
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
    definition: process,
    endpoint: undefined,
    state: { kind: 'stdio' },
  },
  { what: 'an invalid URL', endpoint: invalidUrl, session, state: { kind: 'invalid', reason: 'No URL.' } },
  { what: 'missing variables', endpoint: missing, state: { kind: 'missingVariable', names: ['A', 'B'] } },
  {
    what: 'missing variables of a process',
    definition: process,
    endpoint: undefined,
    missing: ['A'],
    state: { kind: 'missingVariable', names: ['A'] },
  },
  { what: 'another entry in its place', shadowedBy: 'b', session, state: { kind: 'shadowed', by: 'b' } },
  {
    what: 'an Authorization header, in any case, before a helper, a session and a sign-in',
    definition: remote({ headers: { 'X-A': '1', aUTHORIZATION: 'Basic x' }, headersHelper: 'x' }),
    helper: { kind: 'notRun' },
    session,
    attempt: running,
    state: { ...staticHeader, headerName: 'Authorization' },
  },
  {
    what: 'an Authorization header that was refused',
    definition: remote({ headers: { Authorization: 'Bearer x' } }),
    isRejected: true,
    state: { ...staticHeader, headerName: 'Authorization', isRejected: true },
  },
  {
    what: 'missing variables in the URL before an Authorization header',
    definition: remote({ headers: { Authorization: 'x' } }),
    endpoint: missing,
    state: { kind: 'missingVariable', names: ['A', 'B'] },
  },
  {
    what: 'a missing variable in the Authorization header',
    definition: remote({ headers: { Authorization: 'Bearer $' + '{GONE}' } }),
    probe: { kind: 'challenged' },
    state: { kind: 'missingVariable', names: ['GONE'], tokenHelps: true },
  },
  {
    what: 'a session, where the Authorization header misses a variable',
    definition: remote({ headers: { Authorization: 'Bearer $' + '{GONE}' } }),
    session,
    state: authenticated,
  },
  {
    what: 'an empty bearer, which is skipped',
    definition: remote({ headers: { Authorization: 'Bearer ' } }),
    probe: { kind: 'challenged' },
    state: { kind: 'needsAuthentication' },
  },
  ...(['notAllowed', 'notRun', 'running'] as const).map(
    (kind): Row => ({
      what: `a headers helper that is ${kind}, before a session`,
      definition: remote({ headers: { 'X-Authorization': 'x' }, headersHelper: 'x' }),
      helper: { kind },
      session,
      state: { kind: 'headersHelper', run: kind, isRejected: false },
    }),
  ),
  {
    what: 'a headers helper that printed headers',
    definition: remote({ headersHelper: 'x' }),
    helper: { kind: 'succeeded', headers: { 'X-Key': 'x' } },
    state: { kind: 'headersHelper', run: 'succeeded', isRejected: false },
  },
  {
    what: 'a headers helper that printed none, and a challenge',
    definition: remote({ headersHelper: 'x' }),
    helper: { kind: 'succeeded', headers: {} },
    probe: { kind: 'challenged' },
    state: { kind: 'needsAuthentication' },
  },
  {
    what: 'a headers helper that failed',
    definition: remote({ headersHelper: 'x' }),
    helper: { kind: 'failed', error: denied.error },
    state: { kind: 'helperFailed', error: denied.error },
  },
  {
    what: 'a session, where the headers helper failed',
    definition: remote({ headersHelper: 'x' }),
    helper: { kind: 'failed', error: denied.error },
    session,
    state: authenticated,
  },
  { what: 'a WebSocket', definition: remote({ transport: 'ws' }), session, state: { kind: 'headersOnly' } },
  {
    what: 'a WebSocket with a header',
    definition: remote({ transport: 'ws', headers: { authorization: 'x' } }),
    state: { ...staticHeader, headerName: 'Authorization' },
  },
  {
    what: 'a WebSocket with a saved token',
    definition: remote({ transport: 'ws' }),
    token,
    state: { kind: 'savedToken', headerName: 'X-Key', isRejected: false },
  },
  { what: 'a saved token', token, state: { kind: 'savedToken', headerName: 'X-Key', isRejected: false } },
  {
    what: 'a saved token that was refused',
    token,
    isRejected: true,
    state: { kind: 'savedToken', headerName: 'X-Key', isRejected: true },
  },
  { what: 'a session, before a saved token', token, session, state: authenticated },
  {
    what: 'a saved token, where the session has expired',
    token,
    session: rejected,
    state: { kind: 'savedToken', headerName: 'X-Key', isRejected: false },
  },
  {
    what: 'another header that carries a credential',
    definition: remote({ headers: { 'X-API-Key': 'x' } }),
    probe: { kind: 'challenged' },
    state: { ...staticHeader, headerName: 'X-API-Key' },
  },
  {
    what: 'a session, before another header that carries a credential',
    definition: remote({ headers: { 'X-API-Key': 'x' } }),
    session,
    state: authenticated,
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
  { what: 'nothing', state: { kind: 'unknown', isAsking: false } },
  { what: 'a question on its way', isProbing: true, state: { kind: 'unknown', isAsking: true } },
  { what: 'a challenge', probe: { kind: 'challenged' }, state: { kind: 'needsAuthentication' } },
  { what: 'an answer', probe: { kind: 'open' }, state: { kind: 'noAuthenticationNeeded' } },
  {
    what: 'no answer',
    probe: { kind: 'unreachable', error: denied.error },
    state: { kind: 'unreachable', error: denied.error },
  },
  { what: 'a header that VS Code asks for', inputs: ['key'], state: { kind: 'asksInput', inputs: ['key'] } },
  {
    what: 'a failed sign-in',
    attempt: denied,
    state: { kind: 'needsAuthentication', failure: denied.error },
  },
  {
    what: 'a server that turned out to ask for nothing',
    attempt: open,
    probe: { kind: 'open' },
    state: { kind: 'noAuthenticationNeeded' },
  },
];

function stateOf(row: Omit<Row, 'state'>): ServerState {
  const { definition = remote(), session, token, helper, probe, now = sampleTime } = row;
  const endpoint = 'endpoint' in row ? row.endpoint : reachable;
  const place = { definition, endpoint, shadowedBy: row.shadowedBy, missing: row.missing };
  if (definition.kind !== 'remote') {
    return serverState(place);
  }
  const resolved = resolveHeaders(definition, {});
  const unresolved = row.inputs ? [{ name: 'X-Key', missing: [], inputs: row.inputs }] : resolved.unresolved;
  const headers = { ...resolved, unresolved };
  const chain = credentialChain({
    definition,
    fileName: '.mcp.json',
    headers,
    helper,
    session: session === undefined ? 'absent' : isUsable(session, now) ? 'usable' : 'expired',
    hasSavedToken: token !== undefined,
    probe,
  });
  return serverState({ ...place, remote: { ...row, fileName: '.mcp.json', headers, chain, now } });
}

describe('serverState', () => {
  for (const row of rows) {
    it(`is ${row.state.kind} with ${row.what}`, () => {
      const { state, ...rest } = row;
      assert.deepEqual(stateOf(rest), state);
    });
  }

  it('knows of every kind of state in this table', () => {
    assert.deepEqual(new Set(rows.map(({ state }) => state.kind)), new Set(stateKinds));
  });
});
