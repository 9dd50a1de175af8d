import { Emitter } from '../../src/core/event.ts';
import type {
  SecretChange,
  WindowGroup,
  WindowHandlers,
  WindowIdentity,
} from '../../src/core/windows/windowGroup.ts';
import { noPause, type Pause } from './pause.ts';

/** The windows of one machine, without sockets: what one sends arrives at the other after a pause of the sender. */
export class MemoryWindows {
  readonly #members = new Set<MemoryWindow>();
  #count = 0;

  /** A window that connects with all that are there, and exchanges its state with each. */
  join(handlers: WindowHandlers, pause: Pause = noPause): MemoryWindow {
    const startedAt = this.#count++;
    const window = new MemoryWindow({ id: `window-${startedAt}`, startedAt }, handlers, pause);
    window.meet([...this.#members]);
    this.#members.add(window);
    void window.gone.then(() => this.#members.delete(window));
    return window;
  }
}

/** One window of {@link MemoryWindows}. */
export class MemoryWindow implements WindowGroup {
  readonly #handlers: WindowHandlers;
  readonly #pause: Pause;
  readonly #peers = new Set<MemoryWindow>();
  readonly #changed = new Emitter<void>();
  readonly #gone = Promise.withResolvers<void>();
  #joined: Promise<void> = Promise.resolve();
  #isGone = false;

  readonly self: WindowIdentity;
  readonly onDidChange = this.#changed.event;

  constructor(self: WindowIdentity, handlers: WindowHandlers, pause: Pause) {
    this.self = self;
    this.#handlers = handlers;
    this.#pause = pause;
  }

  get joined(): Promise<void> {
    return this.#joined;
  }

  /** Resolves when this window has left. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  get others(): readonly WindowIdentity[] {
    return [...this.#peers].map(({ self }) => self);
  }

  get isHolder(): boolean {
    return this.others.every(({ startedAt }) => startedAt > this.self.startedAt);
  }

  /** Connects with each of these, and then exchanges what each knows. Call it once. */
  meet(others: readonly MemoryWindow[]): void {
    this.#joined = Promise.all(others.map((other) => this.#meet(other))).then(() => undefined);
  }

  async announce(changes: readonly SecretChange[]): Promise<void> {
    await Promise.all([...this.#peers].map((peer) => this.#call(peer, ({ apply }) => apply(changes))));
  }

  async deliver(query: string): Promise<boolean> {
    const answers = await Promise.all(
      [...this.#peers].map((peer) => this.#call(peer, ({ deliver }) => deliver(query))),
    );
    return answers.includes(true);
  }

  /** Ends this window for the others, as its crash would. */
  dispose(): void {
    this.#isGone = true;
    this.#gone.resolve();
    for (const peer of this.#peers) {
      peer.#part(this);
    }
    this.#peers.clear();
    this.#changed.dispose();
  }

  async #meet(other: MemoryWindow): Promise<void> {
    await this.#pause();
    if (!other.#connect(this)) {
      return;
    }
    this.#connect(other);
    const theirs = await this.#call(other, ({ snapshot }) => snapshot());
    if (theirs !== undefined) {
      await this.#handlers.apply(theirs);
      const ours = await this.#handlers.snapshot();
      await this.#call(other, ({ apply }) => apply(ours));
    }
  }

  /** @returns what the other one answers; `undefined` if it is gone before */
  async #call<T>(other: MemoryWindow, ask: (handlers: WindowHandlers) => Promise<T>): Promise<T | undefined> {
    await Promise.race([this.#pause(), other.gone]);
    const answer = this.#peers.has(other)
      ? await Promise.race([ask(other.#handlers), other.gone])
      : undefined;
    // Also where the other one has gone: a window that has crashed itself never hears of it.
    await this.#pause();
    return answer ?? undefined;
  }

  #connect(peer: MemoryWindow): boolean {
    if (this.#isGone) {
      return false;
    }
    this.#peers.add(peer);
    this.#changed.fire();
    return true;
  }

  #part(peer: MemoryWindow): void {
    this.#peers.delete(peer);
    this.#changed.fire();
  }
}
