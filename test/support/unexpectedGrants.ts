import type { RepeatPorts } from '../../src/core/oauth/repeatGrant.ts';
import { FakeClock } from './fakeClock.ts';
import { recordLog } from './recordedLog.ts';

/** For tests in which nobody needs an identity provider, nor a workload identity: asking is a failure. */
export const unexpectedGrants: Pick<RepeatPorts, 'identityProvider' | 'workloads'> = {
  identityProvider: {
    network: { fetch: unexpected, clock: new FakeClock(), log: recordLog().log },
    issuer: unexpected,
    identity: unexpected,
    isClientRejected: false,
    rejectClient: unexpected,
  },
  workloads: { assertion: unexpected },
};

function unexpected(): never {
  throw new Error('unexpected use of a grant');
}
