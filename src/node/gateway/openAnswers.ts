import type { ServerResponse } from 'node:http';

/** An answer that has not ended. */
export interface OpenAnswer {
  readonly response: ServerResponse;
  /** Where it is among the others. */
  place: number;
}

/**
 * The answers that have not ended. A `Set` would do, but V8 makes another table for it again and again, and each of these
 * that was there for a while keeps the answers in memory that were in it: collecting garbage took thirty times as long.
 */
export class OpenAnswers {
  readonly #answers: OpenAnswer[] = [];

  get size(): number {
    return this.#answers.length;
  }

  add(response: ServerResponse): OpenAnswer {
    const answer = { response, place: this.#answers.length };
    this.#answers.push(answer);
    return answer;
  }

  /** The last one takes its place. */
  remove({ place }: OpenAnswer): void {
    const last = this.#answers.pop();
    if (last !== undefined && last.place !== place) {
      last.place = place;
      this.#answers[place] = last;
    }
  }

  /** Breaks all of them off. */
  destroy(): void {
    // Each is taken out when it is closed, which is later.
    for (const { response } of this.#answers) {
      response.destroy();
    }
  }
}
