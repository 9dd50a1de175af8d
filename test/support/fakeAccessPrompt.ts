import assert from 'node:assert/strict';
import type { AccessRequest } from '../../src/core/access/accessControl.ts';
import type { AccessAnswer, AccessPrompt } from '../../src/core/access/accessQuestion.ts';

/** A person at a notification: keeps what was asked, and answers when told to. */
export class FakeAccessPrompt implements AccessPrompt {
  readonly asked: AccessRequest[] = [];
  readonly #open: ((answer: AccessAnswer | undefined) => void)[] = [];
  #failure: Error | undefined;

  /** How many questions are shown. */
  get openCount(): number {
    return this.#open.length;
  }

  /** From now on nothing can be shown. */
  fail(error: Error): void {
    this.#failure = error;
  }

  ask(request: AccessRequest): Promise<AccessAnswer | undefined> {
    this.asked.push(request);
    if (this.#failure) {
      return Promise.reject(this.#failure);
    }
    const { promise, resolve } = Promise.withResolvers<AccessAnswer | undefined>();
    this.#open.push(resolve);
    return promise;
  }

  /** Answers the question that has been shown for longest. */
  answer(answer: AccessAnswer | undefined): void {
    const first = this.#open.shift() ?? assert.fail('nothing was asked');
    first(answer);
  }
}
