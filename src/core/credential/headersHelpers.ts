import type { Clock } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import { AuthError, isCancelled, throwIfAborted } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redaction.ts';
import type { HelperCall, HelperOutcome } from './helperCall.ts';
import type { HelperConsents } from './helperConsents.ts';
import { type HelperResult, headersOfResult } from './helperResult.ts';
import { helperValidUntil } from './helperValidity.ts';
import { learnHeaders } from './learnHeaders.ts';
import { SharedRun } from './sharedRun.ts';

/** Headers by name. The values are secrets. */
export type HelperHeaders = Readonly<Record<string, string>>;

/** What running helpers takes. */
export interface HeadersHelpersPorts {
  /** Runs the command, and ends it when the signal aborts. @throws AuthError the signal's reason, and nothing else */
  readonly run: (call: HelperCall, signal: AbortSignal) => Promise<HelperResult>;
  /** Whether commands may be run on behalf of what is open at all (G2). */
  readonly isTrusted: () => boolean;
  readonly consents: HelperConsents;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly log: Log;
}

type Ended =
  | { readonly kind: 'succeeded'; readonly headers: HelperHeaders; readonly validUntil: number }
  | { readonly kind: 'failed'; readonly error: AuthError };

/** Results of definitions that are gone are pushed out by newer ones. */
const remembered = 500;

/**
 * The `headersHelper` commands of this window (C4): which may run, and what they printed, kept in memory for as long
 * as it is valid. Each call runs once at a time, however many wait for it.
 */
export class HeadersHelpers implements Disposable {
  readonly #ports: HeadersHelpersPorts;
  readonly #ended = new Map<string, Ended>();
  readonly #running = new Map<string, SharedRun<HelperHeaders>>();
  readonly #changed = new Emitter<void>();

  /** Fires after {@link outcome} began to answer differently. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: HeadersHelpersPorts) {
    this.#ports = ports;
  }

  /**
   * What is known of a helper; runs nothing. What has succeeded stays until it is rejected or run again, so it may be
   * past its time: a request takes {@link headers} instead.
   */
  outcome(call: HelperCall): HelperOutcome {
    const key = callKey(call);
    if (!this.isAllowed(call)) {
      return { kind: 'notAllowed' };
    }
    return this.#running.has(key) ? { kind: 'running' } : (this.#ended.get(key) ?? { kind: 'notRun' });
  }

  isAllowed(call: HelperCall): boolean {
    return this.#ports.consents.isAllowed(call);
  }

  /** Lets a command run from now on. Only for a person who has just read it and said so. */
  async allow(call: HelperCall): Promise<void> {
    const written = this.#ports.consents.allow(call);
    this.#changed.fire();
    try {
      await written;
    } catch (error) {
      // Costs the question again, next time.
      this.#ports.log.warn('A decision could not be saved', { reason: error });
    }
  }

  /**
   * The headers for a request to the call's server. Runs the helper unless it has printed some that are still good.
   * The command ends when nobody waits for it any more.
   *
   * @throws AuthError `untrusted_workspace`, `helper_not_allowed`, `helper_failed`, or the signal's reason
   */
  async headers(call: HelperCall, signal: AbortSignal): Promise<HelperHeaders> {
    throwIfAborted(signal);
    this.#assertMayRun(call);
    const ended = this.#ended.get(callKey(call));
    if (ended?.kind === 'succeeded' && this.#ports.clock.now() < ended.validUntil) {
      return ended.headers;
    }
    return await this.#join(call, signal);
  }

  /**
   * Forgets headers that the server has answered with a 401 or 403, so that the next request runs the helper again.
   * Whoever does that after every rejection must not try a request more than twice.
   *
   * @param headers the object that {@link headers} gave: what has been printed since then stays
   */
  reject(call: HelperCall, headers: HelperHeaders): void {
    const key = callKey(call);
    const ended = this.#ended.get(key);
    if (ended?.kind === 'succeeded' && ended.headers === headers) {
      this.#ended.delete(key);
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.#changed.dispose();
    for (const run of this.#running.values()) {
      run.dispose();
    }
    this.#ended.clear();
  }

  #assertMayRun(call: HelperCall): void {
    if (!this.#ports.isTrusted()) {
      throw new AuthError('untrusted_workspace', 'This workspace is not trusted: its helpers are not run.');
    }
    if (!this.isAllowed(call)) {
      throw new AuthError(
        'helper_not_allowed',
        'The headers for this server come from a command that you have not allowed to run yet.',
      );
    }
  }

  async #join(call: HelperCall, signal: AbortSignal): Promise<HelperHeaders> {
    const key = callKey(call);
    const current = this.#running.get(key);
    if (current && !current.isOver) {
      return await current.join(signal);
    }
    const run = new SharedRun(async (runSignal) => {
      try {
        return await this.#run(call, runSignal);
      } finally {
        // Another one may have been started, where this one was given up.
        if (this.#running.get(key) === run) {
          this.#running.delete(key);
          this.#changed.fire();
        }
      }
    });
    this.#running.set(key, run);
    this.#changed.fire();
    return await run.join(signal);
  }

  async #run(call: HelperCall, signal: AbortSignal): Promise<HelperHeaders> {
    const { run, redactor, clock, log } = this.#ports;
    const server = call.serverName;
    try {
      const result = await run(call, signal);
      throwIfAborted(signal);
      const headers = headersOfResult(result, (text) => redactor.text(text));
      learnHeaders(headers, redactor);
      log.debug('A helper has printed headers', { server, names: Object.keys(headers).join(' ') });
      const validUntil = helperValidUntil(headers, clock.now());
      this.#keep(call, { kind: 'succeeded', headers, validUntil });
      return headers;
    } catch (reason) {
      if (isCancelled(reason)) {
        throw reason;
      }
      const error = asHelperError(reason);
      log.warn('A helper has failed', { server, reason: error });
      this.#keep(call, { kind: 'failed', error });
      throw error;
    }
  }

  #keep(call: HelperCall, ended: Ended): void {
    const key = callKey(call);
    this.#ended.delete(key);
    this.#ended.set(key, ended);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= remembered) {
        break;
      }
      this.#ended.delete(oldest);
    }
  }
}

function asHelperError(reason: unknown): AuthError {
  return reason instanceof AuthError
    ? reason
    : new AuthError('helper_failed', 'The helper could not be run.', { cause: reason });
}

function callKey({ command, serverName, serverUrl, file, workingDirectory, isShared }: HelperCall): string {
  return JSON.stringify([command, serverName, serverUrl, file, workingDirectory, isShared]);
}
