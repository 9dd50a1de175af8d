import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import type { Pause } from '../pause.ts';
import type { IssuedTokens, RotatingTokens, Use } from './rotatingTokens.ts';
import { accessTokenLife } from './rotatingTokens.ts';

/** What can happen to a token request, beside that it is answered. */
export const tokenFaults = ['problem', 'slowDown', 'unreachable', 'answerLost', 'garbage'] as const;

/** @see tokenFaults */
export type TokenFault = (typeof tokenFaults)[number];

/** What the port of one window needs. */
export interface TokenPortOptions {
  readonly server: RotatingTokens;
  readonly pause: Pause;
  /** What happens to this token request, taken when it arrives. */
  readonly nextFault: () => TokenFault | undefined;
  /** Called before a refresh token is presented. */
  readonly onRequest: (tokens: IssuedTokens | undefined, startedAt: number) => void;
  /** Called after its use led to new tokens, whose answer is on its way. */
  readonly onUse: (use: Use, accountId: string) => void;
  /** Called when an answer is handed over. */
  readonly onAnswer: () => void;
  readonly now: () => number;
}

/** `fetch` of one window, which leads to an authorization server in memory: a pause on the way there, one back. */
export function createTokenPort(options: TokenPortOptions): Fetch {
  return async (url, init) => {
    const { pause, onAnswer } = options;
    const startedAt = options.now();
    const form = new URLSearchParams(String(init?.body));
    const signal = init?.signal ?? new AbortController().signal;
    await unlessAborted(pause(), signal);
    const answer =
      new URL(url).pathname === '/token' ? token(form, startedAt, options) : revoke(form, options);
    const { use } = answer;
    try {
      await unlessAborted(pause(), signal);
    } catch (error) {
      lose(use);
      throw error;
    }
    if ('failure' in answer) {
      throw answer.failure;
    }
    onAnswer();
    return new Response(answer.body, {
      status: answer.status,
      headers: { 'content-type': 'application/json' },
    });
  };
}

type Answer = { readonly use?: Use | undefined } & (
  | { readonly status: number; readonly body: string }
  | { readonly failure: unknown }
);

function token(form: URLSearchParams, startedAt: number, options: TokenPortOptions): Answer {
  const { server, onRequest, onUse } = options;
  const fault = options.nextFault();
  switch (fault) {
    case 'problem':
      return { status: 503, body: 'down' };
    case 'slowDown':
      return { status: 429, body: '' };
    case 'unreachable':
      return { failure: new TypeError('fetch failed') };
  }
  const refreshToken = form.get('refresh_token') ?? '';
  onRequest(server.byRefreshToken(refreshToken), startedAt);
  const presented = server.present(refreshToken);
  if ('error' in presented) {
    return fault === undefined
      ? { status: 400, body: JSON.stringify(presented) }
      : { failure: new TypeError('fetch failed') };
  }
  const { tokens, use } = presented;
  onUse(use, tokens.family.accountId);
  if (fault === undefined) {
    return { status: 200, body: JSON.stringify(tokenResponse(tokens)), use };
  }
  lose(use);
  return fault === 'garbage'
    ? { status: 200, body: '<html>', use }
    : { failure: new TypeError('fetch failed'), use };
}

function revoke(form: URLSearchParams, { server }: TokenPortOptions): Answer {
  server.revoke(form.get('token') ?? '');
  return { status: 200, body: '' };
}

function tokenResponse({ accessToken, refreshToken }: IssuedTokens) {
  return {
    token_type: 'Bearer',
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: accessTokenLife / 1000,
  };
}

/** Nobody will have the answer. */
export function lose(use: Use | undefined): void {
  if (use?.outcome === 'open') {
    use.outcome = 'lost';
  }
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve);
  });
}
