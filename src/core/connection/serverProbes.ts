import type { Disposable } from '../disposable.ts';
import { isCancelled } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { NetworkPorts } from '../oauth/oauthFetch.ts';
import { askWithoutCredential } from './askWithoutCredential.ts';
import type { ProbeOutcome } from './probeOutcome.ts';

/** A server that is asked once what it wants. */
export interface ProbeTarget {
  readonly serverUrl: URL;
  /** Canonical: servers that share it are asked as one. */
  readonly canonicalUrl: string;
  readonly transport: 'http' | 'sse';
}

/** What asking takes. */
export interface ServerProbesPorts extends NetworkPorts {
  /** Whether anything may be sent at all: not in a workspace that nobody trusts, nor where a setting says no. */
  isAllowed(): boolean;
  /** The proxy that VS Code is told to use, where there is one. */
  proxy?(): URL | undefined;
}

interface Answered {
  readonly target: ProbeTarget;
  readonly outcome: ProbeOutcome;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const parallel = 8;

/** How long, in milliseconds, a server that could not be reached is left alone unless a person asks. */
const rest = 5 * 60_000;

/** How long, in milliseconds, answers are gathered before anybody is told. */
const gathering = 100;

/**
 * Finds out of servers that were never contacted whether they want a credential, by one cheap request each that has
 * none, at most eight at a time. What they say is kept in memory only; only one that could not be reached is asked
 * again.
 */
export class ServerProbes implements Disposable {
  readonly #ports: ServerProbesPorts;
  readonly #changed = new Emitter<void>();
  readonly #ended = new AbortController();
  readonly #answers = new Map<string, Answered>();
  readonly #running = new Set<string>();
  #targets: ReadonlyMap<string, ProbeTarget> = new Map();
  /** In the order in which they are asked. */
  #queue = new Set<string>();
  #notice: Disposable | undefined;

  /** Fires soon after {@link outcome} or {@link isAsking} began to answer differently: once for many answers. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: ServerProbesPorts) {
    this.#ports = ports;
  }

  /** What a server last said; while it is asked again, what it said before. */
  outcome(canonicalUrl: string): ProbeOutcome | undefined {
    return this.#answers.get(canonicalUrl)?.outcome;
  }

  /** Whether a server is being asked, or about to be. */
  isAsking(canonicalUrl: string): boolean {
    return this.#running.has(canonicalUrl) || this.#queue.has(canonicalUrl);
  }

  /** Replaces what there is to ask. Of servers with the same canonical URL, the first counts. */
  setTargets(targets: readonly ProbeTarget[]): void {
    const byUrl = new Map<string, ProbeTarget>();
    for (const target of targets) {
      byUrl.set(target.canonicalUrl, byUrl.get(target.canonicalUrl) ?? target);
    }
    this.#targets = byUrl;
    this.#queue = new Set([...this.#queue].filter((url) => this.#targets.has(url)));
    this.#ask([...byUrl.keys()].filter((url) => this.#isDue(url)));
  }

  /** The network is back: asks those again that could not be reached for a while. */
  backOnline(): void {
    this.#ask([...this.#targets.keys()].filter((url) => this.#isDue(url)));
  }

  /** Asks one server again, before the others, if it could not be reached. */
  refresh(canonicalUrl: string): void {
    if (this.#targets.has(canonicalUrl) && !this.#hasAnswer(canonicalUrl)) {
      this.#ask([canonicalUrl], 'first');
    }
  }

  /** Asks all servers again that could not be reached. */
  refreshAll(): void {
    this.#ask([...this.#targets.keys()].filter((url) => !this.#hasAnswer(url)));
  }

  dispose(): void {
    this.#ended.abort();
    this.#queue = new Set();
    this.#notice?.dispose();
    this.#changed.dispose();
  }

  /** Whether a server has said what it wants, by the transport that is meant now. */
  #hasAnswer(url: string): boolean {
    const answered = this.#answers.get(url);
    return (
      answered !== undefined &&
      answered.outcome.kind !== 'unreachable' &&
      answered.target.transport === this.#targets.get(url)?.transport
    );
  }

  #isDue(url: string): boolean {
    const answered = this.#answers.get(url);
    const isResting =
      answered?.target.transport === this.#targets.get(url)?.transport &&
      this.#ports.clock.now() - (answered?.at ?? 0) < rest;
    return this.#targets.has(url) && !this.#hasAnswer(url) && !isResting;
  }

  #ask(urls: readonly string[], place: 'first' | 'last' = 'last'): void {
    if (this.#ended.signal.aborted || !this.#ports.isAllowed()) {
      this.#queue = new Set();
      return;
    }
    // Whoever is told sets the targets anew: that what waits is still waiting must be no news.
    const isNews = urls.some((url) => !this.isAsking(url));
    const waiting = place === 'first' ? [...urls, ...this.#queue] : [...this.#queue, ...urls];
    this.#queue = new Set(waiting.filter((url) => !this.#running.has(url)));
    if (isNews) {
      this.#tellSoon();
    }
    this.#next();
  }

  #next(): void {
    for (const url of this.#queue) {
      if (this.#running.size >= parallel) {
        return;
      }
      this.#queue.delete(url);
      const target = this.#targets.get(url);
      if (target) {
        void this.#askOne(target);
      }
    }
  }

  /** Never rejects. */
  async #askOne(target: ProbeTarget): Promise<void> {
    const { canonicalUrl } = target;
    this.#running.add(canonicalUrl);
    try {
      const { fetch, clock, log } = this.#ports;
      const ports = { fetch, clock, log, proxy: this.#ports.proxy?.() };
      const outcome = await askWithoutCredential(target, ports, this.#ended.signal);
      this.#answers.set(canonicalUrl, { target, outcome, at: this.#ports.clock.now() });
      this.#running.delete(canonicalUrl);
      this.#tellSoon();
      // Its transport may have been changed meanwhile.
      this.#ask(this.#isDue(canonicalUrl) ? [canonicalUrl] : []);
    } catch (error) {
      this.#running.delete(canonicalUrl);
      if (!isCancelled(error)) {
        this.#ports.log.error('A server could not be asked', { reason: error });
      }
    }
  }

  #tellSoon(): void {
    if (this.#ended.signal.aborted) {
      return;
    }
    this.#notice ??= this.#ports.clock.setTimer(gathering, () => {
      this.#notice = undefined;
      this.#changed.fire();
    });
  }
}
