import type { Clock } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import { abortError, throwIfAborted } from '../errors.ts';
import type { SessionStore } from '../session/sessionStore.ts';
import type { ContactableServer } from './contactableServer.ts';

/** How long a "Not Now" holds for the same demand, in milliseconds: an agent may try again at once, and for ever. */
export const quietTime = 5 * 60_000;

/** What asking for more scopes takes. */
export interface StepUpPorts {
  /**
   * Asks the person whether to authenticate now. May take for ever, and never throws.
   *
   * @param scope what the server wants, space-separated, where it says so; attacker-controlled
   */
  readonly ask: (server: ContactableServer, scope: string | undefined) => Promise<boolean>;
  /** Has the person sign in with the scopes that are wanted, and tells whether there is a new session. Never throws. */
  readonly authenticate: (server: ContactableServer) => Promise<boolean>;
  readonly sessions: Pick<SessionStore, 'get' | 'onDidChange'>;
  readonly clock: Clock;
}

/**
 * Asks the person for more scopes when somebody's request lacks them: one question per server at a time, whose answer
 * is that of all requests that wait. A sign-in by another way is an answer, too.
 */
export class StepUpQuestions implements Disposable {
  readonly #ports: StepUpPorts;
  /** By canonical URL. */
  readonly #open = new Map<string, Promise<boolean>>();
  /** Until when not to ask again, by demand. */
  readonly #quiet = new Map<string, number>();
  readonly #subscriptions = new Set<Disposable>();

  constructor(ports: StepUpPorts) {
    this.#ports = ports;
  }

  /**
   * Whether there is a session with more scopes now.
   *
   * @param scope what the server asks for, space-separated, where it says so; attacker-controlled
   * @throws AuthError the signal's reason, as soon as nobody waits for the request any more; the question stays
   */
  async stepUp(server: ContactableServer, scope: string | undefined, signal: AbortSignal): Promise<boolean> {
    throwIfAborted(signal);
    const { canonicalUrl } = server.endpoint;
    const open = this.#open.get(canonicalUrl);
    if (open === undefined && this.#isQuiet(this.#demand(server, scope))) {
      return false;
    }
    return await unlessAborted(open ?? this.#begin(server, scope), signal);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
  }

  #begin(server: ContactableServer, scope: string | undefined): Promise<boolean> {
    const { canonicalUrl } = server.endpoint;
    const demand = this.#demand(server, scope);
    const signedInAt = this.#signedInAt(server);
    const isReplaced = () => {
      const now = this.#signedInAt(server);
      return now !== undefined && now !== signedInAt;
    };
    const { promise: replaced, resolve } = Promise.withResolvers<boolean>();
    const subscription = this.#ports.sessions.onDidChange(() => {
      if (isReplaced()) {
        resolve(true);
      }
    });
    this.#subscriptions.add(subscription);
    const answered = this.#ports
      .ask(server, scope)
      .then(async (isWanted) => isReplaced() || (isWanted && (await this.#ports.authenticate(server))));
    const outcome = Promise.race([answered, replaced])
      .then((isSteppedUp) => {
        if (!isSteppedUp) {
          this.#quiet.set(demand, this.#ports.clock.now() + quietTime);
        }
        return isSteppedUp;
      })
      .finally(() => {
        subscription.dispose();
        this.#subscriptions.delete(subscription);
        this.#open.delete(canonicalUrl);
      });
    this.#open.set(canonicalUrl, outcome);
    return outcome;
  }

  #isQuiet(demand: string): boolean {
    const until = this.#quiet.get(demand);
    return until !== undefined && this.#ports.clock.now() < until;
  }

  /** A demand is one on a sign-in: the next one begins anew. */
  #demand(server: ContactableServer, scope: string | undefined): string {
    return JSON.stringify([server.endpoint.canonicalUrl, scope, this.#signedInAt(server)]);
  }

  #signedInAt({ endpoint }: ContactableServer): number | undefined {
    return this.#ports.sessions.get(endpoint.canonicalUrl)?.createdAt;
  }
}

async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answer, givenUp]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
