import type { Disposable } from '../disposable.ts';
import { AuthError, isCancelled } from '../errors.ts';
import { Emitter } from '../event.ts';
import { authenticate } from '../oauth/authenticate.ts';
import type {
  AuthenticationPorts,
  AuthenticationRequest,
  AuthenticationStep,
} from '../oauth/authentication.ts';
import type { Waiting } from '../oauth/waiting.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { AccountWish } from './account.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './sessionStore.ts';
import { type KeptSignIn, type PlacedSignIn, SignInKeeper } from './signInKeeper.ts';

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

/** What starting an authentication takes. */
export type AuthenticationTarget = Pick<
  AuthenticationRequest,
  | 'account'
  | 'additionalScope'
  | 'askForScopes'
  | 'askForSecret'
  | 'grant'
  | 'oauth'
  | 'redirectKind'
  | 'serverUrl'
  | 'transport'
>;

/** Runs authentications: one per server at a time, and remembers how the last one of this window failed. */
export class Authenticator implements Disposable {
  readonly #ports: AuthenticationPorts;
  readonly #sessions: SessionStore;
  readonly #keeper: SignInKeeper;
  readonly #running = new Map<string, Running>();
  readonly #failures = new Map<string, Failure>();
  readonly #changed = new Emitter<void>();

  /** Fires when an authentication starts, reaches another step, or ends. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: AuthenticationPorts, sessions: SessionStore) {
    this.#ports = ports;
    this.#sessions = sessions;
    this.#keeper = new SignInKeeper({ ...ports, sessions });
  }

  /** What runs for a server, by its canonical URL. */
  running(serverUrl: string): RunningAuthentication | undefined {
    return this.#running.get(serverUrl);
  }

  /**
   * How the last authentication of a server failed, unless a later one did not. That a further account could not be
   * added says nothing about those that are there.
   */
  failure(serverUrl: string): AuthError | undefined {
    const failure = this.#failures.get(serverUrl);
    return failure?.wish?.kind === 'another' ? undefined : failure?.error;
  }

  /** Starts an authentication, or joins the one that runs for this server already. */
  start(target: AuthenticationTarget): RunningAuthentication {
    const serverUrl = canonicalServerUrl(target.serverUrl);
    const existing = this.#running.get(serverUrl);
    if (existing) {
      return existing;
    }
    const former = this.#sessions.get(serverUrl, idOf(target.account));
    // Whoever is chosen while the person is at the page, this is about the account that was clicked on.
    const account = target.account ?? (former && { kind: 'existing', id: former.account.id });
    // After a failure nothing is taken for granted: what is remembered may be the reason.
    const previous = this.#failures.has(serverUrl) ? undefined : former;
    this.#failures.delete(serverUrl);
    const work = async (request: WorkRequest) => {
      try {
        const session = await authenticate({ ...target, ...request, account, previous }, this.#ports);
        return await this.#keeper.keep(session, { ...target, account });
      } catch (error) {
        throw this.#recordFailure(serverUrl, account, error);
      } finally {
        this.#running.delete(serverUrl);
        this.#changed.fire();
      }
    };
    const running = new Running(work, account, () => this.#changed.fire());
    this.#running.set(serverUrl, running);
    this.#changed.fire();
    return running;
  }

  dispose(): void {
    for (const running of this.#running.values()) {
      running.cancel();
    }
    this.#keeper.dispose();
    this.#changed.dispose();
  }

  #recordFailure(serverUrl: string, wish: AccountWish | undefined, error: unknown): unknown {
    if (isCancelled(error)) {
      this.#ports.log.info('Authentication cancelled');
    } else if (error instanceof AuthError) {
      this.#failures.set(serverUrl, { error, wish });
      this.#ports.log.warn('Authentication failed', { reason: error });
    } else {
      this.#ports.log.error('Authentication failed unexpectedly', { reason: error });
    }
    return error;
  }
}

/** How an authentication failed that was for somebody. */
interface Failure {
  readonly error: AuthError;
  readonly wish: AccountWish | undefined;
}

/** The account that is there already. */
function idOf(wish: AccountWish | undefined): string | undefined {
  return wish?.kind === 'existing' ? wish.id : undefined;
}

type WorkRequest = Pick<AuthenticationRequest, 'onStep' | 'onWaiting' | 'signal'>;

class Running implements RunningAuthentication {
  readonly #controller = new AbortController();
  readonly #steps = new Emitter<AuthenticationStep>();
  #step: AuthenticationStep = 'discovering';
  readonly #waits = new Emitter<Waiting>();
  #waiting: Waiting | undefined;

  readonly onDidChangeStep = this.#steps.event;
  readonly onDidWait = this.#waits.event;
  readonly result: Promise<Session>;
  readonly placed: Promise<PlacedSignIn>;

  readonly account: AccountWish | undefined;

  /** Starts the work at once. */
  constructor(
    work: (request: WorkRequest) => Promise<KeptSignIn>,
    account: AccountWish | undefined,
    onChange: () => void,
  ) {
    this.account = account;
    const kept = work({
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
    this.#controller.abort(new AuthError('cancelled', 'The sign-in was cancelled.'));
  }

  async reopenBrowser(): Promise<void> {
    await this.#waiting?.open();
  }
}
