import type { ResolvedHeaders } from '../config/resolveHeaders.ts';
import type { AppliedCredential } from '../connection/appliedCredential.ts';
import { appliedCredential, type CredentialChain } from './credentialChain.ts';
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
      return { kind: 'helper', headers: merge(headers.headers, printed) };
    }
    case 'savedToken':
      return {
        kind: 'savedToken',
        headers: merge(withoutAuthorization(headers.headers), token ? fromToken(token) : {}),
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

type Headers = Readonly<Record<string, string>>;

function fromToken(token: SavedToken): Headers {
  return Object.fromEntries([tokenHeader(token)]);
}

/** One whose `Authorization` does not apply has an empty one. */
function withoutAuthorization(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  );
}

/** The names of headers do not tell cases apart, those of properties do. */
function merge(first: Headers, second: Headers): Headers {
  const replaced = new Set(Object.keys(second).map((name) => name.toLowerCase()));
  const rest = Object.entries(first).filter(([name]) => !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(rest), ...second };
}
