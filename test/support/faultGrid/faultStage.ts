import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import { type Settled, settle } from '../../../src/core/oauth/settled.ts';
import type { Assembly, AssemblyOptions } from '../authenticationPorts.ts';
import type { AuthenticationSuite } from '../authenticationSuite.ts';
import { listen } from '../demo/listener.ts';
import type { Honest, MisbehavingServer, Routes } from '../misbehavingServer.ts';
import type { Fault } from './faults.ts';
import type { FaultyRequest } from './step.ts';

/** The time limit of every request, in milliseconds. */
const requestLimit = 30_000;

/** Longer timers, in milliseconds, are the person's time limits. */
const longestPause = 130_000;

/** How long one act may take on a busy machine, in milliseconds: it hangs if it takes longer. */
const patience = 8_000;

interface Strike {
  readonly isRefused: (url: URL, init: RequestInit | undefined) => boolean;
  /** Requests that have failed, or will when their time is up. */
  hits: number;
  readonly end: () => void;
}

/** Servers, one of which fails on demand, an assembly that talks to them, and time that passes when it has to. */
export class FaultStage {
  readonly #suite: AuthenticationSuite;
  /** Requests whose time runs. */
  readonly #limits = new Set<object>();
  /** What was waited for between requests, in milliseconds, in order, and is not over. */
  readonly #pauses: number[] = [];
  #deadOrigin = '';
  #strike: Strike | undefined;
  #silent = 0;

  constructor(suite: AuthenticationSuite) {
    this.#suite = suite;
  }

  /** How many requests have failed. */
  get hits(): number {
    return this.#strike?.hits ?? 0;
  }

  server(overrides?: (honest: Honest) => Routes): Promise<MisbehavingServer> {
    return this.#suite.server(overrides);
  }

  /** One for each test. */
  assemble(options: AssemblyOptions = {}): Assembly {
    const send: Fetch = (url, init) => {
      const isRefused = this.#strike?.isRefused(new URL(url), init) === true;
      return fetch(isRefused ? this.#deadOrigin : url, init);
    };
    const assembly = this.#suite.assemble({ ...options, fetch: send });
    const { clock } = assembly;
    const setTimer = clock.setTimer.bind(clock);
    clock.setTimer = (delay, callback) => {
      if (delay < longestPause && delay !== requestLimit) {
        this.#pauses.push(delay);
      }
      const timer = setTimer(delay, () => {
        this.#limits.delete(timer);
        callback();
      });
      if (delay === requestLimit) {
        this.#limits.add(timer);
      }
      return {
        dispose: () => {
          this.#limits.delete(timer);
          timer.dispose();
        },
      };
    };
    return assembly;
  }

  /** From now on the request fails. */
  async strike({ reply }: Fault, server: MisbehavingServer, request: FaultyRequest): Promise<void> {
    const { route, holding = '', times = Number.POSITIVE_INFINITY } = request;
    const counts = (asked: string, body: string) => {
      const isHit = asked === route && body.includes(holding) && strike.hits < times;
      strike.hits += isHit ? 1 : 0;
      return isHit;
    };
    const strike: Strike = {
      hits: 0,
      isRefused: (url, init) =>
        reply === 'refused' &&
        url.origin === server.origin &&
        counts(`${init?.method ?? 'GET'} ${url.pathname}`, String(init?.body ?? '')),
      end:
        reply === 'refused'
          ? () => undefined
          : server.disturb((received) => {
              const isHit = counts(received.route, received.body);
              this.#silent += isHit && reply.kind === 'silence' ? 1 : 0;
              return isHit;
            }, reply),
    };
    const dead = await listen('127.0.0.1', 0);
    await dead.close();
    this.#deadOrigin = dead.origin;
    this.#strike = strike;
  }

  /** From now on nothing fails any more. */
  mend(): void {
    this.#strike?.end();
    this.#strike = undefined;
  }

  /**
   * Lets work go on to its end. Time passes as soon as there is nothing to wait for but a server that does not
   * answer, and with `polls` also between two requests.
   */
  async settle<T>(
    work: Promise<T>,
    { clock }: Assembly,
    { polls = false }: { readonly polls?: boolean | undefined },
  ): Promise<Settled<T>> {
    let result: Settled<T> | undefined;
    const settling = settle(work).then((settled) => {
      result = settled;
    });
    this.#pauses.length = 0;
    for (const end = performance.now() + patience; result === undefined; await setImmediate()) {
      assert.ok(performance.now() < end, 'it hangs');
      if (this.#silent > 0 && this.#limits.size === this.#silent) {
        this.#silent = 0;
        clock.advance(requestLimit);
      }
      const pause = polls ? this.#pauses.shift() : undefined;
      if (pause !== undefined) {
        clock.advance(pause);
      }
    }
    await settling;
    return result;
  }
}
