import type { CredentialChain, CredentialKind, CredentialLink } from '../core/credential/credentialChain.ts';

/** A place where a credential can come from, in words. */
export interface CredentialDetail {
  readonly label: string;
  /** A sentence. */
  readonly value: string;
  readonly applies: boolean;
}

const labels: Readonly<Record<CredentialKind, string>> = {
  authorizationHeader: 'Authorization header',
  headersHelper: 'Helper',
  session: 'Session',
  savedToken: 'Saved token',
  otherHeader: 'Other header',
  oauth: 'OAuth',
  manualToken: 'Manual token',
};

/** The place that the credential of a server comes from. */
export function appliedDetail(chain: CredentialChain): CredentialDetail {
  const applied = chain.find(({ applies }) => applies);
  return applied ? toDetail(applied) : { label: 'None', value: 'No credential is sent.', applies: true };
}

/** All places in their order: why one applies, and why the others do not (C1). */
export function credentialDetails(chain: CredentialChain): readonly CredentialDetail[] {
  return chain.map(toDetail);
}

function toDetail({ kind, reason, applies }: CredentialLink): CredentialDetail {
  return { label: labels[kind], value: reason, applies };
}
