import { type BirpcReturn, createBirpc } from 'birpc';
import type { Log } from '../../core/log.ts';
import type { SecretChange, WindowHandlers, WindowIdentity } from '../../core/windows/windowGroup.ts';
import { writeCallMessage } from '../writeCallMessage.ts';
import { type Message, parseChanges, parseDelivered, parseMessage, type WindowCalls } from './protocol.ts';
import type { SealedLines } from './sealedLines.ts';

/** What a connection to another window of the group is made of. */
export interface PeerConnectionParts {
  readonly peer: WindowIdentity;
  /** The window that has opened the connection. */
  readonly openedBy: string;
  readonly channel: SealedLines;
  readonly handlers: WindowHandlers;
  readonly log: Log;
}

/** Milliseconds until a call that was not answered is given up. */
const callLimit = 5000;

/** A connection to a window that has proved to be of this group. */
export class PeerConnection {
  readonly peer: WindowIdentity;
  readonly openedBy: string;
  /** Resolves when the connection has ended. Never rejects. */
  readonly closed: Promise<void>;
  readonly #channel: SealedLines;
  readonly #log: Log;
  readonly #rpc: BirpcReturn<WindowCalls, WindowCalls>;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #retired = { here: false, there: false };
  #onMessage: (message: Message) => void = () => undefined;

  constructor({ peer, openedBy, channel, handlers, log }: PeerConnectionParts) {
    this.peer = peer;
    this.openedBy = openedBy;
    this.#channel = channel;
    this.#log = log;
    this.#rpc = createBirpc<WindowCalls, WindowCalls>(this.#functions(handlers), {
      post: (message: Message) => channel.send(writeCallMessage(message)),
      on: (listener) => {
        this.#onMessage = listener;
      },
      timeout: callLimit,
    });
    this.closed = this.#listen();
  }

  /** Swaps changes with the other window. @throws whatever is in the way */
  async exchange(changes: readonly SecretChange[]): Promise<readonly SecretChange[]> {
    return parseChanges(await this.#called(this.#rpc.exchange(changes)));
  }

  /** Resolves when the other window has written the changes. @throws whatever is in the way */
  async apply(changes: readonly SecretChange[]): Promise<void> {
    await this.#called(this.#rpc.apply(changes));
  }

  /** Offers an authorization response. @throws whatever is in the way */
  async deliver(query: string): Promise<boolean> {
    return parseDelivered(await this.#called(this.#rpc.deliver(query)));
  }

  /**
   * Ends the connection when neither end waits for anything over it any more. Both have to want that: each has
   * another connection to the other by then.
   */
  async retire(): Promise<void> {
    if (this.#retired.here) {
      return;
    }
    await Promise.allSettled(this.#pending);
    await this.#rpc.retire.asEvent();
    this.#retired.here = true;
    this.#endIfRetired();
  }

  /** Ends the connection now. */
  close(): void {
    this.#channel.close();
  }

  #functions(handlers: WindowHandlers): WindowCalls {
    return {
      exchange: async (changes) => {
        const own = await handlers.snapshot();
        await this.#logged(handlers.apply(changes));
        return own;
      },
      apply: (changes) => this.#logged(handlers.apply(changes)),
      deliver: (query) => handlers.deliver(query),
      retire: () => {
        this.#retired.there = true;
        this.#endIfRetired();
      },
    };
  }

  /** The other window learns that it is over, not what went wrong. */
  async #logged(applied: Promise<void>): Promise<void> {
    await applied.catch((reason) =>
      this.#log.warn('What another window has changed could not be taken over', { reason }),
    );
  }

  async #listen(): Promise<void> {
    try {
      for (let text = await this.#channel.receive(); text !== undefined; ) {
        this.#onMessage(parseMessage(text));
        text = await this.#channel.receive();
      }
    } catch (reason) {
      this.#log.warn('A window said what cannot be understood, and is heard no longer', { reason });
    } finally {
      this.#channel.close();
      this.#rpc.$close();
    }
  }

  async #called<T>(call: Promise<T>): Promise<T> {
    this.#pending.add(call);
    try {
      return await call;
    } finally {
      this.#pending.delete(call);
    }
  }

  #endIfRetired(): void {
    if (this.#retired.here && this.#retired.there) {
      this.#channel.end();
    }
  }
}
