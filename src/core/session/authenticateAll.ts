import { boundedParallel } from '../boundedParallel.ts';
import { AuthError, isCancelled } from '../errors.ts';
import { isInterrupted } from '../oauth/signInInterruptedError.ts';
import type { AccountOutcome } from './accountFor.ts';
import type { PlannedServer } from './signInPlan.ts';

/** How many sign-ins run at a time: each may open a tab of the browser. */
const limit = 3;

/** How one sign-in of several ended. */
export type SignInEnd =
  | { readonly kind: 'authenticated'; readonly outcome: AccountOutcome }
  | { readonly kind: 'cancelled' }
  /** Another window, or another way that the person chose meanwhile, goes on with it. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The server has answered without a credential. */
  | { readonly kind: 'notNeeded' };

/** A server with the end of its sign-in. */
export interface SignInResult<T> {
  readonly server: T;
  readonly end: SignInEnd;
}

/** Where one of several sign-ins is. */
export interface SignInsProgress<T> {
  /** Counted from 1, in the order of the servers. */
  readonly number: number;
  readonly total: number;
  readonly server: T;
  /** What holds there, and what the person can do. */
  readonly message: string;
}

/** What signing in at several servers takes. */
export interface SignInsPorts<T> {
  /** Signs in at one server, and tells each of its steps. Rejects with an `AuthError`. */
  signIn(server: T, report: (message: string) => void, signal: AbortSignal): Promise<AccountOutcome>;
  /** Told the latest step of those under way. */
  onProgress(progress: SignInsProgress<T>): void;
}

/**
 * Signs in at several servers (B8), three at a time; servers whose redirect URI is the same port, one after the
 * other. One that fails says nothing about the others. Never rejects: aborting ends those under way, and those that
 * have not begun are cancelled with them.
 */
export async function authenticateAll<T extends PlannedServer>(
  servers: readonly T[],
  { signIn, onProgress }: SignInsPorts<T>,
  signal: AbortSignal,
): Promise<readonly SignInResult<T>[]> {
  const progress = new LatestProgress(servers, onProgress);
  const run = async (server: T): Promise<SignInResult<T>> => {
    if (signal.aborted) {
      return { server, end: { kind: 'cancelled' } };
    }
    try {
      const report = (message: string) => progress.report(server, message);
      return { server, end: { kind: 'authenticated', outcome: await signIn(server, report, signal) } };
    } catch (error) {
      return { server, end: endOf(error) };
    } finally {
      progress.end(server);
    }
  };
  const results = new Map<T, SignInResult<T>>();
  await boundedParallel(queues(servers), limit, async (queue) => {
    for (const server of queue) {
      results.set(server, await run(server));
    }
  });
  return servers.flatMap((server) => results.get(server) ?? []);
}

/** The servers that can only be signed in to one after the other, together. */
function queues<T extends PlannedServer>(servers: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<unknown, T[]>();
  for (const server of servers) {
    const { definition } = server;
    const port = definition.kind === 'remote' ? definition.oauth?.callbackPort : undefined;
    const key = port ?? server;
    groups.set(key, [...(groups.get(key) ?? []), server]);
  }
  return [...groups.values()];
}

function endOf(error: unknown): SignInEnd {
  if (isInterrupted(error)) {
    return { kind: 'elsewhere' };
  }
  if (isCancelled(error)) {
    return { kind: 'cancelled' };
  }
  return error instanceof AuthError && error.code === 'no_authentication_needed'
    ? { kind: 'notNeeded' }
    : { kind: 'failed', error };
}

/** Of several that report, one is told of: the one that reported last among those under way. */
class LatestProgress<T> {
  readonly #servers: readonly T[];
  readonly #tell: (progress: SignInsProgress<T>) => void;
  /** In the order of their latest reports. */
  readonly #messages = new Map<T, string>();

  constructor(servers: readonly T[], tell: (progress: SignInsProgress<T>) => void) {
    this.#servers = servers;
    this.#tell = tell;
  }

  report(server: T, message: string): void {
    this.#messages.delete(server);
    this.#messages.set(server, message);
    this.#tellLatest();
  }

  end(server: T): void {
    this.#messages.delete(server);
    this.#tellLatest();
  }

  #tellLatest(): void {
    const latest = [...this.#messages].at(-1);
    if (latest) {
      const [server, message] = latest;
      const number = this.#servers.indexOf(server) + 1;
      this.#tell({ number, total: this.#servers.length, server, message });
    }
  }
}
