import { AuthError } from '../../src/core/errors.ts';
import type { ServerState } from '../../src/core/session/serverState.ts';
import { sampleTime } from './sampleSession.ts';

/** States of every kind: the compiler asks for one of each. */
export const sampleStates: {
  readonly [K in ServerState['kind']]: readonly (ServerState & { readonly kind: K })[];
} = {
  invalid: [{ kind: 'invalid', reason: 'The entry has "url" but no "type".' }],
  stdio: [{ kind: 'stdio' }, { kind: 'stdio', bridgesTo: 'mcp.example' }],
  missingVariable: [
    { kind: 'missingVariable', names: ['TOKEN', 'HOST'] },
    { kind: 'missingVariable', names: ['TOKEN'], tokenHelps: true },
  ],
  staticHeader: [
    { kind: 'staticHeader', fileName: '.mcp.json', headerName: 'Authorization', isRejected: false },
    { kind: 'staticHeader', fileName: 'mcp.json', headerName: 'X-API-Key', isRejected: true },
  ],
  headersHelper: (['notAllowed', 'notRun', 'running', 'succeeded'] as const).map((run) => ({
    kind: 'headersHelper',
    run,
    isRejected: run === 'succeeded',
  })),
  helperFailed: [{ kind: 'helperFailed', error: new AuthError('helper_failed', 'The helper failed.') }],
  savedToken: [
    { kind: 'savedToken', headerName: 'Authorization', isRejected: false },
    { kind: 'savedToken', headerName: 'X-API-Key', isRejected: true },
  ],
  asksInput: [{ kind: 'asksInput', inputs: ['key'] }],
  shadowed: [{ kind: 'shadowed', by: '.mcp.json (shop)' }],
  unknown: [
    { kind: 'unknown', isAsking: true },
    { kind: 'unknown', isAsking: false },
  ],
  unreachable: [{ kind: 'unreachable', error: new AuthError('network', 'It cannot be reached.') }],
  headersOnly: [{ kind: 'headersOnly' }],
  authenticating: [{ kind: 'authenticating', step: 'waitingForBrowser' }],
  refreshing: [{ kind: 'refreshing' }],
  authenticated: [
    { kind: 'authenticated', refreshable: false },
    { kind: 'authenticated', refreshable: true, expiresAt: sampleTime + 3_600_000 },
    { kind: 'authenticated', refreshable: true, expiresAt: Number.MAX_VALUE, grant: 'workload' },
  ],
  needsScopes: [{ kind: 'needsScopes' }, { kind: 'needsScopes', scope: 'admin' }],
  expired: [{ kind: 'expired' }],
  needsAuthentication: [
    { kind: 'needsAuthentication' },
    { kind: 'needsAuthentication', failure: new AuthError('access_denied', 'You pressed Deny.') },
  ],
  noAuthenticationNeeded: [{ kind: 'noAuthenticationNeeded' }],
};

/** Every kind of state. */
export const stateKinds = Object.values(sampleStates).flatMap(([state]) => (state ? [state.kind] : []));
