import { type Clock, createDeadline } from '../clock.ts';
import { AuthError, abortError } from '../errors.ts';
import type { Log } from '../log.ts';
import { assertSecureUrl } from '../serverUrl.ts';

/** `fetch`, as a port. In VS Code it is the global one, which honours its proxy and CA settings (G5). */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** What sending needs. */
export interface NetworkPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
}

const timeLimit = 30_000;
const sizeLimit = 1_000_000;
const redirectLimit = 3;

/**
 * The one place that sends OAuth requests: https only (loopback excepted), 30 s and 1 MB at most including
 * the body, redirects followed for GET only (unless `redirect` is `manual`) and checked hop by hop. The response
 * is complete when it arrives. Fits oauth4webapi's `customFetch`.
 *
 * @throws AuthError `insecure_url`, `network`, `timeout`, `invalid_response` (too large) or `cancelled`
 */
export function createOAuthFetch(ports: NetworkPorts, signal: AbortSignal): Fetch {
  return async (url, init) => {
    const { host } = new URL(url);
    const deadline = createDeadline(ports.clock, timeLimit, {
      signal,
      sentence: `${host} did not answer within ${timeLimit / 1000} seconds.`,
    });
    try {
      return await follow(ports, url, { ...init, signal: deadline.signal });
    } catch (error) {
      throw deadline.signal.aborted ? abortError(deadline.signal) : error;
    } finally {
      deadline.dispose();
    }
  };
}

async function follow(
  ports: NetworkPorts,
  start: string,
  init: RequestInit & { signal: AbortSignal },
): Promise<Response> {
  let url = new URL(start);
  for (let hop = 0; ; hop++) {
    assertSecureUrl(url, `The address ${url.origin}`);
    const response = await sendOnce(ports, url, init);
    const location = response.headers.get('location');
    const isFollowed = init.method === 'GET' && init.redirect !== 'manual';
    if (!isFollowed || !isRedirect(response.status) || location === null) {
      return await complete(response, { url, signal: init.signal, clock: ports.clock });
    }
    await response.body?.cancel();
    if (hop === redirectLimit || !URL.canParse(location, url)) {
      throw new AuthError('invalid_response', `${url.host} redirects without end.`);
    }
    url = new URL(location, url);
  }
}

async function sendOnce({ fetch, clock, log }: NetworkPorts, url: URL, init: RequestInit): Promise<Response> {
  const started = clock.now();
  try {
    const response = await fetch(url.href, { ...init, redirect: 'manual' });
    log.debug(`${init.method ?? 'GET'} ${url.origin}${url.pathname}`, {
      status: response.status,
      milliseconds: clock.now() - started,
    });
    return response;
  } catch (error) {
    log.debug(`${init.method ?? 'GET'} ${url.origin}${url.pathname}`, { failure: error });
    throw error instanceof AuthError ? error : networkError(url, error);
  }
}

/** A failed `fetch` as a sentence. */
export function networkError(url: URL, error: unknown): AuthError {
  return new AuthError('network', `${url.host} cannot be reached: ${reasonOf(error)}.`, { cause: error });
}

/** The same for a connection that fails after the answer has begun. */
export function brokenAnswer(url: URL, error: unknown): AuthError {
  const sentence = `${url.host} did not finish its answer: ${reasonOf(error)}.`;
  return new AuthError('network', sentence, { cause: error });
}

function reasonOf(error: unknown): string {
  return networkReasons.get(systemError(error)?.code ?? '') ?? 'the connection failed';
}

const networkReasons = new Map([
  ['ECONNREFUSED', 'nothing listens there (connection refused)'],
  ['ECONNRESET', 'the connection was reset'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the connection was closed'],
  ['ENOTFOUND', 'its name cannot be resolved'],
  ['EAI_AGAIN', 'name resolution does not work right now'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['UND_ERR_CONNECT_TIMEOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'the network is unreachable'],
  ['CERT_SIGNATURE_FAILURE', 'its certificate is not trusted'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet (is the clock of this machine right?)'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate chain is self-signed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is not trusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak TLS'],
]);

/** What the system says of a failed connection, as Node tells it. */
export interface SystemError {
  /** For example `ECONNREFUSED`. */
  readonly code: string;
  readonly error: Error;
}

/** The error of the system behind a failed `fetch`. */
export function systemError(error: unknown): SystemError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth++) {
    if ('code' in current && typeof current.code === 'string') {
      return { code: current.code, error: current };
    }
    current = current.cause;
  }
  return undefined;
}

/** Reads the whole body within the limits, so that nothing later waits on a hostile server. */
async function complete(
  response: Response,
  { url, signal, clock }: { readonly url: URL; readonly signal: AbortSignal; readonly clock: Clock },
): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  const abandon = () => void reader?.cancel().catch(() => undefined);
  signal.addEventListener('abort', abandon, { once: true });
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      size += part.value.byteLength;
      if (size > sizeLimit) {
        abandon();
        throw new AuthError('invalid_response', `The answer of ${url.host} is larger than 1 MB.`);
      }
      chunks.push(part.value);
    }
  } catch (error) {
    throw error instanceof AuthError ? error : brokenAnswer(url, error);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
  if (signal.aborted) {
    throw abortError(signal);
  }
  const { status } = response;
  const headers = new Headers(response.headers);
  if (!headers.has('date')) {
    // RFC 9110, section 6.6.1: whoever has a clock records when it came. Other dates count from there.
    headers.set('date', new Date(clock.now()).toUTCString());
  }
  const bodyless = status === 101 || status === 204 || status === 205 || status === 304;
  return new Response(bodyless ? null : new Blob(chunks), { status, headers });
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
