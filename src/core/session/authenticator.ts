import type { Disposable } from '../disposable.ts';
import { AuthError, isCancelled } from '../errors.ts';
import { Emitter } from '../event.ts';
import { authenticate } from '../oauth/authenticate.ts';
import type {
  AuthenticationPorts,
  AuthenticationRequest,
  AuthenticationStep,
} from '../oauth/authentication.ts';
import type { PendingRecord } from '../oauth/pendingSignIn.ts';
import { SignInInterruptedError } from '../oauth/signInInterruptedError.ts';
import { finishClaimedSignIn, resumeSignIn } from '../oauth/unattendedSignIn.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { AccountWish } from './account.ts';
import { Running, type RunningAuthentication, type WorkRequest } from './runningAuthentication.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './sessionStore.ts';
import { type KeepRequest, SignInKeeper } from './signInKeeper.ts';

/** An authentication that runs in this window without a click in it. */
export interface UnattendedAuthentication {
  /** Canonical. */
  readonly serverUrl: string;
  readonly running: RunningAuthentication;
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

/**
 * Runs authentications: one per server at a time that a person begins here, and those that were begun in another
 * window. Remembers how the last one of this window failed.
 */
export class Authenticator implements Disposable {
  readonly #ports: AuthenticationPorts;
  readonly #sessions: SessionStore;
  readonly #keeper: SignInKeeper;
  readonly #running = new Set<Running>();
  readonly #failures = new Map<string, Failure>();
  readonly #changed = new Emitter<void>();
  readonly #unattended = new Emitter<UnattendedAuthentication>();

  /** Fires when an authentication starts, reaches another step, or ends. */
  readonly onDidChange = this.#changed.event;
  /** Fires when one starts that nobody clicked for in this window, for somebody to tell the person. */
  readonly onDidStartUnattended = this.#unattended.event;

  constructor(ports: AuthenticationPorts, sessions: SessionStore) {
    this.#ports = ports;
    this.#sessions = sessions;
    this.#keeper = new SignInKeeper({ ...ports, sessions });
  }

  /** What runs for a server, by its canonical URL. */
  running(serverUrl: string): RunningAuthentication | undefined {
    return [...this.#running].find((running) => running.serverUrl === serverUrl);
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
    const existing = this.running(serverUrl);
    if (existing) {
      return existing;
    }
    const former = this.#sessions.get(serverUrl, idOf(target.account));
    // Whoever is chosen while the person is at the page, this is about the account that was clicked on.
    const account = target.account ?? (former && { kind: 'existing', id: former.account.id });
    // After a failure nothing is taken for granted: what is remembered may be the reason.
    const previous = this.#failures.has(serverUrl) ? undefined : former;
    return this.#run({ ...target, account }, 'discovering', (request) =>
      authenticate({ ...target, ...request, account, previous }, this.#ports),
    );
  }

  /** Waits on for the response to a sign-in that a window has left behind. */
  resume(record: PendingRecord): void {
    this.#ports.log.info('Waiting again for the answer to a sign-in from before', {
      kind: record.redirectKind,
    });
    this.#runUnattended(record, 'resuming', (request) => resumeSignIn(record, request, this.#ports));
  }

  /** Finishes a sign-in of another window, whose record was taken away for it, with the response to it. */
  finish(record: PendingRecord, response: URLSearchParams): void {
    this.#runUnattended(record, 'exchangingCode', (request) =>
      finishClaimedSignIn(record, response, { request, ports: this.#ports }),
    );
  }

  /** Ends everything here; what waits for a browser can be finished after a reload, or in another window. */
  dispose(): void {
    for (const running of this.#running) {
      running.end(new SignInInterruptedError('windowClosed'));
    }
    this.#keeper.dispose();
    this.#changed.dispose();
    this.#unattended.dispose();
  }

  #runUnattended(
    record: PendingRecord,
    firstStep: AuthenticationStep,
    sign: (request: WorkRequest) => Promise<Session>,
  ): void {
    const serverUrl = canonicalServerUrl(record.serverUrl);
    const running = this.#run(record, firstStep, sign);
    this.#unattended.fire({ serverUrl, running });
  }

  #run(
    asked: KeepRequest,
    firstStep: AuthenticationStep,
    sign: (request: WorkRequest) => Promise<Session>,
  ): Running {
    const serverUrl = canonicalServerUrl(asked.serverUrl);
    const { account } = asked;
    this.#failures.delete(serverUrl);
    const onChange = () => this.#changed.fire();
    const run = async (request: WorkRequest) => {
      try {
        return await this.#keeper.keep(await sign(request), asked);
      } catch (error) {
        throw this.#recordFailure(serverUrl, account, error);
      } finally {
        this.#running.delete(running);
        onChange();
      }
    };
    const running = new Running({ serverUrl, account, firstStep, run, onChange });
    this.#running.add(running);
    onChange();
    return running;
  }

  #recordFailure(serverUrl: string, wish: AccountWish | undefined, error: unknown): unknown {
    if (error instanceof SignInInterruptedError) {
      this.#ports.log.info('Authentication ended here', { reason: error });
    } else if (isCancelled(error)) {
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
