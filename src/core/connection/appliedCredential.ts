import type { AuthErrorCode } from '../errors.ts';

type HeaderValues = Readonly<Record<string, string>>;

/** The credential that applies to a server. Values of headers are secrets, their names are not. */
export type AppliedCredential =
  | {
      readonly kind: 'session';
      /** Whose session it is; by default that of the account which this workspace uses at the moment. */
      readonly accountId?: string | undefined;
      /** What the definition sends along. */
      readonly headers?: HeaderValues | undefined;
    }
  | { readonly kind: 'header' | 'savedToken'; readonly headers: HeaderValues }
  | {
      readonly kind: 'helper';
      readonly headers: HeaderValues;
      /** Runs the helper again, as Claude Code does after a 401. */
      readonly renew?: (() => Promise<HeaderValues>) | undefined;
    }
  | { readonly kind: 'none'; readonly headers?: HeaderValues | undefined };

/** What a credential is called within a sentence. */
export function credentialText(credential: AppliedCredential): string {
  switch (credential.kind) {
    case 'session':
      return 'the session';
    case 'header':
      return `${headerText(credential.headers)} of the definition`;
    case 'helper':
      return `${headerText(credential.headers)} that the helper printed`;
    case 'savedToken':
      return 'the saved token';
    case 'none':
      return 'a request without a credential';
  }
}

/** What it means that a server does not accept a credential. */
export function rejectionCode({ kind }: AppliedCredential): AuthErrorCode {
  switch (kind) {
    case 'session':
      return 'token_rejected';
    case 'header':
    case 'helper':
      return 'header_rejected';
    case 'savedToken':
      return 'saved_token_rejected';
    case 'none':
      return 'not_authenticated';
  }
}

/** What a person can do about a rejected credential, as a sentence. */
export function rejectionAdvice({ kind }: AppliedCredential): string {
  switch (kind) {
    case 'session':
      return 'Authenticate again.';
    case 'header':
      return 'Change it in the definition.';
    case 'helper':
      return 'Look at what the helper does.';
    case 'savedToken':
      return 'Set another one.';
    case 'none':
      return 'Authenticate, or configure a header.';
  }
}

function headerText(headers: HeaderValues): string {
  const names = Object.keys(headers);
  const authorization = names.find((name) => name.toLowerCase() === 'authorization');
  const shown = authorization === undefined ? names : [authorization];
  return `the header${shown.length > 1 ? 's' : ''} ${shown.map((name) => JSON.stringify(name)).join(', ')}`;
}
