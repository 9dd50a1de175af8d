import { durationText } from '../durationText.ts';
import { AuthError, ServerBusyError } from '../errors.ts';
import { retryAfter } from './retryAfter.ts';

/** Whether a status means no more than that the server cannot answer now, whatever the body says. */
export function isUnavailable(status: number): boolean {
  return status === 429 || status >= 500;
}

/**
 * A response by whose status its server has failed, as an error: a {@link ServerBusyError} for HTTP 429 and 503.
 *
 * @param who the subject of the sentence, for example "The authorization server as.example"
 */
export function serverError(
  who: string,
  { status, headers }: Pick<Response, 'headers' | 'status'>,
  options?: { readonly cause?: unknown },
): AuthError {
  if (status !== 429 && status !== 503) {
    const sentence = isUnavailable(status)
      ? `${who} has a problem (HTTP ${status}). Try again in a moment.`
      : `${who} answered HTTP ${status}.`;
    return new AuthError('server_error', sentence, options);
  }
  const wait = retryAfter(headers);
  const sentence =
    wait !== undefined && wait >= 1000
      ? `${who} asks to wait ${durationText(wait)} (HTTP ${status}).`
      : `${who} asks to slow down (HTTP ${status}). Try again in a moment.`;
  return new ServerBusyError(sentence, wait, options);
}
