import type { Clock } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import type { Event } from '../event.ts';
import type { Log } from '../log.ts';
import { isLoopbackHost } from '../network.ts';
import type { SessionRefresher } from './refresh.ts';
import { refreshDue, retryPause } from './refreshDue.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './sessionStore.ts';

/** What refreshing in the background needs. */
export interface BackgroundPorts {
  readonly sessions: SessionStore;
  readonly refresher: SessionRefresher;
  readonly clock: Clock;
  readonly log: Log;
  /** Canonical URLs of the servers that this window may contact: none while its workspace is not trusted. */
  readonly servers: () => Iterable<string>;
  /** Fires when {@link servers} or {@link isHolder} may answer differently. */
  readonly onDidChange: Event<void>;
  /** Whether this window comes first among those of this machine. */
  readonly isHolder: () => boolean;
  /** Whether this machine has a network at all. */
  readonly isOnline: () => boolean;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** What has failed for one token set. */
interface Failure {
  readonly accessToken: string;
  readonly count: number;
  /** Milliseconds since the epoch; `undefined` until the session changes. */
  readonly notBefore: number | undefined;
}

/** How often it is looked whether the machine was asleep, or is back on the network, in milliseconds. */
const longestStep = 30_000;

/** A timer that is late by more than this, in milliseconds, was late because the machine was asleep. */
const sleepThreshold = 10_000;

/** How long a network takes to come back after sleep, in milliseconds, at most. */
const wakingTime = 5_000;

/**
 * Refreshes the sessions of this window's servers ahead of their expiry, so that whoever uses one finds a token that
 * is good. Waits while the machine is offline, leaves servers alone that have problems, and wakes with the machine.
 * Also writes again what the secret storage refused.
 */
export class BackgroundRefresher implements Disposable {
  readonly #ports: BackgroundPorts;
  readonly #subscriptions: readonly Disposable[];
  readonly #failures = new Map<string, Failure>();
  /** One jitter per token set, so that planning again does not move the moment. */
  readonly #jitters = new Map<string, { readonly accessToken: string; readonly jitter: number }>();
  #timer: { readonly due: number; readonly handle: Disposable } | undefined;
  /** Milliseconds since the epoch: nothing is asked before, because the machine has just woken up. */
  #awakeAt = 0;
  #wasOnline = true;
  #isDisposed = false;

  constructor(ports: BackgroundPorts) {
    this.#ports = ports;
    const plan = () => this.#plan();
    this.#subscriptions = [ports.sessions.onDidChange(plan), ports.onDidChange(plan)];
    this.#plan();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.handle.dispose();
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
  }

  /** Sets the timer for whatever comes first. */
  #plan(): void {
    if (this.#isDisposed) {
      return;
    }
    const now = this.#ports.clock.now();
    const candidates = this.#candidates();
    if (candidates.length === 0 && this.#ports.sessions.unsaved.length === 0) {
      this.#timer?.handle.dispose();
      this.#timer = undefined;
      return;
    }
    const dues = candidates.filter((one) => this.#isReachable(one)).map((one) => this.#due(one));
    const due = Math.min(now + longestStep, ...dues.map((one) => Math.max(one, now)));
    if (this.#timer?.due === due) {
      return;
    }
    this.#timer?.handle.dispose();
    this.#timer = { due, handle: this.#ports.clock.setTimer(due - now, () => this.#wake(due)) };
  }

  #wake(due: number): void {
    const { clock, log, refresher } = this.#ports;
    this.#timer = undefined;
    const now = clock.now();
    if (now - due > sleepThreshold) {
      this.#awakeAt = now + wakingTime * this.#ports.random();
      log.debug('The machine was asleep');
    }
    this.#noticeNetwork();
    void refresher.saveUnsaved();
    for (const session of this.#candidates()) {
      if (this.#due(session) <= now && this.#isReachable(session)) {
        void this.#refresh(session);
      }
    }
    this.#plan();
  }

  /** Back on the network, nobody is left alone for what failed without it. */
  #noticeNetwork(): void {
    const isOnline = this.#ports.isOnline();
    if (isOnline && !this.#wasOnline) {
      this.#failures.clear();
    }
    this.#wasOnline = isOnline;
  }

  async #refresh({ serverUrl, account, tokens }: Session): Promise<void> {
    const { refresher, log, clock, random } = this.#ports;
    const key = keyOf({ serverUrl, account });
    try {
      await refresher.renew(serverUrl, tokens.accessToken, account.id);
      this.#failures.delete(key);
    } catch (error) {
      const failed = this.#failures.get(key);
      const count = failed?.accessToken === tokens.accessToken ? failed.count + 1 : 1;
      const pause = error instanceof AuthError ? retryPause(error, count, random()) : undefined;
      const notBefore = pause === undefined ? undefined : clock.now() + pause;
      this.#failures.set(key, { accessToken: tokens.accessToken, count, notBefore });
      log.info('A session could not be refreshed in the background', {
        reason: error,
        again: notBefore === undefined ? 'with the next use' : `in ${Math.round((pause ?? 0) / 1000)} s`,
      });
    }
    this.#plan();
  }

  /** The sessions that this window looks after and that are not being refreshed already. */
  #candidates(): readonly Session[] {
    const { sessions, refresher, servers } = this.#ports;
    if (sessions.all.length === 0) {
      return [];
    }
    return [...new Set(servers())].flatMap((serverUrl) => {
      const session = sessions.get(serverUrl);
      const isDue = session !== undefined && Number.isFinite(this.#due(session));
      return isDue && !refresher.isRefreshing(serverUrl) ? [session] : [];
    });
  }

  /** When to refresh a session, in milliseconds since the epoch; infinity for never. */
  #due(session: Session): number {
    const due = refreshDue(session, { isHolder: this.#ports.isHolder(), jitter: this.#jitter(session) });
    const failure = this.#failures.get(keyOf(session));
    if (due === undefined) {
      return Number.POSITIVE_INFINITY;
    }
    if (failure?.accessToken !== session.tokens.accessToken) {
      return Math.max(due, this.#awakeAt);
    }
    return Math.max(due, this.#awakeAt, failure.notBefore ?? Number.POSITIVE_INFINITY);
  }

  #jitter(session: Session): number {
    const key = keyOf(session);
    const { accessToken } = session.tokens;
    const known = this.#jitters.get(key);
    if (known?.accessToken === accessToken) {
      return known.jitter;
    }
    const jitter = this.#ports.random();
    this.#jitters.set(key, { accessToken, jitter });
    return jitter;
  }

  #isReachable({ authorizationServer }: Session): boolean {
    return this.#wasOnline || isLoopbackHost(new URL(authorizationServer.issuer));
  }
}

function keyOf({ serverUrl, account }: Pick<Session, 'account' | 'serverUrl'>): string {
  return JSON.stringify([serverUrl, account.id]);
}
