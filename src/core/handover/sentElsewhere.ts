import type { Fetch } from '../oauth/oauthFetch.ts';
import type { AnsweredRequest, OutgoingRequest, RequestCredential } from './requestCredential.ts';

/** One try: what it is sent with, and whom to tell what came of it. */
interface Try {
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: (response: Response) => void;
}

/**
 * Turns what sends a request by `fetch` inside out, for somebody who sends it otherwise: every call of that `fetch`
 * becomes a try, and the response that it gets has status and headers, and no body. So there is one set of rules for
 * what a credential does, whoever sends.
 */
export function sentElsewhere(
  operation: (request: OutgoingRequest, fetch: Fetch) => Promise<unknown>,
): RequestCredential {
  let current: Try | undefined;
  let next = Promise.withResolvers<Try | undefined>();
  const fetch: Fetch = (_url, init) =>
    new Promise((answer) => {
      next.resolve({ headers: asRecord(init?.headers), answer });
    });
  return {
    async headers(request) {
      if (current === undefined) {
        operation(request, fetch).then(
          () => next.resolve(undefined),
          (error) => next.reject(error),
        );
        current = await next.promise;
      }
      return current?.headers ?? {};
    },
    async renew(answer) {
      const response = asResponse(answer);
      if (current === undefined || response === undefined) {
        return false;
      }
      next = Promise.withResolvers();
      current.answer(response);
      current = await next.promise;
      return current !== undefined;
    },
  };
}

function asRecord(given: RequestInit['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(given instanceof Headers ? given : new Headers(given));
}

/** Nothing for a status that `fetch` does not know either: it says nothing of a credential. */
function asResponse({ status, headers = new Headers() }: AnsweredRequest): Response | undefined {
  return status < 200 || status > 599 ? undefined : new Response(null, { status, headers });
}
