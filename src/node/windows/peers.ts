import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';
import { Emitter } from '../../core/event.ts';
import type { Log } from '../../core/log.ts';
import { bySeniority } from '../../core/windows/seniority.ts';
import type { SecretChange, WindowIdentity } from '../../core/windows/windowGroup.ts';
import type { PeerConnection } from './peerConnection.ts';

/** Milliseconds that a window has to answer. */
const answerLimit = 2000;

/**
 * The other windows of the group. Each has one connection, or two for a moment, where both windows have opened one:
 * then both use the one that the smaller id has opened.
 */
export class Peers implements Disposable {
  readonly #self: WindowIdentity;
  readonly #clock: Clock;
  readonly #log: Log;
  /** By window; the connection to be used comes first. */
  readonly #connections = new Map<string, readonly PeerConnection[]>();
  readonly #changed = new Emitter<void>();

  /** Fires after {@link identities} changed. */
  readonly onDidChange = this.#changed.event;

  constructor(self: WindowIdentity, { clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#self = self;
    this.#clock = clock;
    this.#log = log;
  }

  /** The window that has been there longest comes first. */
  get identities(): readonly WindowIdentity[] {
    return this.#used.map(({ peer }) => peer).sort(bySeniority);
  }

  has(id: string): boolean {
    return this.#connections.has(id);
  }

  /** Uses a connection until it ends. */
  add(connection: PeerConnection): void {
    const { id } = connection.peer;
    const isNew = !this.has(id);
    const all = [connection, ...(this.#connections.get(id) ?? [])];
    const openedBy = id < this.#self.id ? id : this.#self.id;
    const isPreferred = (one: PeerConnection) => Number(one.openedBy === openedBy);
    this.#connections.set(
      id,
      all.sort((one, other) => isPreferred(other) - isPreferred(one)),
    );
    void connection.closed.then(() => this.#remove(connection));
    for (const surplus of all.slice(1)) {
      void this.#answer(surplus.retire());
    }
    if (isNew) {
      this.#changed.fire();
    }
  }

  /** Swaps changes with one. @throws whatever is in the way, for example that it is gone */
  async exchange(id: string, changes: readonly SecretChange[]): Promise<readonly SecretChange[]> {
    const [connection] = this.#connections.get(id) ?? [];
    if (!connection) {
      throw new Error('The other window is gone.');
    }
    return await connection.exchange(changes);
  }

  /** Tells all of changes. Never rejects, and takes two seconds at most. */
  async announce(changes: readonly SecretChange[]): Promise<void> {
    await Promise.all(this.#used.map((connection) => this.#answer(connection.apply(changes))));
  }

  /** Offers an authorization response to all. @returns whether one waited for it, after two seconds at most */
  async deliver(query: string): Promise<boolean> {
    const offers = this.#used.map(async (connection) => {
      if (!(await this.#answer(connection.deliver(query)))) {
        throw new Error('This window does not wait for it.');
      }
    });
    return await Promise.any(offers).then(
      () => true,
      () => false,
    );
  }

  dispose(): void {
    this.#changed.dispose();
    for (const connection of [...this.#connections.values()].flat()) {
      connection.close();
    }
  }

  get #used(): readonly PeerConnection[] {
    return [...this.#connections.values()].flatMap((all) => all.slice(0, 1));
  }

  #remove(connection: PeerConnection): void {
    const { id } = connection.peer;
    const rest = (this.#connections.get(id) ?? []).filter((one) => one !== connection);
    if (rest.length > 0) {
      this.#connections.set(id, rest);
    } else {
      this.#connections.delete(id);
      this.#changed.fire();
    }
  }

  /** What a window answers, unless it fails or takes too long. */
  async #answer<T>(call: Promise<T>): Promise<T | undefined> {
    const late = Promise.withResolvers<undefined>();
    const timer = this.#clock.setTimer(answerLimit, () => late.resolve(undefined));
    try {
      return await Promise.race([call, late.promise]);
    } catch (reason) {
      this.#log.debug('Another window did not answer', { reason });
      return undefined;
    } finally {
      timer.dispose();
    }
  }
}
