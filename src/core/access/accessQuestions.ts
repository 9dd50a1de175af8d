import type { Clock } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import type { Log } from '../log.ts';
import type { AccessRequest } from './accessControl.ts';
import { type AccessAnswer, type AccessPrompt, AccessQuestion } from './accessQuestion.ts';
import { keptPair, pairId } from './accessRecord.ts';

/** What asking takes. */
export interface AccessQuestionPorts {
  readonly prompt: AccessPrompt;
  readonly clock: Clock;
  readonly log: Log;
  /** Remembers an answer for good. Does not reject. */
  readonly remember: (request: AccessRequest, answer: 'always' | 'never') => Promise<void>;
}

/** How long, in milliseconds, a question that the person has closed is not asked again. */
const quietTime = 60_000;

/** How long, in milliseconds, VS Code may have hidden a question before it is shown once more to the next who asks. */
const shownTime = 60_000;

/** How long, in milliseconds, "Allow Once" waits for a program that did not wait for it. */
const creditTime = 600_000;

/** The questions of who may use what, and what the person has said to them that counts for a while: in this window. */
export class AccessQuestions implements Disposable {
  readonly #ports: AccessQuestionPorts;
  /** Open ones, by {@link pairId}. */
  readonly #open = new Map<string, AccessQuestion>();
  /** When a question was closed, and when one was answered with "once" that nobody waited for. */
  readonly #closed = new Map<string, number>();
  readonly #credits = new Map<string, number>();
  readonly #end = new AbortController();

  constructor(ports: AccessQuestionPorts) {
    this.#ports = ports;
  }

  /**
   * What the person says, or has said a while ago.
   *
   * @returns nothing where they have closed the question
   * @throws AuthError the signal's reason; the question stays
   */
  async answer(request: AccessRequest, signal: AbortSignal): Promise<AccessAnswer | undefined> {
    const id = pairId(request);
    if (this.#isWithin(this.#credits, id, creditTime)) {
      this.#credits.delete(id);
      return 'once';
    }
    return this.#isWithin(this.#closed, id, quietTime)
      ? undefined
      : await this.#question(id, request).answer(signal);
  }

  /** Whoever waits for an answer has it as soon as it is given in any window. */
  settle(decided: (id: string) => AccessAnswer | undefined): void {
    for (const [id, question] of [...this.#open]) {
      const answer = decided(id);
      if (answer !== undefined) {
        this.#settle(question, answer);
      }
    }
  }

  /** Forgets what was said of a pair for a while. */
  forget(id: string): void {
    this.#closed.delete(id);
    this.#credits.delete(id);
  }

  dispose(): void {
    this.#end.abort();
    for (const question of this.#open.values()) {
      question.settle(undefined);
    }
    this.#open.clear();
  }

  /** The question that is open, shown again if it may have got out of sight, or a new one. */
  #question(id: string, request: AccessRequest): AccessQuestion {
    const open = this.#open.get(id);
    const question = open ?? new AccessQuestion(keptPair(request));
    this.#open.set(id, question);
    if (!open || this.#ports.clock.now() - open.shownAt >= shownTime) {
      void this.#show(question);
    }
    return question;
  }

  async #show(question: AccessQuestion): Promise<void> {
    const { prompt, clock, log } = this.#ports;
    const round = ++question.round;
    question.shownAt = clock.now();
    let answer: AccessAnswer | undefined;
    try {
      answer = await prompt.ask(question.request, this.#end.signal);
    } catch (error) {
      log.error('Nobody could be asked who may use a credential', { reason: error });
    }
    if (!this.#end.signal.aborted && (answer !== undefined || round === question.round)) {
      this.#hear(question, answer);
    }
  }

  #hear(question: AccessQuestion, answer: AccessAnswer | undefined): void {
    const id = pairId(question.request);
    const isOpen = this.#open.get(id) === question;
    const now = this.#ports.clock.now();
    if (answer === 'always' || answer === 'never') {
      // What is answered later than another window has answered counts as well: the person has said it.
      void this.#ports.remember(question.request, answer);
    } else if (isOpen && answer === undefined) {
      this.#closed.set(id, now);
    } else if (isOpen && !question.isAwaited) {
      this.#credits.set(id, now);
    }
    this.#settle(question, answer);
  }

  #settle(question: AccessQuestion, answer: AccessAnswer | undefined): void {
    const id = pairId(question.request);
    if (this.#open.get(id) === question) {
      this.#open.delete(id);
    }
    question.settle(answer);
  }

  #isWithin(moments: ReadonlyMap<string, number>, id: string, ms: number): boolean {
    const at = moments.get(id);
    return at !== undefined && this.#ports.clock.now() - at < ms;
  }
}
