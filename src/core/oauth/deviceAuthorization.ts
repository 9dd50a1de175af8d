import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';
import type { Authority } from './token.ts';

/** A code for the person to enter, and what the client asks with whether they did. Holds a secret. */
export interface DeviceAuthorization {
  /** The secret: it never leaves this process but for the token endpoint. */
  readonly deviceCode: string;
  /** What the person enters. Attacker-controlled, but printable and short. */
  readonly userCode: string;
  readonly verificationUri: URL;
  readonly verificationUriComplete: URL | undefined;
  /** Milliseconds from now until both codes expire. */
  readonly lifetime: number;
  /** Milliseconds between two questions, at least. */
  readonly interval: number;
}

/** What a device authorization is asked for. */
export interface DeviceAuthorizationParameters {
  readonly scope: string | undefined;
  readonly resource: string;
}

/** Longer than any server means, and short enough for a timer. */
const longestLifetime = 60 * 60_000;
/** RFC 8628, section 3.2: where the server does not say. */
const defaultInterval = 5_000;
/** Somebody waits for the answer: who asks more seldom does not ask in time. */
export const longestInterval = 60_000;
const shortestInterval = 1_000;

/** More does not fit a QR code that a phone could read, nor a screen. */
const longestAddress = 1000;

/** No line breaks, and nothing that would change how the text around it reads. */
const printable = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

/**
 * Asks for a code that the person enters on another device.
 *
 * @throws AuthError `invalid_response`, `insecure_url` for a page that must not be opened,
 * `client_rejected`, `authorization_refused`, `server_error`, `network`…
 * @see RFC 8628, sections 3.1 and 3.2
 */
export async function requestDeviceAuthorization(
  { server, client }: Authority,
  { scope, resource }: DeviceAuthorizationParameters,
  fetch: Fetch,
): Promise<DeviceAuthorization> {
  const { host } = new URL(server.issuer);
  const who = `The authorization server ${host}`;
  let answer: oauth.DeviceAuthorizationResponse;
  try {
    const response = await oauth.deviceAuthorizationRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      { resource, ...(scope === undefined ? {} : { scope }) },
      requestOptions(fetch),
    );
    answer = await oauth.processDeviceAuthorizationResponse(server, toOAuthClient(client), response);
  } catch (error) {
    throw toAuthError(error, who, {
      invalid_client: 'client_rejected',
      unauthorized_client: 'client_rejected',
    });
  }
  if (!printable.test(answer.user_code)) {
    throw new AuthError('invalid_response', `${who} gave a code that nobody can type.`);
  }
  const { verification_uri_complete: complete } = answer;
  return {
    deviceCode: answer.device_code,
    userCode: answer.user_code,
    verificationUri: verificationPage(answer.verification_uri, host),
    verificationUriComplete: complete === undefined ? undefined : verificationPage(complete, host),
    lifetime: Math.min(answer.expires_in * 1000, longestLifetime),
    interval: boundedInterval((answer.interval ?? Number.NaN) * 1000 || defaultInterval),
  };
}

/** An interval within what makes sense, in milliseconds. */
export function boundedInterval(interval: number): number {
  return Math.min(Math.max(interval, shortestInterval), longestInterval);
}

/** The page is shown as a link and opened: anything but a web page is refused, whoever names it. */
function verificationPage(uri: string, host: string): URL {
  if (uri.length > longestAddress || !URL.canParse(uri)) {
    throw new AuthError('invalid_response', `The page that ${host} names to enter the code at is not a URL.`);
  }
  const url = new URL(uri);
  assertSecureUrl(url, `The page that ${host} names to enter the code at`);
  return url;
}
