import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { AuthenticationRequest, AuthenticationStep } from '../oauth/authentication.ts';
import type { Waiting } from '../oauth/waiting.ts';
import type { Session } from './session.ts';

/** An authentication under way, as seen from outside. */
export interface RunningAuthentication {
  readonly step: AuthenticationStep;
  /** Settles with the stored session, or with an {@link AuthError}. */
  readonly result: Promise<Session>;
  /** Fires with every step. */
  readonly onDidChangeStep: Emitter<AuthenticationStep>['event'];
  cancel(): void;
  /** What the person has to do, if it is their turn. */
  readonly waiting: Waiting | undefined;
  /** Fires when {@link waiting} is there. */
  readonly onDidWait: Emitter<Waiting>['event'];
  /** Shows the sign-in page once more; nothing happens unless the browser is waited for. */
  reopenBrowser(): Promise<void>;
}

/** What the work of an authentication is told, and tells. */
export type WorkRequest = Required<Pick<AuthenticationRequest, 'onStep' | 'onWaiting' | 'signal'>>;

/** What an authentication does, and for whom. */
export interface Work {
  /** Canonical. */
  readonly serverUrl: string;
  readonly firstStep: AuthenticationStep;
  readonly run: (request: WorkRequest) => Promise<Session>;
  /** Called with every step. */
  readonly onChange: () => void;
}

/** One authentication from its start to its end. */
export class Running implements RunningAuthentication {
  readonly serverUrl: string;
  readonly #controller = new AbortController();
  readonly #steps = new Emitter<AuthenticationStep>();
  #step: AuthenticationStep;
  readonly #waits = new Emitter<Waiting>();
  #waiting: Waiting | undefined;

  readonly onDidChangeStep = this.#steps.event;
  readonly onDidWait = this.#waits.event;
  readonly result: Promise<Session>;

  /** Starts the work at once. */
  constructor({ serverUrl, firstStep, run, onChange }: Work) {
    this.serverUrl = serverUrl;
    this.#step = firstStep;
    this.result = run({
      signal: this.#controller.signal,
      onStep: (step) => {
        this.#step = step;
        this.#waiting = undefined;
        this.#steps.fire(step);
        onChange();
      },
      onWaiting: (waiting) => {
        this.#waiting = waiting;
        this.#waits.fire(waiting);
      },
    }).finally(() => {
      this.#waiting = undefined;
    });
    // Whoever started it awaits it; should nobody, the failure is in the log and in the tree.
    this.result.catch(() => undefined);
  }

  get step(): AuthenticationStep {
    return this.#step;
  }

  get waiting(): Waiting | undefined {
    return this.#waiting;
  }

  cancel(): void {
    this.end(new AuthError('cancelled', 'The sign-in was cancelled.'));
  }

  /** Ends it for another reason than that the person said so. */
  end(reason: AuthError): void {
    this.#controller.abort(reason);
  }

  async reopenBrowser(): Promise<void> {
    await this.#waiting?.open();
  }
}
