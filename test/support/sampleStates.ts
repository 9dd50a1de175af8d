import { AuthError } from '../../src/core/errors.ts';
import type { ServerState } from '../../src/core/session/serverState.ts';
import { sampleTime } from './sampleSession.ts';

/** States of every kind: the compiler asks for one of each. */
export const sampleStates: {
  readonly [K in ServerState['kind']]: readonly (ServerState & { readonly kind: K })[];
} = {
  invalid: [{ kind: 'invalid', reason: 'The entry has "url" but no "type".' }],
  stdio: [{ kind: 'stdio' }],
  missingVariable: [{ kind: 'missingVariable', names: ['TOKEN', 'HOST'] }],
  staticHeader: [{ kind: 'staticHeader' }],
  headersHelper: [{ kind: 'headersHelper' }],
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
