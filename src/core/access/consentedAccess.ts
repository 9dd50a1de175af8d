import type { Clock } from '../clock.ts';
import { throwIfAborted } from '../errors.ts';
import { anyEvent, type Event } from '../event.ts';
import type { Log } from '../log.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import { untilAborted } from '../untilAborted.ts';
import type { AccessControl, AccessEntry, AccessOptions, AccessRequest } from './accessControl.ts';
import { refusedError, unansweredError } from './accessErrors.ts';
import type { AccessAnswer, AccessPrompt } from './accessQuestion.ts';
import { AccessQuestions } from './accessQuestions.ts';
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

/** How exact the last use is, in milliseconds: a busy program does not keep the storage busy. */
const useInterval = 60_000;

/** Who may use which credential, as the person has said: asked at the first use, remembered in secret storage. */
export class ConsentedAccess implements AccessControl {
  readonly #ports: ConsentedAccessPorts;
  readonly #decisions: AccessRecords<AccessDecision>;
  readonly #uses: AccessRecords<AccessUse>;
  readonly #questions: AccessQuestions;
  readonly #subscription;
  #loading: Promise<boolean> | undefined;

  readonly onDidChange: Event<void>;

  constructor(ports: ConsentedAccessPorts) {
    this.#ports = ports;
    this.#decisions = new AccessRecords(decisionRecords, ports);
    this.#uses = new AccessRecords(useRecords, ports);
    this.onDidChange = anyEvent(this.#decisions.onDidChange, this.#uses.onDidChange);
    this.#questions = new AccessQuestions({
      ...ports,
      remember: (request, answer) => this.#remember(request, answer),
    });
    this.#subscription = this.#decisions.onDidChange(() =>
      this.#questions.settle((id) => this.#decisions.get(id)?.decision),
    );
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
    this.#questions.forget(pairId(entry));
    await this.#remember(entry, decision);
  }

  async revoke(entry: AccessEntry): Promise<void> {
    const id = pairId(entry);
    this.#questions.forget(id);
    await this.#decisions.remove(id);
    await this.#uses.remove(id);
    this.#ports.log.info('What a program may use was forgotten', { program: entry.program.id });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#questions.dispose();
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
    const decided = this.#decisions.get(pairId(request))?.decision;
    return decided ?? (await this.#questions.answer(request, signal));
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
}
