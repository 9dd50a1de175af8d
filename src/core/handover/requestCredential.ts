import type { Awaitable } from '../awaitable.ts';

/** Whoever waits for a request to be answered. */
export interface Waiting {
  /** Aborts when nobody waits any more. To be asked for where it is needed only: it is made then. */
  readonly signal: AbortSignal;
}

/** A request as its credential sees it. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
}

/** What a server has answered, as far as its credential is concerned. */
export interface AnsweredRequest extends OutgoingRequest {
  readonly status: number;
  /** Those that say something of the credential, with `date`; nothing where there are none. */
  readonly headers: Headers | undefined;
}

/**
 * The credential of one request to one server, whatever sends it. A request is sent once, and once more for every time
 * that {@link renew} says so; that ends by itself.
 */
export interface RequestCredential {
  /**
   * The headers to send with the next try: fresh ones, and for a bound token a proof of their own (RFC 9449). They are
   * secrets, and replace headers of the same name.
   *
   * @throws AuthError `not_authenticated`, `session_expired`, `header_rejected`, `network`…
   */
  headers(request: OutgoingRequest): Awaitable<Readonly<Record<string, string>>>;
  /**
   * Learns what was answered. Whether to send again, with new headers: after a 401 that a refresh or a run of the helper
   * has mended, a nonce that was asked for, or a step-up that the person has gone through.
   *
   * @throws AuthError `token_rejected`, `header_rejected`, `insufficient_scope`… where the server refuses the credential
   * and nothing can be done; any other answer is the client's, whatever it says
   */
  renew(answer: AnsweredRequest): Awaitable<boolean>;
}
