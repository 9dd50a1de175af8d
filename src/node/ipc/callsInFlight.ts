import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';
import { ProtocolError } from '../framing.ts';
import { callLimit, timeLimits } from './protocol.ts';

/** How many calls of a terminal run, and for how long none does. */
export class CallsInFlight implements Disposable {
  readonly #onIdle: () => void;
  readonly #clock: Clock;
  #timer: Disposable | undefined;
  #count = 0;
  #isDisposed = false;

  constructor(onIdle: () => void, clock: Clock) {
    this.#onIdle = onIdle;
    this.#clock = clock;
    this.#await();
  }

  /** @throws ProtocolError where too many run already */
  begin(): void {
    this.#timer?.dispose();
    this.#count += 1;
    if (this.#count > callLimit) {
      throw new ProtocolError(`More than ${callLimit} calls at once.`);
    }
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0 && !this.#isDisposed) {
      this.#await();
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
  }

  #await(): void {
    this.#timer = this.#clock.setTimer(timeLimits.idle, this.#onIdle);
  }
}
