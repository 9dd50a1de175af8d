import { type Clock, createDeadline } from '../clock.ts';
import { createHeaderFetch } from '../connection/headerFetch.ts';
import { openConversation } from '../connection/mcpConversation.ts';
import { openEventStream } from '../connection/openEventStream.ts';
import { AuthError, abortError, InsufficientScopeError, throwIfAborted } from '../errors.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';
import { quote } from '../quote.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import { mergeHeaders } from './headerRecords.ts';
import { type SavedToken, tokenHeader, tokenSecrets } from './savedToken.ts';

/** What a server makes of a token. */
export type TokenVerdict =
  /** It takes the token, and would not do without. */
  | { readonly kind: 'accepted' }
  /** It takes the token, but also anybody without one, so that this proves nothing. */
  | { readonly kind: 'notNeeded' }
  /** It does not take the token; the sentence says so. */
  | { readonly kind: 'rejected'; readonly error: AuthError }
  /** It takes the token, and wants more permissions. */
  | { readonly kind: 'limited'; readonly error: InsufficientScopeError }
  /** It could not be asked, or answered something else. */
  | { readonly kind: 'unknown'; readonly error: AuthError };

/** A server with the headers to ask it with. */
export interface TokenCheck {
  readonly serverUrl: URL;
  readonly transport: 'http' | 'sse';
  /** A secret. */
  readonly token: Pick<SavedToken, 'headerName' | 'scheme' | 'token'>;
  /** What else the definition sends, variables expanded. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What asking needs. */
export interface TokenCheckPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
}

const timeLimit = 30_000;

/**
 * Asks a server whether it takes a token: by what every client asks first, with the token on every request, to its own
 * origin only. A server that takes it is asked once more without one. That order costs one request where the token is
 * rejected, and shows a wrong token even at a server that serves anybody.
 *
 * @throws AuthError `insecure_url`, `invalid_definition` (no header can be made of it) or `cancelled`: nothing can be
 * said then, and the token must not be kept
 */
export async function checkToken(
  check: TokenCheck,
  { fetch, clock }: TokenCheckPorts,
  signal: AbortSignal,
): Promise<TokenVerdict> {
  const { serverUrl, token, headers = {} } = check;
  const reasons: string[] = [];
  assertSecureUrl(serverUrl, `The server ${serverUrl.origin}`);
  const deadline = createDeadline(clock, timeLimit, {
    signal,
    sentence: `${serverUrl.host} did not answer within ${timeLimit / 1000} seconds.`,
  });
  const send = (sent: Readonly<Record<string, string>>): Fetch => {
    const heard: Fetch = async (url, init) => await fetch(url, init).then(listen);
    const headerFetch = createHeaderFetch(serverUrl, sent, heard);
    return async (url, init) =>
      assertNotForbidden(await headerFetch(url, { ...init, signal: deadline.signal }), serverUrl);
  };
  const listen = (response: Response) => {
    reasons.push(...reasonOf(response));
    return response;
  };
  try {
    // The token takes the place of whatever the definition has in that header.
    const sent = mergeHeaders(headers, Object.fromEntries([tokenHeader(token)]));
    const refusal = await ask(check, send(sent));
    if (refusal !== undefined) {
      const error = deadline.signal.aborted ? abortError(deadline.signal) : refusal;
      return verdict(error, { reason: reasons[0], token });
    }
    const refusalWithout = await ask(check, send(headers));
    throwIfAborted(signal);
    return refusalWithout === undefined ? { kind: 'notNeeded' } : { kind: 'accepted' };
  } finally {
    deadline.dispose();
  }
}

/** @returns why it did not work, if it did not */
async function ask({ serverUrl, transport }: TokenCheck, send: Fetch): Promise<unknown> {
  try {
    if (transport === 'sse') {
      await openEventStream(serverUrl, send);
    } else {
      await converse(serverUrl, send);
    }
    return undefined;
  } catch (error) {
    return error ?? new Error('Something threw nothing.');
  }
}

/** Some servers challenge no earlier than when they are asked for their tools. */
async function converse(serverUrl: URL, send: Fetch): Promise<void> {
  const conversation = await openConversation(serverUrl, send);
  try {
    if (conversation.hasTools) {
      await conversation.request('tools/list');
    }
  } finally {
    await conversation.close();
  }
}

/** Here a 403 speaks of the token: nothing else is asked for that could be forbidden. */
function assertNotForbidden(response: Response, { host }: URL): Response {
  if (response.status === 403) {
    void response.body?.cancel().catch(() => undefined);
    throw new AuthError('token_rejected', `${host} forbids access with this token (HTTP 403).`);
  }
  return response;
}

/** Why a server refuses, in its own words: attacker-controlled, and maybe with the token in them. */
function reasonOf({ status, headers }: Response): readonly string[] {
  const [, description] =
    /\berror_description="([^"\\]*)"/i.exec(headers.get('www-authenticate') ?? '') ?? [];
  return (status === 401 || status === 403) && description ? [description] : [];
}

function verdict(
  error: unknown,
  { reason, token }: { readonly reason: string | undefined; readonly token: TokenCheck['token'] },
): TokenVerdict {
  if (!(error instanceof AuthError)) {
    throw error;
  }
  if (error instanceof InsufficientScopeError) {
    return { kind: 'limited', error: new InsufficientScopeError(without(error.message, token), undefined) };
  }
  switch (error.code) {
    case 'token_rejected': {
      const words = reason === undefined ? '' : ` It says: ${quote(without(reason, token).slice(0, 200))}.`;
      return { kind: 'rejected', error: new AuthError(error.code, `${error.message}${words}`) };
    }
    case 'cancelled':
    case 'insecure_url':
    case 'invalid_definition':
      throw error;
    default: {
      const message = without(error.message, token);
      const isClean = message === error.message;
      return { kind: 'unknown', error: isClean ? error : new AuthError(error.code, message) };
    }
  }
}

/** A server may repeat the token, which must not reach the screen. */
function without(text: string, token: TokenCheck['token']): string {
  return tokenSecrets(token)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}
