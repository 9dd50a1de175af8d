import * as oauth from 'oauth4webapi';
import { AuthError, type AuthErrorCode } from '../errors.ts';
import { quote } from '../quote.ts';
import { isUnavailable, serverError } from './serverError.ts';

/**
 * Turns what oauth4webapi throws into an {@link AuthError}. What a server wrote is quoted and cut short:
 * it is attacker-controlled. HTTP 429 and 5xx never mean more than that the server cannot answer now: see
 * {@link serverError}.
 *
 * @param who the subject of the sentence, for example "The authorization server https://as.example"
 * @param codes which of RFC 6749's error codes mean something special at this endpoint
 */
export function toAuthError(
  error: unknown,
  who: string,
  codes: Readonly<Record<string, AuthErrorCode>> = {},
): AuthError {
  if (error instanceof AuthError) {
    return error;
  }
  const response = responseOf(error);
  if (response && isUnavailable(response.status)) {
    return serverError(who, response, { cause: error });
  }
  if (error instanceof oauth.ResponseBodyError) {
    const code = Object.hasOwn(codes, error.error) ? codes[error.error] : undefined;
    return new AuthError(
      code ?? 'authorization_refused',
      `${who} answered ${quoted(error.error, error.error_description)}.`,
      { cause: error },
    );
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const code = codes.invalid_client ?? 'authorization_refused';
    return new AuthError(code, `${who} did not accept the client (HTTP ${error.status}).`, { cause: error });
  }
  const detail = response ? ` (HTTP ${response.status})` : '';
  return new AuthError('invalid_response', `${who} gave an answer that OAuth does not allow${detail}.`, {
    cause: withoutQuote(error),
  });
}

/** A parser's error quotes what it could not parse, which may be a token. */
function withoutQuote(error: unknown): unknown {
  const isQuoting = error instanceof Error && [error, error.cause].some((one) => one instanceof SyntaxError);
  return isQuoting ? new Error('The body is not JSON.') : error;
}

/** A server's error code and description, quoted and at most 200 characters each; the latter may be anything. */
export function quoted(error: string, description: unknown): string {
  const cut = (text: string) => quote(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  return typeof description === 'string' && description !== ''
    ? `${cut(error)}: ${cut(description)}`
    : cut(error);
}

function responseOf(error: unknown): Response | undefined {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError) {
    return error.response;
  }
  return error instanceof oauth.OperationProcessingError && error.cause instanceof Response
    ? error.cause
    : undefined;
}
