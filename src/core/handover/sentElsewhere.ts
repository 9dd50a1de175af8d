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

/** A record is not copied: objects of `fetch` cost more than all that is looked up for a request. */
function asRecord(given: RequestInit['headers']): Readonly<Record<string, string>> {
  return given === undefined || isIterable(given) ? Object.fromEntries(new Headers(given)) : given;
}

function isIterable(given: NonNullable<RequestInit['headers']>): given is Headers | [string, string][] {
  return Symbol.iterator in given;
}

/** Answers that say nothing of a credential are the same for everybody: by status, without headers. */
const plain = new Map<number, Response>();

/** Nothing for a status that `fetch` does not know either: it says nothing of a credential. */
function asResponse({ status, headers }: AnsweredRequest): Response | undefined {
  if (status < 200 || status > 599) {
    return undefined;
  }
  if (headers !== undefined) {
    return new Response(null, { status, headers });
  }
  const known = plain.get(status) ?? new Response(null, { status });
  plain.set(status, known);
  return known;
}
