import { errors } from 'playwright-core';

/** How long something that is there may take to be usable, in milliseconds. */
export const clickTime = 5_000;

/**
 * Does what takes several actions, and does it again where what was opened went away in between, as a person
 * would: a tree that ends a refresh just as a menu or a palette opens takes the focus back, which closes it.
 */
export async function persistently(act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await act();
      return;
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || attempt === 3) {
        throw error;
      }
    }
  }
}
