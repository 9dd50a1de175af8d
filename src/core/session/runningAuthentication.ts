import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { AuthenticationRequest, AuthenticationStep } from '../oauth/authentication.ts';
import type { Waiting } from '../oauth/waiting.ts';
import type { AccountWish } from './account.ts';
import type { Session } from './session.ts';
import type { KeptSignIn, PlacedSignIn } from './signInKeeper.ts';

/** An authentication under way, as seen from outside. */
export interface RunningAuthentication {
  readonly step: AuthenticationStep;
  /** Whose session it is to be; absent for the first one at its server. */
  readonly account: AccountWish | undefined;
  /** Settles with the stored session, or with an {@link AuthError}. */
  readonly result: Promise<Session>;
  /** Settles later, when it is known whose session that is; rejects as {@link result} does. */
  readonly placed: Promise<PlacedSignIn>;
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
  readonly account: AccountWish | undefined;
  readonly firstStep: AuthenticationStep;
  readonly run: (request: WorkRequest) => Promise<KeptSignIn>;
  /** Called with every step. */
  readonly onChange: () => void;
}

/** One authentication from its start to its end. */
export class Running implements RunningAuthentication {
  readonly serverUrl: string;
  readonly account: AccountWish | undefined;
  readonly #controller = new AbortController();
  readonly #steps = new Emitter<AuthenticationStep>();
  #step: AuthenticationStep;
  readonly #waits = new Emitter<Waiting>();
  #waiting: Waiting | undefined;

  readonly onDidChangeStep = this.#steps.event;
  readonly onDidWait = this.#waits.event;
  readonly result: Promise<Session>;
  readonly placed: Promise<PlacedSignIn>;

  /** Starts the work at once. */
  constructor({ serverUrl, account, firstStep, run, onChange }: Work) {
    this.serverUrl = serverUrl;
    this.account = account;
    this.#step = firstStep;
    const kept = run({
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
    this.result = kept.then(({ session }) => session);
    this.placed = kept.then(({ placed }) => placed);
    // Whoever started it awaits it; should nobody, the failure is in the log and in the tree.
    this.result.catch(() => undefined);
    this.placed.catch(() => undefined);
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
