import type { Event } from '../../src/core/event.ts';

/** The next value that an event fires with. */
export function nextChange<T>(event: Event<T>): Promise<T> {
  return new Promise((resolve) => {
    const subscription = event((value) => {
      subscription.dispose();
      resolve(value);
    });
  });
}
