import { untilAborted } from '../untilAborted.ts';
import type { AccessRequest } from './accessControl.ts';

/** What the person may say to a program that wants a credential. */
export type AccessAnswer = 'always' | 'never' | 'once';

/** Asks the person, as a port. */
export interface AccessPrompt {
  /**
   * Asks without getting in the way. Asking for the same again takes the place of the question that is still shown,
   * which then counts as closed.
   *
   * @param signal aborts when nobody will hear the answer any more
   * @returns nothing where the person closes the question
   */
  ask(request: AccessRequest, signal: AbortSignal): Promise<AccessAnswer | undefined>;
}

/** One question, however many programs wait for its answer. */
export class AccessQuestion {
  readonly request: AccessRequest;
  readonly #settled = Promise.withResolvers<AccessAnswer | undefined>();
  #waiting = 0;
  /** How often it was shown. */
  round = 0;
  /** Milliseconds since the epoch. */
  shownAt = 0;

  constructor(request: AccessRequest) {
    this.request = request;
  }

  /** Whether anybody waits for the answer. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** The first answer counts. */
  settle(answer: AccessAnswer | undefined): void {
    this.#settled.resolve(answer);
  }

  /** @throws AuthError the signal's reason; the question stays */
  async answer(signal: AbortSignal): Promise<AccessAnswer | undefined> {
    this.#waiting++;
    try {
      return await untilAborted(this.#settled.promise, signal);
    } finally {
      this.#waiting--;
    }
  }
}
