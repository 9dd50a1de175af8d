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
import { sessionLockKey } from './account.ts';
import { refOf, type Session } from './session.ts';
import type { SessionStore } from './sessionStore.ts';

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

/** What starting an authentication takes. */
export type AuthenticationTarget = Pick<
  AuthenticationRequest,
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
  readonly #running = new Map<string, Running>();
  readonly #failures = new Map<string, AuthError>();
  readonly #changed = new Emitter<void>();

  /** Fires when an authentication starts, reaches another step, or ends. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: AuthenticationPorts, sessions: SessionStore) {
    this.#ports = ports;
    this.#sessions = sessions;
  }

  /** What runs for a server, by its canonical URL. */
  running(serverUrl: string): RunningAuthentication | undefined {
    return this.#running.get(serverUrl);
  }

  /** How the last authentication of a server failed, unless a later one did not. */
  failure(serverUrl: string): AuthError | undefined {
    return this.#failures.get(serverUrl);
  }

  /** Starts an authentication, or joins the one that runs for this server already. */
  start(target: AuthenticationTarget): RunningAuthentication {
    const serverUrl = canonicalServerUrl(target.serverUrl);
    const existing = this.#running.get(serverUrl);
    if (existing) {
      return existing;
    }
    // After a failure nothing is taken for granted: what is remembered may be the reason.
    const previous = this.#failures.has(serverUrl) ? undefined : this.#sessions.get(serverUrl);
    this.#failures.delete(serverUrl);
    const work = async (request: WorkRequest) => {
      try {
        const session = await authenticate({ ...target, ...request, previous }, this.#ports);
        await this.#keep(session);
        return session;
      } catch (error) {
        throw this.#recordFailure(serverUrl, error);
      } finally {
        this.#running.delete(serverUrl);
        this.#changed.fire();
      }
    };
    const running = new Running(work, () => this.#changed.fire());
    this.#running.set(serverUrl, running);
    this.#changed.fire();
    return running;
  }

  /** In turn with refreshes and sign-outs, in whichever window: none of them is to overwrite what is newer. */
  async #keep(session: Session): Promise<void> {
    await this.#ports.locks.run(sessionLockKey(refOf(session)), () => this.#sessions.put(session));
  }

  dispose(): void {
    for (const running of this.#running.values()) {
      running.cancel();
    }
    this.#changed.dispose();
  }

  #recordFailure(serverUrl: string, error: unknown): unknown {
    if (isCancelled(error)) {
      this.#ports.log.info('Authentication cancelled');
    } else if (error instanceof AuthError) {
      this.#failures.set(serverUrl, error);
      this.#ports.log.warn('Authentication failed', { reason: error });
    } else {
      this.#ports.log.error('Authentication failed unexpectedly', { reason: error });
    }
    return error;
  }
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

  /** Starts the work at once. */
  constructor(work: (request: WorkRequest) => Promise<Session>, onChange: () => void) {
    this.result = work({
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
    this.#controller.abort(new AuthError('cancelled', 'The sign-in was cancelled.'));
  }

  async reopenBrowser(): Promise<void> {
    await this.#waiting?.open();
  }
}
