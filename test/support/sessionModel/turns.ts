import { setImmediate } from 'node:timers/promises';

/** Something that can end in the midst of anything. What it waits for then never comes. */
export interface Lifetime {
  readonly isOver: boolean;
}

/** The lifetime of what does not end. */
export const always: Lifetime = { isOver: false };

interface Waiting {
  readonly whose: Lifetime;
  readonly go: () => void;
}

/** Real promises that do not settle within so many turns of the event loop never will. */
const patience = 10_000;

/**
 * Lets asynchronous ports go on one at a time, in an order that numbers decide: the same numbers give the same run.
 * Between two of them every promise settles that can.
 */
export class Turns {
  #waiting: Waiting[] = [];
  #activity = 0;
  #isBusy = false;
  #taken = 0;

  /** How many were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether somebody waits for a turn. */
  get areWanted(): boolean {
    return this.#waiting.some(({ whose }) => !whose.isOver);
  }

  /** Waits for a turn. */
  async wait(whose: Lifetime): Promise<void> {
    this.noteActivity();
    if (whose.isOver) {
      return await new Promise(() => undefined);
    }
    await new Promise<void>((go) => {
      this.#waiting.push({ whose, go });
    });
  }

  /** Something has happened that whoever called {@link expectActivity} waits for. */
  noteActivity(): void {
    this.#activity++;
  }

  /** What goes on now takes more than microtasks, as reading a body does: the next turn comes after its next step. */
  expectActivity(): void {
    this.#isBusy = true;
  }

  /** Lets one go on: which of them, a number says. @returns whether anybody waited */
  async take(number: number): Promise<boolean> {
    this.#waiting = this.#waiting.filter(({ whose }) => !whose.isOver);
    const [chosen] = this.#waiting.splice(number % Math.max(1, this.#waiting.length), 1);
    if (!chosen) {
      return false;
    }
    this.#taken++;
    chosen.go();
    await this.settle();
    return true;
  }

  /** Returns when nothing goes on any more without a turn. */
  async settle(): Promise<void> {
    const before = this.#activity;
    await setImmediate();
    for (let turn = 0; this.#isBusy && this.#activity === before; turn++) {
      if (turn === patience) {
        throw new Error('Something was expected to go on, and did not.');
      }
      await setImmediate();
    }
    this.#isBusy = false;
    await setImmediate();
  }
}
