import * as oauth from 'oauth4webapi';
import { type Clock, createDeadline } from '../clock.ts';
import { delay } from '../delay.ts';
import { AuthError, abortError, ServerBusyError, throwIfAborted } from '../errors.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import { boundedInterval, type DeviceAuthorization } from './deviceAuthorization.ts';
import { createOAuthFetch, type Fetch, type NetworkPorts } from './oauthFetch.ts';
import { type Authority, processed, proving, withIdToken } from './token.ts';

/** RFC 8628, section 3.5: what `slow_down` adds to the interval, in milliseconds. */
const slowDown = 5_000;

/** A device authorization that the person was told of. */
export interface DevicePoll {
  readonly authority: Authority;
  readonly device: DeviceAuthorization;
  readonly resource: string;
}

/** Tokens, and when they were asked for, in milliseconds since the epoch. */
export interface PolledTokens {
  readonly tokens: oauth.TokenEndpointResponse;
  readonly requestedAt: number;
}

/**
 * Asks the token endpoint whether the person has entered the code, no more often than the server wants, until
 * they have, or the code expires. A server that cannot be reached is asked again, ever more seldom.
 *
 * @throws AuthError `access_denied`, `timeout` when the code has expired, `cancelled`, why the server could not be
 * asked any more before that, or what ends it otherwise
 * @see RFC 8628, sections 3.4 and 3.5
 */
export async function pollForTokens(
  poll: DevicePoll,
  ports: NetworkPorts,
  signal: AbortSignal,
): Promise<PolledTokens> {
  const { clock, log } = ports;
  const { device } = poll;
  const deadline = createDeadline(clock, device.lifetime, {
    signal,
    sentence: 'Nobody entered the code before it expired.',
  });
  const expiresAt = clock.now() + device.lifetime;
  const fetch = createOAuthFetch(ports, deadline.signal);
  let { interval } = device;
  let pause = interval;
  /** Why the last question has no answer. If the code expires meanwhile, it is not the person who was late. */
  let failure: AuthError | undefined;
  try {
    for (;;) {
      await delay(clock, pause, deadline.signal);
      const answer = await ask(poll, clock, fetch);
      throwIfAborted(signal);
      if (deadline.signal.aborted) {
        throw failure ?? abortError(deadline.signal);
      }
      if (answer.kind === 'tokens') {
        return answer;
      }
      interval = nextInterval(interval, answer);
      pause = Math.max(interval, answer.kind === 'pending' ? 0 : retryAfterOf(answer.error));
      failure = answer.kind === 'unreachable' ? answer.error : undefined;
      if (failure) {
        log.info('Could not ask whether the code was entered', { reason: failure });
        if (clock.now() + pause >= expiresAt) {
          throw failure;
        }
      }
    }
  } finally {
    deadline.dispose();
  }
}

type Answer = ({ readonly kind: 'tokens' } & PolledTokens) | Delay;

/** Why to ask again. */
type Delay =
  | { readonly kind: 'pending' }
  | { readonly kind: 'tooFast' | 'unreachable'; readonly error: AuthError };

function nextInterval(interval: number, { kind }: Delay): number {
  switch (kind) {
    case 'pending':
      return interval;
    case 'tooFast':
      return boundedInterval(interval + slowDown);
    case 'unreachable':
      return boundedInterval(interval * 2);
  }
}

function retryAfterOf(error: AuthError): number {
  return (error instanceof ServerBusyError ? error.retryAfter : undefined) ?? 0;
}

async function ask({ authority, device, resource }: DevicePoll, clock: Clock, fetch: Fetch): Promise<Answer> {
  const { server, client, proofs } = authority;
  const requestedAt = clock.now();
  try {
    const tokens = await processed(authority, async () => {
      const response = await oauth.deviceCodeGrantRequest(
        server,
        toOAuthClient(client),
        clientAuthentication(client),
        device.deviceCode,
        { ...requestOptions(fetch), ...proving(proofs), additionalParameters: { resource } },
      );
      return await withIdToken(response, (essential) =>
        oauth.processDeviceCodeResponse(server, toOAuthClient(client), essential),
      );
    });
    return { kind: 'tokens', tokens, requestedAt };
  } catch (error) {
    return judge(error, new URL(server.issuer).host);
  }
}

/** What a failure means for the next question; what ends the sign-in is thrown. */
function judge(error: unknown, host: string): Answer {
  if (!(error instanceof AuthError)) {
    throw error;
  }
  const said = error.cause instanceof oauth.ResponseBodyError ? error.cause.error : undefined;
  switch (said) {
    case 'authorization_pending':
      return { kind: 'pending' };
    case 'slow_down':
      return { kind: 'tooFast', error };
    case 'access_denied':
      throw new AuthError('access_denied', `${host} refused the sign-in: access was denied.`, {
        cause: error,
      });
    case 'expired_token':
      throw new AuthError('timeout', 'Nobody entered the code before it expired.', { cause: error });
  }
  if (error.code === 'network' || error.code === 'server_error' || error.code === 'timeout') {
    return { kind: 'unreachable', error };
  }
  throw error;
}
