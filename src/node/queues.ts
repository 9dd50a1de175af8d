import { awaitTurn } from '../core/turn.ts';

/** A place in a queue. Whoever has one must leave it at some time, whether its turn has come or not. */
export interface Place {
  /**
   * Resolves when everybody before has left.
   *
   * @throws AuthError the signal's reason
   */
  turn(signal: AbortSignal): Promise<void>;
  leave(): void;
}

/** Queues within this process, by name. */
export class Queues {
  readonly #last = new Map<string, Promise<void>>();

  /** Takes the last place of a queue. */
  enter(name: string): Place {
    const before = this.#last.get(name) ?? Promise.resolve();
    const left = Promise.withResolvers<void>();
    const allLeft = before.then(() => left.promise);
    this.#last.set(name, allLeft);
    void allLeft.then(() => this.#last.get(name) === allLeft && this.#last.delete(name));
    return { turn: (signal) => awaitTurn(before, signal), leave: left.resolve };
  }
}
