import type { ResolvedHeaders } from '../config/resolveHeaders.ts';
import type { AppliedCredential } from '../connection/appliedCredential.ts';
import { appliedCredential, type CredentialChain } from './credentialChain.ts';
import { type HeaderRecord, mergeHeaders, withoutHeader } from './headerRecords.ts';
import type { HelperOutcome } from './helperCall.ts';
import { type SavedToken, tokenHeader } from './savedToken.ts';

/** The credential that a chain chose, with its secrets. A helper that has not run yet adds nothing. */
export function applyCredential(
  chain: CredentialChain,
  { headers, helper, token }: CredentialSources,
): AppliedCredential {
  switch (appliedCredential(chain)) {
    case 'authorizationHeader':
      return { kind: 'header', headers: headers.headers };
    case 'headersHelper': {
      const printed = helper?.kind === 'succeeded' ? helper.headers : {};
      return { kind: 'helper', headers: mergeHeaders(headers.headers, printed) };
    }
    case 'savedToken':
      return {
        kind: 'savedToken',
        headers: mergeHeaders(withoutAuthorization(headers.headers), token ? fromToken(token) : {}),
      };
    case 'session':
      return { kind: 'session', headers: withoutAuthorization(headers.headers) };
    case 'otherHeader':
      return { kind: 'header', headers: withoutAuthorization(headers.headers) };
    case 'oauth':
    case 'manualToken':
    case undefined:
      return { kind: 'none', headers: withoutAuthorization(headers.headers) };
  }
}

/** What a credential is taken from. */
export interface CredentialSources {
  readonly headers: ResolvedHeaders;
  readonly helper?: HelperOutcome | undefined;
  readonly token?: SavedToken | undefined;
}

function fromToken(token: SavedToken): HeaderRecord {
  return Object.fromEntries([tokenHeader(token)]);
}

/** One whose `Authorization` does not apply has an empty one. */
function withoutAuthorization(headers: HeaderRecord): HeaderRecord {
  return withoutHeader(headers, 'authorization');
}
