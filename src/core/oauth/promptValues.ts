import type { AuthorizationParameters } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { offlineAccess, splitScopes } from './scope.ts';

/**
 * The `prompt` of an authorization request: what its page has to ask, whatever it knows. Servers that do not know the
 * parameter ignore it (RFC 6749, section 3.1).
 *
 * @returns space-separated, or `undefined` to send none
 * @see OpenID Connect Core 1.0, sections 3.1.2.1 and 11
 */
export function promptFor(
  server: AuthorizationServer,
  {
    scope,
    mayAskConsent,
    letsChooseAccount,
  }: Pick<AuthorizationParameters, 'letsChooseAccount' | 'mayAskConsent' | 'scope'>,
): string | undefined {
  // Offline access needs consent, else it is ignored.
  const needsConsent = mayAskConsent && splitScopes(scope).includes(offlineAccess);
  const values = [...(letsChooseAccount ? accountPrompt(server) : []), ...(needsConsent ? ['consent'] : [])];
  return values.length > 0 ? values.join(' ') : undefined;
}

/**
 * What makes the page ask who signs in. Who does not say what it supports is asked for what most servers know.
 *
 * @see Initiating User Registration via OpenID Connect 1.0, section 4 (prompt_values_supported)
 */
function accountPrompt({ prompt_values_supported: supported }: AuthorizationServer): readonly string[] {
  if (!Array.isArray(supported)) {
    return ['login'];
  }
  const value = ['select_account', 'login'].find((one) => supported.includes(one));
  return value === undefined ? [] : [value];
}
