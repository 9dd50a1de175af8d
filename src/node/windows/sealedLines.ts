import type { MessageSeal } from '../../core/windows/messageSeal.ts';
import { type Lines, ProtocolError } from '../framing.ts';
import { encodeBytes, lineLimits } from './protocol.ts';

/** Messages between two windows that have proved themselves to each other: lines that nobody else can read. */
export class SealedLines {
  readonly #lines: Lines;
  readonly #seal: MessageSeal;
  #sending: Promise<void> = Promise.resolve();

  constructor(lines: Lines, seal: MessageSeal) {
    this.#lines = lines;
    this.#seal = seal;
    lines.limit = lineLimits.message;
  }

  /** Nothing happens if the other end is gone. One that has stopped to read is given up at some time. */
  send(message: string): void {
    this.#sending = this.#sending.then(async () => {
      this.#lines.send(encodeBytes(await this.#seal.seal(message)));
      if (this.#lines.backlog > 2 * lineLimits.message) {
        this.#lines.close();
      }
    });
  }

  /** @returns the next message, or nothing when the connection has ended @throws ProtocolError for a wrong one */
  async receive(): Promise<string | undefined> {
    const line = await this.#lines.receive();
    if (line === undefined) {
      return undefined;
    }
    try {
      return await this.#seal.open(new Uint8Array(Buffer.from(line, 'base64url')));
    } catch {
      throw new ProtocolError('A message is sealed by somebody else.');
    }
  }

  /** Ends the connection when the other end has taken everything that was sent. */
  end(): void {
    this.#sending = this.#sending.then(() => this.#lines.end());
  }

  /** Ends the connection now. */
  close(): void {
    this.#lines.close();
  }
}
