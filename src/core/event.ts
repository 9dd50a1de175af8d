import type { Disposable } from './disposable.ts';

/** Subscribes a listener; structurally VS Code's `Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * The firing end of an {@link Event}. Listeners are called in order of subscription, synchronously; what one
 * throws reaches neither the others nor whoever fires, but the host's handler of uncaught errors.
 */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A wrapper of its own per subscription, so that subscribing one function twice makes two.
    const subscribed = (value: T) => listener(value);
    this.#listeners.add(subscribed);
    return { dispose: () => this.#listeners.delete(subscribed) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      // One listener may dispose another.
      if (this.#listeners.has(listener)) {
        callSafely(listener, value);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

function callSafely<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Fires whenever one of several events does, whatever they carry. */
export function anyEvent(...events: readonly Event<unknown>[]): Event<void> {
  return (listener) => {
    const subscriptions = events.map((event) => event(() => listener()));
    return {
      dispose() {
        for (const subscription of subscriptions) {
          subscription.dispose();
        }
      },
    };
  };
}
