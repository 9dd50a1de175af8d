import type { ResolvedHeaders, UnresolvedHeader } from '../config/resolveHeaders.ts';

/** What a definition's `Authorization` header is good for. */
export type AuthorizationHeader =
  | { readonly kind: 'absent' }
  /** Without a value, or with a scheme and nothing behind it. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'unresolved'; readonly header: UnresolvedHeader }
  | { readonly kind: 'usable' };

/** Judges the `Authorization` header of a definition, whatever the case of its name. */
export function authorizationHeader({ headers, unresolved }: ResolvedHeaders): AuthorizationHeader {
  const header = unresolved.find(({ name }) => isAuthorization(name));
  if (header) {
    return { kind: 'unresolved', header };
  }
  const value = Object.entries(headers).find(([name]) => isAuthorization(name))?.[1];
  if (value === undefined) {
    return { kind: 'absent' };
  }
  return { kind: /^\s*(?:bearer|basic|token)?\s*$/i.test(value) ? 'empty' : 'usable' };
}

/** Names of other headers that carry a credential, judged by what they are called, with a value. */
export function otherCredentialHeaders({ headers }: ResolvedHeaders): readonly string[] {
  return Object.entries(headers)
    .filter(([name, value]) => !isAuthorization(name) && isCredentialName(name) && value.trim() !== '')
    .map(([name]) => name);
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}

const credentialName =
  /(?:^|[-_])(?:x?api[-_]?key|key|token|secret|auth|authorization|credentials?|password|pat|cookie)(?:[-_]|$)/i;

function isCredentialName(name: string): boolean {
  return credentialName.test(name);
}
