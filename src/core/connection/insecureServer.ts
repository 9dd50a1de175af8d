import { addressClass } from '../addressClass.ts';
import type { AuthError } from '../errors.ts';
import { insecureUrlError } from '../serverUrl.ts';

/**
 * Why a server is not even asked without a credential, if so. Nothing secret is sent then, so plain http is refused
 * only where everybody may listen.
 */
export function insecureServerError(serverUrl: URL): AuthError | undefined {
  const isPrivateHttp = serverUrl.protocol === 'http:' && addressClass(serverUrl) !== 'public';
  const asIfSecure = new URL(serverUrl);
  if (isPrivateHttp) {
    asIfSecure.protocol = 'https:';
  }
  return insecureUrlError(asIfSecure, `The server ${serverUrl.host}`);
}
