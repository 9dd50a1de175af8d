import type { Clock } from '../clock.ts';
import { throwIfAborted } from '../errors.ts';
import { anyEvent, type Event } from '../event.ts';
import type { Log } from '../log.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import { untilAborted } from '../untilAborted.ts';
import type { AccessControl, AccessEntry, AccessOptions, AccessRequest } from './accessControl.ts';
import { refusedError, unansweredError } from './accessErrors.ts';
import { type AccessAnswer, type AccessPrompt, AccessQuestion } from './accessQuestion.ts';
import {
  type AccessDecision,
  type AccessUse,
  decisionRecords,
  keptPair,
  pairId,
  useRecords,
} from './accessRecord.ts';
import { AccessRecords } from './accessRecords.ts';

/** What deciding takes. */
export interface ConsentedAccessPorts {
  /** That of all windows. */
  readonly secrets: SecretStorage;
  readonly prompt: AccessPrompt;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long, in milliseconds, a question that the person has closed is not asked again. */
const quietTime = 60_000;

/** How long, in milliseconds, VS Code may have hidden a question before it is shown once more to the next who asks. */
const shownTime = 60_000;

/** How long, in milliseconds, "Allow Once" waits for a program that did not wait for it. */
const creditTime = 600_000;

/** How exact the last use is, in milliseconds: a busy program does not keep the storage busy. */
const useInterval = 60_000;

/** Who may use which credential, as the person has said: asked at the first use, remembered in secret storage. */
export class ConsentedAccess implements AccessControl {
  readonly #ports: ConsentedAccessPorts;
  readonly #decisions: AccessRecords<AccessDecision>;
  readonly #uses: AccessRecords<AccessUse>;
  /** Open ones, by {@link pairId}. */
  readonly #questions = new Map<string, AccessQuestion>();
  /** When a question was closed, and when one was answered with "once" that nobody waited for: in this window. */
  readonly #closed = new Map<string, number>();
  readonly #credits = new Map<string, number>();
  readonly #end = new AbortController();
  readonly #subscription;
  #loading: Promise<boolean> | undefined;

  readonly onDidChange: Event<void>;

  constructor(ports: ConsentedAccessPorts) {
    this.#ports = ports;
    this.#decisions = new AccessRecords(decisionRecords, ports);
    this.#uses = new AccessRecords(useRecords, ports);
    this.onDidChange = anyEvent(this.#decisions.onDidChange, this.#uses.onDidChange);
    this.#subscription = this.#decisions.onDidChange(() => this.#settleDecided());
  }

  get entries(): readonly AccessEntry[] {
    const ids = new Set([...this.#decisions.all, ...this.#uses.all].map(pairId));
    return [...ids]
      .flatMap((id) => this.#entry(id) ?? [])
      .sort((one, other) => (other.lastUsedAt ?? 0) - (one.lastUsedAt ?? 0));
  }

  /** Reads everything again that other windows may have written unheard. Never rejects. */
  async reload(): Promise<void> {
    this.#loading = this.#read();
    await this.#loading;
  }

  async assertAllowed(request: AccessRequest, { signal, patience }: AccessOptions): Promise<void> {
    throwIfAborted(signal);
    const impatience = new AbortController();
    const limit = AbortSignal.any([signal, impatience.signal]);
    const timer =
      patience === undefined
        ? undefined
        : this.#ports.clock.setTimer(patience, () => impatience.abort(unansweredError(request)));
    try {
      await untilAborted(this.#loaded(), limit);
      const answer = await this.#judge(request, limit);
      if (answer === 'never') {
        throw refusedError(request);
      }
      if (answer === undefined) {
        throw unansweredError(request);
      }
      this.#note(request, true);
    } finally {
      timer?.dispose();
    }
  }

  noteUse(request: AccessRequest): void {
    this.#note(request, false);
  }

  async decide(entry: AccessEntry, decision: 'always' | 'never'): Promise<void> {
    this.#forgetMoments(pairId(entry));
    await this.#remember(entry, decision);
  }

  async revoke(entry: AccessEntry): Promise<void> {
    const id = pairId(entry);
    this.#forgetMoments(id);
    await this.#decisions.remove(id);
    await this.#uses.remove(id);
    this.#ports.log.info('What a program may use was forgotten', { program: entry.program.id });
  }

  dispose(): void {
    this.#end.abort();
    this.#subscription.dispose();
    for (const question of this.#questions.values()) {
      question.settle(undefined);
    }
    this.#questions.clear();
    this.#decisions.dispose();
    this.#uses.dispose();
  }

  /** A "never" of another window has to be known before anybody is asked. A storage that is silent is asked again. */
  async #loaded(): Promise<void> {
    this.#loading ??= this.#read();
    if (!(await this.#loading)) {
      this.#loading = undefined;
    }
  }

  async #read(): Promise<boolean> {
    const answered = await Promise.all([this.#decisions.reload(), this.#uses.reload()]);
    return answered.every((one) => one);
  }

  async #judge(request: AccessRequest, signal: AbortSignal): Promise<AccessAnswer | undefined> {
    const id = pairId(request);
    const decided = this.#decisions.get(id)?.decision;
    if (decided !== undefined) {
      return decided;
    }
    if (this.#isWithin(this.#credits, id, creditTime)) {
      this.#credits.delete(id);
      return 'once';
    }
    return this.#isWithin(this.#closed, id, quietTime)
      ? undefined
      : await this.#question(id, request).answer(signal);
  }

  /** The question that is open, shown again if it may have got out of sight, or a new one. */
  #question(id: string, request: AccessRequest): AccessQuestion {
    const open = this.#questions.get(id);
    const question = open ?? new AccessQuestion(keptPair(request));
    this.#questions.set(id, question);
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
    const isOpen = this.#questions.get(id) === question;
    const now = this.#ports.clock.now();
    if (answer === 'always' || answer === 'never') {
      // What is answered later than another window has answered counts as well: the person has said it.
      void this.#remember(question.request, answer);
    } else if (isOpen && answer === undefined) {
      this.#closed.set(id, now);
    } else if (isOpen && !question.isAwaited) {
      this.#credits.set(id, now);
    }
    this.#settle(question, answer);
  }

  #settle(question: AccessQuestion, answer: AccessAnswer | undefined): void {
    const id = pairId(question.request);
    if (this.#questions.get(id) === question) {
      this.#questions.delete(id);
    }
    question.settle(answer);
  }

  /** Whoever waits for an answer has it as soon as it is given in any window. */
  #settleDecided(): void {
    for (const [id, question] of [...this.#questions]) {
      const decided = this.#decisions.get(id);
      if (decided !== undefined) {
        this.#settle(question, decided.decision);
      }
    }
  }

  async #remember(pair: AccessRequest, decision: 'always' | 'never'): Promise<void> {
    const { clock, log } = this.#ports;
    log.info('The person has decided what a program may use', { program: pair.program.id, decision });
    await this.#decisions.put({ ...keptPair(pair), decision, decidedAt: clock.now() });
  }

  #note(request: AccessRequest, wasAsked: boolean): void {
    const usedAt = this.#ports.clock.now();
    const before = this.#uses.get(pairId(request));
    if (before && before.wasAsked === wasAsked && Math.abs(usedAt - before.usedAt) < useInterval) {
      return;
    }
    void this.#uses.put({ ...keptPair(request), usedAt, wasAsked });
  }

  #entry(id: string): AccessEntry | undefined {
    const decided = this.#decisions.get(id);
    const use = this.#uses.get(id);
    const pair = use ?? decided;
    if (pair === undefined) {
      return undefined;
    }
    const { program, serverUrl, serverName } = pair;
    const decision = decided?.decision ?? (use?.wasAsked ? 'once' : 'unasked');
    return { program, serverUrl, serverName, decision, lastUsedAt: use?.usedAt };
  }

  #forgetMoments(id: string): void {
    this.#closed.delete(id);
    this.#credits.delete(id);
  }

  #isWithin(moments: ReadonlyMap<string, number>, id: string, ms: number): boolean {
    const at = moments.get(id);
    return at !== undefined && this.#ports.clock.now() - at < ms;
  }
}
