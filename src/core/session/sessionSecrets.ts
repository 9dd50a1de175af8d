import { clientSecrets } from '../oauth/clientSecrets.ts';
import { dpopSecrets } from '../oauth/dpopKey.ts';
import type { Session } from './session.ts';

/** What must never be shown of a session, for the redactor to learn. */
export function sessionSecrets({ tokens, client, dpop }: Session): readonly (string | undefined)[] {
  const keys = dpop ? dpopSecrets(dpop) : [];
  return [tokens.accessToken, tokens.refreshToken, ...clientSecrets(client), ...keys];
}
