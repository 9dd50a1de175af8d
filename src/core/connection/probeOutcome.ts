import type { AuthError } from '../errors.ts';

/** What a server said to one request without a credential. */
export type ProbeOutcome =
  | { readonly kind: 'challenged' }
  | { readonly kind: 'open' }
  | { readonly kind: 'unreachable'; readonly error: AuthError };
