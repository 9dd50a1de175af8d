import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { Authenticator } from '../core/session/authenticator.ts';
import type { RunningAuthentication } from '../core/session/runningAuthentication.ts';

/** The authentication that is under way at a server, if one is. */
export function runningAt(
  { endpoint }: ServerSnapshot,
  { authenticator }: { readonly authenticator: Authenticator },
): RunningAuthentication | undefined {
  return endpoint?.kind === 'url' ? authenticator.running(endpoint.canonicalUrl) : undefined;
}
