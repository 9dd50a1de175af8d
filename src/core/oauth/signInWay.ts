import { AuthError, throwIfAborted } from '../errors.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import type { AuthorizationServer } from './authorizationServer.ts';

/** How to sign in where no browser opens: by a code entered elsewhere, or by an address carried there and back. */
export type BrowserlessWay = 'deviceCode' | 'paste';

/** Asks the person how they want to sign in without a browser on this machine. */
export interface SignInWayPrompt {
  /** @returns `undefined` when the person gives up */
  askBrowserlessWay(issuer: string, signal: AbortSignal): Promise<BrowserlessWay | undefined>;
}

/**
 * Whether to use the device authorization grant: because the person wants it, or prefers it where both it and
 * pasting would do, or because the server has no page to sign in at.
 *
 * @throws AuthError `cancelled`
 */
export async function choosesDeviceGrant(
  server: AuthorizationServer,
  { grant, redirectKind, signal }: AuthenticationRequest,
  { prompt }: AuthenticationPorts,
): Promise<boolean> {
  if (grant === 'deviceCode') {
    return true;
  }
  if (server.device_authorization_endpoint === undefined) {
    return false;
  }
  if (server.authorization_endpoint === undefined) {
    return true;
  }
  if (redirectKind !== 'paste') {
    return false;
  }
  const way = await prompt.askBrowserlessWay(server.issuer, signal);
  throwIfAborted(signal);
  if (way === undefined) {
    throw new AuthError('cancelled', 'No way to sign in was chosen.');
  }
  return way === 'deviceCode';
}
