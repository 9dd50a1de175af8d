import type { Clock } from '../clock.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';

/** How a server answered a request. All of it is attacker-controlled. */
export interface RecordedAnswer {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body, where it is none that belongs to MCP. */
  readonly text?: string | undefined;
  /** How long it took until it began. */
  readonly milliseconds: number;
}

/** A `fetch` that remembers the last answer. */
export interface AnswerRecorder {
  readonly fetch: Fetch;
  /** The last answer; `undefined` if the last request has none. */
  last(): RecordedAnswer | undefined;
}

const textLimit = 64 * 1024;

/** Remembers the answers to what is sent through it. A body that it has to read for that is cut at 64 KB. */
export function recordAnswers(fetch: Fetch, clock: Clock): AnswerRecorder {
  let last: RecordedAnswer | undefined;
  return {
    last: () => last,
    async fetch(url, init) {
      last = undefined;
      const sentAt = clock.now();
      const response = await fetch(url, init);
      const { status, headers } = response;
      const answer = { url: new URL(url), status, headers, milliseconds: clock.now() - sentAt };
      last = answer;
      if (!isOfInterest(response)) {
        return response;
      }
      const text = await beginningOf(response);
      last = { ...answer, text };
      return new Response(text, { status, headers });
    },
  };
}

/** A 401 says what it means in its headers, and so does a redirect. */
function isOfInterest({ status, headers }: Response): boolean {
  return (
    (status >= 400 && status !== 401) ||
    (status === 200 && /^text\/html\b/i.test(headers.get('content-type') ?? ''))
  );
}

/** What a broken connection leaves of a text is enough. */
async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      text += decoder.decode(part.value, { stream: true });
      if (text.length > textLimit) {
        break;
      }
    }
  } catch {
    return text;
  } finally {
    void reader?.cancel().catch(() => undefined);
  }
  return text.slice(0, textLimit);
}
