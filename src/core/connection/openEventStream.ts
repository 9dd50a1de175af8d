import { AuthError } from '../errors.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';
import { serverError } from '../oauth/serverError.ts';

/**
 * Opens the event stream of a server, and drops it again: in the transport of 2024-11-05 that is where a credential
 * is judged.
 *
 * @param send adds credentials and a time limit, and throws when the server refuses them
 * @throws AuthError `server_error`, `invalid_response`, or what `send` throws
 */
export async function openEventStream(serverUrl: URL, send: Fetch): Promise<void> {
  drop(await requestEventStream(serverUrl, send));
}

/**
 * Opens the event stream of a server, which is then to be read or cancelled.
 *
 * @param send adds credentials and a time limit, and throws when the server refuses them
 * @throws AuthError `server_error`, `invalid_response`, or what `send` throws
 */
export async function requestEventStream(serverUrl: URL, send: Fetch): Promise<Response> {
  const response = await send(serverUrl.href, { method: 'GET', headers: { accept: 'text/event-stream' } });
  if (!response.ok) {
    drop(response);
    throw serverError(serverUrl.host, response);
  }
  if (!isEventStream(response)) {
    drop(response);
    throw new AuthError('invalid_response', `${serverUrl.host} answered, but not with an event stream.`);
  }
  return response;
}

/** Whether the body is a stream of events by its type. */
export function isEventStream({ headers }: Response): boolean {
  return /^text\/event-stream\b/i.test(headers.get('content-type') ?? '');
}

function drop({ body }: Response): void {
  void body?.cancel().catch(() => undefined);
}
