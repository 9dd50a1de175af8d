import type { Clock } from '../../src/core/clock.ts';
import type { Disposable } from '../../src/core/disposable.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved by hand. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(now = Date.UTC(2030, 0, 1)) {
    this.#now = now;
  }

  /** How many timers wait: 0 when everything that had a time limit is over. */
  get timerCount(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimer(delay: number, callback: () => void): Disposable {
    const timer: Timer = { due: this.#now + delay, callback };
    this.#timers.add(timer);
    return { dispose: () => this.#timers.delete(timer) };
  }

  /** Moves time on by `ms`, and calls back in order, each at its own time, whoever is due by then. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#nextDue(end); next; next = this.#nextDue(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }

  /** The machine sleeps for `ms`: nobody is called back at their time, and all that were due are at its end. */
  sleep(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }

  #nextDue(end: number): Timer | undefined {
    return [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }
}
